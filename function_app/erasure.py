"""`python -m function_app.erasure` forgets all visitors of the memory, and waits for the service where it is away.

Settings as the worker's: FACE_API_ENDPOINT, VISITOR_MEMORY, and the secret FACE_API_ERASING_KEY, from the environment
or as a file in SECRETS_DIR. One log line a try. Status 0: forgotten; 1: given up, and the log says `erasure failed`, on
which the alert of that name waits; 2: wrong settings.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import requests

from function_app import log
from function_app.errors import SettingsInvalid

DONE, FAILED, REFUSED = 0, 1, 2
SECONDS_BETWEEN, SECONDS_IN_ALL, SECONDS_A_TRY = 15.0, 45 * 60.0, 60.0
NAMES = ("FACE_API_ENDPOINT", "VISITOR_MEMORY", "FACE_API_ERASING_KEY")


def main() -> int:
    """Read the settings and forget."""
    log.to_stderr()
    try:
        endpoint, memory, key = settings()
    except SettingsInvalid as fault:
        sys.stderr.write(f"{fault}\n")
        return REFUSED
    return forget(endpoint, memory, key, time.monotonic, time.sleep)


def settings() -> tuple[str, str, str]:
    """Endpoint, memory and key. Raises SettingsInvalid that names what is missing."""
    folder = os.environ.get("SECRETS_DIR")
    found = []
    for name in NAMES:
        file = Path(folder, name) if folder else None
        value = os.environ.get(name) or (file.read_text().strip() if file and file.is_file() else "")
        if not value:
            raise SettingsInvalid(f"settings: {name} is missing")
        found.append(value)
    endpoint, memory, key = found
    return endpoint, memory, key


def forget(endpoint: str, memory: str, key: str, now: Callable[[], float], wait: Callable[[float], None]) -> int:
    """Ask until the service has forgotten, it refuses, or the time is up."""
    logger, begin = log.get(), now()
    while True:
        why, for_good = _asked(endpoint, memory, key)
        if not why:
            logger.info("visitor memory erased")
            return DONE
        if for_good or now() - begin >= SECONDS_IN_ALL:
            logger.error("erasure failed", why=why)
            return FAILED
        logger.warning("erasure waits", why=why)
        wait(SECONDS_BETWEEN)


def _asked(endpoint: str, memory: str, key: str) -> tuple[str, bool]:
    """What came in the way, if anything, and whether it will stay so."""
    try:
        answer = requests.delete(
            f"{endpoint.rstrip('/')}/visitors/v1/{memory}",
            headers={"Ocp-Apim-Subscription-Key": key},
            timeout=SECONDS_A_TRY,
            allow_redirects=False,
        )
    except requests.RequestException:
        return "service unreachable", False
    if answer.ok:
        return "", True
    return f"status {answer.status_code}", answer.status_code < 500 and answer.status_code != 429


if __name__ == "__main__":
    sys.exit(main())
