"""A usage or cost file that a user downloaded: any encoding, any separator, read line by line.

Which columns mean what is in `usage_reports_layouts.py`. A file of any length is read in pieces;
what cannot be read is an error that names the line and the column.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from app.errors import TuppenceError
from app.metering.reconciliation_rows import ReportedUsage
from app.providers.usage_reports_cells import Cells, CellTrouble, Columns
from app.providers.usage_reports_layouts import LAYOUTS, Layout, find_layout

_LOOK_BYTES = 64 * 1024
_HEADER_WITHIN = 20  # some exports put words above their table
_SEPARATORS = (",", ";", "\t", "|")
_NOT_NAME = re.compile(r"[^a-z0-9]+")


class _Reader(Protocol):
    """What `csv.reader` gives."""

    @property
    def line_num(self) -> int: ...
    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


class ReportFileError(TuppenceError):
    """A file that is no report we can read; the message names the file and what is wrong."""


class ReportFile:
    """One file. `layout` and `columns` are known once it is open; `rows` reads it once.

    Raises ReportFileError where its layout is not known, and from `rows` where a line is wrong.
    """

    def __init__(self, path: Path, provider: str = "") -> None:
        self.path = path
        self.decimals = 0
        self.lines = 0
        with self._reader() as (reader, _):
            self.columns, self._header_line, self.layout = self._find_header(reader, provider)

    def rows(self) -> Iterator[ReportedUsage]:
        """Its lines, in its order."""
        with self._reader() as (reader, separator):
            try:
                columns = Columns(self.columns)
                for row in reader:
                    if reader.line_num <= self._header_line or not any(row):
                        continue
                    self.lines += 1
                    cells = Cells(columns, row, decimal_comma=separator == ";")
                    yield from self._read(cells, reader.line_num)
                    self.decimals = max(self.decimals, cells.decimals)
            except csv.Error as error:
                raise self._wrong(f"line {reader.line_num} is no line of a table: {error}.") from (
                    error
                )
            except OSError as error:
                raise self._wrong(f"it cannot be read: {error.strerror}.") from error

    @property
    def step_pusd(self) -> int:
        """The smallest step of its amounts, once they are read; 0 where it is finer than any."""
        return 10 ** (12 - self.decimals) if self.decimals < 12 else 0

    def _read(self, cells: Cells, line: int) -> Iterator[ReportedUsage]:
        try:
            yield from self.layout.read(cells)
        except CellTrouble as trouble:
            raise self._wrong(f"line {line}, {trouble}") from trouble

    @contextmanager
    def _reader(self) -> Iterator[tuple[_Reader, str]]:
        try:
            file = self.path.open("rb")
        except OSError as error:
            raise self._wrong(f"it cannot be opened: {error.strerror}.") from error
        with file:
            beginning = file.read(_LOOK_BYTES)
            encoding = _encoding_of(beginning)
            file.seek(0)
            # Names alone can hold other letters than ASCII; a figure is never lost to one.
            text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
            head = beginning.decode(encoding, "replace")
            if "\x00" in head or not head.strip():
                raise self._wrong("it is empty." if not head.strip() else "it is no text file.")
            separator = _separator_of(head)
            yield csv.reader(text, delimiter=separator), separator

    def _find_header(self, reader: _Reader, provider: str) -> tuple[list[str], int, Layout]:
        first: list[str] = []
        try:
            for row in reader:
                names = [column_name(cell) for cell in row]
                layout = find_layout(names, provider)
                if layout is not None:
                    return names, reader.line_num, layout
                if len(row) > len(first):
                    first = row
                if reader.line_num >= _HEADER_WITHIN:
                    break
        except csv.Error as error:
            raise self._wrong(f"it is no table: {error}.") from error
        raise self._unknown_layout(first)

    def _unknown_layout(self, found: list[str]) -> ReportFileError:
        names = ", ".join(cell.strip()[:40] for cell in found if cell.strip()) or "none"
        needed = "; ".join(f"{layout.name}: {', '.join(layout.needs)}" for layout in LAYOUTS)
        return ReportFileError(
            f"{self.path.name} has no layout that is known. Its columns are: {names[:400]}.",
            f"Needed are – {needed}. Any other file needs a column for the day and one for the "
            "cost, or for input and output tokens, and the provider has to be chosen.",
        )

    def _wrong(self, words: str) -> ReportFileError:
        return ReportFileError(f"{self.path.name}: {words}", "Download the file again.")


def column_name(cell: str) -> str:
    """A column's name in one spelling: `Prompt Tokens` and `prompt_tokens` are the same."""
    return _NOT_NAME.sub("_", cell.strip().strip("\ufeff").casefold()).strip("_")


def _encoding_of(beginning: bytes) -> str:
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        # The look may end in the middle of a letter: the last bytes prove nothing.
        beginning[: max(len(beginning) - 4, 0) or None].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(beginning) - 8:
            return "cp1252"
    return "utf-8-sig"


def _separator_of(head: str) -> str:
    """The separator of the first line that has one."""
    for line in head.splitlines()[:_HEADER_WITHIN]:
        if line.casefold().startswith("sep=") and len(line.strip()) == 5:
            return line.strip()[-1]
        counts = {separator: line.count(separator) for separator in _SEPARATORS}
        best = max(counts, key=lambda separator: counts[separator])
        if counts[best]:
            return best
    return ","
