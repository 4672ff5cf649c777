"""Every `az` line of the docs and scripts through az's own parser. Only when asked for: az is large.

`AZ` and `AZ_HUB` name the programs (the newest CLI, and 2.66, whose profiles a Stack Hub needs), or they are installed
into throw-away environments. Nobody is signed in: a line that az understands ends in its asking to sign in.
"""

import itertools
import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from infra.check.finding import Finding, NotRun, Outcome
from infra.installed import environment

VERSIONS = {"az": "azure-cli==2.91.*", "azh": "azure-cli==2.66.*"}
VARIABLES = {"az": "AZ", "azh": "AZ_HUB"}
PLACES = ("docs/deploy.md", "docs/operate.md", "infra/azure/*.sh", "infra/azure/hooks/*.sh")
MENTIONED = ("docs/*.md", "infra/README.md")
EXTENSIONS = ("connectedk8s", "iot", "k8s-extension", "stream-analytics")
"""Commands of az's extensions, which no package registry has: not judged."""

ACTING = ("acr login", "cloud", "extension", "login")
"""Commands that would act at once, or ask somebody: judged by their help."""

STAND_IN = "standin"
STAND_INS = {
    "PictureStorage": "AccountName=standin;AccountKey=c3RhbmRpbg==;BlobEndpoint=https://127.0.0.1:9/standin",
    "date ": "2030-01-31T00:00Z",
    "PARAMETERS": "infra/azure/main.test.bicepparam",
    "parameters": "infra/azure/main.test.bicepparam",
}
"""What az must be able to read in place of a variable or a command's output with these words; else STAND_IN."""

UNDERSTOOD = (
    "Please run 'az login'",
    "latest Bicep version",  # it would fetch the compiler
    "Missing input parameters",  # it would ask for them
    "Unable to parse parameter: @standin",  # a file of secrets
    "Connection refused",  # the stand-in for a storage account
)
"""How a line ends that az has understood, where nobody is signed in and nothing is reached."""


def check(root: Path) -> Iterator[Outcome]:
    """Each line once, with stand-ins for what the shell would fill in."""
    with tempfile.TemporaryDirectory(prefix="az-") as folder:
        programs = {
            name: os.environ.get(variable) or str(environment(Path(folder, name), VERSIONS[name]) / "bin/az")
            for name, variable in VARIABLES.items()
        }
        whole, partial = dict.fromkeys(lines(root)), dict.fromkeys(mentions(root))
        for file, name, words in (*whole, *partial):
            if _is_one(words, EXTENSIONS):
                yield NotRun(f"az {' '.join(words[:3])}", f"an extension's ({file})")
                continue
            by_help = _is_one(words, ACTING) or (file, name, words) in partial
            wrong = known(programs[name], words) if by_help else judged(programs[name], words)
            if wrong:
                yield Finding("az", file, f"{name} {' '.join(words[:4])} …: {wrong}")


def _is_one(words: tuple[str, ...], of: tuple[str, ...]) -> bool:
    return any(" ".join((*words[:2], "")).startswith(f"{one} ") for one in of)


def lines(root: Path) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """File, `az` or `azh`, and the words after it, for each call in the shell blocks, inside others too."""
    for file, text in _texts(root, PLACES):
        shell = "\n".join(re.findall(r"(?ms)^```bash\n(.*?)^```", text)) if file.endswith(".md") else text
        bare = re.sub(r"(?m)^\s*#.*$|\s#\s.*$", "", shell)
        joined = re.sub(r"\\\n\s*", " ", bare)
        for found in re.finditer(r"(?m)(?:^|[(\s])(azh?) (?=([a-z][^\n]*))", joined):
            if words := _words(found[2]):
                yield file, found[1], words


def mentions(root: Path) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The same for each call that stands in a sentence, which may leave out what its reader knows."""
    for file, text in _texts(root, MENTIONED):
        for found in re.finditer(r"`(azh?) ([a-z][^`]*)`", re.sub(r"(?ms)^```.*?^```", "", text)):
            yield file, found[1], tuple(one for one in _words(found[2]) if one != STAND_IN)


def _texts(root: Path, places: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for place in places:
        yield from ((str(path.relative_to(root)), path.read_text()) for path in sorted(root.glob(place)))


def _words(rest: str) -> tuple[str, ...]:
    """The call's own words: up to a pipe, a redirection or the end of a substitution."""
    rest = re.sub(r"\$\([^()]*\)|\$\{[^}]*\}|\$[\w*]+", lambda found: _stand_in(found[0]), rest)
    rest = re.sub(r"\s\d(?=>)", " ", rest.replace("…", STAND_IN))
    reader = shlex.shlex(rest, posix=True, punctuation_chars=True)
    reader.whitespace_split, reader.commenters = True, ""
    try:
        return tuple(itertools.takewhile(lambda word: not set(word) <= set("();<>|&"), reader))
    except ValueError:
        return ()


def _stand_in(substituted: str) -> str:
    return next((value for words, value in STAND_INS.items() if words in substituted), STAND_IN)


def judged(program: str, words: tuple[str, ...]) -> str:
    """What az has against a line, nothing if it only asks to sign in or can't find what a stand-in names."""
    answer = _answer(program, words)
    if answer.returncode == 0 or any(said in answer.stderr for said in UNDERSTOOD):
        return ""
    lines = [line for line in answer.stderr.strip().splitlines() if line.startswith("ERROR")]
    return (lines or [f"status {answer.returncode}"])[0][:200]


def known(program: str, words: tuple[str, ...]) -> str:
    """What az's help has against a call that isn't whole: its command or an option is not there."""
    command = tuple(itertools.takewhile(lambda word: not word.startswith("-"), words))
    answer = _answer(program, (*command, "--help"))
    if answer.returncode:
        return "there is no such command"
    missing = [word for word in words if word.startswith("-") and not re.search(rf"\s{word}\s", answer.stdout)]
    return f"has no {', '.join(missing)}" if missing else ""


def _answer(program: str, words: tuple[str, ...]) -> "subprocess.CompletedProcess[str]":
    with tempfile.TemporaryDirectory() as home:
        return subprocess.run(
            [program, *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "AZURE_CONFIG_DIR": home, "AZURE_CORE_COLLECT_TELEMETRY": "false"},
        )
