"""Microsoft's Python runtime for Functions as the host's worker process: between gRPC and the runtime's library.

    python runtime.py PACKAGES_FOLDER HOST:PORT     with the app in the working folder

Microsoft's own program for this comes with Core Tools only. It does what this does: hand each message of the host to
the library's coroutine of that name and send back what it answers.
"""

import asyncio
import importlib
import logging
import queue
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ANSWERS = {"functions_metadata_request": "function_metadata_response"}  # the one that is not named like its request


def main(packages: str, address: str) -> None:
    """Serve one host until it hangs up."""
    sys.path[:0] = [packages, str(Path(packages) / "tests")]
    sys.path.append(str(Path.cwd()))
    grpc, protos = importlib.import_module("grpc"), importlib.import_module("protos")
    runtime = importlib.import_module("azure_functions_runtime")
    outgoing: queue.Queue[Any] = queue.Queue()
    outgoing.put(protos.StreamingMessage(start_stream=protos.StartStream(worker_id="worker")))
    logging.getLogger().addHandler(_ToHost(outgoing, protos, runtime))
    logging.getLogger().setLevel(logging.INFO)
    runtime.start_threadpool_executor()
    stub = protos.FunctionRpcStub(grpc.insecure_channel(address))
    asyncio.run(_serve(stub, outgoing, protos, runtime))


async def _serve(stub: Any, outgoing: "queue.Queue[Any]", protos: Any, runtime: Any) -> None:
    loop = asyncio.get_running_loop()
    hung_up = asyncio.Event()

    async def answer(message: Any) -> None:
        kind = message.WhichOneof("content")
        request = SimpleNamespace(name=kind, request=message, properties={"protos": protos, "host": "127.0.0.1"})
        response = await getattr(runtime, kind)(request)
        field = ANSWERS.get(kind, kind.replace("request", "response"))
        outgoing.put(protos.StreamingMessage(request_id=message.request_id, **{field: response}))

    def receive() -> None:
        try:
            for message in stub.EventStream(iter(outgoing.get, None)):
                asyncio.run_coroutine_threadsafe(answer(message), loop)
        finally:
            loop.call_soon_threadsafe(hung_up.set)

    threading.Thread(target=receive, daemon=True).start()
    await hung_up.wait()


class _ToHost(logging.Handler):
    """Log records go to the host, as the real program sends them."""

    def __init__(self, outgoing: "queue.Queue[Any]", protos: Any, runtime: Any) -> None:
        super().__init__()
        self._outgoing, self._protos, self._runtime = outgoing, protos, runtime

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        invocation = self._runtime.invocation_id_cv.get() or ""
        log = self._protos.RpcLog(message=text, category=record.name, invocation_id=invocation)
        self._outgoing.put(self._protos.StreamingMessage(rpc_log=log))


if __name__ == "__main__":
    main(*sys.argv[1:])
