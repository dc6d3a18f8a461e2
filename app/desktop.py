"""Composition root of the desktop: the one file that wires window and core together.

The window is painted first; only then does the core start, import what it needs and open
the database.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from app.errors import TuppenceError

if TYPE_CHECKING:
    from app.config import Config, Paths
    from app.demo import DemoServer
    from app.engine.core import Core
    from app.engine.runtime import Engine
    from app.instance import Place
    from app.seam.events import Event
    from app.ui.bridge import Bridge
    from app.ui.window import MainWindow

STOP_LIMIT_S = 10.0


def open_window(*, demo: bool = False) -> int:
    """Open the one window of this data folder; returns the exit code.

    Where it is open already, that window comes forward and this call returns at once.
    """
    import gc

    # What a start makes stays: the collector would look through it for nothing. The window's own
    # collector takes over.
    gc.disable()
    from app.config import load_config, load_paths

    paths = load_paths(os.environ, demo=demo)
    config, notices = load_config(paths, os.environ)
    from app.instance import take_window

    place = take_window(paths.data)
    if place is None:
        return 0
    try:
        return _run_window(paths, config, notices, place, demo=demo)
    finally:
        place.release()


def _run_window(
    paths: Paths, config: Config, notices: tuple[str, ...], place: Place, *, demo: bool
) -> int:
    from PySide6.QtWidgets import QApplication

    from app.ui.bridge import Bridge
    from app.ui.collector import QuietCollector
    from app.ui.window import MainWindow, prepare_application

    application = QApplication(sys.argv[:1])
    prepare_application(application, paths.config)
    bridge = Bridge()
    collector = QuietCollector(bridge)
    bridge.event.connect(collector.note)
    window = MainWindow(bridge, paths.config, demo=demo)
    window.open_demo = _open_demo
    _install_crash_hook(window)
    trace = StartupTrace(os.environ.get("TUPPENCE_STARTUP_TRACE"))
    desk = Desk(paths, config, notices, place, bridge, demo=demo)
    window.painted.connect(lambda: trace.mark("painted"))
    window.typed.connect(lambda: trace.mark("typing"))
    window.painted.connect(desk.start)
    window.painted.connect(collector.start)
    window.retry_requested.connect(desk.start)
    window.show()
    code = application.exec()
    desk.stop()
    return code


def _open_demo() -> bool:
    """A window of its own for the demo; what starts programs is imported when it is asked for."""
    from app.demo import open_demo_window

    return open_demo_window()


class Desk:
    """Starts the core behind the window, again where it did not open, and stops it."""

    def __init__(
        self,
        paths: Paths,
        config: Config,
        notices: tuple[str, ...],
        place: Place,
        bridge: Bridge,
        *,
        demo: bool,
    ) -> None:
        self._paths = paths
        self._config = config
        self._notices = notices
        self._place = place
        self._bridge = bridge
        self._demo = demo
        self._engine: Engine | None = None
        self._server: DemoServer | None = None

    def start(self) -> None:
        """Open the core; one that failed to open is left first."""
        from app.engine.runtime import Engine

        self.stop()
        self._engine = Engine(self._open_core, self._bridge.wake)
        self._bridge.connect_port(self._engine)
        self._engine.start()

    def stop(self) -> None:
        """Have everything saved and closed, within a limit."""
        if self._engine is not None:
            self._engine.stop()
            self._engine.join(STOP_LIMIT_S)
        if self._server is not None:
            self._server.stop()

    async def _open_core(self, emit: Callable[[Event], None]) -> Core:
        """Open the door first: a second start is answered while the database opens."""
        from app.commands.remote import Door
        from app.logs import start_logging
        from app.seam.events import RaiseWindow

        start_logging(self._paths.logs, self._config.log_level)
        door = Door(self._place, lambda: emit(RaiseWindow()))
        await door.open()
        config, notices = self._config, self._notices
        if self._demo:
            config, notices = await self._with_server(config, notices)
        from app.engine.wiring import open_core

        try:
            core = await open_core(
                self._paths,
                config,
                emit,
                notices=notices,
                demo=self._demo,
                window=True,
            )
        except TuppenceError as error:
            door.refuse(error)
            door.close()
            raise
        core.door = door
        door.admit(core)
        return core

    async def _with_server(
        self, config: Config, notices: tuple[str, ...]
    ) -> tuple[Config, tuple[str, ...]]:
        """The demo's settings: its own credit server where it can run, else its scripted model."""
        import asyncio
        from dataclasses import replace

        from app.demo import DemoServer, can_serve

        if not can_serve():
            return replace(config, credit_server=""), notices
        server = self._server = DemoServer(self._paths.data / "server")
        try:
            server.start()
            import app.engine.wiring  # noqa: F401 - its second of imports passes while we wait

            address = await asyncio.to_thread(server.address)
        except TuppenceError as error:
            return replace(config, credit_server=""), (*notices, f"{error.message} {error.advice}")
        return replace(config, credit_server=address), notices


def _install_crash_hook(window: MainWindow) -> None:
    """An exception in a slot or a thread is logged and shown, never swallowed."""
    import logging
    import traceback

    log = logging.getLogger("app.crash")

    def on_exception(kind: type[BaseException], error: BaseException, trace: object) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.close()
            return
        log.critical("not caught", exc_info=(kind, error, trace))  # type: ignore[arg-type]
        sys.__excepthook__(kind, error, trace)  # type: ignore[arg-type]
        window.show_crash("".join(traceback.format_exception(error)))

    def on_thread_exception(arguments: threading.ExceptHookArgs) -> None:
        log.critical("not caught in thread %s", arguments.thread, exc_info=arguments.exc_value)
        threading.__excepthook__(arguments)

    sys.excepthook = on_exception
    threading.excepthook = on_thread_exception


class StartupTrace:
    """Writes the moments of the start to a file, one JSON line each, where one is asked for."""

    def __init__(self, path: str | None) -> None:
        self._path = Path(path) if path else None
        self._seen: set[str] = set()

    def mark(self, mark: str) -> None:
        """Note that something happened for the first time."""
        if self._path is None or mark in self._seen:
            return
        self._seen.add(mark)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f'{{"mark": "{mark}", "monotonic_s": {time.monotonic():.6f}}}\n')


def main() -> NoReturn:
    """Entry for packaging: the window, without a command line."""
    raise SystemExit(open_window())
