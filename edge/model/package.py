"""A zipped model: the Vision AI Dev Kit's layout, Custom Vision's export, or just a .tflite and its labels.

Nothing is unpacked to disk: two members are read into memory, so no member can be written anywhere.
"""

import io
import json
import lzma
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from edge.errors import ModelRefused
from edge.gate.person_model import DEFAULT_LABELS

MOST_MEMBERS = 100
MOST_BYTES = 200_000_000
MOST_LABELS = 10_000
DEV_KIT = ("va-snpe-engine-library_config.json", "MODEL_FILENAME", "LABELS_NAME")
CUSTOM_VISION = ("cvexport.manifest", "ModelFileName", "LabelFileName")
CORRUPT = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What zipfile raises for bytes that aren't what they claim to be."""
NO_LABEL = frozenset(("???", "background"))
"""How label files name the class that is none; detectors don't count it."""


@dataclass(frozen=True)
class ModelPackage:
    """A .tflite file's content, and the names of its classes in order."""

    tflite: bytes
    labels: tuple[str, ...]


def unpack(content: bytes) -> ModelPackage:
    """The model and labels in a zip. Raises ModelRefused, saying what is wrong with it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = _checked(archive)
            model, labels = _names(archive, members)
            return ModelPackage(_read(archive, members[model]), _labels(archive, members, labels))
    except CORRUPT:
        raise ModelRefused("the model's zip is corrupt or encrypted") from None


def _checked(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Members by name without folders. Raises ModelRefused for a zip that no honest tool would have made."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MOST_MEMBERS or sum(info.file_size for info in infos) > MOST_BYTES:
        raise ModelRefused(f"the model's zip unpacks to more than {MOST_BYTES // 10**6} MB or {MOST_MEMBERS} files")
    for info in infos:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in info.filename:
            raise ModelRefused("the model's zip holds a path that leads out of it")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise ModelRefused("the model's zip holds a link")
    return {PurePosixPath(info.filename).name: info for info in infos}


def _names(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> tuple[str, str | None]:
    """Names of the model's and the labels' member; a manifest says, or there is only one .tflite."""
    for manifest, model_key, labels_key in (DEV_KIT, CUSTOM_VISION):
        if manifest in members:
            said = _said(_read(archive, members[manifest]))
            model, labels = said.get(model_key), said.get(labels_key)
            if str(model) not in members or not str(model).endswith(".tflite"):
                raise ModelRefused(f"{manifest} in the model's zip names no .tflite file that is there")
            return str(model), str(labels) if labels else None
    models = [name for name in members if name.endswith(".tflite")]
    if len(models) != 1:
        raise ModelRefused(f"the model's zip holds {len(models)} .tflite files, not one")
    return models[0], next((name for name in ("labels.txt", "labelmap.txt") if name in members), None)


def _said(manifest: bytes) -> dict[str, object]:
    said = json.loads(manifest)
    return said if isinstance(said, dict) else {}


def _labels(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str | None) -> tuple[str, ...]:
    if name is None:
        return DEFAULT_LABELS
    if name not in members:
        raise ModelRefused("the model's zip lacks the labels that its manifest names")
    labels = tuple(line.strip() for line in _read(archive, members[name]).decode().splitlines() if line.strip())
    if not 0 < len(labels) <= MOST_LABELS:
        raise ModelRefused("the model's labels are empty or too many")
    return labels[1:] if labels[0] in NO_LABEL else labels


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """A member's content, its checksum verified; never more than its declared size is unpacked."""
    return archive.read(member)
