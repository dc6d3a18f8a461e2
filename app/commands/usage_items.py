"""`usage --items` and `usage --csv`: every call of some days, piece by piece, however many."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from app.chat.export import write_file
from app.chat.spending_csv import CsvForm, Item, csv_lines
from app.chat.spending_export import write_csv
from app.commands.columns import one_line
from app.commands.usage_json import Json, as_json, call_object, drawn_rows
from app.commands.usage_words import call_words, parts_table
from app.seam.usage_views import UsageScope

if TYPE_CHECKING:
    from app.commands.streams import Streams
    from app.engine.core import Core

_AT_ONCE = 200


async def print_calls(
    arguments: argparse.Namespace, core: Core, streams: Streams, scope: UsageScope
) -> None:
    """The calls as CSV, JSON or words; with `items` each with its parts."""
    if arguments.csv:
        form = CsvForm.PARTS if arguments.items else CsvForm.CALLS
        await _print_csv(arguments.csv, core, streams, scope, form)
    elif arguments.json:
        await _print_json(core, streams, scope)
    else:
        await _print_words(core, streams, scope)


async def write_rows(
    file: str, streams: Streams, header: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """Rows that are there already, as CSV to a file or to standard output (`-`)."""
    text = csv_lines([header, *rows])
    if file == "-":
        await streams.out(text)
        return
    path = path_of(file, streams)
    write_file(path, text)
    await streams.err(f"Written to {path}\n")


def path_of(file: str, streams: Streams) -> Path:
    """A file's name as typed, from where it was typed."""
    return streams.folder / Path(file).expanduser()


async def _print_csv(
    file: str, core: Core, streams: Streams, scope: UsageScope, form: CsvForm
) -> None:
    source, span = core.spending.rows, core.spending.page.span(scope)
    if file != "-":
        path = path_of(file, streams)
        await write_csv(path, source, span, form, lambda done, calls: True)
        await streams.err(f"Written to {path}\n")
        return
    await streams.out(csv_lines([source.header(form)]))
    rows = source.rows(span, form)
    while piece := list(islice(rows, _AT_ONCE)):
        await streams.out(csv_lines(row for call in piece for row in call))


async def _print_json(core: Core, streams: Streams, scope: UsageScope) -> None:
    before = "["
    for item in core.spending.rows.items(core.spending.page.span(scope)):
        await streams.out(f"{before}\n{as_json(_object(item))}")
        before = ","
    await streams.out("[]\n" if before == "[" else "\n]\n")


def _object(item: Item) -> Json:
    row = item.row
    return {
        "call": row.id,
        "message": row.message_id,
        "chat": row.chat_id,
        "chat_title": item.chat_title,
        "key": item.key,
        "rule": item.rule or None,
        "drawn": drawn_rows(item.drawn),
        **call_object(item.call),
    }


async def _print_words(core: Core, streams: Streams, scope: UsageScope) -> None:
    for item in core.spending.rows.items(core.spending.page.span(scope)):
        title = one_line(item.chat_title or "A chat that was deleted")
        head = f"{call_words(item.call, item.drawn)}\n  {title} · message {item.row.message_id}\n"
        rule = f"  {one_line(item.rule)}\n" if item.rule else ""
        await streams.out(f"{head}{parts_table(item.call)}{rule}\n")
