"""Cameras and places by how much they count in an open hour."""

from collections.abc import Mapping

from dashboard.figures import whole
from dashboard.look import Figures, Look, Selection

HOUR_SECONDS = 3600


def cameras(look: Look, selection: Selection, seconds: Mapping[str, float]) -> list[Figures]:
    """Each camera's display visitors, most in an open hour first, and the share of open time that it watched.

    `seconds`: how long each store was open. Without heartbeats the share is null.
    """
    key = "store || '/' || camera"
    faces = look.faces(selection, key, ("displayVisitors",))
    traffic = look.traffic(selection, key, ("watchedSeconds",))
    rows = []
    for name in {*faces, *traffic}:
        store, camera = name.split("/")
        visitors = whole(faces.get(name, {}).get("displayVisitors"))
        watched = traffic.get(name, {}).get("watchedSeconds") or 0
        rows.append(
            {
                "store": store,
                "camera": camera,
                "displayVisitors": visitors,
                "perHour": per_hour(visitors, seconds[store]),
                "watched": round(min(1.0, watched / seconds[store]), 3) if watched and seconds[store] else None,
            }
        )
    return sorted(rows, key=lambda row: (-(row["perHour"] or 0), row["store"], row["camera"]))


def places(look: Look, selection: Selection, seconds: Mapping[str, float]) -> list[Figures]:
    """Each line's crossings and each zone's stays, most in an open hour first, kind by kind."""
    rows = []
    for place in look.by_place(selection):
        counted = place["stays"] if place["kind"] == "zone" else place["countIn"] + place["countOut"]
        rows.append(
            {
                **{name: place[name] for name in ("store", "camera", "place", "kind")},
                **{
                    name: whole(place[name])
                    for name in ("countIn", "countOut", "stays", "stays15", "stays60", "stays300")
                },
                "peopleMax": place["peopleMax"] or 0,
                "perHour": per_hour(counted, seconds[place["store"]]),
            }
        )
    return sorted(rows, key=lambda row: (row["kind"], -(row["perHour"] or 0), row["store"], row["place"]))


def per_hour(count: float, seconds: float) -> float | None:
    """A rate; None where nothing was open."""
    return round(HOUR_SECONDS * count / seconds, 2) if seconds else None
