"""The official Bicep compiler as a server: started once, asked many times (`bicep jsonrpc`)."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.check.finding import Finding, Unreadable

_WHERE = {
    "tenantId": None,
    "subscriptionId": "00000000-0000-0000-0000-000000000000",
    "resourceGroup": "footfall",
    "location": "westeurope",
    "deploymentName": None,
}


class Compiler:
    """One running compiler."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._asked = 0

    def snapshot(self, parameters: Path, root: Path) -> dict[str, Any]:
        """What a .bicepparam comes to. Raises Unreadable, by its name below the root, where it comes to nothing."""
        try:
            answer = self._ask("getSnapshot", path=str(parameters), metadata=_WHERE, externalInputs=[])
        except Unreadable as fault:
            raise Unreadable(str(parameters.relative_to(root)), fault.reason) from None
        found: dict[str, Any] = json.loads(answer["snapshot"])
        found["outputs"] = dict(sorted(found.get("outputs", {}).items()))  # Bicep gives them in a new order each time
        return found

    def compile(self, source: Path, root: Path) -> set[Finding]:
        """What there is to say of a .bicep or .bicepparam file and all that it uses. Raises Unreadable."""
        extra: dict[str, Any] = {"parameterOverrides": {}} if source.suffix == ".bicepparam" else {}
        answer = self._ask("compileParams" if extra else "compile", path=str(source), **extra)
        return {
            Finding(
                one["code"],
                str(Path(one["source"]).resolve().relative_to(root.resolve())),
                f"line {one['range']['start']['line'] + 1}: {one['message']}",
            )
            for one in answer["diagnostics"]
        }

    def format(self, source: Path) -> str:
        """A file as `bicep format` would write it. Raises Unreadable."""
        return str(self._ask("format", path=str(source))["contents"])

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._asked += 1
        body = json.dumps({"jsonrpc": "2.0", "id": self._asked, "method": f"bicep/{method}", "params": params}).encode()
        to, back = self._process.stdin, self._process.stdout
        if to is None or back is None:
            raise Unreadable(str(params.get("path")), "the Bicep compiler has no pipes")
        to.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        to.flush()
        length = 0
        while header := back.readline().strip():
            name, _, value = header.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        if not length:
            raise Unreadable(str(params.get("path")), "the Bicep compiler ended without an answer")
        answer = json.loads(back.read(length))
        if "error" in answer:
            raise Unreadable(str(params.get("path")), str(answer["error"].get("message")).splitlines()[0])
        found: dict[str, Any] = answer["result"]
        return found


@contextmanager
def running(program: str) -> Iterator[Compiler]:
    """A compiler for as long as the block runs."""
    command = [program, "jsonrpc", "--stdio"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=surroundings()) as process:
        try:
            yield Compiler(process)
        finally:
            process.kill()


def surroundings() -> dict[str, str]:
    """The compiler's environment: it runs without libicu too."""
    return {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
