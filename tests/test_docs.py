"""What documents say of the repository is so: links lead somewhere, tests that are named exist."""

import ast
import re
from pathlib import Path

import pytest

from models.conversion import TENSORFLOW_MEGABYTES

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    path
    for path in (
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "infra").rglob("*.md"),
        ROOT / "edge/README.md",
        ROOT / ".github/pull_request_template.md",
    )
    if "node_modules" not in path.parts
)
_TEST = re.compile(r"tests/[\w/]+(?:\.py)?(?:::\w+)?")
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_that_a_document_names_exists(document: Path) -> None:
    for named in _TEST.findall(document.read_text()):
        file, _, function = named.partition("::")
        assert (ROOT / file).exists(), f"{document.name} names {file}"
        if function:
            tree = ast.parse((ROOT / file).read_text())
            names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
            assert function in names, f"{document.name} names {named}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_within_the_repository_leads_somewhere(document: Path) -> None:
    for target in _LINK.findall(document.read_text()):
        if "://" not in target and not target.startswith("mailto:"):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    plain = [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading) for heading in _HEADING.findall(document.read_text())]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_anchor_that_is_linked_is_a_heading(document: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", document.read_text()):
        file = document.parent / target if target else document
        if "://" not in target and file.suffix == ".md":
            assert anchor in anchors(file), f"{document.name} links to {target}#{anchor}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_command_to_paste_needs_an_environment_that_is_switched_on(document: Path) -> None:
    """In a block of commands Python is the environment's, or there is `./footfall`; containers have their own."""
    in_block = False
    for number, line in enumerate(document.read_text().splitlines(), start=1):
        in_block ^= line.startswith("```")
        if in_block or line.startswith("    "):
            assert not re.search(r"(^|[ ;])python3? -m (?!venv)", line) or "kubectl" in line, (
                f"{document.name}:{number}"
            )


def test_the_room_that_the_readme_asks_for_is_what_set_up_asks_for() -> None:
    assert f"{TENSORFLOW_MEGABYTES:,} MB more for a while" in (ROOT / "README.md").read_text().replace("\n", " ")
