"""Which tests are drills: they start whole processes, browsers or hosts, kill them or load them.

`make test` leaves them out, so that a change is judged within minutes, a room's within one or little more; with
DRILLS=yes it runs everything, as in CI.
"""

DRILLS = (
    "tests/clients/",
    "tests/dashboard/test_page.py",
    "tests/dashboard/test_print.py",
    "tests/edge/processes/",
    "tests/edge/test_account.py",
    "tests/edge/test_rtsp.py",
    "tests/face_api/test_calls_home.py",
    "tests/face_api/test_durability.py",
    "tests/face_api/test_late_database.py",
    "tests/face_api/test_official_client.py",
    "tests/face_api/test_process.py",
    "tests/face_api/test_worker_processes.py",
    "tests/function_app/test_bombs.py",
    "tests/first_hour/",
    "tests/function_app/test_drills.py",
    "tests/function_app/test_functions_app.py",
    "tests/function_app/test_functions_drills.py",
    "tests/function_app/test_functions_face_api.py",
    "tests/function_app/test_pool_drills.py",
    "tests/function_app/test_process.py",
    "tests/function_app/test_stolen_key.py",
    "tests/function_app/test_worker_manners.py",
    "tests/infra/test_faults.py",
    "tests/infra/test_policy.py",
    "tests/local_demo/test_demo.py",
    "tests/local_demo/test_up.py",
    "tests/local_event_hubs/test_kill.py",
    "tests/local_iot_edge/test_restart.py",
    "tests/models/test_build.py",
    "tests/privacy/test_no_calls_home.py",
    "tests/soak/",
    "tests/windows/test_follow.py",
)
"""Files, and folders."""


def is_drill(name: str) -> bool:
    """Whether the test file of that name, from the repository's root, is one."""
    return name.startswith(DRILLS)
