"""One credit server, asked over HTTP: an object of JSON comes back, or a fault in words.

Knows no account and no endpoint; who asks names the path and reads the fields.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.account.address import ServerAddress
from app.account.shapes import Fields
from app.errors import (
    CreditServerDown,
    CreditServerError,
    NotACreditServer,
    ProviderUnreachable,
    ServerRefused,
    StreamBroken,
)
from app.providers.connection import Call, Http, HttpAnswer, Key
from app.providers.json_text import as_object, as_text, read_json
from app.providers.waiting import retry_after_s

ACTS_FOR = "x-tuppence-account"
QUESTION_S = 20.0
_ANSWER_BYTES_MAX = 16 * 1024 * 1024
_DOWN = frozenset({500, 502, 503, 504})
_AGAIN = "Try again in a moment; what you typed stays."


@dataclass(frozen=True, slots=True)
class Asking:
    """As whom: `token` is a session's, `acts_for` an organization's or workspace's id."""

    token: str = ""
    acts_for: str = ""


NOBODY = Asking()


@dataclass(frozen=True, slots=True)
class CreditServer:
    """`http` gives the way to the network as it is set now."""

    address: ServerAddress
    http: Callable[[], Http]

    async def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        asking: Asking = NOBODY,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Fields:
        """The object that it answers; an empty one where it says that it is done.

        Raises ServerRefused, CreditServerDown, NotACreditServer, or what the network's door
        raises, which begins with ProviderError.
        """
        call = self.call(method, path, body, asking, headers)
        try:
            async with self.http().open(call, within_s=QUESTION_S) as answer:
                content = await self._content(answer)
                if 200 <= answer.status < 300:
                    return self._fields(content, answer.status)
                raise self.refusal(answer.status, content, answer.headers)
        except ProviderUnreachable as error:
            if error.billed is None:
                # Its advice speaks of an answer that may have been charged; none was asked for.
                raise ProviderUnreachable(error.message, _AGAIN, billed=None) from error
            raise

    @asynccontextmanager
    async def opened(
        self, call: Call, *, within_s: float | None = None
    ) -> AsyncIterator[HttpAnswer]:
        """An answer as it comes, always with status 200; raises as `ask` does."""
        async with self.http().open(call, within_s=within_s) as answer:
            if answer.status != 200:
                raise self.refusal(answer.status, await self._content(answer), answer.headers)
            yield answer

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        asking: Asking = NOBODY,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Call:
        """The request itself."""
        url = self.address.url
        acts_for = ((ACTS_FOR, asking.acts_for),) if asking.acts_for else ()
        return Call(
            method,
            url + path,
            self.address.name,
            body=None if body is None else json.dumps(body, ensure_ascii=False).encode(),
            headers=(*acts_for, *headers),
            key=Key("Authorization", f"Bearer {asking.token}", url) if asking.token else None,
        )

    def refusal(self, status: int, content: bytes, headers: Mapping[str, str]) -> CreditServerError:
        """What a status and a body mean."""
        error = as_object(as_object(_json_or_none(content)).get("error"))
        message, code = as_text(error.get("message")), as_text(error.get("code"))
        wait_s = retry_after_s(headers)
        if message and code and (status == 429 or status >= 500):
            # Whoever waits and asks again is right; a defect of the server is no different.
            down = CreditServerDown(message[:500], "")
            down.wait_s, down.status = wait_s, status
            return down
        if message and code:
            refused = ServerRefused(message[:500], "", code=code, status=status)
            refused.details = as_object(error.get("details"))
            return refused
        if status in _DOWN:
            # A proxy in front answers with a page of its own while the server is away.
            down = CreditServerDown(f"{self.address.name} cannot answer now.", _AGAIN)
            down.wait_s = wait_s
            return down
        return self.not_a_server()

    def not_a_server(self) -> NotACreditServer:
        return NotACreditServer(
            f"What answers at {self.address.name} is no credit server of Tuppence.",
            "Check the address. A network may also want you to sign in first.",
        )

    async def _content(self, answer: HttpAnswer) -> bytes:
        try:
            return await answer.body(_ANSWER_BYTES_MAX)
        except StreamBroken as error:
            # Whether it was done is not known: who asked for something twice asks by its id.
            raise ProviderUnreachable(
                f"The connection to {self.address.name} was lost.", _AGAIN, billed=None
            ) from error

    def _fields(self, content: bytes, status: int) -> Fields:
        if status == 204 or not content:
            return Fields({}, self.address.name)
        value = _json_or_none(content)
        if not isinstance(value, dict):
            raise self.not_a_server()
        return Fields(value, self.address.name)


def _json_or_none(content: bytes) -> object:
    try:
        return read_json(content)
    except ValueError:
        return None
