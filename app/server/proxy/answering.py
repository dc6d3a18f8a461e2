"""One request on the raw path: who asks, what, may it run, and the call that answers it."""

from __future__ import annotations

import asyncio
import logging
import re

from app.ledger.steps import Steps
from app.server.accounts.identify import Caller, identify
from app.server.bounded import Receive, Scope, Send
from app.server.caller import ACTS_FOR, address_of, bearer, header
from app.server.credits import calls as credits_calls
from app.server.credits.records import CallKind, CallWish, DoneBefore
from app.server.errors import Refused, bad_request
from app.server.proxy.asking import read_request
from app.server.proxy.client import Client, ClientGone
from app.server.proxy.desk import Desk
from app.server.proxy.running import Run
from app.server.proxy.telling import tell_again
from app.server.services import Services

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
        caller = await _caller_of(services, client.scope)
        key = _idempotency_key(client.scope)
        body = await client.read_body()
        content_type = header(client.scope["headers"], b"content-type")
        asked = await read_request(services, self._path, self._kind, content_type, body)
        request_id = services.clock.new_id()
        wish = CallWish(
            request_id=request_id,
            key=key or request_id,
            body_hash=asked.digest if key else "",
            kind=asked.kind,
            model=asked.model,
            input_tokens=asked.input_tokens,
            output_tokens_max=asked.output_tokens_max,
            units=asked.units,
        )
        admitted = await credits_calls.admit(services, wish, caller)
        if isinstance(admitted, DoneBefore):
            await tell_again(client, asked, admitted)
            return
        await self._carry_out(Run(self._desk, admitted, asked, client), client)

    async def _carry_out(self, run: Run, client: Client) -> None:
        """Until the call is over, or nobody waits for it any more: then it ends by itself."""
        task = self._desk.begin(run)
        hung_up = asyncio.ensure_future(client.wait_until_gone())
        try:
            await asyncio.wait((task, hung_up), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            run.stop()  # the server stops and waits no longer
            raise
        finally:
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


async def _caller_of(services: Services, scope: Scope) -> Caller:
    """As `caller_of_scope`, in as many round trips as there are statements: for a key it is one.

    Raises Refused.
    """
    headers = scope["headers"]
    token = bearer(header(headers, b"authorization"))
    acts_for = header(headers, ACTS_FOR.encode())
    steps: Steps[Caller] = identify(
        token, acts_for, address_of(services, scope), services.clock.now()
    )
    try:
        statement = next(steps)
        while True:
            statement = steps.send(await services.database.ask(statement))
    except StopIteration as end:
        caller: Caller = end.value
        return caller


def _idempotency_key(scope: Scope) -> str:
    key = header(scope["headers"], b"idempotency-key").strip()
    if key and not _KEY.fullmatch(key):
        raise bad_request(
            "An Idempotency-Key has 1 to 255 printable characters without spaces.",
            "Idempotency-Key",
            "idempotency_key_wrong",
        )
    return key
