"""The first question to an address: is this a credit server that this copy can talk to?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.account.client import CreditServer
from app.account.shapes import Fields
from app.errors import ClockFarOff, ServerRefused, ServerTooNew, ServerTooOld

PRODUCT = "tuppence-server"
# The interfaces that this copy speaks, the oldest and the newest.
OLDEST, NEWEST = 1, 1
CLOCKS_APART_MAX = timedelta(hours=24)
_PATH = "/api/server"


@dataclass(frozen=True, slots=True)
class Recommended:
    audience: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class About:
    """What a server says of itself; `at` is its clock."""

    title: str
    version: str
    catalog: str
    demo: bool
    at: datetime
    least_output_tokens: int
    recommended: tuple[Recommended, ...]
    free_models: tuple[str, ...]
    content: str = ""  # as it came, to be kept


async def ask_about(server: CreditServer, now: datetime) -> About:
    """Raises NotACreditServer, ServerTooOld, ServerTooNew, ClockFarOff, and what asking raises."""
    try:
        fields = await server.ask("GET", _PATH)
    except ServerRefused as refused:
        if refused.status == 404 and refused.code == "not_found":
            # The words are a Tuppence server's, but it does not know the question.
            raise _too_old(server, "") from refused
        raise server.not_a_server() from refused
    if fields.value.get("product") != PRODUCT:
        raise server.not_a_server()
    version = fields.text("version", "")[:40]
    interface = fields.whole("interface")
    if interface < OLDEST:
        raise _too_old(server, version)
    if interface > NEWEST:
        raise ServerTooNew(
            f"{server.address.name} runs a newer Tuppence ({version}) than this one.",
            "Update Tuppence on this computer.",
        )
    about = read_about(fields)
    require_near(about.at, now, server.address.name)
    return about


def read_about(fields: Fields) -> About:
    """Raises AnswerImpossible."""
    return About(
        title=fields.text("title")[:80],
        version=fields.text("version")[:40],
        catalog=fields.text("catalog")[:80],
        demo=fields.truth("demo"),
        at=fields.moment("at"),
        least_output_tokens=fields.whole("least_output_tokens"),
        recommended=tuple(
            Recommended(each.text("audience")[:80], each.texts("models"))
            for each in fields.objects("recommended")
        ),
        free_models=fields.texts("free_models"),
        content=json.dumps(dict(fields.value), ensure_ascii=False),
    )


def require_near(server_at: datetime, now: datetime, name: str) -> None:
    """Raise ClockFarOff where the clocks of both are more than a day apart."""
    apart = server_at - now
    if abs(apart) <= CLOCKS_APART_MAX:
        return
    days = abs(apart) // timedelta(days=1)
    behind = "behind" if apart > timedelta(0) else "ahead of"
    spans = "1 day" if days == 1 else f"{days:,} days"
    raise ClockFarOff(
        f"This computer's clock is {spans} {behind} the clock of {name}.",
        "Set the date of this computer, then try again. Licenses and limits go by it.",
    )


def _too_old(server: CreditServer, version: str) -> ServerTooOld:
    said = f" ({version})" if version else ""
    return ServerTooOld(
        f"{server.address.name} runs an older Tuppence{said} than this one can talk to.",
        "Ask whoever runs the server to update it.",
    )
