"""What went wrong in a keyring, in the user's words.

Back-ends fail with their own library's errors, which only some systems have: they are known here
by the names of their classes, so that nothing has to be imported to tell them apart.
"""

from __future__ import annotations

import struct
import sys

from app.errors import (
    KeychainError,
    KeyringAbsent,
    KeyringDenied,
    KeyringFailed,
    KeyringLocked,
)

# Where a back-end's library keeps the root of its errors; read only once it was loaded.
_LIBRARY_ERRORS = (
    ("keyring.errors", "KeyringError"),
    ("secretstorage.exceptions", "SecretStorageException"),
    ("jeepney.wrappers", "DBusErrorResponse"),
    ("jeepney.io.common", "RouterClosed"),
    ("dbus.exceptions", "DBusException"),
    ("win32ctypes.pywin32.pywintypes", "error"),
    ("pywintypes", "error"),
)
_COMMON_ERRORS: tuple[type[Exception], ...] = (
    ImportError, OSError, EOFError, RuntimeError, ValueError, TypeError, LookupError,
    AttributeError, AssertionError, struct.error,
)  # fmt: skip
_LOCKED = frozenset({"KeyringLocked", "LockedException"})
_DENIED = frozenset({"PromptDismissedException", "KeychainDenied", "SecAuthFailure"})
_ABSENT = frozenset({"NoKeyringError"})
_DENIED_BUS_NAMES = (
    "org.freedesktop.DBus.Error.AccessDenied",
    "org.freedesktop.DBus.Error.AuthFailed",
)
_MAC_INTERACTION_NOT_ALLOWED = -25308
_WINDOWS_ACCESS_DENIED = 5
_WINDOWS_NO_LOGON_SESSION = 1312


def keyring_errors() -> tuple[type[Exception], ...]:
    """Every kind of error that a back-end loaded by now can fail with."""
    found = list(_COMMON_ERRORS)
    for module_name, class_name in _LIBRARY_ERRORS:
        kind = getattr(sys.modules.get(module_name), class_name, None)
        if isinstance(kind, type) and issubclass(kind, Exception):
            found.append(kind)
    return tuple(found)


def keyring_fault(error: BaseException, keyring_name: str) -> KeychainError:
    """One of our errors for one of a back-end's."""
    for cause in _causes(error):
        if fault := _fault_of(cause, keyring_name):
            return fault
    return failed(keyring_name)


def absent() -> KeyringAbsent:
    """No keyring on this machine that we trust."""
    return KeyringAbsent(
        "This computer has no keyring that Tuppence trusts.",
        "Keep your keys in a vault with a passphrase, or for this session only.",
    )


def locked(keyring_name: str) -> KeyringLocked:
    """Locked, and not unlocked."""
    return KeyringLocked(
        f"{keyring_name} is locked.", "Unlock it, then try again. Your keys are still in it."
    )


def timed_out(timeout_s: float) -> KeyringLocked:
    """No answer in time: nearly always a question to unlock that nobody answered."""
    return KeyringLocked(
        f"The keyring did not answer within {timeout_s:g} seconds.",
        "It may be waiting for you to unlock it. Unlock it, then try again.",
    )


def denied(keyring_name: str) -> KeyringDenied:
    """The person or the system said no."""
    return KeyringDenied(
        f"{keyring_name} refused Tuppence access.",
        "Allow Tuppence when the system asks, or choose another place for your keys.",
    )


def failed(keyring_name: str) -> KeyringFailed:
    """It broke for a moment."""
    return KeyringFailed(
        f"{keyring_name} did not work just now. Nothing was removed from it.",
        "Try again. If it goes on, log out and in again, or choose another place for your keys.",
    )


def _causes(error: BaseException) -> list[BaseException]:
    # The innermost cause says most: keyring wraps a dismissed prompt into an InitError.
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) and cause not in chain:
        chain.append(cause)
    return chain[::-1]


def _fault_of(error: BaseException, keyring_name: str) -> KeychainError | None:
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & _ABSENT:
        return absent()
    if names & _DENIED or _is_denied(error, names):
        return denied(keyring_name)
    if names & _LOCKED or _is_locked(error):
        return locked(keyring_name)
    return None


def _is_denied(error: BaseException, names: set[str]) -> bool:
    if getattr(error, "winerror", None) == _WINDOWS_ACCESS_DENIED:
        return True
    if isinstance(error, PermissionError):
        return True
    # KWallet says so when the person closes its window.
    if names & {"PasswordSetError", "PasswordDeleteError"} and "Cancelled by user" in str(error):
        return True
    return _bus_name(error) in _DENIED_BUS_NAMES


def _is_locked(error: BaseException) -> bool:
    if getattr(error, "winerror", None) == _WINDOWS_NO_LOGON_SESSION:
        return True
    if error.args and error.args[0] == _MAC_INTERACTION_NOT_ALLOWED:
        return True
    return _bus_name(error) == "org.freedesktop.Secret.Error.IsLocked"


def _bus_name(error: BaseException) -> str:
    name = getattr(error, "name", "")
    return name if isinstance(name, str) else ""
