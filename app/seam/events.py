"""What the core tells the window: facts, each a frozen value."""

from __future__ import annotations

from dataclasses import dataclass

from app.seam.assistants import AssistantEvent
from app.seam.budgets import BudgetEvent, BudgetView
from app.seam.hosted import HostedEvent
from app.seam.quote_views import CheaperView, ModelCostView, QuoteView
from app.seam.reconciliation import ReconciliationEvent
from app.seam.usage_views import UsageCall, UsageView
from app.seam.views import (
    AttachmentView,
    BillingView,
    ChatRow,
    ChatView,
    CitationView,
    FaultView,
    ImageView,
    KeychainView,
    KeyRow,
    LocalModels,
    MessageView,
    ModelRow,
    ProviderRow,
    ReceiptView,
    SearchHit,
    SettingsView,
    ToolCallView,
)


@dataclass(frozen=True, slots=True)
class EngineReady:
    """The core is open. `first_run`: no key, no chat, no choice yet."""

    first_run: bool
    settings: SettingsView
    demo: bool = False


@dataclass(frozen=True, slots=True)
class EngineFailed:
    """The core cannot open; the window says why and offers what `advice` says."""

    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One passing line. `level` is info, warning or error; `undo_chat_id` offers to take back."""

    level: str
    text: str
    advice: str = ""
    undo_chat_id: str = ""


@dataclass(frozen=True, slots=True)
class RaiseWindow:
    """A second start asked for this window."""


@dataclass(frozen=True, slots=True)
class ChatsListed:
    """All chats, pinned first, then newest first."""

    rows: tuple[ChatRow, ...]


@dataclass(frozen=True, slots=True)
class ChatRowChanged:
    row: ChatRow


@dataclass(frozen=True, slots=True)
class ChatOpened:
    """The chat as it is now: also after a branch was shown or a pane added or closed."""

    chat: ChatView
    at_message_id: str | None = None


@dataclass(frozen=True, slots=True)
class SearchFound:
    serial: int
    hits: tuple[SearchHit, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class MessageAdded:
    """A new card at the end of a pane, or in place of all cards after `parent_id`."""

    chat_id: str
    pane: int
    message: MessageView


@dataclass(frozen=True, slots=True)
class TextArrived:
    chat_id: str
    pane: int
    message_id: str
    text: str


@dataclass(frozen=True, slots=True)
class ThinkingArrived:
    chat_id: str
    pane: int
    message_id: str
    text: str


@dataclass(frozen=True, slots=True)
class ToolCallShown:
    """A tool call, or the same one again with its result."""

    chat_id: str
    pane: int
    message_id: str
    call: ToolCallView


@dataclass(frozen=True, slots=True)
class CitationShown:
    chat_id: str
    pane: int
    message_id: str
    citation: CitationView


@dataclass(frozen=True, slots=True)
class ImageShown:
    chat_id: str
    pane: int
    message_id: str
    image: ImageView


@dataclass(frozen=True, slots=True)
class MessageChanged:
    """A card as it stands now: settled, failed, kept, or with more versions beside it."""

    chat_id: str
    pane: int
    message: MessageView
    settled: bool = False  # a turn has just ended with this message


@dataclass(frozen=True, slots=True)
class SendRefused:
    """Nothing was sent; what was typed stays in the composer.

    `cheaper` are models that could answer it all the same, where a budget is what is short.
    """

    chat_id: str
    pane: int
    fault: FaultView
    cheaper: tuple[CheaperView, ...] = ()


@dataclass(frozen=True, slots=True)
class SendAccepted:
    """The message is stored: the composer may clear what it sent."""

    chat_id: str


@dataclass(frozen=True, slots=True)
class DraftSaved:
    chat_id: str


@dataclass(frozen=True, slots=True)
class FileAttached:
    serial: int
    chat_id: str
    attachment: AttachmentView


@dataclass(frozen=True, slots=True)
class FileRefused:
    serial: int
    chat_id: str
    name: str
    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class QuoteReady:
    serial: int
    chat_id: str
    quotes: tuple[QuoteView, ...]


@dataclass(frozen=True, slots=True)
class CheaperFound:
    """The cheapest first; empty where nothing sensible answers for less."""

    serial: int
    chat_id: str
    pane: int
    models: tuple[CheaperView, ...]


@dataclass(frozen=True, slots=True)
class ModelCostsReady:
    serial: int
    chat_id: str
    pane: int
    costs: tuple[ModelCostView, ...]


@dataclass(frozen=True, slots=True)
class QuotedAgain:
    """What editing, regenerating or continuing a message would cost; `kind` as it was asked."""

    serial: int
    chat_id: str
    pane: int
    message_id: str
    kind: str
    quote: QuoteView


@dataclass(frozen=True, slots=True)
class ReceiptReady:
    receipt: ReceiptView


@dataclass(frozen=True, slots=True)
class BillingReady:
    """`budgets` are those for everything and of keys, as they stand."""

    billing: BillingView
    budgets: tuple[BudgetView, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelsListed:
    rows: tuple[ModelRow, ...]
    refreshing: bool = False


@dataclass(frozen=True, slots=True)
class LocalModelsFound:
    hosts: tuple[LocalModels, ...]


@dataclass(frozen=True, slots=True)
class KeysListed:
    rows: tuple[KeyRow, ...]
    providers: tuple[ProviderRow, ...]


@dataclass(frozen=True, slots=True)
class KeyChecked:
    """The outcome for one key. `kept` says whether it is in the keychain now.

    `can_keep_unchecked`: the provider could not be asked; the user may keep it all the same.
    """

    serial: int
    kept: bool
    provider_name: str
    message: str
    advice: str = ""
    can_keep_unchecked: bool = False


@dataclass(frozen=True, slots=True)
class KeyPriceSet:
    """What became of `SetKeyPrice`; `message` says why where it was not kept."""

    key_id: str
    kept: bool
    message: str = ""


@dataclass(frozen=True, slots=True)
class KeychainReady:
    keychain: KeychainView


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    settings: SettingsView


@dataclass(frozen=True, slots=True)
class ProxyTested:
    serial: int
    works: bool
    message: str


@dataclass(frozen=True, slots=True)
class ChatExported:
    chat_id: str
    path: str


@dataclass(frozen=True, slots=True)
class UsageShown:
    serial: int
    usage: UsageView


@dataclass(frozen=True, slots=True)
class UsageCallsShown:
    serial: int
    offset: int
    calls: tuple[UsageCall, ...]


@dataclass(frozen=True, slots=True)
class UsageExportMoved:
    """So many of the calls are written."""

    serial: int
    done: int
    calls: int


@dataclass(frozen=True, slots=True)
class UsageExportEnded:
    """`outcome` is `written`, `stopped` or `failed`; only then is there something to say."""

    serial: int
    outcome: str
    path: str
    message: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class EngineStopped:
    """Everything is saved and closed; the program may end."""


Event = (
    EngineReady | EngineFailed | Notice | RaiseWindow
    | ChatsListed | ChatRowChanged | ChatOpened | SearchFound
    | MessageAdded | TextArrived | ThinkingArrived | ToolCallShown | CitationShown | ImageShown
    | MessageChanged | SendRefused | SendAccepted | DraftSaved | FileAttached | FileRefused
    | QuoteReady | CheaperFound | ModelCostsReady | QuotedAgain
    | ReceiptReady | BillingReady | ModelsListed | LocalModelsFound
    | KeysListed | KeyChecked | KeyPriceSet | KeychainReady | SettingsChanged | ProxyTested
    | ChatExported
    | UsageShown | UsageCallsShown | UsageExportMoved | UsageExportEnded | ReconciliationEvent
    | BudgetEvent | AssistantEvent | HostedEvent | EngineStopped
)  # fmt: skip
