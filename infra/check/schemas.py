"""Published JSON schemas of files that Azure's and Docker's tools read, where those schemas are at hand."""

import json
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.validators import validator_for

from infra.check.finding import ROOT, Finding, NotRun, Outcome

FOLDER = "shared/schemas"


def against(schema: str, file: str, content: Any) -> Iterator[Outcome]:
    """What a schema, by its name in FOLDER, says against a file's content."""
    path = next((found for above in ROOT.parents if (found := above / FOLDER / schema).exists()), None)
    if path is None:
        yield NotRun(f"the schema of {file}", f"{FOLDER}/{schema} is not here")
        return
    read = json.loads(path.read_text())
    for fault in validator_for(read, Draft7Validator)(read).iter_errors(content):
        yield Finding("schema", file, f"{'.'.join(map(str, fault.path))}: {fault.message[:200]}")
