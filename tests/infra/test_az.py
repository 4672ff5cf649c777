"""The lines that the az check reads out of docs and scripts (running az itself is left to `infra.check az`)."""

from pathlib import Path

import pytest

from infra.check.az import judged, known, lines, mentions
from infra.check.finding import ROOT


def read(folder: Path, shell: str) -> list[tuple[str, str]]:
    (folder / "docs").mkdir()
    (folder / "docs/deploy.md").write_text(f"# A page\n\n```bash\n{shell}\n```\n")
    return [(name, " ".join(words)) for _, name, words in lines(folder)]


@pytest.mark.parametrize(
    ("shell", "wanted"),
    [
        ("az group create -n $GROUP", [("az", "group create -n standin")]),
        ("az a b \\\n  --c d", [("az", "a b --c d")]),
        ("out() { az a show -n x -o tsv; }", [("az", "a show -n x -o tsv")]),
        ('X=$(azh a show -n "$Y" -o tsv | tr -d x)', [("azh", "a show -n standin -o tsv")]),
        ("az a b > file   # a remark", [("az", "a b")]),
        ("azure up\n# az a b", []),
        ("az a b && az c d -n $X || true", [("az", "a b"), ("az", "c d -n standin")]),
        (
            'az a b -p "$(az c d --query x -o tsv)" -o json',
            [("az", "a b -p standin -o json"), ("az", "c d --query x -o tsv")],
        ),
        ("az a b --expiry $(date -u +%F) 2>/dev/null", [("az", "a b --expiry 2030-01-31T00:00Z")]),
    ],
)
def test_a_line_is_read_as_the_shell_would_call_it(tmp_path: Path, shell: str, wanted: list[tuple[str, str]]) -> None:
    assert read(tmp_path, shell) == wanted


def test_the_docs_and_scripts_have_lines_to_judge() -> None:
    found = list(lines(ROOT))

    assert len(found) > 30
    assert {"docs/deploy.md", "docs/operate.md", "infra/azure/job.sh", "infra/azure/secrets.sh"} <= {
        file for file, _, _ in found
    }


def test_a_call_in_a_sentence_is_read_without_what_it_leaves_out(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/page.md").write_text("Run `az a keys renew … --which X`.\n\n```bash\naz not this\n```\n")

    assert [words for _, _, words in mentions(tmp_path)] == [("a", "keys", "renew", "--which", "X")]


AZ = """\
#!/bin/sh
case "$*" in
  *--help) [ "$1" = group ] && printf 'Arguments\\n    --name -n : Its name.\\n' || exit 2 ;;
  *-n*) echo "ERROR: Please run 'az login' to setup account." >&2; exit 1 ;;
  *) echo "ERROR: the following arguments are required: --name/-n" >&2; exit 2 ;;
esac
"""


@pytest.fixture
def az(tmp_path: Path) -> str:
    """A program that answers as az does."""
    program = tmp_path / "az"
    program.write_text(AZ)
    program.chmod(0o755)
    return str(program)


def test_a_line_is_right_when_az_asks_to_sign_in_and_wrong_with_any_other_error(az: str) -> None:
    assert judged(az, ("group", "show", "-n", "x")) == ""
    assert judged(az, ("group", "show")) == "ERROR: the following arguments are required: --name/-n"


def test_a_partial_call_is_held_against_the_help_of_its_command(az: str) -> None:
    assert known(az, ("group", "show", "-n", "x")) == ""
    assert known(az, ("group", "show", "--purge")) == "has no --purge"
    assert known(az, ("groop", "show")) == "there is no such command"
