"""The keychain from a loop: each call in a thread of its own, with a limit.

A keyring may wait for ever for a person. Such a thread is left behind: it holds up neither the
loop nor the program's end, and what it says too late is dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

from app.errors import TuppenceError
from app.store import keychain_faults as faults
from app.store.keychain import Keychain, KeychainPlace

T = TypeVar("T")
TIMEOUT_S = 60.0
# Each question that nobody answers leaves a thread; more than these would only pile up.
_WAITING_MAX = 8


class KeychainCalls:
    """A `Keychain` whose methods can be awaited.

    Each raises KeyringLocked when there is no answer within `timeout_s`, and otherwise what
    the keychain itself raises.
    """

    def __init__(self, keychain: Keychain, *, timeout_s: float = TIMEOUT_S) -> None:
        self.keychain = keychain
        self._timeout_s = timeout_s
        self._waiting = 0

    async def place(self) -> KeychainPlace:
        return await self.call(self.keychain.place)

    async def keep(self, key_id: str, secret: str, where: str) -> None:
        await self.call(lambda: self.keychain.keep(key_id, secret, where))

    async def read(self, key_id: str, where: str | None = None) -> str | None:
        return await self.call(lambda: self.keychain.read(key_id, where))

    async def forget(self, key_id: str, where: str | None = None) -> None:
        await self.call(lambda: self.keychain.forget(key_id, where))

    async def open_vault(self, passphrase: str) -> None:
        await self.call(lambda: self.keychain.open_vault(passphrase))

    async def change_passphrase(self, old: str, new: str) -> None:
        await self.call(lambda: self.keychain.change_passphrase(old, new))

    async def call(self, function: Callable[[], T]) -> T:
        """Run one blocking call in a thread of its own."""
        if self._waiting >= _WAITING_MAX:
            raise faults.timed_out(self._timeout_s)
        self._waiting += 1
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        asked = threading.Thread(
            target=self._ask, args=(function, answer), name="keychain", daemon=True
        )
        asked.start()
        try:
            async with asyncio.timeout(self._timeout_s):
                return await answer
        except TimeoutError as error:
            raise faults.timed_out(self._timeout_s) from error

    def _ask(self, function: Callable[[], T], answer: asyncio.Future[T]) -> None:
        # Anything but our own errors is a bug: the thread's hook reports it, the caller hears
        # that the keyring failed.
        deliver: Callable[[], None] = _fail_with(answer, faults.failed("The keyring"))
        try:
            deliver = _succeed_with(answer, function())
        except TuppenceError as error:
            deliver = _fail_with(answer, error)
        finally:
            # The loop may be closed by now: then nobody waits for this answer.
            with contextlib.suppress(RuntimeError):
                answer.get_loop().call_soon_threadsafe(self._finish, deliver)

    def _finish(self, deliver: Callable[[], None]) -> None:
        self._waiting -= 1
        deliver()


def _succeed_with(answer: asyncio.Future[T], result: T) -> Callable[[], None]:
    def deliver() -> None:
        if not answer.done():
            answer.set_result(result)

    return deliver


def _fail_with(answer: asyncio.Future[T], error: TuppenceError) -> Callable[[], None]:
    def deliver() -> None:
        if not answer.done():
            answer.set_exception(error)

    return deliver
