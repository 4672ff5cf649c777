"""A copy of what the checks read, with one fault planted in it."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from infra.check.finding import ROOT

FAULTS = Path(__file__).parent / "faults"
READ = ("azure.yaml", "compose.yaml", "infra", "docs", "edge", "face_api", "function_app", "windows")


@dataclass(frozen=True)
class Fault:
    """`needs` names what must be there for the check to see it (the published types), if anything."""

    name: str
    why: str
    file: str
    replace: str
    by: str
    check: str
    rule: str
    needs: str = ""

    def plant(self, root: Path) -> None:
        """Change the file in a copy; the place must be there exactly as the fault describes it."""
        path = root / self.file
        text = path.read_text()
        assert self.replace in text, f"{self.file} no longer holds {self.replace!r}: the fault needs a new place"
        path.write_text(text.replace(self.replace, self.by, 1))


def faults() -> list[Fault]:
    """The planted faults, by name."""
    found = []
    for path in sorted(FAULTS.glob("*.json")):
        fields = json.loads(path.read_text())
        found.append(Fault(name=path.stem, by=fields.pop("with"), **fields))
    return found


def copy(root: Path) -> Path:
    """What the checks read, copied to `root`."""
    for name in READ:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, root / name)
    return root
