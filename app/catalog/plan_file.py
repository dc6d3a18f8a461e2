"""A catalog's TOML file: read it, check it, make one `PlanCatalog` of it.

The format is described in `resources/catalogs/README.md`. Money is text in dollars; TOML's own
numbers with a point are refused, because they would be floats elsewhere.
"""

from __future__ import annotations

from pathlib import Path

from app.catalog.plan_catalog import (
    PACKS,
    BulkChange,
    ManagedCredit,
    NotRepresented,
    Passphrases,
    PlanCatalog,
    Processor,
    Recommended,
)
from app.catalog.plan_checks import check_references, check_sense
from app.catalog.plan_reader import CatalogProblems, Findings, Table
from app.catalog.plan_tables import (
    read_add_on,
    read_allowance,
    read_flags,
    read_markup,
    read_model,
    read_pack,
    read_plan,
    read_reference_price,
    read_role,
    read_route,
    read_unlisted,
)
from app.catalog.plans import WhenReached
from app.catalog.toml_file import read_toml
from app.errors import CatalogError

FORMAT = 1


def load_catalog(path: Path) -> PlanCatalog:
    """The catalog of a file.

    Raises CatalogProblems, a CatalogError, with everything that is wrong in the file: each
    problem names file, table, field and what would be right.
    """
    findings = Findings(path.name)
    catalog = _catalog(Table(findings, "", read_toml(path, findings)), path)
    readable = not findings.problems
    check_references(catalog, findings)
    if readable:  # else a stand-in for a wrong field would be blamed as well
        check_sense(catalog, findings)
    if findings.problems:
        raise CatalogProblems(path.name, tuple(findings.problems))
    return catalog


def shipped_catalogs(folder: Path) -> tuple[Path, ...]:
    """The catalog files of a folder, by name; raises CatalogError where there is none."""
    found = tuple(sorted(folder.glob("*.toml")))
    if not found:
        raise CatalogError(f"There is no catalog in {folder}.", "Install the program again.")
    return found


def _catalog(top: Table, path: Path) -> PlanCatalog:
    if top.whole("format", least=1) != FORMAT:
        top.wrong("format", f"is not known; this program reads format {FORMAT}")
    name = top.id("name")
    if name and name != path.stem:
        top.wrong("name", f'is "{name}"; write "{path.stem}", or call the file {name}.toml')
    days = top.whole("days_in_month", 30, least=1, most=31)
    plans = tuple(read_plan(table) for table in top.tables("plans"))
    prices = {plan.id: plan.price_pusd for plan in plans}
    allowances = tuple(read_allowance(table, prices, days) for table in top.tables("allowances"))
    packs = tuple(read_pack(table) for table in top.tables("packs"))
    in_order = tuple(each.id for each in allowances) + ((PACKS,) if packs else ())
    catalog = PlanCatalog(
        name=name,
        title=top.text("title"),
        about=top.text("about", ""),
        start_plan=top.id("start_plan"),
        plans=plans,
        allowances=allowances,
        draw_order=top.texts("draw_order", in_order if len(in_order) < 2 else None),
        packs=packs,
        add_ons=tuple(read_add_on(table) for table in top.tables("add_ons")),
        models=tuple(read_model(table) for table in top.tables("models")),
        unlisted=read_unlisted(top.table("unlisted")),
        routes=tuple(read_route(table) for table in top.tables("routes")),
        failover=top.truth("failover"),
        features=_features(top),
        roles=tuple(read_role(table) for table in top.tables("roles")),
        flags=read_flags(top, "flags"),
        reference_prices=tuple(
            read_reference_price(table) for table in top.tables("reference_prices")
        ),
        managed_credit=_managed_credit(top.table("managed_credit")),
        passphrases=_passphrases(top.table("passphrases")),
        bulk_changes=tuple(_bulk_change(table) for table in top.tables("bulk_changes")),
        processors=tuple(_processor(table) for table in top.tables("processors")),
        own_key_providers=top.texts("own_key_providers", ()),
        not_represented=tuple(_not_represented(table) for table in top.tables("not_represented")),
        recommended=tuple(_recommended(table) for table in top.tables("recommended")),
        least_output_tokens=top.whole("least_output_tokens", 256, least=1),
        thresholds_percent=top.percents("thresholds_percent", (80, 100)),
        days_in_month=days,
    )
    top.end()
    return catalog


def _features(top: Table) -> tuple[tuple[str, str], ...]:
    found = []
    for name, words in top.pairs("features"):
        if isinstance(words, str) and words:
            found.append((name, words))
        else:
            top.wrong(f"features.{name}", 'write what it is, as web_search = "Web search"')
    return tuple(found)


def _managed_credit(table: Table | None) -> ManagedCredit | None:
    if table is None:
        return None
    credit = ManagedCredit(
        allowance=table.id("allowance"),
        markup=read_markup(table),
        when_reached=table.choice("when_reached", WhenReached, WhenReached.BLOCK),
        alerts_percent=table.percents("alerts_percent", (80, 100)),
        own_invoice=table.truth("own_invoice"),
        key_variables=table.variables("key_variables"),
        throttle_s=table.whole("throttle_s", 60, least=1, most=86_400),
    )
    table.end()
    return credit


def _passphrases(table: Table | None) -> Passphrases | None:
    if table is None:
        return None
    passphrases = Passphrases(
        plan=table.id("plan"), grace_days=table.whole("grace_days", most=3660)
    )
    table.end()
    return passphrases


def _recommended(table: Table) -> Recommended:
    recommended = Recommended(table.text("audience"), table.texts("models"))
    table.end()
    return recommended


def _bulk_change(table: Table) -> BulkChange:
    change = BulkChange(
        id=table.id(),
        from_plans=table.texts("from_plans"),
        to_plan=table.id("to_plan"),
        clears=read_flags(table, "clears"),
    )
    table.end()
    return change


def _processor(table: Table) -> Processor:
    processor = Processor(
        id=table.id(),
        name=table.text("name"),
        variables=table.variables("variables"),
        webhook_events=table.texts("webhook_events", ()),
    )
    table.end()
    return processor


def _not_represented(table: Table) -> NotRepresented:
    entry = NotRepresented(says=table.text("says"), why=table.text("why"))
    table.end()
    return entry
