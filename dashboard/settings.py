"""The settings that the page and the report share: the stores' clock, their day and their opening hours."""

import argparse
import re
from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dashboard.calendar import Calendar
from dashboard.errors import SettingWrong
from dashboard.opening import read_opening_hours
from dashboard.view import Rules

_DAY_START = re.compile(r"([01]\d|2[0-3]):(00|15|30|45)(?: (\S+))?")


def rules(arguments: argparse.Namespace) -> Rules:
    """Read them. Raises SettingWrong."""
    if not arguments.rows.is_dir():
        raise SettingWrong(f"--rows: {arguments.rows} is not a folder; the window runner makes it")
    begins = _DAY_START.fullmatch(arguments.day_start)
    if begins is None:
        raise SettingWrong(
            f"DAY_START: {arguments.day_start!r} is no quarter of an hour like 04:00, or 04:00 Europe/Paris"
        )
    name = arguments.time_zone or begins[3] or "UTC"
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingWrong(f"TIME_ZONE: {name!r} is no time zone; a name like Europe/Paris or UTC is") from None
    calendar = Calendar(zone, name, time(int(begins[1]), int(begins[2])))
    return Rules(calendar, read_opening_hours(arguments.opening_hours))
