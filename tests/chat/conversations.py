"""What tests of conversations have in common: a chat with a model, a broken wire, an old folder."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.seam import commands, events
from tests.fixtures.core import CoreDriver

SECRET = "sk-test-0123456789abcdef"


async def unchecked_chat(
    driver: CoreDriver, url: str, *, provider: str = "openai", model: str = "gpt-4o"
) -> str:
    """A chat with a model whose key was kept though nobody could be asked; its id."""
    checked = await driver.ask(
        commands.CheckAndKeepKey(
            1, SECRET, provider=provider, base_url=url, where="session", keep_unchecked=True
        ),
        events.KeyChecked,
    )
    assert checked.kept, checked
    chat = await driver.new_chat(f"{driver.core.shelves.keys.rows()[0].id}/{model}")
    return chat.id


async def opened_after_a_kill(driver: CoreDriver, folder: Path) -> CoreDriver:
    """The core opened on what a kill at this moment would leave behind."""
    shutil.copytree(driver.folder, folder)
    again = CoreDriver(folder)
    await again.open()
    return again


@contextmanager
def broken_wire(answer: bytes = b"") -> Iterator[str]:
    """An address that takes what it is sent, says these bytes, and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return  # closed: the test is over
            with line:
                line.recv(65536)
                line.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def unused_address() -> str:
    """An address on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
