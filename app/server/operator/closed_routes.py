"""Routes that the operator has closed with a reason, beside those of the catalog.

Rows, because every worker has to know; each reads them again every few seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from weakref import WeakKeyDictionary

from app.catalog.plan_catalog import PlanCatalog
from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.server.errors import bad_request, conflict, not_found
from app.server.services import Services

READ_EVERY_S = 2.0
REASON_LETTERS_MAX = 300
_CLOSED: WeakKeyDictionary[object, dict[str, str]] = WeakKeyDictionary()


def closed_routes(services: Services) -> Mapping[str, str]:
    """Reason by route, as this worker last read it."""
    return _CLOSED.get(services.database, {})


async def read_again(services: Services) -> None:
    """Bring this worker up to date."""
    _CLOSED[services.database] = await services.database.read(all_closed)


def all_closed() -> Steps[dict[str, str]]:
    rows = yield Sql("SELECT route, reason FROM closed_routes ORDER BY route")
    return {str(row[0]): str(row[1]) for row in rows}


def close_route(catalog: PlanCatalog, route: str, reason: str, now: datetime) -> Steps[None]:
    """Ask it no more, in every worker within seconds; calls that run there end as they would.

    Raises Refused: 400 without a reason, 404 for a route that the catalog does not have.
    """
    words = " ".join(reason.split())
    if not 1 <= len(words) <= REASON_LETTERS_MAX:
        raise bad_request("Say why in a few words: users see them.", "reason")
    _known(catalog, route)
    yield Sql(
        "INSERT INTO closed_routes (route, reason, at_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (route) DO UPDATE SET reason = excluded.reason, at_ms = excluded.at_ms",
        (route, words, ms_from(now)),
    )


def open_route(catalog: PlanCatalog, route: str) -> Steps[None]:
    """Ask it again. Raises Refused: 404, 409 where it was not closed here."""
    rows = yield Sql("DELETE FROM closed_routes WHERE route = ? RETURNING route", (route,))
    if rows:
        return
    _known(catalog, route)
    found = catalog.route(route)
    if found is not None and found.disabled:
        raise conflict("closed_by_catalog", "The catalog itself disables it: change that file.")
    raise conflict("route_open", "This route is open.")


def _known(catalog: PlanCatalog, route: str) -> None:
    if catalog.route(route) is None:
        names = ", ".join(each.id for each in catalog.routes) or "none"
        raise not_found(f"route: the catalog has {names}")
