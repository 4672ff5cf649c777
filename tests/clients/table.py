"""The table in docs/clients.md, which a run of all suites of all languages writes at its end if each of them passed.

Libraries' versions come from where they are pinned, what was tried from the tests' names, and what is known to differ
from the suites' classes; tests/clients/test_table.py fails when the file is not what this makes.
"""

import importlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from tests.clients.event_hubs_suite import EventHubsSuite
from tests.clients.face_suite import FaceSuite
from tests.clients.iot_suite import IotSuite
from tests.clients.languages import HERE, LANGUAGES, ROOT
from tests.clients.storage_suite import StorageSuite

FILE = ROOT / "docs" / "clients.md"
_START, _END = "<!-- written by a whole run of tests/clients -->", "<!-- end -->"
_TITLES = {"python": "Python", "javascript": "JavaScript", "go": "Go", "java": "Java"}
SUITES: Mapping[type, tuple[str, str]] = {
    EventHubsSuite: ("Event Hubs", "test_event_hubs"),
    IotSuite: ("IoT device and module", "test_iot"),
    FaceSuite: ("Face API", "test_face"),
    StorageSuite: ("Uploads", "test_storage"),
}
LIBRARIES = {
    ("python", "test_event_hubs"): "azure-eventhub",
    ("python", "test_iot"): "azure-iot-device",
    ("python", "test_face"): "azure-cognitiveservices-vision-face",
    ("python", "test_storage"): "azure-storage-blob",
    ("javascript", "test_event_hubs"): "@azure/event-hubs",
    ("javascript", "test_iot"): "azure-iot-device",
    ("javascript", "test_face"): "@azure/cognitiveservices-face",
    ("javascript", "test_storage"): "@azure/storage-blob",
    ("go", "test_event_hubs"): "azure-sdk-for-go/sdk/messaging/azeventhubs/v2",
    ("go", "test_face"): "azure-sdk-for-go",
    ("go", "test_storage"): "azure-sdk-for-go/sdk/storage/azblob",
    ("java", "test_event_hubs"): "azure-messaging-eventhubs",
    ("java", "test_iot"): "iot-device-client",
    ("java", "test_storage"): "azure-storage-blob",
}


def pinned(language: str, library: str) -> str:
    """The version of a library that the language's program is built with."""
    match language:
        case "python":
            return version(library)
        case "javascript":
            return str(json.loads((HERE / "javascript" / "package.json").read_text())["dependencies"][library])
        case "go":
            pattern, file = rf"/{re.escape(library)} v(\S+?)(?:\+incompatible)?\n", "go/go.mod"
        case _:
            pattern, file = rf"<artifactId>{re.escape(library)}</artifactId>\s*<version>([^<]+)<", "java/pom.xml"
    found = re.search(pattern, (HERE / file).read_text())
    assert found is not None, f"{library} is not pinned in {file}"
    return found[1]


def tried(suite: type) -> list[str]:
    """What a suite tries, as its tests' names say it."""
    return [name.removeprefix("test_").replace("_", " ") for name in vars(suite) if name.startswith("test_")]


def rows() -> Iterator[Sequence[str]]:
    """Language, library, version, what was tried, what differs."""
    for suite, (title, module) in SUITES.items():
        for language in LANGUAGES:
            library = LIBRARIES.get((language, module))
            if library is None:
                continue
            found = importlib.import_module(f"tests.clients.{language}.{module}")
            (tested,) = (
                each
                for each in vars(found).values()
                if isinstance(each, type) and issubclass(each, suite) and each is not suite
            )
            differs = getattr(tested, "differs", "")
            yield _TITLES[language], f"`{library}`", pinned(language, library), title, differs or "nothing seen"


def rendered() -> str:
    """The table, and what each suite tries."""
    lines = ["| language | library | version | tried | where it differs |", "|---|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows()]
    for suite, (title, module) in SUITES.items():
        lines += ["", f"### {title} (`{module}.py` of each language)"]
        lines += [f"- {sentence}" for sentence in tried(suite)]
    return "\n".join(lines)


def parts(text: str) -> tuple[str, str, str]:
    """What stands before, in and after the part that is made."""
    before, _, rest = text.partition(_START)
    made, _, after = rest.partition(_END)
    return before, made.strip(), after


def write(file: Path) -> None:
    """Put the part that is made anew into the file."""
    before, _, after = parts(file.read_text())
    file.write_text(f"{before}{_START}\n{rendered()}\n{_END}{after}")


def untried(passed: Iterable[str]) -> list[str]:
    """Which tests of which language are not among those that passed, by their node ids."""
    done = {each.partition("[")[0] for each in passed}
    wanted = {
        (f"{language}/{module}.py", name)
        for suite, (_, module) in SUITES.items()
        for language, its_module in LIBRARIES
        if its_module == module
        for name in vars(suite)
        if name.startswith("test_")
    }
    found = {(each.partition("::")[0].removeprefix("tests/clients/"), each.rpartition("::")[2]) for each in done}
    return sorted(f"{file} {name}" for file, name in wanted - found)


def end_of_a_run(outcomes: Mapping[str, str], file: Path) -> None:
    """Write the table if every suite of every language was run, and no test failed but that of the table.

    `outcomes`: of each test of tests/clients, by its node id.
    """
    failed = [name for name, how in outcomes.items() if how == "failed" and "/test_table.py::" not in name]
    if not failed and not untried(name for name, how in outcomes.items() if how == "passed"):
        write(file)
