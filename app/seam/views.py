"""What the window shows: frozen values, ready to draw, with no way back into the core.

Amounts are integer picodollars, None where unknown. Times are aware and in UTC.
A `model_ref` names a model and who pays for it: `key_id/model_id`, where `key_id` is a kept key,
`local:ollama` and its like, or `demo`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from app.seam.hosted_views import DrawnView, HostedModelView


class Certainty(StrEnum):
    """Whether a figure is exact, counted by us, or not known yet."""

    EXACT = "exact"
    ESTIMATED = "estimated"
    PENDING = "pending"
    UNKNOWN = "unknown"  # no price is known


class MessageState(StrEnum):
    """How far an answer got."""

    WAITING = "waiting"  # sent, nothing came yet
    STREAMING = "streaming"
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"  # the user stopped it
    INCOMPLETE = "incomplete"  # it broke, or the program died


@dataclass(frozen=True, slots=True)
class FaultView:
    """What went wrong, in the user's words.

    `action` names a way on: `keys`, `retry`, `model`, `continue`, `budgets`, `stop` (the answer
    that is in the way); empty: none.
    """

    kind: str
    message: str
    advice: str = ""
    action: str = ""
    wait_s: float | None = None


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """A file that goes with a message. `preview` is a small PNG for images, empty otherwise."""

    id: str
    name: str
    media_type: str
    size_bytes: int
    preview: bytes = b""


@dataclass(frozen=True, slots=True)
class ToolCallView:
    id: str
    name: str
    arguments: str
    result: str | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class CitationView:
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class ImageView:
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class CostLine:
    """The muted line under an answer."""

    total_pusd: int | None
    certainty: Certainty
    input_tokens: int
    output_tokens: int
    thinking_tokens: int
    payer: str  # "your Anthropic key", "this computer", "demo"
    duration_s: float | None
    cached_tokens: int = 0
    note: str = ""  # "You stopped this answer: ..." where a rule other than the usual applied
    # What hosted credit paid. Where it is not empty, `total_pusd` is what the call cost at its
    # provider, and nobody is charged that.
    drawn: tuple[DrawnView, ...] = ()
    weight: int | None = None  # plan tokens that each token drew, where that is known


@dataclass(frozen=True, slots=True)
class MessageView:
    """One card. `siblings` are the ids of all versions at this place, this one included."""

    id: str
    parent_id: str | None
    role: str  # user, assistant, system
    text: str
    state: MessageState
    created_at: datetime
    thinking: str = ""
    thinking_s: float | None = None
    model_name: str = ""
    model_ref: str = ""
    siblings: tuple[str, ...] = ()
    attachments: tuple[AttachmentView, ...] = ()
    images: tuple[ImageView, ...] = ()
    tool_calls: tuple[ToolCallView, ...] = ()
    citations: tuple[CitationView, ...] = ()
    cost: CostLine | None = None
    fault: FaultView | None = None


@dataclass(frozen=True, slots=True)
class PaneView:
    """One cursor into a chat's tree: the path from the root to where this pane stands."""

    position: int  # 0 to 3
    model_ref: str
    messages: tuple[MessageView, ...]


@dataclass(frozen=True, slots=True)
class DraftView:
    text: str = ""
    attachments: tuple[AttachmentView, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatView:
    id: str
    title: str
    panes: tuple[PaneView, ...]
    draft: DraftView


@dataclass(frozen=True, slots=True)
class ChatRow:
    """A line of the sidebar. `drawn_tokens`, plan tokens, were paid with beside the money.
    `group_id` is the organization or workspace that the chat belongs to and that pays for it, empty
    for one's own; `group_name` is what it is called."""

    id: str
    title: str
    updated_at: datetime
    pinned: bool
    total_pusd: int | None
    certainty: Certainty
    streaming: bool = False
    unfinished: bool = False
    drawn_tokens: int = 0
    group_id: str = ""
    group_name: str = ""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A message that was found; `snippet` has the matches between \\x02 and \\x03."""

    chat_id: str
    message_id: str
    chat_title: str
    snippet: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A line of the model picker. Rates are picodollars per token."""

    ref: str
    name: str
    provider: str
    provider_name: str
    abilities: tuple[str, ...]  # images, tools, thinks, audio, files
    context_tokens: int | None
    input_rate: int | None
    output_rate: int | None
    payer: str
    available: bool = True
    why_not: str = ""
    favorite: bool = False
    used_at: datetime | None = None
    free: bool = False
    price_note: str = ""  # "dearer above 200,000 tokens"
    hosted: HostedModelView | None = None  # where hosted credit pays


@dataclass(frozen=True, slots=True)
class ReceiptPartView:
    label: str  # "Input", "Read from cache", "Thinking", "Web search"
    quantity: int
    unit: str  # "tokens", "searches"
    rate_text: str  # "$2.50 per million"
    amount_pusd: int | None


@dataclass(frozen=True, slots=True)
class ReceiptCallView:
    """`asked_model` is the one that was asked for where another one answered.

    `basis` says in words what the figures rest on; `price_source` names the frozen rates.
    `is_hosted`: hosted credit paid, by what is drawn; the parts have no amounts then, but where
    dollars were drawn at those very rates. `weight` is how many plan tokens each token drew, None
    where that is not known.
    """

    model: str
    provider: str
    request_id: str | None
    at: datetime
    certainty: Certainty
    parts: tuple[ReceiptPartView, ...]
    total_pusd: int | None
    payer: str = ""
    price_source: str = ""
    asked_model: str = ""
    delivered: bool = True
    basis: str = ""
    is_hosted: bool = False
    weight: int | None = None


@dataclass(frozen=True, slots=True)
class ReceiptShareView:
    """What one payer paid; `percent` of what is priced, None where that cannot be said."""

    payer: str
    total_pusd: int | None
    certainty: Certainty
    percent: int | None


@dataclass(frozen=True, slots=True)
class ReceiptView:
    message_id: str
    total_pusd: int | None
    certainty: Certainty
    payer: str
    rule: str  # the rule that applied, in the user's words
    price_source: str  # "genai-prices, 21 August 2026"
    calls: tuple[ReceiptCallView, ...]
    quoted_likely_pusd: int | None = None
    quoted_most_pusd: int | None = None
    notes: tuple[str, ...] = ()
    shares: tuple[ReceiptShareView, ...] = ()
    drawn: tuple[DrawnView, ...] = ()  # as on CostLine
    server_request_id: str = ""  # the credit server's name for the newest call


@dataclass(frozen=True, slots=True)
class OwnPriceView:
    """What the user says that a server charges: dollars per million tokens, as exact text."""

    input_usd: str
    output_usd: str
    cached_usd: str  # empty: as other input
    dated: date


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A kept key; the secret itself never comes to the window."""

    id: str
    provider: str
    provider_name: str
    label: str
    ends_in: str
    state: str  # works, refused, unchecked, missing, checking
    detail: str  # "works, 62 models", "refused: the key was revoked"
    month_pusd: int | None
    certainty: Certainty
    where: str  # keyring, vault, session
    base_url: str = ""
    takes_own_price: bool = False  # a server at an address of the user's own
    own_price: OwnPriceView | None = None


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider one can add a key for. `key_hints` are the ways its keys begin."""

    id: str
    name: str
    key_hints: tuple[str, ...]
    key_page: str
    needs_url: bool = False
    needs_key: bool = True


@dataclass(frozen=True, slots=True)
class KeychainView:
    """Where secrets go on this machine: keyring, vault, session or undecided."""

    place: str
    name: str  # "Secret Service (GNOME Keyring)"
    vault_exists: bool
    vault_open: bool
    trouble: str = ""
    vault_damaged: bool = False  # it can only be set aside
    news: str = ""  # what an order did


@dataclass(frozen=True, slots=True)
class LocalModels:
    """A program on this computer that serves models."""

    host_id: str
    name: str
    base_url: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpendLine:
    label: str
    total_pusd: int | None
    certainty: Certainty
    tokens: int
    messages: int


@dataclass(frozen=True, slots=True)
class DaySpend:
    day: date
    total_pusd: int
    certainty: Certainty
    messages: int


@dataclass(frozen=True, slots=True)
class BillingView:
    """The billing panel: from the local cache at once."""

    today: SpendLine
    month: SpendLine
    by_key: tuple[SpendLine, ...]
    by_model: tuple[SpendLine, ...]
    days: tuple[DaySpend, ...]  # the last 14, oldest first
    unpriced_messages: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class ProxyView:
    """The user's proxy; the password is in the keychain and never comes back."""

    url: str = ""  # http://, https:// or socks5://host:port
    user: str = ""
    has_password: bool = False


@dataclass(frozen=True, slots=True)
class SettingsView:
    theme: str = "system"  # light, dark, system
    zoom_percent: int = 100
    enter_sends: bool = True
    default_model_ref: str = ""
    proxy: ProxyView = field(default_factory=ProxyView)
    shortcuts: tuple[tuple[str, str], ...] = ()  # (action, key sequence), only what was changed
    language: str = "system"
    billing_open: bool = True
    sidebar_open: bool = True
    failover: bool = False  # another kept key may answer where one cannot
    count_with_provider: bool = False  # drafts go to the provider's free counter
