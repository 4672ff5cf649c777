"""The bodies of face lists and large face lists."""

from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import Field

from face_api.contract.body import Body
from face_api.contract.values import FaceUserData, Name, RecognitionModel, UserData
from face_api.storage.face_lists import FaceList, PersistedFace


class NewList(Body):
    """A list to be created."""

    name: Name
    user_data: UserData | None = None
    recognition_model: RecognitionModel = RecognitionModel.R01


class ListChange(Body):
    """What to change of a list; what is missing stays."""

    name: Name | None = None
    user_data: UserData | None = None


class FaceChange(Body):
    """A persisted face's new user data."""

    user_data: FaceUserData | None = None


class AddedFace(Body):
    """The id of a face just added."""

    persisted_face_id: str


class ListedFace(Body):
    """A face of a list."""

    persisted_face_id: str
    user_data: str | None = None

    @classmethod
    def of(cls, face: PersistedFace) -> Self:
        """As the store has it."""
        return cls(persisted_face_id=face.persisted_face_id, user_data=face.user_data)


class FaceListSummary(Body):
    """A face list without its faces."""

    face_list_id: str
    name: str
    user_data: str | None = None
    recognition_model: str | None = None

    @classmethod
    def of(cls, face_list: FaceList, *, with_model: bool) -> Self:
        """As the store has it."""
        return cls(
            face_list_id=face_list.list_id,
            name=face_list.name,
            user_data=face_list.user_data,
            recognition_model=face_list.recognition_model if with_model else None,
        )


class FaceListWithFaces(FaceListSummary):
    """A face list with its faces."""

    persisted_faces: Annotated[list[ListedFace], Field(default_factory=list)]


class LargeFaceListSummary(Body):
    """A large face list."""

    large_face_list_id: str
    name: str
    user_data: str | None = None
    recognition_model: str | None = None

    @classmethod
    def of(cls, face_list: FaceList, *, with_model: bool) -> Self:
        """As the store has it."""
        return cls(
            large_face_list_id=face_list.list_id,
            name=face_list.name,
            user_data=face_list.user_data,
            recognition_model=face_list.recognition_model if with_model else None,
        )


class TrainingStatus(Body):
    """Training is done at once, so it has always succeeded."""

    status: str
    created_date_time: datetime
    last_action_date_time: datetime
    last_successful_training_date_time: datetime
    message: str | None = None

    @classmethod
    def succeeded(cls, created_at: float, trained_at: float) -> Self:
        """Times in epoch seconds."""
        trained = datetime.fromtimestamp(trained_at, UTC)
        return cls(
            status="succeeded",
            created_date_time=datetime.fromtimestamp(created_at, UTC),
            last_action_date_time=trained,
            last_successful_training_date_time=trained,
        )
