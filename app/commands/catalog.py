"""`catalog`: what is sold, from the files of the program or from one of your own.

Needs no data folder and no network: catalogs only. A file that does not load is told with
everything that is wrong in it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from app.catalog.plan_catalog import PACKS, PlanCatalog
from app.catalog.plan_changes import changes_between
from app.catalog.plan_file import load_catalog, shipped_catalogs
from app.catalog.plan_reader import CatalogProblems
from app.catalog.plan_words import (
    allowance_words,
    amount_words,
    catalog_to_plain,
    price_words,
    reference_tokens,
    to_plain,
)
from app.catalog.plans import FLAG_MEANING, Pack, Plan, WhenReached
from app.commands.columns import in_columns
from app.commands.exits import DONE, FAILED
from app.config import resources_folder
from app.errors import CatalogError


def run_catalog(arguments: argparse.Namespace) -> int:
    """Carry out one action; returns its exit code, raises CatalogError."""
    try:
        match arguments.action:
            case "list":
                return _list(as_json=arguments.json)
            case "show":
                return _show(arguments.name, as_json=arguments.json)
            case "check":
                return _check(Path(arguments.file))
            case "diff":
                return _diff(arguments.old, arguments.new, as_json=arguments.json)
            case "simulate":
                from app.commands.simulate import run_simulate

                return run_simulate(arguments, find_catalog(arguments.name), _print_json)
            case _:
                raise ValueError(f"no such action: {arguments.action}")
    except CatalogProblems as error:
        # Each problem has a line of its own: one line for all could not be read.
        sys.stdout.flush()
        sys.stderr.write(f"tuppence: {error.message}\n")
        return FAILED


def find_catalog(name: str) -> Path:
    """A shipped catalog by its name, or a file by its path; raises CatalogError with the names."""
    shipped = {path.stem: path for path in shipped_catalogs(resources_folder() / "catalogs")}
    if name in shipped:
        return shipped[name]
    if name.endswith(".toml") or Path(name).is_file():
        return Path(name)
    raise CatalogError(
        f"There is no catalog {name!r}.", f"Name a file, or one of {', '.join(shipped)}."
    )


def _list(*, as_json: bool) -> int:
    catalogs = [load_catalog(path) for path in shipped_catalogs(resources_folder() / "catalogs")]
    if as_json:
        keys = ("name", "title", "about")
        _print_json([{key: getattr(each, key) for key in keys} for each in catalogs])
        return DONE
    rows = [("CATALOG", "PLANS", "PACKS", "MODELS", "WHAT IT IS")]
    rows += [
        (each.name, str(len(each.plans)), str(len(each.packs)), str(len(each.models)), each.title)
        for each in catalogs
    ]
    sys.stdout.write(in_columns(rows, right=frozenset({1, 2, 3})))
    return DONE


def _check(path: Path) -> int:
    catalog = load_catalog(path)
    sys.stdout.write(
        f"{path.name} is right: {len(catalog.plans)} plans, {len(catalog.allowances)} allowances, "
        f"{len(catalog.packs)} packs, {len(catalog.models)} models.\n"
    )
    return DONE


def _diff(old: str, new: str, *, as_json: bool) -> int:
    changes = changes_between(load_catalog(find_catalog(old)), load_catalog(find_catalog(new)))
    if as_json:
        _print_json([to_plain(change) for change in changes])
    elif not changes:
        sys.stdout.write("Nothing changes for anybody.\n")
    for change in () if as_json else changes:
        sys.stdout.write(f"{change.kind:<8} {change.subject}: {change.meaning}\n")
    return DONE


def _show(name: str, *, as_json: bool) -> int:
    catalog = load_catalog(find_catalog(name))
    if as_json:
        _print_json(catalog_to_plain(catalog))
        return DONE
    sys.stdout.write(f"{catalog.name}: {catalog.title}\n")
    if catalog.about:
        sys.stdout.write(f"{catalog.about}\n")
    for title, lines in _parts(catalog):
        text = in_columns(lines) if lines else ""
        if text:
            indented = "".join(f"  {line}\n" for line in text.splitlines())
            sys.stdout.write(f"\n{title}\n{indented}")
    return DONE


_Rows = list[tuple[str, ...]]


def _parts(catalog: PlanCatalog) -> Iterator[tuple[str, _Rows]]:
    yield "Plans", [_plan_row(plan) for plan in catalog.plans]
    yield "Allowances, in the order of drawing", list(_allowance_rows(catalog))
    yield "Packs", [_pack_row(pack) for pack in catalog.packs]
    yield (
        "Add-ons",
        [(each.name, price_words(each.price_pusd, each.price_words)) for each in catalog.add_ons],
    )
    yield (
        "Models",
        [
            (
                model.id,
                model.name,
                f"weight {model.weight}" if model.weight else "",
                ", ".join(model.routes),
            )
            for model in catalog.models
        ],
    )
    yield "Other models", [(str(to_plain(catalog.unlisted.sold)), _unlisted_words(catalog))]
    yield (
        "Routes",
        [
            (route.id, route.name, f"disabled: {route.disabled}" if route.disabled else "open")
            for route in catalog.routes
        ],
    )
    yield "Budgets in tokens", list(_budget_rows(catalog))
    yield "Managed credit", list(_managed_rows(catalog))
    yield "Roles", [(role.id, ", ".join(role.may), role.note) for role in catalog.roles]
    yield "Flags", [(flag.value, FLAG_MEANING[flag]) for flag in catalog.flags]
    yield "Features", list(catalog.features)
    yield (
        "Bulk changes",
        [
            (change.id, f"{', '.join(catalog.bulk_change_of(change))} to {change.to_plan}")
            for change in catalog.bulk_changes
        ],
    )
    yield "Rules", list(_rule_rows(catalog))
    yield "Not in the catalog", [(f"“{each.says}” {each.why}",) for each in catalog.not_represented]


def _plan_row(plan: Plan) -> tuple[str, ...]:
    price = price_words(plan.price_pusd, plan.price_words)
    seats = ""
    if plan.seats is not None:
        most = f" to {plan.seats.most}" if plan.seats.most is not None else " or more"
        seats = f"{plan.seats.least}{most} seats" + (", caps" if plan.seats.member_caps else "")
    limits = ", ".join(f"{name} {to_plain(limit)}" for name, limit in plan.limits)
    extras = "; ".join(filter(None, (seats, limits, "priority" if plan.priority else "")))
    keys = f"own keys {plan.own_keys.value.replace('_', ' ')}"
    return plan.id, plan.name, price, f"by {plan.joined_by.value}", keys, extras


def _allowance_rows(catalog: PlanCatalog) -> Iterator[tuple[str, ...]]:
    for name in catalog.draw_order:
        allowance = catalog.allowance(name)
        if name == PACKS:
            yield PACKS, "", "what was bought, the oldest first"
        elif allowance is not None:
            yield name, ", ".join(allowance.plans), allowance_words(allowance)


def _pack_row(pack: Pack) -> tuple[str, ...]:
    amount = f"{amount_words(pack.unit, pack.amount)}, never expires"
    return pack.id, pack.name, price_words(pack.price_pusd, pack.price_words), amount


def _budget_rows(catalog: PlanCatalog) -> Iterator[tuple[str, ...]]:
    for allowance in catalog.allowances:
        for model, tokens in reference_tokens(catalog, allowance):
            yield allowance.id, amount_words(allowance.unit, allowance.amount), model, f"{tokens:,}"


def _managed_rows(catalog: PlanCatalog) -> Iterator[tuple[str, ...]]:
    credit = catalog.managed_credit
    if credit is not None:
        cost, charge = (
            price_words(each, "") for each in (credit.markup.cost_pusd, credit.markup.charge_pusd)
        )
        yield "allowance", credit.allowance
        yield "markup", f"what costs {cost} is charged at {charge}"
        slowed = f"throttle: a call every {credit.throttle_s} s, counted beyond the limit"
        throttles = credit.when_reached is WhenReached.THROTTLE
        yield "at the limit", slowed if throttles else credit.when_reached.value
        yield "alerts", ", ".join(f"{each} %" for each in credit.alerts_percent)


def _rule_rows(catalog: PlanCatalog) -> Iterator[tuple[str, ...]]:
    yield "new accounts begin on", catalog.start_plan
    yield "least output", f"{catalog.least_output_tokens} tokens"
    yield "notices at", ", ".join(f"{each} %" for each in catalog.thresholds_percent)
    if catalog.failover:
        yield "a route that is down", "the next one answers"
    if catalog.passphrases is not None:
        words = f"opens {catalog.passphrases.plan}; an old one for {catalog.passphrases.grace_days}"
        yield "a passphrase", f"{words} days more"


def _unlisted_words(catalog: PlanCatalog) -> str:
    weight_pusd = catalog.unlisted.weight_pusd
    if not weight_pusd:
        return ""
    return f"1 of weight for each {price_words(weight_pusd, '')} that a million tokens cost"


def _print_json(plain: object) -> None:
    sys.stdout.write(json.dumps(plain, indent=2, ensure_ascii=True) + "\n")
