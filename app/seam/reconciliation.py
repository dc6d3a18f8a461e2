"""A month against the provider's own figure, as the window asks for it and shows it.

Amounts are integer picodollars, None where not told. Days are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.seam.views import Certainty


@dataclass(frozen=True, slots=True)
class AskReconciliationSources:
    """What can be compared: providers, admin keys, months."""


@dataclass(frozen=True, slots=True)
class AskReconciliation:
    """Compare a month with files, with what the provider says to an admin key, or call by call.

    `files` are paths of CSV files; without any `admin_key_id` is asked with, and without that
    each call by its id (OpenRouter alone). `provider` is needed where a file does not tell.
    """

    serial: int
    month: date
    provider: str = ""
    files: tuple[str, ...] = ()
    admin_key_id: str = ""


@dataclass(frozen=True, slots=True)
class KeepAdminKey:
    """Check an admin key with its provider and keep it."""

    serial: int
    provider: str
    secret: str
    where: str = "keyring"

    def __repr__(self) -> str:
        return f"KeepAdminKey({self.serial}, {self.provider!r})"


@dataclass(frozen=True, slots=True)
class RemoveAdminKey:
    key_id: str


ReconciliationCommand = AskReconciliationSources | AskReconciliation | KeepAdminKey | RemoveAdminKey


@dataclass(frozen=True, slots=True)
class ReportSiteView:
    """A provider that can be asked: what its key is called and where it and its CSV come from."""

    provider: str
    name: str
    key_name: str
    key_page: str
    csv_page: str
    who: str
    by_call: bool = False  # single calls can be asked for without an admin key


@dataclass(frozen=True, slots=True)
class AdminKeyView:
    id: str
    provider: str
    name: str


@dataclass(frozen=True, slots=True)
class SourcesView:
    """`months` are first days, newest first; `used` are the providers that have a key of ours."""

    sites: tuple[ReportSiteView, ...]
    admin_keys: tuple[AdminKeyView, ...]
    months: tuple[date, ...]
    used: tuple[str, ...] = ()
    where: str = "keyring"


@dataclass(frozen=True, slots=True)
class DifferencePart:
    """A named part of a difference, theirs less ours; `reason` is the metering's word for it."""

    reason: str
    requests: int
    tokens: int
    cost_pusd: int
    detail: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class SideView:
    """What one side has. For ours `calls` and `tokens` are known always."""

    calls: int | None
    tokens: int | None
    cost_pusd: int | None
    certainty: Certainty = Certainty.EXACT


@dataclass(frozen=True, slots=True)
class ReconciledLine:
    """One key and model, or one day of it. `theirs` None: their report does not cover it.

    `key` is empty where the report does not say which; `own` is false for a key of others.
    """

    key: str
    own: bool
    model: str
    day: date | None
    ours: SideView
    theirs: SideView | None
    parts: tuple[DifferencePart, ...]
    is_open: bool
    days: tuple[ReconciledLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ReconciledCall:
    """One call by its id that differs, or that one side does not have."""

    request_id: str
    ours: SideView | None
    theirs: SideView | None
    parts: tuple[DifferencePart, ...]


@dataclass(frozen=True, slots=True)
class ReconciliationView:
    """The month with its lines, dearest first; `total` is their sum."""

    provider: str
    provider_name: str
    month: date
    source: str
    total: ReconciledLine
    lines: tuple[ReconciledLine, ...]
    calls: tuple[ReconciledCall, ...]
    matched: int
    notes: tuple[str, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class ReconciliationSourcesReady:
    sources: SourcesView


@dataclass(frozen=True, slots=True)
class ReconciliationShown:
    """The comparison, or in words why there is none."""

    serial: int
    view: ReconciliationView | None
    message: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class AdminKeyKept:
    """Whether an admin key is kept now; `key_id` is its id then."""

    serial: int
    key_id: str
    message: str = ""
    advice: str = ""


ReconciliationEvent = ReconciliationSourcesReady | ReconciliationShown | AdminKeyKept
