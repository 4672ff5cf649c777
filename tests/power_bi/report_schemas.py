"""JSON Schemas of the PBIP files, for the part of the formats that our project uses.

In our own words after the public schemas that each file's `$schema` names (microsoft/json-schemas on GitHub), and
narrower: every object is closed, so what passes here passes there. `python -m tests.power_bi.public_schemas FOLDER`
holds the files against a checkout of the public ones.
"""

from typing import Any

FABRIC = "https://developer.microsoft.com/json-schemas/fabric/"
Schema = dict[str, Any]


def closed(required: dict[str, Any], optional: dict[str, Any] | None = None) -> Schema:
    """An object with these properties and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": required | (optional or {}),
        "required": list(required),
    }


def file(name: str, required: dict[str, Any], optional: dict[str, Any] | None = None) -> Schema:
    """A document that says which public schema it follows."""
    return closed({"$schema": {"const": f"{FABRIC}{name}/schema.json"}} | required, optional)


def several(of: Schema) -> Schema:
    """A list that is not empty."""
    return {"type": "array", "items": of, "minItems": 1}


TEXT, NUMBER, FLAG = {"type": "string", "minLength": 1}, {"type": "number", "minimum": 0}, {"type": "boolean"}
NAME = {"type": "string", "pattern": r"^[\w-]{1,50}$"}
GUID = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
VERSIONS = closed({part: {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"} for part in ("visual", "page", "report")})
SOURCE = closed({"Expression": closed({"SourceRef": closed({"Entity": TEXT})}), "Property": TEXT})
FIELD = {"oneOf": [closed({"Column": SOURCE}), closed({"Measure": SOURCE})]}
PROJECTION = closed({"field": FIELD, "queryRef": TEXT, "nativeQueryRef": TEXT}, {"active": FLAG})
LITERAL = closed({"expr": closed({"Literal": closed({"Value": TEXT})})})
FORMATTING = {
    "type": "object",
    "additionalProperties": several(closed({"properties": {"type": "object", "additionalProperties": LITERAL}})),
}
STATE = {"type": "object", "additionalProperties": closed({"projections": several(PROJECTION)})}
SORT = closed(
    {"sort": several(closed({"field": FIELD, "direction": {"enum": ["Ascending", "Descending"]}}))},
    {"isDefaultSort": FLAG},
)

VISUAL = file(
    "item/report/definition/visualContainer/2.0.0",
    {
        "name": NAME,
        "position": closed(dict.fromkeys(("x", "y", "z", "width", "height", "tabOrder"), NUMBER)),
        "visual": closed(
            {
                "visualType": TEXT,
                "query": closed({"queryState": STATE}, {"sortDefinition": SORT}),
                "visualContainerObjects": FORMATTING,
                "drillFilterOtherVisuals": FLAG,
            },
            {"objects": FORMATTING},
        ),
    },
)
PAGE = file(
    "item/report/definition/page/2.0.0",
    {"name": NAME, "displayName": TEXT, "displayOption": {"const": "FitToPage"}, "height": NUMBER, "width": NUMBER},
)
REPORT = file(
    "item/report/definition/report/3.0.0",
    {
        "themeCollection": closed(
            {
                "customTheme": closed(
                    {"name": TEXT, "reportVersionAtImport": VERSIONS, "type": {"const": "RegisteredResources"}}
                )
            }
        ),
        "resourcePackages": several(
            closed(
                {
                    "name": TEXT,
                    "type": {"const": "RegisteredResources"},
                    "items": several(closed({"name": TEXT, "path": TEXT, "type": {"const": "CustomTheme"}})),
                }
            )
        ),
        "settings": closed({"useStylableVisualContainerHeader": FLAG}),
    },
)
PLATFORM = file(
    "gitIntegration/platformProperties/2.0.0",
    {
        "metadata": closed({"type": {"enum": ["Report", "SemanticModel"]}, "displayName": TEXT}),
        "config": closed({"version": {"const": "2.0"}, "logicalId": GUID}),
    },
)
BY_NAME: dict[str, Schema] = {
    ".platform": PLATFORM,
    "Footfall.pbip": file(
        "pbip/pbipProperties/1.0.0",
        {"version": TEXT, "artifacts": several(closed({"report": closed({"path": TEXT})}))},
        {"settings": closed({"enableAutoRecovery": FLAG})},
    ),
    "definition.pbism": file(
        "item/semanticModel/definitionProperties/1.0.0", {"version": TEXT, "settings": closed({})}
    ),
    "definition.pbir": file(
        "item/report/definitionProperties/2.0.0",
        {"version": TEXT, "datasetReference": closed({"byPath": closed({"path": TEXT})})},
    ),
    "version.json": file(
        "item/report/definition/versionMetadata/1.0.0",
        {"version": {"type": "string", "pattern": r"^[1-9]\d*\.(0|[1-9]\d*)\.0$"}},
    ),
    "report.json": REPORT,
    "pages.json": file(
        "item/report/definition/pagesMetadata/1.0.0", {"pageOrder": several(NAME), "activePageName": NAME}
    ),
    "page.json": PAGE,
    "visual.json": VISUAL,
}
"""Which schema a file of this name follows."""

ROLES = {
    "slicer": {"Values"},
    "card": {"Values"},
    "tableEx": {"Values"},
    "columnChart": {"Category", "Series", "Y"},
    "barChart": {"Category", "Series", "Y"},
    "hundredPercentStackedColumnChart": {"Category", "Series", "Y"},
}
"""Fields that a visual takes, after the catalogue in the npm package @microsoft/powerbi-core-visual-schema 0.1.1."""
