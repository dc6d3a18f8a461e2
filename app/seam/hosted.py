"""Hosted credit across the seam: what the window orders, and what it hears.

`serial` numbers an order; its `HostedDone` has the same. `where` is keyring, vault or session.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.seam.hosted_groups import CappedView, GroupCommand, GroupEvent, RoleView
from app.seam.hosted_views import (
    AccountsView,
    CheckoutView,
    DeviceView,
    GroupView,
    InvitationView,
    LicenseView,
    MemberView,
    OutOfTokensView,
    ShopView,
)
from app.seam.views import FaultView


@dataclass(frozen=True, slots=True)
class AskAccounts:
    """Servers and wallet from the local cache at once; with `refresh` asked for anew as well."""

    refresh: bool = False


@dataclass(frozen=True, slots=True)
class CheckServer:
    """Ask an address what it is and remember it; nothing is registered."""

    serial: int
    address: str


@dataclass(frozen=True, slots=True)
class StartFree:
    """A free account for this computer; `address` empty: at the default server."""

    serial: int
    address: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class ChooseServer:
    server_id: str


@dataclass(frozen=True, slots=True)
class SignIn:
    serial: int
    server_id: str


@dataclass(frozen=True, slots=True)
class SignOut:
    serial: int
    server_id: str


@dataclass(frozen=True, slots=True)
class ForgetServer:
    """Take this computer off its account there, and the server off the list."""

    serial: int
    server_id: str


@dataclass(frozen=True, slots=True)
class AskDevices:
    serial: int
    server_id: str


@dataclass(frozen=True, slots=True)
class RemoveDevice:
    serial: int
    server_id: str
    device_id: str


@dataclass(frozen=True, slots=True)
class AddEmail:
    """Send a code to an address that is to become the account's; answered by `CodeSent`."""

    serial: int
    server_id: str
    email: str


@dataclass(frozen=True, slots=True)
class ConfirmEmail:
    serial: int
    server_id: str
    request: str
    code: str


@dataclass(frozen=True, slots=True)
class FindAccount:
    """Send a code to the address of an account that is to be found again; `CodeSent` answers."""

    serial: int
    address: str
    email: str


@dataclass(frozen=True, slots=True)
class FinishFindAccount:
    serial: int
    server_id: str
    request: str
    code: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class AskShop:
    """Offers, purchases and what is under way; with `refresh` asked for anew as well. One with a
    serial is answered by `HostedDone` when all of that is over."""

    refresh: bool = False
    serial: int = 0


@dataclass(frozen=True, slots=True)
class Buy:
    """Begin to buy an offer; `OpenPage` follows. A second order of the same shows the first."""

    serial: int
    offer: str
    seats: int | None = None


@dataclass(frozen=True, slots=True)
class GiveUpPurchase:
    """Wait for this one no more. A payment that lands all the same is credited all the same."""

    checkout_id: str


@dataclass(frozen=True, slots=True)
class CancelPurchase:
    """Have the page of payment closed, so that it cannot be paid any more; `HostedDone` has the
    fault where its processor keeps it open."""

    serial: int
    checkout_id: str


@dataclass(frozen=True, slots=True)
class ChangeSubscription:
    """`action`: change (with `offer`), cancel or resume."""

    serial: int
    action: str
    offer: str = ""


@dataclass(frozen=True, slots=True)
class OpenPortal:
    """The processor's page for invoices and cards; `OpenPage` follows."""

    serial: int


@dataclass(frozen=True, slots=True)
class OpenAccountPage:
    """The account in the browser, at the receipt of a purchase where one is named; `OpenPage`
    follows, with a link that works once."""

    serial: int
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class UsePassphrase:
    serial: int
    passphrase: str

    def __repr__(self) -> str:
        return f"UsePassphrase(serial={self.serial})"


@dataclass(frozen=True, slots=True)
class AskLicense:
    """How the license stands; with `renew` the server is asked for a new one. One with a serial
    is answered by `HostedDone` when that is over."""

    renew: bool = False
    serial: int = 0


@dataclass(frozen=True, slots=True)
class KeepLicense:
    """A license that was pasted (`text`) or opened (`path`)."""

    serial: int
    text: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class AskGroups:
    serial: int


@dataclass(frozen=True, slots=True)
class MakeGroup:
    """`kind` is organization or workspace."""

    serial: int
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class ActFor:
    """Spend an organization's or workspace's tokens from now on; empty: one's own."""

    group_id: str


@dataclass(frozen=True, slots=True)
class AskMembers:
    serial: int
    group_id: str


@dataclass(frozen=True, slots=True)
class ChangeMember:
    """Empty `role` stays; `caps` None stays, an empty tuple takes every cap away."""

    serial: int
    group_id: str
    account: str
    role: str = ""
    caps: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class RemoveMember:
    serial: int
    group_id: str
    account: str


@dataclass(frozen=True, slots=True)
class Invite:
    """Without an e-mail address the link is handed over by whoever invites."""

    serial: int
    group_id: str
    role: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class TakeInvitationBack:
    serial: int
    group_id: str
    invitation_id: str


@dataclass(frozen=True, slots=True)
class AcceptInvitation:
    """The whole link, or its token."""

    serial: int
    link: str


HostedCommand = (
    AskAccounts | CheckServer | StartFree | ChooseServer | SignIn | SignOut | ForgetServer
    | AskDevices | RemoveDevice | AddEmail | ConfirmEmail | FindAccount | FinishFindAccount
    | AskShop | Buy | GiveUpPurchase | CancelPurchase | ChangeSubscription | OpenPortal
    | OpenAccountPage
    | UsePassphrase
    | AskLicense | KeepLicense
    | AskGroups | MakeGroup | ActFor | AskMembers | ChangeMember | RemoveMember | Invite
    | TakeInvitationBack | AcceptInvitation
    | GroupCommand
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AccountsShown:
    """Servers and wallet as they are known now."""

    accounts: AccountsView


@dataclass(frozen=True, slots=True)
class HostedDone:
    """An order with a serial is done, or in words why not; what was typed stays."""

    serial: int
    fault: FaultView | None = None
    server_id: str = ""


@dataclass(frozen=True, slots=True)
class CodeSent:
    serial: int
    server_id: str
    request: str


@dataclass(frozen=True, slots=True)
class DevicesShown:
    serial: int
    server_id: str
    devices: tuple[DeviceView, ...]


@dataclass(frozen=True, slots=True)
class BalanceNotice:
    """A grant reached a threshold; told once for each grant and percent, on this computer."""

    name: str
    unit: str
    percent: int
    used: int
    granted: int


@dataclass(frozen=True, slots=True)
class SendOutOfTokens:
    """Hosted credit cannot pay for what was to be sent. The text stays in the composer; where
    the message stands in the chat already (`message_id`), the card belongs to its answer."""

    chat_id: str
    pane: int
    view: OutOfTokensView
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class ShopShown:
    shop: ShopView


@dataclass(frozen=True, slots=True)
class CheckoutChanged:
    """A purchase moved on; credited ones are shown once more after they are in the wallet."""

    checkout: CheckoutView


@dataclass(frozen=True, slots=True)
class OpenPage:
    """The window opens this address in the system's browser."""

    url: str


@dataclass(frozen=True, slots=True)
class LicenseShown:
    license: LicenseView


@dataclass(frozen=True, slots=True)
class GroupsShown:
    serial: int
    groups: tuple[GroupView, ...]


@dataclass(frozen=True, slots=True)
class MembersShown:
    serial: int
    group_id: str
    members: tuple[MemberView, ...]
    invitations: tuple[InvitationView, ...]
    seats: int | None
    roles: tuple[RoleView, ...] = ()
    capped: tuple[CappedView, ...] = ()


@dataclass(frozen=True, slots=True)
class Invited:
    """The link is told this once."""

    serial: int
    group_id: str
    invitation: InvitationView


HostedEvent = (
    AccountsShown | HostedDone | CodeSent | DevicesShown | BalanceNotice | SendOutOfTokens
    | ShopShown | CheckoutChanged | OpenPage | LicenseShown
    | GroupsShown | MembersShown | Invited
    | GroupEvent
)  # fmt: skip
