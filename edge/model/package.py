"""A zipped model: the Vision AI Dev Kit's layout, Custom Vision's export, or just a .tflite and its labels.

Nothing is unpacked to disk: two members are read into memory, so no member can be written anywhere.
"""

import io
import json
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from edge.errors import ModelRefused
from edge.gate.labels import read_labels, text_of

MOST_MEMBERS = 100
MOST_BYTES = 64_000_000
PIECE = 1 << 16
CENTRAL_ENTRY = b"PK\x01\x02"
DEV_KIT = ("va-snpe-engine-library_config.json", "MODEL_FILENAME", "LABELS_NAME")
CUSTOM_VISION = ("cvexport.manifest", "ModelFileName", "LabelFileName")
LABELS = ("labels.txt", "labelmap.txt", "label_map.txt")
JUNK = frozenset((".ds_store", "thumbs.db", "desktop.ini"))

Members = Mapping[PurePosixPath, zipfile.ZipInfo]


@dataclass(frozen=True)
class ModelPackage:
    """A .tflite file's content, and the names of its classes in order; None if it comes without."""

    tflite: bytes
    labels: tuple[str, ...] | None


def unpack(content: bytes) -> ModelPackage:
    """The model and labels in a zip. Raises ModelRefused, saying what is wrong with it."""
    if content.count(CENTRAL_ENTRY) > 2 * MOST_MEMBERS:  # before zipfile makes an object of each
        raise ModelRefused(f"the model's zip holds more than {MOST_MEMBERS} files")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = _checked(archive)
            model, labels = _chosen(archive, members)
            named = read_labels(_read(archive, labels)) if labels else None
            return ModelPackage(_read(archive, model), named)
    except ModelRefused:
        raise
    except Exception:  # noqa: BLE001 - zipfile raises all sorts of things for bytes that aren't what they claim to be
        raise ModelRefused("the model's zip is corrupt or encrypted") from None


def _checked(archive: zipfile.ZipFile) -> Members:
    """Members by path, without folders and what operating systems put into zips by themselves.

    Raises ModelRefused for a zip that no honest tool would have made.
    """
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MOST_MEMBERS or sum(info.file_size for info in infos) > MOST_BYTES:
        raise ModelRefused(f"the model's zip unpacks to more than {MOST_BYTES // 10**6} MB or {MOST_MEMBERS} files")
    members: dict[PurePosixPath, zipfile.ZipInfo] = {}
    for info in infos:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in info.filename:
            raise ModelRefused("the model's zip holds a path that leads out of it")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise ModelRefused("the model's zip holds a link")
        if path in members:
            raise ModelRefused("the model's zip holds a file twice")
        if path.parts[:1] != ("__MACOSX",) and not path.name.startswith("._") and path.name.casefold() not in JUNK:
            members[path] = info
    return members


def _chosen(archive: zipfile.ZipFile, members: Members) -> tuple[zipfile.ZipInfo, zipfile.ZipInfo | None]:
    """The model's and the labels' member; a manifest says, or there is only one .tflite."""
    for manifest, model_key, labels_key in (DEV_KIT, CUSTOM_VISION):
        if found := _named(members, manifest):
            said = _said(_read(archive, found), manifest)
            model, labels = _named(members, said.get(model_key)), said.get(labels_key)
            if model is None or not model.filename.casefold().endswith(".tflite"):
                raise ModelRefused(f"{manifest} in the model's zip names no .tflite file that is there")
            if labels and not _named(members, labels):
                raise ModelRefused("the model's zip lacks the labels that its manifest names")
            return model, _named(members, labels) if labels else _only_labels(members)
    models = [info for path, info in members.items() if path.suffix.casefold() == ".tflite"]
    if len(models) != 1:
        raise ModelRefused(f"the model's zip holds {len(models)} .tflite files, not one")
    return models[0], _only_labels(members)


def _named(members: Members, name: object) -> zipfile.ZipInfo | None:
    """The member of this path or, if there is just one, of this name in whatever folder."""
    if not isinstance(name, str) or not name:
        return None
    path = PurePosixPath(name.replace("\\", "/"))
    alike = [info for one, info in members.items() if one.name == path.name]
    return members.get(path) or (alike[0] if len(alike) == 1 else None)


def _only_labels(members: Members) -> zipfile.ZipInfo | None:
    """The member that is called as labels are, like `labels.txt` or `coco_labels.txt`."""
    found = [info for path, info in members.items() if path.name.casefold().endswith(LABELS)]
    if len(found) > 1:
        raise ModelRefused(f"the model's zip holds {len(found)} files of labels, not one")
    return found[0] if found else None


def _said(manifest: bytes, name: str) -> dict[str, object]:
    try:
        said = json.loads(text_of(manifest))
    except (ValueError, RecursionError):
        raise ModelRefused(f"{name} in the model's zip isn't JSON") from None
    return said if isinstance(said, dict) else {}


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """A member's content, its checksum verified.

    Unpacked piece by piece, so that never more than the declared size and a piece is in memory: zipfile bounds only
    what it returns, and of other methods than these two not even what it unpacks.
    """
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ModelRefused("the model's zip is packed by another method than deflate; zip it anew")
    content = bytearray()
    with archive.open(member) as stream:
        while piece := stream.read(PIECE):
            content += piece
    return bytes(content)
