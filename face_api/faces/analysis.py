"""From a picture to described faces: find → align → template, age, gender, emotion, quality."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PIL import Image

from face_api.faces import emotion, gender
from face_api.faces.alignment import Chip, align
from face_api.faces.embedding import EmbeddingModel
from face_api.faces.emotion import EmotionModel
from face_api.faces.face import AnalyzedFace, Attribute, LocatedFace
from face_api.faces.finder import FaceFinder
from face_api.faces.gender import GenderModel
from face_api.faces.head_pose import head_pose
from face_api.faces.sharpness import recognition_quality, sharpness
from face_api.faces.template import Template


class FaceAnalyzer:
    """All models, loaded once. One per thread: none of them may run twice at the same time."""

    def __init__(
        self, finder: FaceFinder, embedding: EmbeddingModel, gender: GenderModel, emotion: EmotionModel
    ) -> None:
        self._finder = finder
        self._embedding = embedding
        self._gender = gender
        self._emotion = emotion

    @classmethod
    def load(cls, folder: Path) -> "FaceAnalyzer":
        """From the folder of the weight files. Raises vision's ModelMissingError or UnusableModelError."""
        return cls(
            FaceFinder.load(folder),
            EmbeddingModel(folder / "face_embedding.tflite"),
            GenderModel(folder / "face_gender.onnx"),
            EmotionModel(folder / "face_emotion.tflite"),
        )

    def warm_up(self) -> None:
        """Takes the memory that the largest picture needs, so that none costs more than another of its size."""
        nobody = self._finder.warm_up()
        self.describe(Image.new("RGB", (1280, 720)), [nobody], templates=True, attributes=frozenset(Attribute))

    def analyze(
        self,
        picture: Image.Image,
        *,
        templates: bool,
        attributes: frozenset[Attribute],
        check: Callable[[], None] = lambda: None,
    ) -> list[AnalyzedFace]:
        """The faces of an upright RGB picture, largest first, with what was asked for and no more than that.

        `check` is called between the steps and may raise to give the work up.
        """
        return self.describe(
            picture, self._finder.find(picture, check), templates=templates, attributes=attributes, check=check
        )

    def describe(
        self,
        picture: Image.Image,
        faces: list[LocatedFace],
        *,
        templates: bool,
        attributes: frozenset[Attribute],
        check: Callable[[], None] = lambda: None,
    ) -> list[AnalyzedFace]:
        """The same for faces that were found before."""
        chips = [align(picture, face.points) for face in faces]
        described = [
            self._describe(face, chip, templates, attributes, check) for face, chip in zip(faces, chips, strict=True)
        ]
        if Attribute.GENDER not in attributes:
            return described
        check()
        males = self._gender.male([chip.scaled(gender.SIZE, gender.PADDING) for chip in chips])
        return [replace(face, male=male) for face, male in zip(described, males, strict=True)]

    def _describe(
        self,
        face: LocatedFace,
        chip: Chip,
        templates: bool,
        attributes: frozenset[Attribute],
        check: Callable[[], None],
    ) -> AnalyzedFace:
        check()
        small = chip.scaled(emotion.SIZE)
        pose, seen = head_pose(face.points), sharpness(small)
        described = AnalyzedFace(face, pose, seen, recognition_quality(face.size, pose, seen))
        if attributes & {Attribute.EMOTION, Attribute.SMILE}:
            described = replace(described, emotions=self._emotion.emotions(small))
        if templates or Attribute.AGE in attributes:
            check()
            embedded = self._embedding.embed(chip)
            described = replace(
                described,
                template=Template(embedded.vector, described.quality) if templates else None,
                age=embedded.age if Attribute.AGE in attributes else None,
            )
        return described
