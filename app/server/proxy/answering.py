"""One request on the raw path: who asks, what, may it run, and the call that answers it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping

from app.server.bounded import Receive, Scope, Send
from app.server.caller import ACTS_FOR, address_of, bearer, headers_by_name
from app.server.credits import calls as credits_calls
from app.server.credits.arrival import Token, arrive, arrive_known, counted
from app.server.credits.records import CallKind, CallWish, DoneBefore
from app.server.errors import Refused, bad_request
from app.server.proxy.asking import read_request
from app.server.proxy.client import Client, ClientGone
from app.server.proxy.desk import Desk
from app.server.proxy.running import Run
from app.server.proxy.start import Start
from app.server.proxy.telling import tell_again
from app.server.proxy.waiting import first_of
from app.server.services import Services

_ACTS_FOR = ACTS_FOR.encode()
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

_log = logging.getLogger(__name__)


class RawEndpoint:
    """One path of the OpenAI interface, as an ASGI application."""

    def __init__(self, desk: Desk, kind: CallKind, path: str) -> None:
        self._desk = desk
        self._kind = kind
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = Client(scope, receive, send)
        try:
            await self._answer(client)
        except ClientGone:
            return
        except Refused as refused:
            await client.refuse(refused)

    async def _answer(self, client: Client) -> None:
        services = self._desk.services
        headers = headers_by_name(client.scope["headers"])
        key = _text(headers, b"idempotency-key").strip()
        is_good = not key or _KEY.fullmatch(key) is not None
        told = _told(services, client.scope, headers)
        arrival = arrive_known(services, told, key)
        if arrival is None:
            arrival = await arrive(services, told, key if is_good else "")
        if not is_good:
            raise bad_request(
                "An Idempotency-Key has 1 to 255 printable characters without spaces.",
                "Idempotency-Key",
                "idempotency_key_wrong",
            )
        try:
            body = await client.read_body()
            asked = await read_request(
                services,
                self._path,
                self._kind,
                _text(headers, b"content-type"),
                body,
                with_digest=bool(key),
            )
        except (Refused, ClientGone):
            await counted(services, arrival)
            raise
        request_id = services.clock.new_id()
        wish = CallWish(
            request_id=request_id,
            key=key or request_id,
            body_hash=asked.digest,
            kind=asked.kind,
            model=asked.model,
            input_tokens=asked.input_tokens,
            output_tokens_max=asked.output_tokens_max,
            units=asked.units,
        )
        start, admitted = Start(self._desk), None
        try:
            admitted = await credits_calls.admit(services, wish, arrival, start)
        finally:
            if admitted is None:
                start.lost()
        if isinstance(admitted, DoneBefore):
            await tell_again(client, asked, admitted)
            return
        await self._carry_out(Run(self._desk, admitted, asked, client, start.ways), client)

    async def _carry_out(self, run: Run, client: Client) -> None:
        """Until the call is over, or nobody waits for it any more: then it ends by itself."""
        task = self._desk.begin(run)
        line = client.line
        hung_up = line.lost if line else asyncio.ensure_future(client.wait_until_gone())
        try:
            await first_of(task, hung_up)
        except asyncio.CancelledError:
            run.stop()  # the server stops and waits no longer
            raise
        finally:
            if line is None:
                hung_up.cancel()
        if not task.done():
            run.leave()
        elif not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a call met a defect", exc_info=error)
            await client.refuse(
                Refused(
                    500, "internal_error", "The server made a mistake. Nothing more is charged."
                )
            )


def _told(services: Services, scope: Scope, headers: Mapping[bytes, bytes]) -> Token:
    """Raises Refused (401)."""
    return Token(
        bearer(_text(headers, b"authorization")),
        _text(headers, _ACTS_FOR),
        address_of(services, scope, _text(headers, b"x-forwarded-for")),
    )


def _text(headers: Mapping[bytes, bytes], name: bytes) -> str:
    return headers.get(name, b"").decode("latin-1")
