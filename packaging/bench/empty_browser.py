"""An empty Chromium window in its application mode: what a browser-based client starts from.

The page itself tells when its first frame was drawn, by a request to a server of the bench.
"""

from __future__ import annotations

import os
import queue
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from windows import START_LIMIT_S, end

PAGE = b"""<!doctype html><title>empty</title><body>
<script>requestAnimationFrame(() => requestAnimationFrame(() => fetch("/painted")))</script>"""


@dataclass(frozen=True, slots=True)
class Browser:
    """A running browser and how long it took to its first frame."""

    process: subprocess.Popen[bytes]
    painted_s: float


@contextmanager
def empty_browser(program: str, profile: Path, display: str) -> Iterator[Browser]:
    """The browser with its one empty window; the same profile makes later starts warm."""
    painted: queue.SimpleQueue[float] = queue.SimpleQueue()
    with _page_server(painted) as port:
        command = [
            *(program, f"--app=http://127.0.0.1:{port}/", f"--user-data-dir={profile}"),
            *("--no-sandbox", "--no-first-run", "--no-default-browser-check"),
            *(
                "--password-store=basic",
                "--window-size=1440,900",
                "--disable-background-networking",
            ),
        ]
        variables = {**os.environ, "DISPLAY": display}
        variables.pop("DBUS_SESSION_BUS_ADDRESS", None)
        began_s = time.monotonic()
        process = subprocess.Popen(
            command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield Browser(process, painted.get(timeout=START_LIMIT_S) - began_s)
        finally:
            end(process)


@contextmanager
def _page_server(painted: queue.SimpleQueue[float]) -> Iterator[int]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/painted":
                painted.put(time.monotonic())
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            if self.path == "/":
                self.wfile.write(PAGE)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Requests are not news."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
