"""A month against the provider's own figure, and the admin keys that it takes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from app.chat.reconciliation_views import reconciliation_view
from app.engine.core import Core
from app.errors import TuppenceError
from app.providers.usage_reports import SITES
from app.seam import reconciliation as commands
from app.seam import reconciliation as seam

MONTHS_SHOWN = 12


async def ask_sources(core: Core, command: commands.AskReconciliationSources) -> None:
    await emit_sources(core)


async def ask_reconciliation(core: Core, command: commands.AskReconciliation) -> None:
    """Every way this can end is an answer to the question that was asked."""
    reconciler = core.reconciler
    try:
        if command.files:
            paths = [Path(path) for path in command.files]
            result = await reconciler.from_files(paths, command.provider, command.month)
        elif command.admin_key_id:
            result = await reconciler.from_provider(
                command.admin_key_id, command.provider, command.month
            )
        else:
            result = await reconciler.from_calls(command.month)
    except TuppenceError as error:
        core.emit(seam.ReconciliationShown(command.serial, None, error.message, error.advice))
        return
    view = reconciliation_view(result, reconciler.names, command.month)
    core.emit(seam.ReconciliationShown(command.serial, view))


async def keep_admin_key(core: Core, command: commands.KeepAdminKey) -> None:
    """Every way this can end is an answer to the question that was asked."""
    try:
        key = await core.reconciler.admin_keys.add(
            command.secret, provider=command.provider, where=command.where
        )
    except TuppenceError as error:
        core.emit(seam.AdminKeyKept(command.serial, "", error.message, error.advice))
        return
    core.emit(seam.AdminKeyKept(command.serial, key.id))
    await emit_sources(core)


async def remove_admin_key(core: Core, command: commands.RemoveAdminKey) -> None:
    await core.reconciler.admin_keys.remove(command.key_id)
    await emit_sources(core)


async def emit_sources(core: Core) -> None:
    """What can be compared now."""
    try:
        where = (await core.keychain.place()).where
    except TuppenceError:
        where = "undecided"
    today = core.clock.now().date()
    sites = tuple(
        seam.ReportSiteView(
            site.provider, site.name, site.key_name, site.key_page, site.csv_page, site.who,
            by_call=site.provider == "openrouter",
        )
        for site in SITES.values()
    )  # fmt: skip
    keys = tuple(
        seam.AdminKeyView(key.id, key.provider, key.name)
        for key in core.reconciler.admin_keys.rows()
    )
    used = core.reconciler.providers_used(today)
    core.emit(
        seam.ReconciliationSourcesReady(
            seam.SourcesView(sites, keys, tuple(_months(today)), used, where)
        )
    )


def _months(today: date) -> list[date]:
    """The first days of this month and of those before it, newest first."""
    months = [today.replace(day=1)]
    while len(months) < MONTHS_SHOWN:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months
