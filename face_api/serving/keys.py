"""Who may call what: one key for the calls, and one of its own for erasing, where there is one."""

import hmac
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.types import Scope

KEY_HEADER = b"ocp-apim-subscription-key"
KEY_PARAMETER = "subscription-key"
_GUARDED = ("/face/", "/visitors/")


@dataclass(frozen=True)
class Keys:
    """`calling` None: everybody may call. `erasing` None: whoever may call may erase too."""

    calling: bytes | None = field(default=None, repr=False)
    erasing: bytes | None = field(default=None, repr=False)

    def admit(self, scope: Scope) -> bool:
        """Whether a request brings the key that its path and method need: in the header, or else in the query."""
        path = scope["path"].lower()
        if not path.startswith(_GUARDED):
            return True
        key = self.erasing if self.erasing and _erases(path, scope["method"]) else self.calling
        if key is None:
            return True
        given = [value for name, value in scope["headers"] if name == KEY_HEADER] or _in_query(scope)
        return len(given) == 1 and hmac.compare_digest(given[0], key)


def _erases(path: str, method: str) -> bool:
    return path.startswith("/visitors/") and (method == "DELETE" or path.endswith("/forget"))


def _in_query(scope: Scope) -> list[bytes]:
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True, max_num_fields=100)
    return [value.encode() for name, value in pairs if name.lower() == KEY_PARAMETER]
