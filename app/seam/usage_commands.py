"""What the usage page asks of the core; app.seam.commands has these among its own."""

from __future__ import annotations

from dataclasses import dataclass

from app.seam.usage_views import UsageOrder, UsageScope


@dataclass(frozen=True, slots=True)
class AskUsage:
    """The usage page of a scope."""

    serial: int
    scope: UsageScope


@dataclass(frozen=True, slots=True)
class AskUsageCalls:
    """So many calls of a scope, from a place of the list on."""

    serial: int
    scope: UsageScope
    order: UsageOrder
    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class ExportUsage:
    """Write a scope as CSV to a path: a line for each of its `calls`, or for each of their `parts`.

    What is at the path stays until all of it is written.
    """

    serial: int
    scope: UsageScope
    path: str
    form: str = "calls"


@dataclass(frozen=True, slots=True)
class StopUsageExport:
    serial: int
