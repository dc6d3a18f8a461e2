"""What passes between whoever runs a call and the books: the wish, the admitted call, its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.catalog.prices import Price
from app.ledger.records import Departure, HeldDraw
from app.metering.allowances_split import Draw
from app.metering.hold import Basis, Proof
from app.metering.payer import PayerKind
from app.metering.receipt import Receipt
from app.metering.usage import Usage
from app.quick_init import quick_init
from app.server.accounts.identify import Caller


class CallKind(StrEnum):
    """Which endpoint was asked."""

    CHAT = "chat"
    RESPONSES = "responses"
    EMBEDDINGS = "embeddings"
    IMAGES = "images"
    SPEECH = "speech"
    TRANSCRIPTION = "transcription"


@quick_init
@dataclass(frozen=True, slots=True)
class CallWish:
    """A call that wants to run. `request_id` is ours and becomes the hold's id; `key` is the
    client's `Idempotency-Key`, else the request id; `body_hash` covers endpoint and body.

    `input_tokens` are counted with the model's margin. `output_tokens_max` is the client's cap,
    None where it set none. `units` are what is paid by the piece beside tokens (images, seconds
    of sound), by the price's unit names.
    """

    request_id: str
    key: str
    body_hash: str
    kind: CallKind
    model: str
    input_tokens: int
    output_tokens_max: int | None = None
    units: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PricedRoute:
    """A way to a model: the catalog's route id, the host's id in the providers' table, the
    model's name there, and the price that was frozen for it. `own_key` is the id of a workspace's
    or organization's own provider key, empty for the operator's."""

    route: str
    host: str
    model: str
    price: Price | None
    own_key: str = ""


@dataclass(frozen=True, slots=True)
class SideHold:
    """What a call sets aside with somebody else than its own tenant: a network address, or all
    free accounts together. A hold of its own in the ledger, which ends when the call ends."""

    id: str
    tenant: str
    draws: tuple[HeldDraw, ...]


@quick_init
@dataclass(frozen=True, slots=True)
class AdmittedCall:
    """A call whose worst case is held. `output_tokens_max` has to be sent upstream. `routes` are
    in the order in which they are to be tried; `not_before` is when a slowed call may begin.

    The rest is for settlement alone, and frozen: `weight` and `plan` as they were, `held` by
    account of the ledger, `counted` those of them that count the cost and limit nothing or a cap
    (an API key's, an own key's), `sides`, and `worst_pusd`, the most that it was to cost.
    """

    request_id: str
    caller: Caller
    kind: CallKind
    model: str
    input_tokens: int
    output_tokens_max: int
    routes: tuple[PricedRoute, ...]
    payer: PayerKind
    draws: tuple[Draw, ...]
    admitted_at: datetime
    shortened: bool = False
    priority: bool = False
    not_before: datetime | None = None
    plan: str = ""
    weight: int | None = None
    worst_pusd: int = 0
    held: tuple[HeldDraw, ...] = ()
    counted: tuple[str, ...] = ()
    sides: tuple[SideHold, ...] = ()


class Leave(Protocol):
    """Says whether a call can leave at once, and keeps a place for it if so."""

    def __call__(self, call: AdmittedCall) -> Departure | None:
        """Asked before the call is held; the last call that was asked for is the one that goes."""
        ...

    def undo(self) -> None:
        """It was not held, or held without leaving."""
        ...


@dataclass(frozen=True, slots=True)
class DoneBefore:
    """The same key had its answer already. `answer` is the body as JSON text, empty where it is
    kept no longer; `account` is whose request it was. `status` is 502 where it was released.
    `corrected` is why the operator took its charge back, empty where nobody did."""

    request_id: str
    receipt: Receipt | None
    answer: str
    status: int = 200
    account: str = ""
    corrected: str = ""


class Ending(StrEnum):
    """How the client's answer ended."""

    COMPLETE = "complete"
    INTERRUPTED = "interrupted"  # the client went or stopped it
    INCOMPLETE = "incomplete"  # it broke


@quick_init
@dataclass(frozen=True, slots=True)
class CallEnd:
    """A call that is charged. `route` delivered it; `answer` is what the client can fetch again,
    JSON text, empty for nothing."""

    basis: Basis
    usage: Usage
    route: str
    ending: Ending
    upstream_id: str = ""
    upstream_model: str = ""
    flagged: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class CallDropped:
    """A call that nobody pays for. `proof` is None only where it was never sent; `lost_pusd` is
    what the provider bills all the same: the operator's write-off."""

    reason: str
    proof: Proof | None = None
    route: str = ""
    lost_pusd: int = 0
