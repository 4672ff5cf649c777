"""Nothing but loopback is reached or looked up, by us or by native code: counted in a network of its own.

That the counter counts, and the Face API under a load: `tests/face_api/test_calls_home.py`; the whole demo:
`tests/local_demo/test_demo.py`.
"""

import sys

import pytest

from tests.support.calls_home import calls_of

pytestmark = pytest.mark.timeout(600)
SERVICES = {
    "worker": "tests/function_app/test_worker.py",
    "windows": "tests/windows/test_command.py",
    "dashboard": "tests/dashboard/test_cli.py",
    "edge": "tests/edge/processes/test_module.py",
}
"""Each service as a process at the work that its own tests give it."""


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_by_itself_reaches_and_looks_up_nothing(service: str) -> None:
    command = ("-m", "pytest", "-q", "-p", "no:cacheprovider", SERVICES[service])
    calls = calls_of(sys.executable, *command, seconds=500)
    assert (calls.status, calls.packets, calls.lookups) == (0, [], [])
