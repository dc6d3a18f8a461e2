"""The usage page: its sums, its calls, and what is written of them as CSV."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.chat.spending_csv import CsvForm
from app.chat.spending_drawn import member_lines
from app.chat.spending_export import ExportStopped, write_csv
from app.engine.core import Core
from app.errors import TuppenceError
from app.seam import commands, events


def ask_usage(core: Core, command: commands.AskUsage) -> None:
    view = core.spending.page.view(command.scope)
    members = member_lines(core.hosted.chosen_wallet())
    core.emit(events.UsageShown(command.serial, replace(view, members=members)))


def ask_usage_calls(core: Core, command: commands.AskUsageCalls) -> None:
    calls = core.spending.page.calls(command.scope, command.order, command.offset, command.limit)
    core.emit(events.UsageCallsShown(command.serial, command.offset, calls))


async def export_usage(core: Core, command: commands.ExportUsage) -> None:
    """Write piece by piece, so that answers go on streaming meanwhile."""
    serial, path = command.serial, Path(command.path)
    running = core.spending.exports
    running.add(serial)

    def tell(done: int, calls: int) -> bool:
        core.emit(events.UsageExportMoved(serial, done, calls))
        return serial in running

    try:
        span = core.spending.page.span(command.scope)
        await write_csv(path, core.spending.rows, span, CsvForm(command.form), tell)
    except ExportStopped:
        core.emit(events.UsageExportEnded(serial, "stopped", command.path))
    except TuppenceError as error:
        core.emit(
            events.UsageExportEnded(serial, "failed", command.path, error.message, error.advice)
        )
    else:
        core.emit(events.UsageExportEnded(serial, "written", command.path))
    finally:
        running.discard(serial)


def stop_usage_export(core: Core, command: commands.StopUsageExport) -> None:
    core.spending.exports.discard(command.serial)
