"""The demo's account, made before the first request: a key with free tokens, ready to be pasted."""

from __future__ import annotations

import re
from datetime import datetime

from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.server.secret import hash_of, new_token
from app.server.services import Services

ACCOUNT = "a_demo"
# The desktop's own demo charges nothing; here every answer is charged, as a real one would be.
_NOTE = (
    "*This is a scripted demo: no model wrote this and no provider was asked. It is charged to "
    "your tokens all the same, as a real answer would be, and the tokens cost no money.*"
)
_NOTE_OF_DESKTOP = re.compile(r"\*This is a scripted demo[^*]*\*")
_WORDS_OF_DESKTOP = {
    "You can try the window with it: what you type is counted while you type, and this answer has "
    "a receipt below it.": "You can try any client with it: the last event of a stream and the "
    "headers of an answer hold its receipt.",
    "When you add a key of a provider, real models answer in the same place.": "When the server's "
    "operator adds a key of a provider, real models answer at the same address.",
}


async def make_demo_key(services: Services) -> str:
    """A new API key of the demo's account; what it used before stays used."""
    token = new_token("tp_")
    await services.database.open()
    try:
        await services.database.run(
            _make, token, services.catalog.start_plan, services.clock.new_id(), services.clock.now()
        )
    finally:
        await services.database.close()
    return token


def reworded(answer: str) -> str:
    """A scripted answer as the server gives it: it says what is charged."""
    for theirs, ours in _WORDS_OF_DESKTOP.items():
        answer = answer.replace(theirs, ours)
    return _NOTE_OF_DESKTOP.sub(_NOTE, answer)


def curl_line(address: str, token: str, model: str) -> str:
    """One line that works when it is pasted."""
    body = f'{{"model": "{model}", "messages": [{{"role": "user", "content": "Hello"}}]}}'
    return (
        f"curl {address}/v1/chat/completions -H 'Authorization: Bearer {token}'"
        f" -H 'Content-Type: application/json' -d '{body}'"
    )


def _make(token: str, plan: str, key_id: str, now: datetime) -> Steps[None]:
    yield Sql(
        "INSERT INTO accounts (id, kind, name, plan, created_ms) VALUES (?, 'person', 'Demo', ?, ?)"
        " ON CONFLICT DO NOTHING",
        (ACCOUNT, plan, ms_from(now)),
    )
    yield Sql(
        "UPDATE api_keys SET revoked_ms = ? WHERE tenant = ? AND revoked_ms IS NULL",
        (ms_from(now), ACCOUNT),
    )
    yield Sql(
        "INSERT INTO api_keys (tenant, id, token_hash, account, name, shown, created_ms)"
        " VALUES (?, ?, ?, ?, 'Demo', ?, ?)",
        (ACCOUNT, f"k_{key_id}", hash_of(token), ACCOUNT, token[:8], ms_from(now)),
    )
