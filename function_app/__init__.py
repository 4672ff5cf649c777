"""Pictures in, anonymized visit events out: the Functions app and the worker around one core.

The Functions host imports this package and looks for exactly one `FunctionApp` in it; the worker imports it too, and
needs neither the Functions library nor its settings. So `app` is made when it is first asked for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from function_app.triggers import app

__all__ = ["app"]


def __getattr__(name: str) -> Any:
    if name == "app":
        from function_app.triggers import app  # noqa: PLC0415 (see above)

        return app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), "app"]
