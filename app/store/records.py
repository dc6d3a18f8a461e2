"""What the store takes and gives: plain frozen rows, no ORM object leaves this package."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.metering.hold import HoldState, How, Proof


class State(StrEnum):
    """How far a message got; user messages are always complete."""

    STREAMING = "streaming"
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class PaneRecord:
    """A cursor into a chat's tree; `leaf_id` None: before the first message."""

    position: int
    model_ref: str
    leaf_id: str | None


@dataclass(frozen=True, slots=True)
class ChatGroup:
    """The organization or workspace that a chat belongs to, at its server."""

    server_id: str
    group_id: str
    name: str


@dataclass(frozen=True, slots=True)
class ChatRecord:
    """A chat with the sum of its receipts; `total_pusd` counts what is priced.

    `unpriced` is the number of answers without a known price, `estimated` of those not exact.
    `group` None: the chat is one's own. `drawn_tokens` (plan tokens) are what hosted credit drew
    for it beside that; dollars that it drew are in the sum.
    """

    id: str
    title: str
    title_is_own: bool  # the user chose it: never replace it
    created_at: datetime
    updated_at: datetime
    pinned: bool
    hidden_at: datetime | None
    total_pusd: int
    unpriced: int
    estimated: int
    unfinished: bool
    panes: tuple[PaneRecord, ...]
    group: ChatGroup | None = None
    drawn_tokens: int = 0


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """One node of the tree. `extras_json` holds tool calls, citations and provider state.

    `receipt_json` is the frozen receipt, None where none applies (user messages, running turns).
    """

    id: str
    chat_id: str
    parent_id: str | None
    role: str
    text: str
    state: State
    created_at: datetime
    thinking: str = ""
    thinking_s: float | None = None
    duration_s: float | None = None
    model_ref: str = ""
    model_name: str = ""
    fault_json: str | None = None
    extras_json: str | None = None
    receipt_json: str | None = None
    attachment_ids: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()  # filled on reading: ids of all versions, oldest first


@dataclass(frozen=True, slots=True)
class AttachmentRecord:
    """A file kept once by the SHA-256 of its content, which is its id."""

    id: str
    name: str
    media_type: str
    size_bytes: int
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class DraftRecord:
    chat_id: str
    text: str
    attachment_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One upstream call as the usage cache keeps it, one row per call.

    `cost_pusd` None: no price is known. `certainty` is exact, estimated or pending.
    """

    id: str
    message_id: str
    chat_id: str
    at: datetime
    key_id: str
    provider: str
    model: str
    input_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cost_pusd: int | None
    certainty: str


@dataclass(frozen=True, slots=True)
class LimitRecord:
    """A limit that a call counts against, in one window: an account of the ledger by `account`.

    `limit_pusd` None: nothing stops there, it is only counted. `spent_pusd` is what the usage
    says was spent in the window so far, calls from before there was a limit among it.
    """

    account: str
    limit_pusd: int | None
    spent_pusd: int
    closes_at: datetime | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class HoldRecord:
    """What a call may cost at most, set aside before a byte leaves; ends exactly once.

    `amount_pusd` is 0 where no price is known. `price_json` is the price frozen at admission.
    `limits` is for admission, `proof` for a release; neither is read back.
    """

    id: str
    message_id: str
    chat_id: str
    key_id: str
    model_ref: str
    state: HoldState
    amount_pusd: int
    price_json: str | None
    input_tokens: int
    output_tokens_max: int
    created_at: datetime
    output_tokens_seen: int = 0
    settled_pusd: int | None = None
    basis: str = ""  # provider_usage, counted_partial, input_only, provider_lookup
    limits: tuple[LimitRecord, ...] = ()
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class ParkedRecord:
    """A call that was left behind, to be looked up at its provider by `generation_id`.

    `output_tokens` were counted of what had arrived by `parked_at`; `how` is died or failed.
    """

    hold_id: str
    generation_id: str
    parked_at: datetime
    output_tokens: int
    how: How


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is known of a kept key; the secret is in the keychain under `id`, never here."""

    id: str
    provider: str
    label: str
    ends_in: str
    base_url: str
    where: str  # keyring, vault, session
    state: str  # works, refused, unchecked
    detail: str
    checked_at: datetime | None
    created_at: datetime
    models_json: str = "[]"  # what the provider listed for this key


@dataclass(frozen=True, slots=True)
class HitRecord:
    chat_id: str
    message_id: str
    chat_title: str
    snippet: str  # matches between \x02 and \x03
    at: datetime


@dataclass(frozen=True, slots=True)
class SpendRecord:
    """A sum over usage rows; `label` is what it was grouped by."""

    label: str
    total_pusd: int
    unpriced: int
    estimated: int
    tokens: int
    messages: int
