"""An account's e-mail address: adding one with a code, and coming back with it on a new device.

Nobody learns here which addresses are known: each request sends one mail and answers the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.ledger.steps import Sql, Steps
from app.server.accounts import letters
from app.server.accounts.devices import NewDevice, lock_account
from app.server.accounts.email_addresses import email_address
from app.server.accounts.email_codes import (
    CODE_VALID,
    CodeFor,
    SentCode,
    TypedCode,
    code_mac,
    keep_code,
    new_code,
    take_code,
)
from app.server.accounts.identify import Caller
from app.server.accounts.mail import Mail, Mailer, MailNotSent, mail_trouble
from app.server.accounts.pace import DAY, HOUR, take_one
from app.server.accounts.proofs import Proof, take_challenge
from app.server.accounts.sessions import Session, new_session_token
from app.server.accounts.sign_in import add_device, kept, new_device
from app.server.addresses import person_network
from app.server.errors import Refused, conflict
from app.server.limits import take
from app.server.secret import new_token
from app.server.services import Services

_log = logging.getLogger(__name__)

# Mails that one account, network and address may cause in a day; codes that a network may try.
MAILS_OF_ACCOUNT = 10
MAILS_OF_NETWORK = 20
MAILS_TO_ADDRESS = 6
TRIES_OF_NETWORK = 30
_MINUTES = int(CODE_VALID.total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class _Wish:
    """A code that is asked for: by which account (empty: an unknown person) and from where."""

    code: SentCode
    asker: str
    network: str
    to_name: str  # the address as a keyed hash: for counting alone


async def ask_to_add(services: Services, mailer: Mailer, caller: Caller, email: str) -> SentCode:
    """Send a code to an address that is to become the account's. Raises Refused: 400, 409 where
    it is the account's already, 429, 503 where the mail cannot be sent."""
    wish, code = _wish(services, CodeFor.ADD, email, caller.account, caller.address)
    owner = await kept(services, _begin, wish, services.clock.now())
    if owner == caller.account:
        raise conflict("email_same", "Your account has this address already.")
    to = wish.code.email
    await _send(mailer, letters.in_use(to) if owner else letters.code_to_add(to, code, _MINUTES))
    return wish.code


async def ask_to_recover(services: Services, mailer: Mailer, email: str, address: str) -> SentCode:
    """Send a code to an address, if an account has it, else a mail that none has. Raises Refused:
    400, 429, 503."""
    wish, code = _wish(services, CodeFor.RECOVER, email, "", address)
    owner = await kept(services, _begin, wish, services.clock.now())
    to = wish.code.email
    await _send(
        mailer, letters.code_to_recover(to, code, _MINUTES) if owner else letters.not_known(to)
    )
    return wish.code


def _wish(
    services: Services, purpose: CodeFor, email: str, asker: str, address: str
) -> tuple[_Wish, str]:
    to, code, code_id = email_address(email), new_code(), new_token("tr_")
    sent = SentCode(
        code_id,
        purpose,
        asker,
        to,
        code_mac(services.secret, code_id, code),
        services.clock.now() + CODE_VALID,
    )
    return _Wish(sent, asker, person_network(address), services.secret.mac("email", to)), code


def _begin(wish: _Wish, now: datetime) -> Steps[str | Refused]:
    """Count the mail and keep its code; returns the account that has the address, or nothing."""
    for name, most in (
        (f"mails/of/{wish.asker}", MAILS_OF_ACCOUNT),
        (f"mails/from/{wish.network}", MAILS_OF_NETWORK),
        (f"mails/to/{wish.to_name}", MAILS_TO_ADDRESS),
    ):
        if name == "mails/of/":
            continue
        refused = yield from take_one(
            name, most, DAY, now, "Too many codes were asked for today. Try again tomorrow."
        )
        if refused is not None:
            return refused
    owner = yield from _account_with(wish.code.email)
    code = wish.code
    if code.purpose is CodeFor.RECOVER:
        code = SentCode(code.id, code.purpose, owner, code.email, code.mac, code.expires_at)
    yield from keep_code(code)
    return owner


def _account_with(email: str) -> Steps[str]:
    rows = yield Sql("SELECT id FROM accounts WHERE email = ?", (email,))
    return str(rows[0][0]) if rows else ""


async def _send(mailer: Mailer, mail: Mail) -> None:
    try:
        await mailer.send(mail)
    except MailNotSent as error:
        raise mail_trouble(error) from error


async def confirm_email(
    services: Services, mailer: Mailer, caller: Caller, code_id: str, code: str
) -> str:
    """The address, now the account's. Whoever had the old address is told there.

    Raises Refused: 400 for a wrong, used or old code, 409 where the address was given to another
    account in the meantime, 429.
    """
    typed = TypedCode(code_id, CodeFor.ADD, code_mac(services.secret, code_id, code))
    take_email = _confirm(services, caller, typed, services.clock.now())
    email, before = await kept(services, take_email)
    if before and before != email:
        try:
            await mailer.send(letters.replaced(before))
        except MailNotSent as error:
            # The change stands: the old address may well be gone.
            _log.warning("the old address of %s was not told: %s", caller.account, error)
    return email


def _confirm(
    services: Services, caller: Caller, typed: TypedCode, now: datetime
) -> Callable[[], Steps[tuple[str, str] | Refused]]:
    def steps() -> Steps[tuple[str, str] | Refused]:
        refused = yield from _take_try(caller.address, now)
        if refused is not None:
            return refused
        found = yield from take_code(typed, caller.account, now)
        if isinstance(found, Refused):
            return found
        email = found[1]
        # Who confirms the same address at the same moment waits for this row.
        yield from take(f"emails/{services.secret.mac('email', email)}", 1_000_000, DAY, now)
        if (yield from _account_with(email)) not in ("", caller.account):
            return conflict("email_taken", "Another account has this address by now.")
        before = yield from lock_account(caller.account)
        yield Sql("UPDATE accounts SET email = ? WHERE id = ?", (email, caller.account))
        return email, before or ""

    return steps


def _take_try(address: str, now: datetime) -> Steps[Refused | None]:
    """Count one more code that was typed; right ones count as well, so that many at once gain
    nothing."""
    return (
        yield from take_one(
            f"codes/{person_network(address)}",
            TRIES_OF_NETWORK,
            HOUR,
            now,
            "Too many codes were tried from this address.",
        )
    )


async def recover(
    services: Services, proof: Proof, name: str, code_id: str, code: str, address: str
) -> Session:
    """One more device for the account that the code was sent for, with a session.

    Raises Refused: 400 for the code, 401 for the proof, 409 for a device that belongs to another
    account, 429.
    """
    typed = TypedCode(code_id, CodeFor.RECOVER, code_mac(services.secret, code_id, code))
    device, token = new_device(services, proof, name), new_session_token()
    now = services.clock.now()

    def steps() -> Steps[Session | Refused]:
        refused = yield from take_challenge(proof, now)
        if refused is None:
            refused = yield from _take_try(address, now)
        if refused is not None:
            return refused
        return (yield from _come_back(typed, device, token, now))

    return await kept(services, steps)


def _come_back(
    typed: TypedCode, device: NewDevice, token: str, now: datetime
) -> Steps[Session | Refused]:
    found = yield from take_code(typed, None, now)
    if isinstance(found, Refused):
        return found
    account, email = found
    if (yield from _account_with(email)) != account:
        return Refused(400, "code_unknown", "The account has another address by now.")
    return (yield from add_device(account, device, token, now))


async def remove_email(services: Services, mailer: Mailer, caller: Caller) -> None:
    """Forget an account's address; it is told there. Without one, only a device opens it."""
    before = await services.database.run(_remove, caller.account)
    if before:
        try:
            await mailer.send(letters.replaced(before))
        except MailNotSent as error:
            _log.warning("the old address of %s was not told: %s", caller.account, error)


def _remove(account: str) -> Steps[str]:
    before = yield from lock_account(account)
    yield Sql("UPDATE accounts SET email = NULL WHERE id = ?", (account,))
    return before or ""
