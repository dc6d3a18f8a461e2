"""A profile's TOML file: read it, fit it to a catalog, say everything that is wrong in it.

The format is described in `resources/catalogs/README.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from pathlib import Path

from app.catalog.models_sold import Unlisted, fits
from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plan_reader import ABSENT, CatalogProblems, Findings, Table, shown
from app.catalog.plan_tables import read_flags
from app.catalog.plans import Holder, Plan, Unit
from app.catalog.prices import Price
from app.catalog.toml_file import read_toml
from app.metering.allowances_profile import (
    Between,
    ModelUse,
    OwnKeyUse,
    PackRule,
    Profile,
)
from app.money import usd_text

FORMAT = 1
TOKENS_MAX = 10_000_000
MESSAGES_MAX = 100_000  # in all: every step is kept, so that everything can be said of it
SEATS_MAX = 10_000
DAYS_MAX = 3_660
USED_UP = "used_up"
_TOKENS = Between(500, 500)


class ProfileTable(Table):
    """A table with the fields that only profiles have: numbers from and to, days."""

    def between(self, name: str, default: Between | None, *, most: int, least: int = 0) -> Between:
        """A whole number, or two of them as `[least, most]`."""
        found = self.take(name, default is not None, "20, or [10, 30]")
        if found is ABSENT:
            return default or Between(least, least)
        ends = [
            end
            for end in (found if isinstance(found, list) else [found, found])
            if isinstance(end, int) and not isinstance(end, bool) and least <= end <= most
        ]
        if len(ends) == 2 and ends == sorted(ends) and not (isinstance(found, list) and found[2:]):
            return Between(*ends)
        self.wrong(
            name,
            f"is {shown(found)}; write a whole number from {least} to {most}, "
            "or two of them that rise, as [10, 30]",
        )
        return default or Between(least, least)

    def moment(self, name: str, default: datetime) -> datetime:
        """A day, at its beginning in UTC, or a moment with its zone."""
        found = self.take(name, optional=True)
        if isinstance(found, datetime) and found.tzinfo is not None:
            return found.astimezone(UTC)
        if isinstance(found, date) and not isinstance(found, datetime):
            return datetime.combine(found, time(), UTC)
        if found is not ABSENT:
            self.wrong(name, f"is {shown(found)}; write a day, as {name} = 2026-11-01")
        return default


def read_profile(
    path: Path,
    catalog: PlanCatalog,
    *,
    plan: str = "",
    days: int | None = None,
    start: datetime = datetime(2026, 11, 1, tzinfo=UTC),
) -> Profile:
    """The profile of a file for a catalog; `plan` and `days` win over what it says.

    `start` is for a file that names none. Raises CatalogProblems with everything that is wrong.
    """
    findings = Findings(path.name, kind="profile")
    top = ProfileTable(findings, "", read_toml(path, findings))
    profile = _profile(top, catalog, plan, days, start)
    if findings.problems:
        raise CatalogProblems(path.name, tuple(findings.problems), "profile")
    return profile


def _profile(
    top: ProfileTable, catalog: PlanCatalog, plan_id: str, days: int | None, start: datetime
) -> Profile:
    if top.whole("format", least=1) != FORMAT:
        top.wrong("format", f"is not known; this program reads format {FORMAT}")
    named = top.text("plan", "")
    plan = _plan(top, catalog, plan_id or named or catalog.start_plan)
    read_days = top.whole("days", catalog.days_in_month, least=1, most=DAYS_MAX)
    input_tokens = top.between("input_tokens", _TOKENS, most=TOKENS_MAX)
    output_tokens = top.between("output_tokens", _TOKENS, most=TOKENS_MAX)
    usual = ModelUse((), 1, input_tokens, output_tokens,
                     top.whole("output_tokens_max", 4_096, least=1, most=TOKENS_MAX))  # fmt: skip
    models, in_turn = _models(top, catalog, usual)
    a_day = top.between("messages_a_day", None, most=MESSAGES_MAX)
    if a_day.most * (days or read_days) > MESSAGES_MAX:
        top.wrong(
            "messages_a_day",
            f"comes to {a_day.most * (days or read_days):,} in {days or read_days} days; "
            f"at most {MESSAGES_MAX:,} messages are walked",
        )
    profile = Profile(
        title=top.text("title", ""),
        plan=plan.id if plan else "",
        start=top.moment("start", start),
        days=days or read_days,
        messages_a_day=a_day,
        models=models,
        in_turn=in_turn,
        seed=top.whole("seed", 1),
        hours=_hours(top),
        seats=_seats(top, plan),
        own_key=top.choice("own_key", OwnKeyUse, OwnKeyUse.NEVER),
        flags=frozenset(read_flags(top, "flags")),
        packs=tuple(_pack(table, catalog) for table in top.tables("packs")),
        amounts=_by_allowance(top, "amounts", catalog, only_custom=True),
        member_caps=_by_allowance(top, "member_caps", catalog, only_custom=False),
        prices=_prices(top),
    )
    top.end()
    return profile


def _plan(top: ProfileTable, catalog: PlanCatalog, plan_id: str) -> Plan | None:
    plan = catalog.plan(plan_id)
    if plan is None:
        top.wrong("plan", _not_there("plan", plan_id, [each.id for each in catalog.plans]))
    return plan


def _hours(top: ProfileTable) -> tuple[int, int]:
    hours = top.between("hours", Between(8, 22), most=24)
    if hours.least == hours.most:
        top.wrong("hours", "has no hour in it; write the first and the last, as hours = [8, 22]")
    return hours.least, hours.most


def _seats(top: ProfileTable, plan: Plan | None) -> int:
    rule = plan.seats if plan else None
    seats = top.whole("seats", rule.least if rule else 1, least=1, most=SEATS_MAX)
    if plan is None:
        return seats
    if seats > 1 and plan.holder is not Holder.ORGANIZATION:
        top.wrong("seats", f'is {seats}, and the plan "{plan.id}" is for one person; write 1')
    if rule is not None and seats < rule.least:
        top.wrong("seats", f'is {seats}; the plan "{plan.id}" has {rule.least} or more')
    if rule is not None and rule.most is not None and seats > rule.most:
        top.wrong("seats", f'is {seats}; the plan "{plan.id}" has {rule.most} at most')
    return seats


def _models(
    top: ProfileTable, catalog: PlanCatalog, usual: ModelUse
) -> tuple[tuple[ModelUse, ...], bool]:
    """The models with their shares, or in turn where the file has a plain list of names."""
    listed = top.take("models", optional=False, example='["gpt-4o"], or tables [[models]]')
    if isinstance(listed, list) and listed and all(isinstance(each, str) for each in listed):
        names = [name for glob in listed for name in _meant(top, catalog, "models", glob)]
        return tuple(replace(usual, models=(name,)) for name in dict.fromkeys(names)), True
    uses = [_model_use(table, catalog, usual) for table in top.tables("models")]
    if listed is not ABSENT and not uses and not top.findings.problems:
        top.wrong("models", 'is empty; name at least one, as models = ["gpt-4o"]')
    return tuple(uses), False


def _model_use(table: ProfileTable, catalog: PlanCatalog, usual: ModelUse) -> ModelUse:
    glob = table.text("id")
    use = ModelUse(
        models=_meant(table, catalog, "id", glob) if glob else (),
        share=table.whole("share", 1, least=1, most=1_000),
        input_tokens=table.between("input_tokens", usual.input_tokens, most=TOKENS_MAX),
        output_tokens=table.between("output_tokens", usual.output_tokens, most=TOKENS_MAX),
        output_tokens_max=table.whole(
            "output_tokens_max", usual.output_tokens_max, least=1, most=TOKENS_MAX
        ),
    )
    table.end()
    return use


def _meant(table: Table, catalog: PlanCatalog, field: str, glob: str) -> tuple[str, ...]:
    """The catalog's models that a name or glob means; one that is not listed where it is sold."""
    model = catalog.model(glob)
    if model is not None:
        return (model.id,)
    listed = [each.id for each in catalog.models]
    found = tuple(name for name in listed if fits((glob,), name))
    if found or (catalog.unlisted.sold is Unlisted.BY_PRICE and not set(glob) & set("*?[")):
        return found or (glob,)
    table.wrong(field, _not_there("model", glob, listed))
    return ()


def _pack(table: ProfileTable, catalog: PlanCatalog) -> PackRule:
    pack_id = table.text("pack")
    pack = catalog.pack(pack_id)
    if pack_id and pack is None:
        known = [each.id for each in catalog.packs]
        table.wrong("pack", _not_there("pack", pack_id, known))
    if pack is not None and not pack.price_pusd:
        table.wrong("pack", f'"{pack_id}" has no price and cannot be bought')
    day = table.whole("day", least=1, most=DAYS_MAX) if table.has("day") else None
    most = table.whole("most", 1, least=1, most=MESSAGES_MAX)
    when = table.text("when", "")
    if (day is None) == (not when) or when not in ("", USED_UP):
        table.wrong("when", f'write day = 3, or when = "{USED_UP}": one of them')
    if day is not None and table.has("most"):
        table.wrong("most", f'counts with when = "{USED_UP}" only; write each day of its own')
    table.end()
    return PackRule(pack_id, day, most)


def _by_allowance(
    top: ProfileTable, name: str, catalog: PlanCatalog, *, only_custom: bool
) -> Mapping[str, int]:
    """Amounts by allowance, each in its unit."""
    inner = top.table(name)
    if inner is None:
        return {}
    known = [each.id for each in catalog.allowances if each.amount is None or not only_custom]
    found = {}
    for allowance_id in inner.names:
        allowance = catalog.allowance(allowance_id)
        if allowance is None or allowance_id not in known:
            words = "allowance that the operator sets" if only_custom else "allowance"
            inner.take(allowance_id, optional=True)
            inner.wrong(allowance_id, _not_there(words, allowance_id, known))
            continue
        found[allowance_id] = inner.amount(allowance_id, in_usd=allowance.unit is Unit.USD)
    return found


def _prices(top: ProfileTable) -> Mapping[str, Price]:
    prices = {}
    for table in top.tables("prices"):
        model = table.text("model")
        read, written = table.usd("input_usd"), table.usd("output_usd")
        per_token = 10**6  # a rate in dollars for a million tokens, in picodollars a token
        for name, amount in (("input_usd", read), ("output_usd", written)):
            if amount is not None and amount % per_token:
                table.wrong(name, "is finer than a millionth of a dollar for a million tokens")
        if model and read is not None and written is not None and not table.findings.problems:
            prices[model] = Price.from_user(
                "profile", model, input_usd=usd_text(read), output_usd=usd_text(written)
            )
        table.end()
    return prices


def _not_there(what: str, name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1)
    hint = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known) or 'none'}"
    return f'there is no {what} "{name}" in the catalog; {hint}'
