"""Everything that can go wrong, as one tree.

TuppenceError
├── ConfigError              a settings file or variable that cannot be used
├── CatalogError             a catalog or price file that does not load
├── AttachmentError          a file that cannot go with a message
│   └── ImagesNotTaken       the model reads text only
├── StoreError               the local database or its folder
│   ├── DatabaseTooNew       written by a newer version: nobody opens it
│   ├── DatabaseDamaged      not readable as it stands; the file is kept
│   ├── DatabaseBusy         another program holds it
│   ├── DiskFull             nothing more can be written
│   └── FolderReadOnly       the folder refuses our files
├── KeychainError            where secrets are kept
│   ├── KeyringAbsent        no keyring that we trust on this machine
│   ├── KeyringLocked        locked, and nobody unlocked it in time
│   ├── KeyringDenied        the person or the system said no
│   ├── KeyringFailed        it broke for a moment; nothing was erased
│   └── VaultLocked          the passphrase is wrong or was not given
├── MeteringError            a charge that cannot be made
│   ├── PriceUnknown         no usable price for this model
│   ├── InsufficientCredit   a limit or balance does not cover the message
│   └── LoopStopped          a message called its tools too often, or for too much
├── LedgerError              something that the book of calls and payments refuses
│   ├── LimitReached         a budget does not cover what a call may cost
│   └── HoldMoved            a call's hold is not where this step begins; nothing was changed
├── LicenseError             a license, or a key that signs one, that cannot be used
│   ├── LicenseUnreadable    no license in the text, or a damaged one
│   ├── LicenseTooNew        written for a newer version of the program
│   ├── SignatureWrong       altered, or made by somebody else
│   ├── SigningKeyUnknown    signed with a key that this copy does not know
│   ├── SigningKeyRevoked    signed with a key that was called back
│   ├── SigningKeyRetired    signed at a time at which its key signed no more
│   ├── SigningKeyUnreadable a key's text or file that is none
│   ├── ClaimsWrong          it states what no license may state
│   │   └── ValidityTooLong  it would be valid for longer than its kind may
│   ├── LicenseOfOtherDevice bound to another computer
│   ├── LicenseNotYetValid   dated in the future of this computer's clock
│   └── LicenseExpired       over, its grace too
├── CreditServerError        a credit server did not answer as hoped
│   ├── NotACreditServer     something else answers at this address
│   ├── ServerTooOld         it speaks an older interface than this copy
│   ├── ServerTooNew         it speaks a newer one
│   ├── AnswerImpossible     it said what cannot be, such as a negative balance
│   ├── ClockFarOff          its clock and this computer's are more than a day apart
│   ├── CreditServerDown     it is there and cannot answer now
│   ├── ServerRefused        it said no; `code` says why
│   └── SignedOut            no account of this computer there
│       └── DeviceRemoved    this computer was taken off its account
├── AnswerUnderWay           an answer is being written where another one is wanted
└── ProviderError            a provider did not answer as hoped
    ├── KeyRefused           the key is wrong, expired, revoked, or not allowed this
    ├── OutOfProviderCredit  the account at the provider is empty
    ├── RateLimited          too many requests; `wait_s` says how long
    ├── ModelUnknown         this model does not exist there, or not for this key
    ├── ContextTooLong       the conversation does not fit the model
    ├── ContentRefused       the provider's filter said no
    ├── RequestRejected      a parameter the model does not take; `parameter` names it
    ├── ProviderDown         the provider's fault: 5xx, overloaded
    ├── ProviderUnreachable  no connection: name, route, TLS, proxy
    ├── OfflineAsSet         the settings say that nobody is asked
    ├── NotTheProvider       something else answered: a sign-in page, a wrong address
    └── StreamBroken         the answer stopped in the middle; what came is kept
"""

from __future__ import annotations

from collections.abc import Mapping


class TuppenceError(Exception):
    """A failure in the user's words.

    `message` says what happened, `advice` what to do about it (may be empty);
    `retryable` is true where sending the same again can work and cannot be billed twice.
    """

    retryable = False

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


class CreditServerError(TuppenceError):
    """A credit server did not answer as hoped."""


class NotACreditServer(CreditServerError):
    """Something else answers at this address: a page, another program, another product."""


class ServerTooOld(CreditServerError):
    """The server speaks an older interface than this copy."""


class ServerTooNew(CreditServerError):
    """The server speaks a newer interface than this copy."""


class AnswerImpossible(CreditServerError):
    """The server said what cannot be; nothing of that answer is used."""


class ClockFarOff(CreditServerError):
    """The server's clock and this computer's are more than a day apart."""


class CreditServerDown(CreditServerError):
    """The server is there and cannot answer now. `wait_s` is its wish, None where it named none;
    `status` is 429 where this account asked too often."""

    retryable = True
    wait_s: float | None = None
    status: int = 503


class ServerRefused(CreditServerError):
    """The server said no. `code` is its word for programs, `status` the HTTP status; `details`
    is a JSON object, as it came."""

    def __init__(self, message: str, advice: str = "", *, code: str, status: int) -> None:
        super().__init__(message, advice)
        self.code = code
        self.status = status
        self.details: Mapping[str, object] = {}


class SignedOut(CreditServerError):
    """This computer has no account at that server."""


class DeviceRemoved(SignedOut):
    """This computer was taken off its account from elsewhere."""


class AnswerUnderWay(TuppenceError):
    """An answer is still being written: it has to end, or be stopped, first."""


class ConfigError(TuppenceError):
    """A settings file or an environment variable that cannot be used."""


class CatalogError(TuppenceError):
    """A catalog or price file that does not load; the message names file, table and field."""


class AttachmentError(TuppenceError):
    """A file that cannot go with a message."""


class ImagesNotTaken(AttachmentError):
    """The model reads text only."""


class StoreError(TuppenceError):
    """The local database or the folder around it."""


class DatabaseTooNew(StoreError):
    """Written by a newer version of the program."""


class DatabaseDamaged(StoreError):
    """Not readable as it stands; the damaged file is kept beside the new one."""


class DatabaseBusy(StoreError):
    """Another program holds the database."""

    retryable = True


class DiskFull(StoreError):
    """The disk took no more; what was saved before is whole."""


class FolderReadOnly(StoreError):
    """The folder refuses our files."""


class KeychainError(TuppenceError):
    """Where secrets are kept."""


class KeyringAbsent(KeychainError):
    """No keyring that we trust: only the vault or this session are left."""


class KeyringLocked(KeychainError):
    """The keyring is locked and was not unlocked in time."""

    retryable = True


class KeyringDenied(KeychainError):
    """The person or the system refused access."""


class KeyringFailed(KeychainError):
    """The keyring failed for a moment; nothing was erased."""

    retryable = True


class VaultLocked(KeychainError):
    """The vault's passphrase is wrong or was not given."""


class MeteringError(TuppenceError):
    """A charge that cannot be made."""


class PriceUnknown(MeteringError):
    """No usable price is known for this model."""


class InsufficientCredit(MeteringError):
    """A limit or balance does not cover the message."""


class LoopStopped(MeteringError):
    """A message made as many calls as one may, or the next could cost more than one may."""


class LedgerError(TuppenceError):
    """Something that the ledger refuses; nothing was changed."""


class LimitReached(LedgerError):
    """A limit does not cover what a call may cost. Amounts are picodollars; `account` names it."""

    def __init__(self, account: str, *, wanted: int, free: int) -> None:
        super().__init__(
            "A budget does not cover what this message may cost.",
            "Raise the budget, wait until it begins anew, or take a cheaper model.",
        )
        self.account = account
        self.wanted = wanted
        self.free = free


class HoldMoved(LedgerError):
    """A hold is not in a state from which this step begins: it ended, or another was first."""


class LicenseError(TuppenceError):
    """A license, or a key that signs one, that cannot be used; what was in force stays so."""


class LicenseUnreadable(LicenseError):
    """The text holds no license, or a damaged one."""


class LicenseTooNew(LicenseError):
    """Written for a newer version of the program."""


class SignatureWrong(LicenseError):
    """Altered after it was signed, or signed by somebody else."""


class SigningKeyUnknown(LicenseError):
    """Signed with a key that this copy does not know."""


class SigningKeyRevoked(LicenseError):
    """Signed with a key that was called back."""


class SigningKeyRetired(LicenseError):
    """Signed at a time at which its key was not, or no longer, meant to sign."""


class SigningKeyUnreadable(LicenseError):
    """A key's text or file that holds no Ed25519 key of ours."""


class ClaimsWrong(LicenseError):
    """It states something that no license may state."""


class ValidityTooLong(ClaimsWrong):
    """It would be valid for longer than a license of its kind may."""


class LicenseOfOtherDevice(LicenseError):
    """Bound to the device key of another computer."""


class LicenseNotYetValid(LicenseError):
    """Dated in the future, as this computer's clock says it."""


class LicenseExpired(LicenseError):
    """Over, with its grace."""


class ProviderError(TuppenceError):
    """A provider did not answer as hoped.

    `status` is the HTTP status, None where none arrived; `request_id` the provider's own.
    `billed` is False where the provider cannot have charged, None where we do not know.
    """

    def __init__(
        self,
        message: str,
        advice: str = "",
        *,
        status: int | None = None,
        request_id: str | None = None,
        billed: bool | None = False,
    ) -> None:
        super().__init__(message, advice)
        self.status = status
        self.request_id = request_id
        self.billed = billed


class KeyRefused(ProviderError):
    """The key is wrong, expired, revoked, or not allowed this."""


class OutOfProviderCredit(ProviderError):
    """The account at the provider is empty."""


class RateLimited(ProviderError):
    """Too many requests; `wait_s` is the provider's wish, None where it named none."""

    retryable = True
    wait_s: float | None = None


class ModelUnknown(ProviderError):
    """This model does not exist there, or not for this key."""


class ContextTooLong(ProviderError):
    """The conversation does not fit the model."""


class ContentRefused(ProviderError):
    """The provider's filter refused the request."""


class RequestRejected(ProviderError):
    """The provider did not take the request; `parameter` names the field where it said so."""

    parameter: str | None = None


class ProviderDown(ProviderError):
    """The provider's own fault: 5xx or overloaded."""

    retryable = True


class ProviderUnreachable(ProviderError):
    """No connection: name, route, TLS or proxy."""

    retryable = True


class OfflineAsSet(ProviderError):
    """The settings say that nothing leaves this computer."""


class NotTheProvider(ProviderError):
    """Something else answered: a sign-in page, a wrong address."""


class StreamBroken(ProviderError):
    """The answer stopped in the middle; what came is kept."""
