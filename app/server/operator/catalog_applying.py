"""A changed catalog and the accounts that exist: what it does to them, said before it is done.

A worker that starts with the new file follows it at once; what this adds is the ledger's open
windows, brought to what they are granted now, and holders of plans that are gone, moved. What was
used, held, bought or paid stays: the ledger lowers no grant below that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plan_changes import Change, changes_between
from app.catalog.plan_file import load_catalog
from app.errors import ConfigError
from app.ledger.accounts import balances, open_accounts
from app.ledger.records import Opening
from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.metering.allowances import Grant
from app.server.accounts.identify import Caller
from app.server.credits.holding import opening_of
from app.server.credits.reading import Ask, Situation, read_situation
from app.server.credits.standing import all_grants
from app.server.errors import Refused, bad_request
from app.server.events import Kind, announce
from app.server.operator.operator import Operator


@dataclass(frozen=True, slots=True)
class WindowChange:
    """An open window of an account under the old catalog and under the new one; amounts in its
    unit. `left` is never below zero: who used more has nothing until the reset, and owes nothing.
    """

    account: str
    window: str
    unit: str
    used: int
    granted: int
    becomes: int
    left: int


@dataclass(frozen=True, slots=True)
class Application:
    """What applying does. `stranded` are accounts on plans that the new catalog does not have."""

    changes: tuple[Change, ...]
    windows: tuple[WindowChange, ...]
    moved: tuple[tuple[str, str, str], ...]
    stranded: tuple[tuple[str, str], ...]
    accounts: int


async def applied_before(operator: Operator) -> PlanCatalog | None:
    """The catalog that was applied last; None where none ever was."""
    rows = await operator.looks.database.read(_newest)
    return _from_text(rows[0], rows[1]) if rows else None


async def planned(
    operator: Operator, old: PlanCatalog, new: PlanCatalog, moves: Mapping[str, str]
) -> Application:
    """What applying `new` after `old` would do now. `moves` are plans by the plan that takes their
    holders. Raises Refused (400) for a move to no plan."""
    _refuse_moves(new, moves)
    now = operator.looks.clock.now()
    return await operator.looks.database.read(_plan, old, new, dict(moves), now)


async def apply_catalog(
    operator: Operator, old: PlanCatalog, new_file: Path, moves: Mapping[str, str], reason: str = ""
) -> Application:
    """Do it, in one transaction, and remember the file. Raises Refused: 400, 409 where accounts
    would be left on a plan that is gone."""
    new = load_catalog(new_file)
    text = new_file.read_text(encoding="utf-8")
    _refuse_moves(new, moves)

    def apply() -> Steps[Application]:
        plan = yield from _plan(old, new, dict(moves), now)
        if plan.stranded:
            raise _stranded(plan.stranded)
        for account, _, to_plan in plan.moved:
            yield Sql("UPDATE accounts SET plan = ? WHERE id = ?", (to_plan, account))
        for tenant in sorted({change.account for change in plan.windows}):
            yield from _open_windows(new, tenant, moves, now)
            yield from announce(tenant, Kind.BALANCE_CHANGED, now, {"catalog": new.name})
        yield from _remember(new.name, text, now)
        return plan

    services = operator.act("catalog apply", new.name, reason, _standing_of)
    now = services.clock.now()
    return await services.database.run(apply)


def _plan(
    old: PlanCatalog, new: PlanCatalog, moves: Mapping[str, str], now: datetime
) -> Steps[Application]:
    rows = yield Sql("SELECT id, plan FROM accounts WHERE deleted_ms IS NULL ORDER BY id")
    moved, stranded, windows = [], [], list[WindowChange]()
    for account, plan in rows:
        goes_to = moves.get(plan, plan)
        if new.plan(goes_to) is None:
            stranded.append((str(account), str(plan)))
            continue
        if goes_to != plan:
            moved.append((str(account), str(plan), goes_to))
        before = yield from _situation(old, account, now)
        after = yield from _situation(new, account, now, moves)
        windows += _window_changes(account, _grants(old, before, now), _grants(new, after, now))
    return Application(
        changes_between(old, new), tuple(windows), tuple(moved), tuple(stranded), len(rows)
    )


def _situation(
    catalog: PlanCatalog, tenant: str, now: datetime, moves: Mapping[str, str] | None = None
) -> Steps[Situation]:
    from dataclasses import replace

    found = yield from read_situation(catalog, Ask(Caller(tenant, tenant), now))
    plan = (moves or {}).get(found.account.plan)
    if plan is None:
        return found
    return replace(found, account=replace(found.account, plan=plan))


def _grants(catalog: PlanCatalog, situation: Situation, now: datetime) -> dict[str, Grant]:
    if catalog.plan(situation.account.plan) is None:
        return {}
    found = all_grants(catalog, situation.account, now)
    return {each.grant.id: each.grant for each in found if each.grant.resets is not None}


def _window_changes(
    account: str, before: Mapping[str, Grant], after: Mapping[str, Grant]
) -> Iterator[WindowChange]:
    for name in sorted({*before, *after}):
        was, becomes = before.get(name), after.get(name)
        shown = becomes or was
        assert shown is not None
        if was is not None and becomes is not None and was.amount == becomes.amount:
            continue
        yield WindowChange(
            account,
            name,
            str(shown.unit),
            shown.used,
            was.amount if was else 0,
            becomes.amount if becomes else 0,
            becomes.left if becomes else 0,
        )


def _open_windows(
    catalog: PlanCatalog, tenant: str, moves: Mapping[str, str], now: datetime
) -> Steps[None]:
    """Only windows that are there already: the others are opened by the first call."""
    situation = yield from _situation(catalog, tenant, now, moves)
    grants = _grants(catalog, situation, now)
    there = yield from balances(grants)
    openings: list[Opening] = []
    for name in sorted(there):
        opening = opening_of(grants[name], tenant)
        if opening is not None:
            openings.append(opening)
    yield from open_accounts(openings, now)


def _remember(name: str, text: str, now: datetime) -> Steps[None]:
    yield Sql(
        "INSERT INTO applied_catalogs (number, name, text, at_ms)"
        " SELECT coalesce(max(number), 0) + 1, ?, ?, ? FROM applied_catalogs",
        (name, text, ms_from(now)),
    )


def _newest() -> Steps[tuple[str, str] | None]:
    rows = yield Sql("SELECT name, text FROM applied_catalogs ORDER BY number DESC LIMIT 1")
    return (str(rows[0][0]), str(rows[0][1])) if rows else None


def _standing_of() -> Steps[object]:
    """For the audit log: the newest catalog, and how many accounts are on each plan."""
    rows = yield Sql("SELECT coalesce(max(number), 0) FROM applied_catalogs")
    plans = yield Sql(
        "SELECT plan, count(*) FROM accounts WHERE deleted_ms IS NULL GROUP BY plan ORDER BY plan"
    )
    return {"catalog": rows[0][0], "accounts": {str(row[0]): row[1] for row in plans}}


def _from_text(name: str, text: str) -> PlanCatalog:
    # A catalog's name is its file's: both have to agree.
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.toml"
        file.write_text(text, encoding="utf-8")
        return load_catalog(file)


def _refuse_moves(new: PlanCatalog, moves: Mapping[str, str]) -> None:
    for to_plan in moves.values():
        if new.plan(to_plan) is None:
            names = ", ".join(each.id for each in new.plans)
            raise bad_request(f"The new catalog has no plan {to_plan}. It has: {names}.", "move")


def _stranded(found: Sequence[tuple[str, str]]) -> Refused:
    plans = ", ".join(sorted({plan for _, plan in found}))
    return Refused(
        409,
        "plan_gone",
        f"{len(found)} accounts are on plans that the new catalog does not have: {plans}. "
        "Say where they go: --move OLD=NEW.",
    )


def catalog_at(path: Path) -> PlanCatalog:
    """A catalog's file. Raises CatalogError, ConfigError where there is none."""
    if not path.is_file():
        raise ConfigError(f"There is no file {path}.", "Name a catalog's .toml file.")
    return load_catalog(path)
