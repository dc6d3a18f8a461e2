"""Writing usage to a file, piece by piece: all of it or nothing, and it can be stopped."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TextIO

from app.chat.spending_csv import CsvForm, UsageRows, csv_lines
from app.errors import StoreError, TuppenceError
from app.store.usage_records import UsageSpan

CALLS_AT_ONCE = 100  # about 10 ms of the core's time


class ExportStopped(TuppenceError):
    """The user stopped it; nothing was written."""


async def write_csv(
    path: Path,
    source: UsageRows,
    span: UsageSpan,
    form: CsvForm,
    tell: Callable[[int, int], bool],
) -> None:
    """Write a span to a path, which holds what it held until the end.

    `tell` hears how many calls of how many are done, and stops it by answering False. Raises
    ExportStopped, or StoreError where it cannot be written.
    """
    calls = source.count(span)
    with _replacing(path) as file:
        file.write(csv_lines([source.header(form)]))
        done, rows = 0, source.rows(span, form)
        while piece := list(islice(rows, CALLS_AT_ONCE)):
            file.write(csv_lines(row for call in piece for row in call))
            done += len(piece)
            if not tell(done, max(calls, done)):
                raise ExportStopped("The export was stopped.", "Nothing was written.")
            await asyncio.sleep(0)
        file.flush()
        await asyncio.to_thread(os.fsync, file.fileno())


@contextmanager
def _replacing(path: Path) -> Iterator[TextIO]:
    part = path.with_name(path.name + ".part")
    try:
        if path.is_dir():
            raise StoreError(f"“{path.name}” is a folder.", "Name a file in it.")
        try:
            with part.open("w", encoding="utf-8", newline="") as file:
                yield file
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StoreError(
            f"“{path.name}” cannot be written there.",
            f"The system says: {error.strerror or error}.",
        ) from error
