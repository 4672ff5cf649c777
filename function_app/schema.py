"""`python -m function_app.schema FOLDER`: writes the JSON Schemas of all that leaves, as they stand in docs/."""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from function_app.tally import Tally
from function_app.traffic import DepartingCrossings, DepartingHeartbeat

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """File name → schema, draft 2020-12."""
    tally = Tally.model_json_schema(by_alias=True, mode="serialization")
    traffic = TypeAdapter(DepartingCrossings | DepartingHeartbeat).json_schema(by_alias=True, mode="serialization")
    for described in (tally, *traffic["$defs"].values()):
        for field in described["properties"].values():
            field.pop("title", None)  # made from the name by machine; says nothing more
            field.pop("default", None)
    tally["required"] = [field.alias for field in Tally.model_fields.values() if field.is_required()]
    return {
        "tally.schema.json": {"$schema": DRAFT, **tally},
        "traffic.schema.json": {"$schema": DRAFT, "title": "footfall.traffic/1", **traffic},
    }


def main(folder: Path) -> None:
    """Write them."""
    for name, schema in schemas().items():
        (folder / name).write_text(json.dumps(schema, indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
