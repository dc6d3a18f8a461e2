"""What the usage page asks for and shows: a scope, sums with what is certain of them, calls.

Days are UTC, both ends of a scope included. Amounts are integer picodollars.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.seam.hosted_views import DrawnView
from app.seam.views import Certainty


class UsagePeriod(StrEnum):
    """Which days are shown; CUSTOM are the days that are named."""

    MONTH = "month"
    LAST_MONTH = "last_month"
    DAYS_7 = "days_7"
    DAYS_30 = "days_30"
    DAYS_90 = "days_90"
    YEAR = "year"
    ALL = "all"
    CUSTOM = "custom"


class UsageOrder(StrEnum):
    """How calls are listed; those without a known price are the cheapest."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DEAREST = "dearest"
    CHEAPEST = "cheapest"


@dataclass(frozen=True, slots=True)
class UsageScope:
    """What is looked at. Empty ids: anything; `model_id` is a line's id, `provider/model`.

    `first` and `last` count for CUSTOM alone; what comes back has them as they were taken.
    """

    period: UsagePeriod = UsagePeriod.MONTH
    first: date | None = None
    last: date | None = None
    model_id: str = ""
    chat_id: str = ""
    key_id: str = ""
    payer_id: str = ""


@dataclass(frozen=True, slots=True)
class UsageSum:
    """A sum over calls. `total_pusd` None: there are calls, and no price of any is known.

    `estimated_pusd` is the part of the total that is not exact; `unpriced` calls are not in it.
    `drawn` is what hosted credit drew beside the money: a sum for each unit but dollars, without
    a name. `estimated` calls were not counted by whoever billed them.
    """

    total_pusd: int | None
    certainty: Certainty
    estimated_pusd: int
    unpriced: int
    calls: int
    messages: int
    input_tokens: int
    output_tokens: int
    drawn: tuple[DrawnView, ...] = ()
    estimated: int = 0


@dataclass(frozen=True, slots=True)
class UsageLine:
    """One model, chat, key or payer. `id` empty: several others together.

    `grants` are what each grant of a payer drew, where hosted credit paid.
    """

    id: str
    label: str
    note: str
    sum: UsageSum
    grants: tuple[DrawnView, ...] = ()


@dataclass(frozen=True, slots=True)
class UsageBar:
    """A day, or the days from `first` to `last`, with what they come to."""

    first: date
    last: date
    exact_pusd: int
    estimated_pusd: int
    unpriced: int
    messages: int
    drawn_tokens: int = 0  # plan tokens


@dataclass(frozen=True, slots=True)
class UsageView:
    """The page. `bars` are days, weeks or months (`bar_unit`); `year` the last 53 weeks by day.

    `narrowed` names what the scope asks for besides days: pairs of `model`, `chat`, `key` or
    `payer` and its label. `members` are those of the group whose tokens are spent, as its server
    said it of the last 30 days and of all their computers; nobody where tokens are one's own.
    `assistants` are those that calls of the scope were made with; calls without one are in none.
    """

    scope: UsageScope
    total: UsageSum
    bars: tuple[UsageBar, ...]
    bar_unit: str
    year: tuple[UsageBar, ...]
    models: tuple[UsageLine, ...]
    chats: tuple[UsageLine, ...]
    keys: tuple[UsageLine, ...]
    payers: tuple[UsageLine, ...]
    narrowed: tuple[tuple[str, str], ...]
    ever_used: bool
    today: date
    as_of: datetime
    members: tuple[UsageLine, ...] = ()
    assistants: tuple[UsageLine, ...] = ()


@dataclass(frozen=True, slots=True)
class UsageCall:
    """One call. `gone`: its message is not there any more; `text` is how the answer begins."""

    id: str
    message_id: str
    chat_id: str
    chat_title: str
    text: str
    at: datetime
    model: str
    key: str
    input_tokens: int
    output_tokens: int
    cost_pusd: int | None
    certainty: Certainty
    gone: bool
    has_receipt: bool
    drawn: tuple[DrawnView, ...] = ()  # what each grant paid
