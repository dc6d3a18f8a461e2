"""What providers say was used and charged: which can be asked, with what kind of key.

An admin key reads the figures of a whole organization and answers no message. It is bound to its
provider's address as every key is, and no redirect is followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from app.errors import KeyRefused
from app.metering.reconciliation_rows import ReportedUsage, ReportFacts


@dataclass(frozen=True, slots=True)
class ReportSite:
    """A provider with a usage interface. `ordinary` are beginnings of keys for messages."""

    provider: str
    name: str
    key_name: str
    key_page: str
    csv_page: str
    admin: tuple[str, ...] = ()
    ordinary: tuple[str, ...] = ()
    who: str = ""


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A kept key, so that the provider's name for it can be found. The secret may be missing."""

    key_id: str
    ends_in: str
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """Which days are wanted, both included, as of when, and whose keys are ours."""

    first: date
    last: date
    now: datetime
    keys: Sequence[OwnKey] = ()


@dataclass(frozen=True, slots=True)
class UsageReport:
    """A report that is read already."""

    facts: ReportFacts
    rows: tuple[ReportedUsage, ...]


# Read 2026-11-21: https://platform.openai.com/settings/organization/admin-keys,
# https://platform.claude.com/docs/en/manage-claude/usage-cost-api,
# https://openrouter.ai/docs/guides/overview/auth/management-api-keys
SITES = {
    site.provider: site
    for site in (
        ReportSite(
            "openai", "OpenAI", "admin key",
            "https://platform.openai.com/settings/organization/admin-keys",
            "https://platform.openai.com/usage",
            admin=("sk-admin-",), ordinary=("sk-",),
            who="Owners of an organization make one; it may be limited to reading usage.",
        ),
        ReportSite(
            "anthropic", "Anthropic", "admin key",
            "https://platform.claude.com/settings/admin-keys",
            "https://platform.claude.com/usage",
            admin=("sk-ant-admin",), ordinary=("sk-",),
            who="Admins of an organization make one; a personal account has none, but its CSV.",
        ),
        ReportSite(
            "openrouter", "OpenRouter", "management key",
            "https://openrouter.ai/settings/management-keys",
            "https://openrouter.ai/activity",
            admin=("sk-or-",), ordinary=("sk-",),
            who="It looks like any other key there, and cannot send messages.",
        ),
    )
}  # fmt: skip


def recognize_admin_key(secret: str) -> str | None:
    """The provider whose admin key this is, by its form; OpenRouter's cannot be told apart."""
    secret = secret.strip()
    return next((site.provider for site in SITES.values() if secret.startswith(site.admin)), None)


def require_admin_form(site: ReportSite, secret: str) -> None:
    """Raises KeyRefused, before anything is sent, where this is no admin key of the provider."""
    if not secret.strip():
        raise KeyRefused(f"There is no {site.key_name} yet.", where_to_get(site))
    if secret.startswith(site.admin):
        return
    other = recognize_admin_key(secret)
    if other is not None:
        raise KeyRefused(
            f"This is a key of {SITES[other].name}, not of {site.name}.", where_to_get(site)
        )
    if secret.startswith(site.ordinary):
        raise wrong_kind(site)
    raise KeyRefused(f"This is no {site.key_name} of {site.name}.", where_to_get(site))


def wrong_kind(site: ReportSite, status: int | None = None) -> KeyRefused:
    """A key that sends messages and may not read the bill."""
    return KeyRefused(
        f"This key of {site.name} may send messages but not read what was charged. "
        f"That takes another kind of key, the {site.key_name}.",
        where_to_get(site),
        status=status,
    )


def where_to_get(site: ReportSite) -> str:
    """Where such a key is made."""
    return f"Make one at {site.key_page} – {site.who}"


def matching_key(hint: str, keys: Sequence[OwnKey]) -> str | None:
    """Our key whose end a provider shows as `sk-…f3Qk`; None where none or several fit."""
    tail = ""
    for letter in reversed(hint.strip()):
        if not (letter.isascii() and (letter.isalnum() or letter in "-_")):
            break
        tail = letter + tail
    if len(tail) < _TAIL_MIN or len(tail) == len(hint.strip()):
        return None
    fitting = {
        key.key_id
        for key in keys
        if len(key.ends_in) >= _TAIL_MIN
        and (key.ends_in.endswith(tail) or tail.endswith(key.ends_in))
    }
    return fitting.pop() if len(fitting) == 1 else None


_TAIL_MIN = 3
