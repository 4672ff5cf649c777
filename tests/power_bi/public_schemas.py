"""Hold the PBIP files against the public schemas: `python -m tests.power_bi.public_schemas FOLDER`.

FOLDER is a checkout of microsoft/json-schemas; this is run by hand where there is one. The schemas are not committed
here, because that repository states no licence (looked for on 2026-11-22: no licence file, none in its README or its
issues). Nor does a package with a licence carry them: @microsoft/powerbi-report-authoring-cli 0.4.0 (MIT) fetches them
as it runs, @microsoft/powerbi-core-visual-schema 0.1.1 (MIT) has the visuals' catalogue only, pbir-utils 2.5.2 (MIT)
has rules of its own.

Run on 2026-11-22 over a transcript, copied by hand from a stored copy of that repository: 27 files, no fault; planted
faults were refused. Descriptions and the parts that our files never reach were left out of it; had a file reached one,
the run would have ended with an error. infra/power_bi/README.md names the schemas' versions. Not run yet: over a
checkout.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from tests.power_bi.report_schemas import BY_NAME, FABRIC
from tests.power_bi.window_row import POWER_BI

Schema = bool | Mapping[str, Any]


def main(folder: Path) -> int:
    """Print each fault; answer how many there are."""

    def retrieve(uri: str) -> Resource[Schema]:
        path = folder / "fabric" / uri.removeprefix(FABRIC)
        return DRAFT7.create_resource(json.loads(path.read_text("utf-8-sig")))

    faults = 0
    for path in sorted(path for name in BY_NAME for path in POWER_BI.rglob(name)):
        document = json.loads(path.read_text())
        uri = document["$schema"]
        registry: Registry[Schema] = Registry(retrieve=retrieve)  # type: ignore[call-arg]
        validator = Draft7Validator({"$ref": uri}, registry=registry)
        for fault in validator.iter_errors(document):
            faults += 1
            print(f"{path.relative_to(POWER_BI)}: {fault.json_path}: {fault.message}")  # noqa: T201
    return faults


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1])) else 0)
