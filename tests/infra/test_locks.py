"""What images install: everything that the requirements ask for, in that version, by hash."""

import re

import pytest
from packaging.requirements import Requirement

from infra.check.finding import ROOT
from infra.images import LOCKS as IMAGES
from infra.locks import LOCKS


def entries(lock: str) -> list[tuple[Requirement, list[str]]]:
    """Each package of a lock with its hashes."""
    text = re.sub(r"(?m)^#.*\n", "", (ROOT / lock).read_text()).replace("\\\n", " ")
    found = []
    for line in text.strip().splitlines():
        requirement, *hashes = re.split(r"\s+--hash=sha256:", line.strip())
        found.append((Requirement(requirement), hashes))
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_is_there_by_version_and_hash(lock: str) -> None:
    for requirement, hashes in entries(lock):
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"[0-9a-f]{64}", one) for one in hashes)


@pytest.mark.parametrize(("lock", "requirements"), LOCKS.items())
def test_what_the_requirements_pin_is_what_the_lock_has(lock: str, requirements: str) -> None:
    lines = [
        line for line in (ROOT / requirements).read_text().splitlines() if line and not line.startswith(("#", "-"))
    ]
    wanted = {(one.name, str(one.specifier)) for one in map(Requirement, lines) if _on_python_3_11(one)}

    assert wanted <= {(one.name, str(one.specifier)) for one, _ in entries(lock)}


def _on_python_3_11(requirement: Requirement) -> bool:
    return requirement.marker is None or any(
        requirement.marker.evaluate({"python_version": "3.11", "platform_machine": machine})
        for machine in ("x86_64", "armv7l")
    )


def test_every_image_has_its_lock() -> None:
    assert set(IMAGES.values()) == LOCKS.keys()
