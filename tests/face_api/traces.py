"""Where bytes that should be gone still are."""

from collections.abc import Iterator
from pathlib import Path

from face_api.faces.template import Template


def traces(folder: Path, needle: bytes) -> list[str]:
    """The files below the folder that contain the bytes. Files that go meanwhile hold nothing."""
    return sorted(str(path.relative_to(folder)) for path in _files(folder) if needle in _content(path))


def looks_of(template: Template) -> list[bytes]:
    """Pieces of a template in every form in which a store may keep it: float16, float32 of either order, words."""
    some = template.vector[100:132]
    words = ",".join(f"{value:.6g}" for value in some[:6].tolist())
    return [template.to_bytes()[200:264], some.tobytes(), some.astype(">f4").tobytes(), words.encode()]


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
