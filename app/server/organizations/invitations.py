"""Invitations: a secret link for one person, once, until it expires; seats are counted when it is
accepted, and not before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Right
from app.catalog.rights import roles_with
from app.ledger.rows import at_from, ms_from
from app.ledger.steps import Row, Sql, Steps
from app.metering.allowances_limits import Room
from app.server.accounts.identify import Caller
from app.server.accounts.mail import Mail, MailNotSent, mailer_of
from app.server.accounts.pace import DAY, take_one
from app.server.accounts.sign_in import kept
from app.server.credits.refusals import offer_to_plain
from app.server.errors import Refused, conflict, not_found
from app.server.organizations.groups import (
    Acting,
    Group,
    changing,
    locked_group,
)
from app.server.organizations.membership import add_member, count_members, role_named
from app.server.secret import hash_of, new_token
from app.server.services import Services

TOKEN_PREFIX = "ti_"
VALID = timedelta(days=7)
_KEPT = timedelta(days=90)  # for whoever asks what became of one
PER_DAY = 100  # of one group: mails go to people who did not ask for them
_COLUMNS = (
    "tenant, id, email, role, invited_by, created_ms, expires_ms, accepted_ms, accepted_by,"
    " revoked_ms"
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """`email` is empty for one that is handed over as a link."""

    tenant: str
    id: str
    email: str
    role: str
    invited_by: str
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None = None
    accepted_by: str = ""
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A new invitation with its token, which is told this once, and whether a mail went out."""

    invitation: Invitation
    token: str = field(repr=False)
    link: str = field(repr=False)
    mailed: bool


async def invite(services: Services, acting: Acting, role: str, email: str) -> Sent:
    """A new invitation; where it has an address and the server sends mail, it goes there.

    Raises Refused: 400 for the role, 403, 404, 429.
    """
    now, token = services.clock.now(), new_token(TOKEN_PREFIX)
    invitation = Invitation(
        acting.group,
        f"i_{services.clock.new_id()}",
        email,
        role_named(services.catalog, role),
        acting.person.account,
        now,
        now + VALID,
    )

    def keep() -> Steps[Group | Refused]:
        group = yield from changing(services.catalog, acting, Right.MEMBERS)
        words = f"No more than {PER_DAY} invitations a day."
        refused = yield from take_one(f"invitations/{group.id}", PER_DAY, DAY, now, words)
        if refused is None:
            yield from _keep(invitation, token)
        return group if refused is None else refused

    group = await kept(services, keep)
    # Behind `#`, so that the token is in no server's log.
    link = f"{services.settings.address}/invitation#{token}"
    mailed = bool(email) and await _mail(services, invitation, group, link)
    return Sent(invitation, token, link, mailed)


async def accept_invitation(services: Services, person: Caller, token: str) -> Group:
    """The person belongs to the group from now on, where it has a seat for them.

    Raises Refused: 404 for a token that was never given; 403 for one that was mailed to somebody
    else; 409 for one that was used, taken back or is too old, for somebody who belongs there
    already, and where no seat is free: then the invitation stays good.
    """
    now = services.clock.now()
    return await services.database.run(_accept, services, person, hash_of(token), now)


def _accept(services: Services, person: Caller, token_hash: str, now: datetime) -> Steps[Group]:
    catalog = services.catalog
    tenants = yield Sql("SELECT tenant FROM invitations WHERE token_hash = ?", (token_hash,))
    if not tenants:
        raise not_found("invitation")
    # Everybody who comes in at this moment waits here: the seats are counted one after the other.
    group = yield from locked_group(tenants[0][0])
    rows = yield Sql(f"SELECT {_COLUMNS} FROM invitations WHERE token_hash = ?", (token_hash,))
    if not rows:
        raise not_found("invitation")
    invitation = _invitation(rows[0])
    _refuse_if_over(invitation, person, now)
    settings = services.settings
    if invitation.email and (settings.smtp_url or settings.demo):
        yield from _refuse_others(invitation, person)
    there = yield from count_members(group.id)
    if not (yield from add_member(group.id, person.account, invitation.role, now)):
        raise conflict("already_member", f"You belong to {group.name} already.")
    room = group.room(catalog, there, now)
    if not room.allowed:
        raise _no_seat(catalog, group, room)
    yield Sql(
        "UPDATE invitations SET accepted_ms = ?, accepted_by = ? WHERE tenant = ? AND id = ?",
        (ms_from(now), person.account, invitation.tenant, invitation.id),
    )
    return group


def _refuse_if_over(invitation: Invitation, person: Caller, now: datetime) -> None:
    if invitation.accepted_at is not None:
        who = "you" if invitation.accepted_by == person.account else "somebody"
        raise conflict(
            "invitation_used", f"This invitation was accepted by {who}. Ask for another one."
        )
    if invitation.revoked_at is not None:
        raise conflict("invitation_revoked", "This invitation was taken back.")
    if invitation.expires_at <= now:
        raise conflict("invitation_expired", "This invitation is too old. Ask for another one.")


def _refuse_others(invitation: Invitation, person: Caller) -> Steps[None]:
    """A mail can be passed on, so that having the link is not enough: whoever accepts has
    confirmed the address that it was for. Raises Refused (403), which does not name it."""
    rows = yield Sql("SELECT email FROM accounts WHERE id = ?", (person.account,))
    if rows[0][0] != invitation.email:
        raise Refused(
            403,
            "invitation_for_another",
            "This invitation is for the e-mail address that it was sent to. Add that address to "
            "your account and confirm it, then accept again.",
        )


def _no_seat(catalog: PlanCatalog, group: Group, room: Room) -> Refused:
    seats = room.most or 0
    able = " or ".join(roles_with(Right.SEATS, catalog))
    words = f"{group.name} has {seats} seat{'s' if seats > 1 else ''}, and all are taken."
    return Refused(
        409,
        "seats_full",
        f"{words} Ask who is {able} there to get more seats or to remove somebody; this "
        "invitation works then.",
        details={"seats": seats, "offers": [offer_to_plain(offer) for offer in room.offers]},
    )


def open_invitations(group: str, now: datetime) -> Steps[tuple[Invitation, ...]]:
    """Those that can still be accepted, the newest first."""
    rows = yield Sql(
        f"SELECT {_COLUMNS} FROM invitations WHERE tenant = ? AND accepted_ms IS NULL"
        " AND revoked_ms IS NULL AND expires_ms > ? ORDER BY created_ms DESC, id",
        (group, ms_from(now)),
    )
    return tuple(_invitation(row) for row in rows)


def revoke_invitation(
    catalog: PlanCatalog, acting: Acting, invitation_id: str, now: datetime
) -> Steps[None]:
    """Raises Refused: 403, 404 for one that is not open."""
    yield from changing(catalog, acting, Right.MEMBERS)
    rows = yield Sql(
        "UPDATE invitations SET revoked_ms = ? WHERE tenant = ? AND id = ?"
        " AND accepted_ms IS NULL AND revoked_ms IS NULL RETURNING id",
        (ms_from(now), acting.group, invitation_id),
    )
    if not rows:
        raise not_found("invitation")


def forget_invitations(now: datetime) -> Steps[None]:
    """Those that have been over for a while."""
    yield Sql("DELETE FROM invitations WHERE expires_ms < ?", (ms_from(now - _KEPT),))


def _keep(invitation: Invitation, token: str) -> Steps[None]:
    yield Sql(
        "INSERT INTO invitations"
        " (tenant, id, token_hash, email, role, invited_by, created_ms, expires_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            invitation.tenant,
            invitation.id,
            hash_of(token),
            invitation.email,
            invitation.role,
            invitation.invited_by,
            ms_from(invitation.created_at),
            ms_from(invitation.expires_at),
        ),
    )


async def _mail(services: Services, invitation: Invitation, group: Group, link: str) -> bool:
    try:
        await mailer_of(services.settings).send(
            Mail(
                invitation.email,
                f"You are invited to {group.name}",
                f"You are invited to {group.name} on Tuppence, as {invitation.role}.\n\n{link}\n\n"
                "Add this e-mail address to your account in Tuppence, then paste this link under"
                f" Organizations. It works once, until {invitation.expires_at:%B}"
                f" {invitation.expires_at.day}. If you do not know who invites you, ignore it.\n",
            )
        )
    except MailNotSent:
        return False  # the mailer has said why; the link can be handed over
    return True


def _invitation(row: Row) -> Invitation:
    return Invitation(
        tenant=row[0],
        id=row[1],
        email=row[2],
        role=row[3],
        invited_by=row[4],
        created_at=at_from(row[5]),
        expires_at=at_from(row[6]),
        accepted_at=None if row[7] is None else at_from(row[7]),
        accepted_by=row[8],
        revoked_at=None if row[9] is None else at_from(row[9]),
    )
