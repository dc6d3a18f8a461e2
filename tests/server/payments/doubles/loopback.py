"""A real HTTP server on this computer for a double: requests in, JSON out."""

from __future__ import annotations

import json
import threading
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

    do_GET = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815 - the library looks for these

    def log_message(self, *said: object) -> None:
        """Nothing: a test says itself what went wrong."""


@contextmanager
def serving(
    answer: Callable[[Asked], Answered], content_type: str = "application/json"
) -> Iterator[str]:
    """The address of a server that answers until the block ends; one request at a time."""
    lock = threading.Lock()

    def one(asked: Asked) -> Answered:
        with lock:
            return answer(asked)

    handler = type(
        "Handler", (_Handler,), {"answer": staticmethod(one), "content_type": content_type}
    )
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
