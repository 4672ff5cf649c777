"""A Functions host for one app: starts the runtime, indexes the app, loads its functions, invokes them."""

import importlib
import json
import queue
import sys
import threading
import uuid
from collections.abc import Iterator, Mapping
from concurrent import futures
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from typing_extensions import override

from local.child import Child
from tests.function_app.functions_host.packages import unpacked

SECONDS = 60.0
RUNTIME = Path(__file__).with_name("runtime.py")


@dataclass(frozen=True)
class Outcome:
    """How an invocation ended: whether it went well, what the outputs hold, and what the exception said."""

    succeeded: bool
    outputs: Mapping[str, Any]
    message: str


class FunctionsHost:
    """The runtime with the app of one folder, while the `with` block runs."""

    def __init__(self, app: Path, environment: Mapping[str, str]) -> None:
        self._app, self._environment = app, environment
        self.logs: list[str] = []
        self.console = ""
        self.bindings: dict[str, list[dict[str, Any]]] = {}
        self._outgoing: queue.Queue[Any] = queue.Queue()
        self._answers: dict[tuple[str, str], futures.Future[Any]] = {}
        self._started = threading.Event()

    def __enter__(self) -> Self:
        """Raises AssertionError with the runtime's words when the app can't be indexed."""
        packages = unpacked()
        grpc, self._protos = importlib.import_module("grpc"), _protos(packages)
        self._server = grpc.server(futures.ThreadPoolExecutor(2))
        self._protos.add_FunctionRpcServicer_to_server(_servicer(self._protos, self._stream), self._server)
        port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        environment = {"AzureWebJobsScriptRoot": str(self._app), "FUNCTIONS_WORKER_RUNTIME": "python"}
        command = [sys.executable, str(RUNTIME), str(packages), f"127.0.0.1:{port}"]
        self._child = Child("functions", command, {**environment, **self._environment}, folder=self._app)
        try:
            assert self._started.wait(SECONDS), f"the runtime did not start: {self._child.last_words}"
            self._index()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._outgoing.put(None)
        self._child.stop()
        self.console = self._child.last_words
        self._server.stop(0).wait(5)

    def kill(self) -> None:
        """kill -9: what is being invoked ends with ConnectionError."""
        self._child.kill()

    def invoke(
        self,
        function: str,
        argument: str,
        value: Any,
        trigger: Mapping[str, Any] | None = None,
        retry_count: int | None = None,
    ) -> Outcome:
        """Run a function on one input (bytes, a string, or anything as JSON) with the trigger's metadata.

        `retry_count`: how often the host has repeated this very call; None for a function without a retry policy.
        """
        invocation, data = str(uuid.uuid4()), self._protos.TypedData
        given = data(bytes=value) if isinstance(value, bytes) else self._text(value)
        request = self._protos.InvocationRequest(
            invocation_id=invocation,
            function_id=self._ids[function],
            input_data=[self._protos.ParameterBinding(name=argument, data=given)],
            trigger_metadata={name: self._text(item) for name, item in (trigger or {}).items()},
        )
        if retry_count is not None:
            request.retry_context.retry_count = retry_count
            request.retry_context.max_retry_count = -1
        response = self._ask("invocation_response", invocation, invocation_request=request)
        outputs = {item.name: json.loads(item.data.json or "null") for item in response.output_data}
        return Outcome(response.result.status == 1, outputs, response.result.exception.message)

    def _text(self, value: Any) -> Any:
        data = self._protos.TypedData
        return data(string=value) if isinstance(value, str) else data(json=json.dumps(value))

    def _index(self) -> None:
        init = self._protos.WorkerInitRequest(host_version="4.1040.0", function_app_directory=str(self._app))
        began = self._ask("worker_init_response", worker_init_request=init)
        assert began.result.status == 1, began.result.exception.message
        request = self._protos.FunctionsMetadataRequest(function_app_directory=str(self._app))
        found = self._ask("function_metadata_response", functions_metadata_request=request)
        assert found.result.status == 1, found.result.exception.message
        self._ids: dict[str, str] = {}
        for function in found.function_metadata_results:
            self._ids[function.name] = function.function_id
            self.bindings[function.name] = [json.loads(binding) for binding in function.raw_bindings]
            load = self._protos.FunctionLoadRequest(function_id=function.function_id, metadata=function)
            loaded = self._ask("function_load_response", function.function_id, function_load_request=load)
            assert loaded.result.status == 1, loaded.result.exception.message

    def _ask(self, answer: str, key: str = "", **question: Any) -> Any:
        waiting = self._answers[answer, key] = futures.Future()
        self._outgoing.put(self._protos.StreamingMessage(request_id=str(uuid.uuid4()), **question))
        return waiting.result(SECONDS)

    def _stream(self, incoming: Iterator[Any]) -> Iterator[Any]:
        threading.Thread(target=self._receive, args=(incoming,), daemon=True).start()
        yield from iter(self._outgoing.get, None)

    def _receive(self, incoming: Iterator[Any]) -> None:
        with suppress(Exception):  # the stream ends with the process, in one of several errors
            for message in incoming:
                self._take(message.WhichOneof("content"), message)
        for waiting in list(self._answers.values()):
            if not waiting.done():
                waiting.set_exception(ConnectionError("the runtime is gone"))

    def _take(self, kind: str, message: Any) -> None:
        content = getattr(message, kind)
        match kind:
            case "start_stream":
                self._started.set()
            case "rpc_log":
                self.logs.append(content.message)
            case "invocation_response":
                self._answers.pop((kind, content.invocation_id)).set_result(content)
            case "function_load_response":
                self._answers.pop((kind, content.function_id)).set_result(content)
            case _:
                self._answers.pop((kind, "")).set_result(content)


def _protos(packages: Path) -> Any:
    folder = str(packages / "tests")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module("protos")


def _servicer(protos: Any, stream: Any) -> Any:
    class Servicer(protos.FunctionRpcServicer):  # type: ignore[misc]
        @override
        def EventStream(self, request_iterator: Iterator[Any], _context: Any) -> Iterator[Any]:
            yield from stream(request_iterator)

    return Servicer()
