"""What the window asks of the core: orders, each a frozen value.

`serial` numbers questions whose late answers the window drops. Panes are 0 to 3.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.seam.assistants import AssistantCommand
from app.seam.budgets import BudgetCommand
from app.seam.hosted import HostedCommand
from app.seam.reconciliation import ReconciliationCommand
from app.seam.usage_commands import AskUsage as AskUsage
from app.seam.usage_commands import AskUsageCalls as AskUsageCalls
from app.seam.usage_commands import ExportUsage as ExportUsage
from app.seam.usage_commands import StopUsageExport as StopUsageExport
from app.seam.vault import ChangeVaultPassphrase as ChangeVaultPassphrase
from app.seam.vault import OpenVault as OpenVault
from app.seam.vault import SetVaultAside as SetVaultAside
from app.seam.vault import VaultCommand


@dataclass(frozen=True, slots=True)
class NewChat:
    """Open an unsaved chat; it is stored with its first message or draft."""


@dataclass(frozen=True, slots=True)
class OpenChat:
    chat_id: str
    at_message_id: str | None = None  # bring this message's branch into view


@dataclass(frozen=True, slots=True)
class ListChats:
    pass


@dataclass(frozen=True, slots=True)
class RenameChat:
    chat_id: str
    title: str


@dataclass(frozen=True, slots=True)
class PinChat:
    chat_id: str
    pinned: bool


@dataclass(frozen=True, slots=True)
class DeleteChat:
    """Hide a chat; `RestoreChat` brings it back until the next start but one."""

    chat_id: str


@dataclass(frozen=True, slots=True)
class RestoreChat:
    chat_id: str


@dataclass(frozen=True, slots=True)
class SearchChats:
    serial: int
    text: str
    limit: int = 50


@dataclass(frozen=True, slots=True)
class AddPane:
    """One more pane beside the others; it starts where `from_pane` stands."""

    chat_id: str
    from_pane: int
    model_ref: str = ""


@dataclass(frozen=True, slots=True)
class ClosePane:
    chat_id: str
    pane: int


@dataclass(frozen=True, slots=True)
class KeepOnlyPane:
    """Go on with this one: the other panes close, their answers stay as branches."""

    chat_id: str
    pane: int


@dataclass(frozen=True, slots=True)
class ChooseModel:
    chat_id: str
    pane: int
    model_ref: str


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Send one text to the panes named; the draft is cleared once it is stored.

    `confirmed` is what the user said yes to, as `SendNeedsConfirmation` brings it. `request_id`
    is made when Send is pressed (32 hex digits): the same one again is the same message.
    """

    chat_id: str
    panes: tuple[int, ...]
    text: str
    attachment_ids: tuple[str, ...] = ()
    confirmed: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class EditMessage:
    """A new version of a user message beside the old one, and an answer to it."""

    chat_id: str
    pane: int
    message_id: str
    text: str
    confirmed: str = ""


@dataclass(frozen=True, slots=True)
class Regenerate:
    """Another answer beside the old one, by this pane's model or the one named."""

    chat_id: str
    pane: int
    message_id: str
    model_ref: str = ""
    confirmed: str = ""


@dataclass(frozen=True, slots=True)
class ContinueAnswer:
    """Let the model write on from where an answer ended."""

    chat_id: str
    pane: int
    message_id: str
    confirmed: str = ""


@dataclass(frozen=True, slots=True)
class KeepAnswer:
    """Take a half answer as it is: the offer to resume goes away."""

    chat_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class StopTurn:
    """Stop the answer that streams in a pane; all panes where it is None."""

    chat_id: str
    pane: int | None = None


@dataclass(frozen=True, slots=True)
class ShowBranch:
    """Stand on another version: the path through `message_id` to its newest leaf."""

    chat_id: str
    pane: int
    message_id: str


@dataclass(frozen=True, slots=True)
class SaveDraft:
    chat_id: str
    text: str
    attachment_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AttachFile:
    """Take a file (`path`) or pasted bytes (`content`) into the draft of a chat."""

    serial: int
    chat_id: str
    name: str
    path: str = ""
    content: bytes = b""
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class AskQuote:
    """What the text would cost in each pane of the chat. `panes` are those it goes to, empty for
    all: they share what is left of hosted tokens."""

    serial: int
    chat_id: str
    text: str
    attachment_ids: tuple[str, ...] = ()
    panes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class AskCheaper:
    """Which other models could answer the same text in this pane for less."""

    serial: int
    chat_id: str
    pane: int
    text: str
    attachment_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskModelCosts:
    """What the text would likely cost in this pane with each model that there is."""

    serial: int
    chat_id: str
    pane: int
    text: str
    attachment_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskQuoteAgain:
    """What another answer in this pane would cost; answered with `QuotedAgain`.

    `kind` is edit (the message with `text` instead of its words), regenerate, or continue.
    """

    serial: int
    chat_id: str
    pane: int
    message_id: str
    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class AskReceipt:
    message_id: str


@dataclass(frozen=True, slots=True)
class AskBilling:
    pass


@dataclass(frozen=True, slots=True)
class ListModels:
    """The picker's lines; `refresh` asks the providers again."""

    refresh: bool = False


@dataclass(frozen=True, slots=True)
class SetFavorite:
    model_ref: str
    favorite: bool


@dataclass(frozen=True, slots=True)
class FindLocalModels:
    pass


@dataclass(frozen=True, slots=True)
class ListKeys:
    pass


@dataclass(frozen=True, slots=True)
class CheckAndKeepKey:
    """Ask the provider about a key, then keep it. `provider` empty: told from its form.

    `where` is `keyring`, `vault` or `session`. `keep_unchecked` keeps it though no answer came.
    `own_price` is what the user typed as dollars per million tokens of input, output and cached
    input; for a server at an address of their own.
    """

    serial: int
    secret: str
    provider: str = ""
    base_url: str = ""
    label: str = ""
    where: str = "keyring"
    keep_unchecked: bool = False
    own_price: tuple[str, str, str] = ("", "", "")

    def __repr__(self) -> str:
        return f"CheckAndKeepKey(serial={self.serial}, provider={self.provider!r})"


@dataclass(frozen=True, slots=True)
class CancelKeyCheck:
    """Give up a `CheckAndKeepKey` that still waits; what is kept already stays."""

    serial: int


@dataclass(frozen=True, slots=True)
class CheckKey:
    key_id: str


@dataclass(frozen=True, slots=True)
class RemoveKey:
    key_id: str


@dataclass(frozen=True, slots=True)
class SetKeyPrice:
    """What a server of the user's own charges from now on, as in `CheckAndKeepKey`.

    All empty: it is unknown. Answered by `KeyPriceSet`.
    """

    key_id: str
    own_price: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class AskKeychain:
    pass


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """Set some settings; `changes` are (field of SettingsView, value as text or bool or int)."""

    changes: tuple[tuple[str, str | bool | int], ...]


@dataclass(frozen=True, slots=True)
class SetShortcut:
    """Give an action another key sequence; empty: back to the usual one."""

    action: str
    keys: str


@dataclass(frozen=True, slots=True)
class SetProxy:
    """The proxy for everything; `password` None keeps the one that is kept for this address."""

    url: str
    user: str = ""
    password: str | None = None

    def __repr__(self) -> str:
        return f"SetProxy(url={self.url!r})"


@dataclass(frozen=True, slots=True)
class TestProxy:
    serial: int


@dataclass(frozen=True, slots=True)
class ExportChat:
    """Write a chat as `markdown` or `json` to a path."""

    chat_id: str
    path: str
    form: str = "markdown"


@dataclass(frozen=True, slots=True)
class StartDemo:
    """Make the scripted demo model the default; needs no key and no network."""


Command = (
    NewChat | OpenChat | ListChats | RenameChat | PinChat | DeleteChat | RestoreChat | SearchChats
    | AddPane | ClosePane | KeepOnlyPane | ChooseModel
    | SendMessage | EditMessage | Regenerate | ContinueAnswer | KeepAnswer | StopTurn | ShowBranch
    | SaveDraft | AttachFile | AskQuote | AskCheaper | AskModelCosts | AskQuoteAgain | AskReceipt
    | AskBilling | ListModels | SetFavorite | FindLocalModels
    | ListKeys | CheckAndKeepKey | CancelKeyCheck | CheckKey | RemoveKey | SetKeyPrice
    | AskKeychain | ChangeSettings | SetShortcut | SetProxy | TestProxy | ExportChat
    | StartDemo | AskUsage | AskUsageCalls | ExportUsage | StopUsageExport | ReconciliationCommand
    | BudgetCommand | AssistantCommand | HostedCommand | VaultCommand
)  # fmt: skip
