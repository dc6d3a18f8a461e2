"""A real HTTP server on this computer for a double: requests in, JSON out."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; header names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: str


Answered = tuple[int, dict[str, Any]]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answer: Callable[[Asked], Answered]
    content_type: str
    seconds: Callable[[], float]

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length).decode()
        status, said = type(self).answer(Asked(self.command, path, query, headers, body))
        text = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", self.content_type)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(type(self).seconds())

    do_GET = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815 - the library looks for these

    def log_message(self, *said: object) -> None:
        """Nothing: a test says itself what went wrong."""


@contextmanager
def serving(
    answer: Callable[[Asked], Answered],
    content_type: str = "application/json",
    seconds: Callable[[], float] = time.time,
) -> Iterator[str]:
    """The address of a server that answers until the block ends; one request at a time. `seconds`
    is the time that its answers say."""
    lock = threading.Lock()

    def one(asked: Asked) -> Answered:
        with lock:
            return answer(asked)

    of_this = {"answer": staticmethod(one), "content_type": content_type}
    handler = type("Handler", (_Handler,), of_this | {"seconds": staticmethod(seconds)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
