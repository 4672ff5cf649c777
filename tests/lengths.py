"""Which test files take long: a run with several workers begins with them, so that none is left with a long one alone.

Those whose tests share nothing that is started for them are dealt out test by test, all others file by file.
"""

import pytest

LONGEST: tuple[str, ...] = (
    "tests/edge/processes/test_on_tflite_runtime.py",
    "tests/soak/",
    "tests/dashboard/test_page.py",
    "tests/clients/",
    "tests/function_app/test_functions_drills.py",
    "tests/local_demo/test_up.py",
    "tests/local_demo/test_demo.py",
    "tests/first_hour/",
    "tests/windows/test_follow.py",
    "tests/face_api/test_official_client.py",
    "tests/function_app/test_pool_drills.py",
    "tests/edge/test_account.py",
    "tests/privacy/",
    "tests/dashboard/test_print.py",
    "tests/function_app/test_bombs.py",
    "tests/dashboard/test_api.py",
    "tests/function_app/test_drills.py",
    "tests/dashboard/test_history.py",
    "tests/edge/processes/",
    "tests/edge/test_rtsp.py",
    "tests/face_api/",
    "tests/function_app/test_stolen_key.py",
    "tests/infra/test_faults.py",
    "tests/attack/",
    "tests/fuzz/",
    "tests/dashboard/test_cli.py",
    "tests/windows/test_properties.py",
    "tests/local_event_hubs/test_client.py",
    "tests/function_app/",
    "tests/local_event_hubs/",
    "tests/local_iot_edge/",
)
"""Files, or folders, that take 15 seconds or more: the longest first."""

APART: tuple[str, ...] = (
    "tests/attack/test_counts.py",
    "tests/edge/test_rtsp.py",
    "tests/fuzz/test_fuzz.py",
    "tests/infra/test_faults.py",
    "tests/local_event_hubs/test_client.py",
    "tests/privacy/test_no_calls_home.py",
    "tests/windows/test_follow.py",
)
"""Files of tests that share nothing, or what is made in a second or two."""


def longest_first(items: list[pytest.Item]) -> None:
    """Sort by how long the file takes; within a file, and among short ones, the order stays."""

    def place(item: pytest.Item) -> int:
        file = item.nodeid.partition("::")[0]
        return next((number for number, long in enumerate(LONGEST) if file.startswith(long)), len(LONGEST))

    items.sort(key=place)
