"""Starting workers: settings from the environment, the address taken, uvicorn told how."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import uvicorn

from app.errors import ConfigError
from app.logs import redact, start_logging
from app.server.app import build_app
from app.server.bounded import Asgi
from app.server.connections import BoundedConnection
from app.server.demo import curl_line, make_demo_key
from app.server.environment import settings_of_environment
from app.server.licenses.signing_keys import make_ready
from app.server.memory import leave_in_peace
from app.server.services import Services, make_services
from app.server.settings import PREFIX, ServerSettings

# Shorter than what proxies before the server keep, longer than a client's pause between messages.
KEEP_ALIVE_S = 75
STOP_WITHIN_S = 30
STOP_WITHOUT_INPUT_S = 3
BACKLOG = 2048
FOLDER_MODE = 0o700
DEMO_MODEL = "openai/gpt-4o"
NOT_STARTED = 1  # the exit code


def serve(
    given: Mapping[str, str], *, data: Path | None, demo: bool, while_input: bool = False
) -> int:
    """Serve until stopped. `given` are settings of the command line, by variable without prefix.
    With `while_input` the end of standard input stops it too: whoever started it is gone then.

    Raises ConfigError before anything is served.
    """
    # Workers are processes of their own and read the environment again.
    os.environ.update({PREFIX + name: value for name, value in given.items()})
    if demo:
        os.environ[PREFIX + "DEMO"] = "true"
    if data is not None:
        os.environ[PREFIX + "DATA"] = str(data)
    settings = settings_of_environment()
    _make_folder(settings.data)
    taken = _take_address(settings)
    os.environ[PREFIX + "PORT"] = str(taken.getsockname()[1])
    settings = settings_of_environment()
    if settings.workers > 1 and not settings.database_url:
        raise ConfigError(
            "Several workers want PostgreSQL.", f"Set {PREFIX}DATABASE_URL, or run one worker."
        )
    for words in settings.strange:
        print(f"Warning: {words}", file=sys.stderr, flush=True)
    _prepare(settings)
    config = uvicorn.Config(
        "app.server.run:application",
        factory=True,
        http=BoundedConnection,
        ws="none",  # nothing here speaks it, and every worker would load its library
        fd=taken.fileno(),
        workers=settings.workers,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=STOP_WITHIN_S,
        backlog=BACKLOG,
        proxy_headers=False,  # addresses are the server's own work
        server_header=False,
        access_log=False,
        log_config=None,  # its own would write past the place where secrets are taken out
    )
    return _serve(config, taken, while_input=while_input)


def application() -> Asgi:
    """The application of one worker, from the environment."""
    settings = settings_of_environment()
    start_logging(settings.data, "info")
    _log_to_stderr()
    services = make_services(settings)
    app = build_app(services)
    # What nearly every call needs; later either would hold up the streams of others.
    services.counter.warm_up()
    import_module("app.providers.http_aiohttp")
    leave_in_peace()
    return app


def _prepare(settings: ServerSettings) -> None:
    """Whatever may fail fails here, once and in words, and not in each worker.

    Its services go with it: what serves makes its own, and two catalogs are twice the memory.
    """
    services = make_services(settings)
    asyncio.run(make_ready(services))  # a lost key for licenses is said before anything is served
    settings.address_file.write_text(settings.address, "utf-8")
    _greet(services)


class _Redacted(logging.Formatter):
    """One line for people, as for journals and containers, with every secret taken out."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def _log_to_stderr() -> None:
    # Stripe's library writes what it was answered into the log, names of others with it.
    logging.getLogger("stripe").setLevel(logging.WARNING)
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_Redacted("%(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)


def _make_folder(data: Path) -> None:
    try:
        data.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"The folder {data} cannot be made: {error.strerror}.",
            f"Check it, or name another one with --data or {PREFIX}DATA.",
        ) from error


def _take_address(settings: ServerSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    taken = socket.socket(family)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((settings.host, settings.port))
        taken.listen(BACKLOG)  # bound alone, two servers could have it
    except OSError as error:
        taken.close()
        raise ConfigError(
            f"{settings.host}:{settings.port} cannot be used: {error.strerror or error}.",
            "Another program has the port, or the address is not this machine's: choose another "
            f"with --port or {PREFIX}PORT.",
        ) from error
    taken.set_inheritable(True)
    return taken


def _serve(config: uvicorn.Config, taken: socket.socket, *, while_input: bool) -> int:
    if config.workers > 1:
        from uvicorn.supervisors import Multiprocess

        Multiprocess(config, [taken]).run()
        return 0
    server = uvicorn.Server(config)
    if while_input:
        config.timeout_graceful_shutdown = STOP_WITHOUT_INPUT_S
        threading.Thread(target=_stop_after_input, args=(server,), daemon=True).start()
    server.run(sockets=[taken])
    return 0 if server.started else NOT_STARTED


def _stop_after_input(server: uvicorn.Server) -> None:
    while sys.stdin.buffer.read(4096):
        continue
    server.should_exit = True
    time.sleep(2 * STOP_WITHOUT_INPUT_S)
    os._exit(NOT_STARTED)  # it hangs, and nobody is left who would end it


def _greet(services: Services) -> None:
    address = services.settings.address
    print(f"Tuppence's credit server: {address}", flush=True)
    if services.settings.demo:
        token = asyncio.run(make_demo_key(services))
        print("Demo: scripted models answer and payment is simulated.")
        print(f"API key:  {token}")
        print("Try it, in a shell:")
        print(curl_line(address, token, DEMO_MODEL), flush=True)  # a line of its own, to be pasted
