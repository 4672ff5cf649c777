"""`python -m function_app.schema > docs/visit-event.schema.json`: the visit event as JSON Schema."""

import json
import sys
from typing import Any

from function_app.events import VisitEvent


def visit_event_schema() -> dict[str, Any]:
    """The schema, draft 2020-12."""
    schema = VisitEvent.model_json_schema(by_alias=True, mode="serialization")
    for field in schema["properties"].values():
        field.pop("title", None)  # made from the name by machine; says nothing more
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(visit_event_schema(), indent=2) + "\n")
