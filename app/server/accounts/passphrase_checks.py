"""Comparing passphrases with what is kept of them: Argon2id, the same work whether one fits or not.

The operator's services are here as well: what hashes takes time and is done before a transaction.
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.catalog.plan_catalog import Passphrases
from app.ledger.steps import Steps
from app.server.accounts.identify import Caller
from app.server.accounts.pace import begin_try, forgive
from app.server.accounts.passphrases import (
    KeptPassphrase,
    Opened,
    keep_passphrase,
    live_passphrases,
    open_plan,
    rotate_passphrases,
    wrong_passphrase,
)
from app.server.accounts.sign_in import kept
from app.server.addresses import person_network
from app.server.errors import Refused, bad_request, not_found, too_many
from app.server.services import Services

LENGTH_MIN = 12
LENGTH_MAX = 256
CHECKED_AT_ONCE = 2  # of one worker: each takes 64 MiB for a moment
_GROUPS, _GROUP_LETTERS = 5, 4
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
_argon2 = PasswordHasher()  # the second choice of RFC 9106: Argon2id, 64 MiB, 3 passes


@dataclass(frozen=True, slots=True)
class IssuedWords:
    """A passphrase as its operator sees it, once; `replaced` are ids that are in grace now."""

    id: str
    passphrase: str = field(repr=False)
    replaced: tuple[str, ...] = ()


async def issue_passphrase(services: Services, *, name: str = "", words: str = "") -> IssuedWords:
    """A passphrase more; `words` empty: a new random one of 98 bits. For the operator.

    Raises Refused: 400 for words that are too short, 404 where the catalog has no such plan.
    """
    _rule(services)
    phrase, hashed = await _hashed(words)
    new_id, now = f"pp_{services.clock.new_id()}", services.clock.now()
    await services.database.run(keep_passphrase, new_id, name, hashed, now)
    return IssuedWords(new_id, phrase)


async def rotate_passphrase(
    services: Services,
    *,
    name: str = "",
    words: str = "",
    replaces: Collection[str] | None = None,
) -> IssuedWords:
    """A passphrase in place of all that are in use, or of these ids; the old ones work on for the
    catalog's days of grace. For the operator. Raises Refused as `issue_passphrase`, and 404 for
    an id that is none."""
    rule = _rule(services)
    phrase, hashed = await _hashed(words)
    new = (f"pp_{services.clock.new_id()}", name, hashed)
    now = services.clock.now()
    replaced = await services.database.run(rotate_passphrases, rule, new, now, replaces)
    return IssuedWords(new[0], phrase, replaced)


async def open_with_passphrase(services: Services, caller: Caller, words: str) -> Opened:
    """Put the caller's own account on the plan that a passphrase opens.

    Raises Refused: 403 for a wrong one, 404 where there are none, 409 for an account with another
    plan, 429 with the seconds to wait after wrong ones from this address.
    """
    rule = _rule(services)
    if not caller.acts_for_itself:
        raise bad_request("A passphrase is for a person's own account.", "passphrase")
    name = f"passphrases/{person_network(caller.address)}"
    wait_s = await services.database.run(begin_try, name, services.clock.now())
    if wait_s is not None:
        raise too_many(
            "Wrong passphrases came from this address. Wait before the next try.",
            retry_after_s=wait_s,
            code="wrong_too_often",
        )
    live = await services.database.read(live_passphrases, rule, services.clock.now())
    loop = asyncio.get_running_loop()
    matched = await loop.run_in_executor(_checkers(), matching, live, words)
    if matched is None:
        raise wrong_passphrase()

    def open_and_forgive() -> Steps[Opened | Refused]:
        yield from forgive(name)
        now = services.clock.now()
        return (yield from open_plan(services.catalog, rule, caller.account, matched.id, now))

    return await kept(services, open_and_forgive)


def matching(live: Sequence[KeptPassphrase], words: str) -> KeptPassphrase | None:
    """The first that these words are. Each is compared, whichever fits, and where there is none
    a made-up one: the time tells nothing."""
    phrase, nobodys = normal(words), _nobodys()
    fits = [_fits(each.hash, phrase) for each in live]
    if not fits:
        _fits(nobodys, phrase)
    return next((each for each, does in zip(live, fits, strict=True) if does), None)


def normal(words: str) -> str:
    """The same text for what looks the same: one form of each letter, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", words).split())


def new_words() -> str:
    """A random passphrase, easy to read out: `k7xq-m2pa-…`."""
    groups = (
        "".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LETTERS)) for _ in "." * _GROUPS
    )
    return "-".join(groups)


def _rule(services: Services) -> Passphrases:
    if services.catalog.passphrases is None:
        raise not_found("plan that a passphrase opens")
    return services.catalog.passphrases


async def _hashed(words: str) -> tuple[str, str]:
    phrase = normal(words) or new_words()
    if not LENGTH_MIN <= len(phrase) <= LENGTH_MAX:
        raise bad_request(f"A passphrase has {LENGTH_MIN} to {LENGTH_MAX} characters.", "words")
    loop = asyncio.get_running_loop()
    return phrase, await loop.run_in_executor(_checkers(), _argon2.hash, phrase)


def _fits(hashed: str, phrase: str) -> bool:
    try:
        return _argon2.verify(hashed, phrase)
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _argon2.hash(secrets.token_hex(16))


@lru_cache(maxsize=1)
def _checkers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(CHECKED_AT_ONCE, thread_name_prefix="passphrase")
