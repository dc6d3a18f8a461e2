"""What the usage page asks of the store and gets from it: spans, sums of days, lines of calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class UsageSpan:
    """Whole days in UTC, both ends included, and what else a call has to be; None: anything.

    `model` is (provider, model id); `sources` are pairs of key id and provider; `own_only` leaves
    out what hosted credit paid for.
    """

    first: date
    last: date
    key_id: str | None = None
    model: tuple[str, str] | None = None
    chat_id: str | None = None
    sources: tuple[tuple[str, str], ...] | None = None
    own_only: bool = False


@dataclass(frozen=True, slots=True)
class UsageSums:
    """Sums over calls. `pusd` is what is priced, of it `estimated_pusd` not exact.

    `estimated` and `unpriced` count calls; `messages` counts each message once, where its first
    call is. `read_tokens` is all input, `written_tokens` all output with thinking.
    """

    calls: int = 0
    messages: int = 0
    pusd: int = 0
    estimated_pusd: int = 0
    estimated: int = 0
    unpriced: int = 0
    read_tokens: int = 0
    written_tokens: int = 0


@dataclass(frozen=True, slots=True)
class SourceSums:
    """What one key and model come to."""

    key_id: str
    provider: str
    model: str
    sums: UsageSums


@dataclass(frozen=True, slots=True)
class ChatSums:
    """What one chat comes to. `title` None: the chat is gone; `hidden`: it was deleted."""

    chat_id: str
    title: str | None
    hidden: bool
    sums: UsageSums


class CallOrder(StrEnum):
    """How calls are listed."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DEAREST = "dearest"
    CHEAPEST = "cheapest"  # calls without a price come first here and last among the dearest


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call as a line: what it used and cost, and where its message is.

    `text` is how the answer begins; `gone` where the message is not there any more.
    """

    id: str
    message_id: str
    chat_id: str
    at: datetime
    key_id: str
    provider: str
    model: str
    read_tokens: int
    written_tokens: int
    cost_pusd: int | None
    certainty: str
    chat_title: str | None
    text: str
    gone: bool
    has_receipt: bool
