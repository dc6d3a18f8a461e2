"""`catalog simulate`: a month of messages walked through a catalog, and what it came to.

Reads the catalog, a profile and the price book, and prints; the walk itself is metering's.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plan_file import load_catalog
from app.catalog.plan_prices import lookup_price
from app.catalog.plan_words import amount_words
from app.catalog.plans import Unit
from app.catalog.pricebook import load_price_book
from app.commands.columns import in_columns
from app.commands.exits import DONE
from app.commands.simulate_plain import walk_to_plain
from app.config import resources_folder
from app.errors import CatalogError
from app.metering.allowances_admission import Admitted, Refused
from app.metering.allowances_profile import Profile
from app.metering.allowances_profile_file import read_profile
from app.metering.allowances_sums import SourceSum, Sums, sums_of
from app.metering.allowances_walk import Step, Walk, walk
from app.metering.payer import PayerKind
from app.money import format_usd

USUAL = "usual"
_SHOWN_PUSD = 100_000_000  # the least that a shown amount tells apart: $0.0001
_Rows = list[tuple[str, ...]]


def run_simulate(
    arguments: argparse.Namespace, path: Path, print_json: Callable[[object], None]
) -> int:
    """Carry out `simulate` on a catalog file; raises CatalogError for a wrong file or plan."""
    catalog = load_catalog(path)
    if arguments.plan and catalog.plan(arguments.plan) is None:
        known = ", ".join(plan.id for plan in catalog.plans)
        raise CatalogError(
            f"There is no plan {arguments.plan!r} in {catalog.name}.", f"Name one of {known}."
        )
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    profile = read_profile(
        Path(arguments.profile) if arguments.profile else usual_profile(catalog.name),
        catalog,
        plan=arguments.plan,
        days=arguments.days,
        start=today,
    )
    book = load_price_book(resources_folder() / "prices")
    names = {name for use in profile.models for name in use.models}
    every = sorted(names.union(catalog.free_models()))  # these may be suggested
    found = {name: lookup_price(catalog, book, name, profile.start) for name in every}
    walked = walk(catalog, profile, {name: each.price for name, each in found.items()})
    unpriced = {
        name: each.why_not
        for name, each in found.items()
        if each.price is None and name in names and name not in profile.prices
    }
    sums = sums_of(walked)
    if arguments.json:
        print_json(walk_to_plain(walked, sums, unpriced, book.source_line))
        return DONE
    _print_head(catalog, profile)
    if arguments.messages:
        _print_part(
            "Messages", [("TIME", "MODEL", "IN", "OUT", "PAID BY", "LEFT")], _messages(walked)
        )
    else:
        head = ("DAY", "MESSAGES", "HOSTED", "OWN KEY", "REFUSED", "SHORTENED", "COST", "DRAWN")
        _print_part("Days", [head], _days(walked), frozenset(range(1, 7)))
    _print_part("What happened", [], _events(walked))
    _print_part(
        "Allowances", [("", "WINDOWS", "GRANTED", "USED", "SHARE")],
        [_source_row(each) for each in sums.sources], frozenset({1, 2, 3, 4}),
    )  # fmt: skip
    _print_part("No price known", [], list(unpriced.items()))
    _print_part("Sum", [], list(_sum_rows(walked, sums)), frozenset({1}))
    return DONE


def usual_profile(catalog_name: str) -> Path:
    """The shipped profile for a catalog, or the one for all of them."""
    folder = resources_folder() / "catalogs" / "profiles"
    own = folder / f"{catalog_name}.toml"
    return own if own.is_file() else folder / f"{USUAL}.toml"


def _print_head(catalog: PlanCatalog, profile: Profile) -> None:
    plan = catalog.plan(profile.plan)
    seats = f", {profile.seats} seats" if profile.seats > 1 else ""
    sys.stdout.write(
        f"{catalog.name}, plan {plan.name if plan else profile.plan}{seats}: "
        f"{profile.days} days from {profile.start:%Y-%m-%d}\n"
    )
    if profile.title:
        sys.stdout.write(f"{profile.title}\n")


def _print_part(title: str, head: _Rows, rows: _Rows, right: frozenset[int] = frozenset()) -> None:
    if rows:
        text = in_columns(head + rows, right)
        sys.stdout.write(f"\n{title}\n" + "".join(f"  {line}\n" for line in text.splitlines()))


def _days(walked: Walk) -> _Rows:
    by_day: dict[int, list[Step]] = {}
    for step in walked.steps:
        by_day.setdefault((step.call.at - walked.profile.start).days, []).append(step)
    return [_day_row(by_day[day]) for day in sorted(by_day)]


def _day_row(steps: list[Step]) -> tuple[str, ...]:
    paid = [step.answer for step in steps if isinstance(step.answer, Admitted)]
    own = sum(each.payer is PayerKind.OWN_KEY for each in paid)
    drawn: dict[str, tuple[str, int]] = {}
    for step in steps:
        for draw in step.draws:
            _, amount = drawn.get(draw.grant.name, ("", 0))
            words = _rounded(draw.grant.unit, amount + draw.amount)
            drawn[draw.grant.name] = (words, amount + draw.amount)
    cost = sum(step.cost_pusd or 0 for step in steps if step.draws)
    return (
        f"{steps[0].call.at:%Y-%m-%d}",
        str(len(steps)),
        str(len(paid) - own),
        str(own),
        str(len(steps) - len(paid)),
        str(sum(each.shortened for each in paid)),
        format_usd(cost),
        "; ".join(f"{name}: {words}" for name, (words, _) in drawn.items()),
    )


def _messages(walked: Walk) -> _Rows:
    return [
        (
            f"{step.call.at:%Y-%m-%d %H:%M}",
            step.call.model,
            f"{step.call.input_tokens:,}",
            f"{step.output_tokens:,}",
            _payment_words(step),
            "; ".join(
                f"{grant.name}: {amount_words(grant.unit, grant.left)}"
                for grant in step.left
                if grant.limited
            ),
        )
        for step in walked.steps
    ]


def _payment_words(step: Step) -> str:
    match step.answer:
        case Refused() as refused:
            short = ", ".join(
                f"{_at_least(each.unit, each.amount)} more of {each.limit}"
                for each in refused.short
            )
            wanted = f": {short} would do" if short else ""
            return f"refused, {refused.reason.value.replace('_', ' ')}{wanted}"
        case Admitted(payer=PayerKind.OWN_KEY):
            return "own key"
        case Admitted() as admitted:
            paid = " + ".join(
                f"{amount_words(draw.grant.unit, draw.amount)} of {draw.grant.name}"
                for draw in step.draws
            )
            notes = [
                word
                for word, holds in (
                    (f"shortened to {admitted.output_tokens_max:,} tokens", admitted.shortened),
                    ("slowed", admitted.throttled),
                    ("first in line", admitted.priority),
                )
                if holds
            ]
            return ", ".join([paid or "nothing drawn", *notes])


def _events(walked: Walk) -> _Rows:
    """Packs that were bought, thresholds, and the first refusal of each reason and model."""
    dated = list(_step_events(walked))
    dated += [
        (each.at, f"bought {each.pack} for {format_usd(each.price_pusd)}, {why}")
        for each in walked.purchases
        for why in ["as nothing covered a message" if each.on_demand else "as planned"]
    ]
    in_time = sorted(dated, key=itemgetter(0))
    return [(f"{at:%Y-%m-%d %H:%M}", words) for at, words in in_time]


def _step_events(walked: Walk) -> Iterator[tuple[datetime, str]]:
    refused: set[tuple[str, str]] = set()
    for step in walked.steps:
        for notice in step.notices:
            yield step.call.at, f"{notice.name}: {notice.percent} % is used"
        if isinstance(step.answer, Refused):
            key = (step.answer.reason, step.call.model)
            if key not in refused:
                refused.add(key)
                yield step.call.at, f"{step.call.model} for the first time {_payment_words(step)}"


def _source_row(each: SourceSum) -> tuple[str, ...]:
    share = f"{each.used * 100 // each.granted} %" if each.granted else ""
    granted = "no limit" if each.granted is None else _rounded(each.unit, each.granted)
    return each.name, f"{each.windows:,}", granted, _rounded(each.unit, each.used), share


def _rounded(unit: Unit, amount: int) -> str:
    """An amount as a sum shows it; `--messages` and `--json` have every picodollar."""
    return format_usd(amount) if unit is Unit.USD else amount_words(unit, amount)


def _at_least(unit: Unit, amount: int) -> str:
    """What is missing; dollars are rounded up, so that as much would do."""
    if unit is not Unit.USD:
        return amount_words(unit, amount)
    return format_usd(-(-amount // _SHOWN_PUSD) * _SHOWN_PUSD)


def _sum_rows(walked: Walk, sums: Sums) -> Iterator[tuple[str, ...]]:
    refused = ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in sums.refused)
    yield "messages", f"{sums.messages:,}", f"{sums.shortened} shortened" if sums.shortened else ""
    yield "paid with allowances and packs", f"{sums.hosted:,}", ""
    yield "paid with own keys", f"{sums.own_key:,}", _own_key_words(sums)
    yield "refused", f"{sum(count for _, count in sums.refused):,}", refused
    days = f"{walked.profile.days} of {walked.catalog.days_in_month} days"
    yield "revenue: plan", _usd(sums.plan_pusd), days if sums.plan_pusd is not None else "no price"
    yield "revenue: packs", _usd(sums.packs_pusd), f"{len(walked.purchases)} bought"
    if walked.catalog.managed_credit is not None:
        yield "revenue: managed credit", _usd(sums.managed_pusd), "with its markup"
    yield "cost at the price book", _usd(sums.cost_pusd), ""
    permille = sums.margin_permille
    percent = "" if permille is None else f"{_tenths(permille)} % of the revenue"
    if sums.margin_pusd is None:
        known = sums.packs_pusd + sums.managed_pusd - sums.cost_pusd
        yield "margin without the plan's price", _usd(known), ""
    else:
        yield "margin", _usd(sums.margin_pusd), percent


def _tenths(permille: int) -> str:
    sign = "−" if permille < 0 else ""
    return f"{sign}{abs(permille) // 10}.{abs(permille) % 10}"


def _own_key_words(sums: Sums) -> str:
    if not sums.own_key:
        return ""
    unknown = f", {sums.own_key_unpriced} of unknown price" if sums.own_key_unpriced else ""
    return f"{format_usd(sums.own_key_pusd)} at their providers{unknown}"


def _usd(amount_pusd: int | None) -> str:
    return "unknown" if amount_pusd is None else format_usd(amount_pusd)
