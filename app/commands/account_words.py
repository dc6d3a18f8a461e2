"""What `account` prints and understands: amounts, grants, ages, names of servers and groups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.commands.choose import NotFound
from app.commands.columns import one_line
from app.errors import SignedOut
from app.money import format_usd, usd_text
from app.seam.hosted_views import GrantView, GroupView, WalletView
from app.store.servers import ServerRecord

if TYPE_CHECKING:
    from app.engine.core import Core

_UNITS = {"plan_tokens": "tokens", "tokens": "tokens of the model", "requests": "requests"}


def amount_words(unit: str, amount: int) -> str:
    """`1,935 tokens`, `$0.02`, `49 requests`."""
    return format_usd(amount) if unit == "usd" else f"{amount:,} {_UNITS.get(unit, unit)}"


def grant_cells(grant: GrantView) -> tuple[str, ...]:
    """One grant as a line of columns."""
    resets = "" if grant.resets is None else f"anew {grant.resets:%Y-%m-%d %H:%M} UTC"
    models = f"only {', '.join(grant.models)}" if grant.only else ""
    return (
        one_line(grant.name),
        f"{amount_words(grant.unit, grant.left)} left",
        f"of {amount_words(grant.unit, grant.granted)}",
        resets,
        models,
    )


def age_words(core: Core, at: datetime) -> str:
    """How long ago something was said: `3 minutes`, `2 days`."""
    seconds = max(core.clock.now() - at, timedelta(0)).total_seconds()
    for length_s, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= length_s:
            count = int(seconds // length_s)
            return f"{count:,} {name}{'' if count == 1 else 's'}"
    return "less than a minute"


def wallet_fields(view: WalletView) -> dict[str, object]:
    """The wallet for programs; dollars as exact text."""
    return {
        "server": view.server,
        "account": view.account,
        "kind": view.kind,
        "plan": view.plan,
        "available": view.available,
        "as_of": view.as_of.isoformat(),
        "grants": [
            {
                "name": grant.name,
                "unit": grant.unit,
                "granted": _plain(grant.unit, grant.granted),
                "used": _plain(grant.unit, grant.used),
                "held": _plain(grant.unit, grant.held),
                "left": _plain(grant.unit, grant.left),
                "resets": None if grant.resets is None else grant.resets.isoformat(),
                "models": list(grant.models),
                "only": grant.only,
            }
            for grant in view.grants
        ],
    }


def chosen(core: Core) -> ServerRecord:
    """The chosen server; raises SignedOut where there is none."""
    record = core.hosted.desk.chosen()
    if record is None:
        raise SignedOut("There is no account yet.", "Begin with: tuppence account start")
    return record


def find_server(core: Core, text: str) -> ServerRecord:
    """A server by its id's beginning, its name or address; empty: the chosen one."""
    if not text:
        return chosen(core)
    wanted = text.lower().rstrip("/")
    rows = core.hosted.servers.rows()
    found = [
        row for row in rows
        if row.id.startswith(wanted) or wanted in (row.title.lower(), row.url)
        or row.url.partition("://")[2] == wanted
    ]  # fmt: skip
    if len(found) != 1:
        raise NotFound(f"No single server is {text}.", "List them: tuppence account servers")
    return found[0]


def find_group(groups: Sequence[GroupView], text: str) -> GroupView:
    """A group by its id or name."""
    found = [each for each in groups if each.id == text or each.name.lower() == text.lower()]
    if len(found) != 1:
        raise NotFound(f"No single group is {text}.", "List them: tuppence account groups")
    return found[0]


def _plain(unit: str, amount: int) -> int | str:
    return usd_text(amount) if unit == "usd" else amount
