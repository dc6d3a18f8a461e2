"""Organizations and workspaces in words: kinds, roles, seats, caps, and what members used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.seam.hosted_groups import CappedView, SpendView
from app.seam.hosted_views import GroupView, MemberView
from app.ui import words
from app.ui.hosted import wording

ACCOUNT_LETTERS = 6  # enough to tell two members without a name apart

_KINDS = {
    "organization": str(QT_TRANSLATE_NOOP("groups", "Organization")),
    "workspace": str(QT_TRANSLATE_NOOP("groups", "Workspace")),
}
_ROLES = {
    "admin": str(QT_TRANSLATE_NOOP("groups", "Admin")),
    "builder": str(QT_TRANSLATE_NOOP("groups", "Builder")),
    "viewer": str(QT_TRANSLATE_NOOP("groups", "Viewer")),
}
_FLAGS = {
    "suspended": str(QT_TRANSLATE_NOOP("groups", "suspended by the operator")),
    "quarantined": str(QT_TRANSLATE_NOOP("groups", "being looked at by the operator")),
    "past_due": str(QT_TRANSLATE_NOOP("groups", "payment outstanding")),
}
_WINDOWS = {
    "day": str(QT_TRANSLATE_NOOP("groups", "each day")),
    "month": str(QT_TRANSLATE_NOOP("groups", "each month")),
    "billing_day": str(QT_TRANSLATE_NOOP("groups", "each day of the subscription")),
    "once": str(QT_TRANSLATE_NOOP("groups", "in all")),
}


def tr(text: str) -> str:
    """A word of organizations and workspaces in the user's language."""
    return QCoreApplication.translate("groups", text)


def kind_name(kind: str) -> str:
    return tr(_KINDS[kind]) if kind in _KINDS else kind


def role_name(role: str) -> str:
    """A role's name; one of the operator's own stays as it is."""
    return tr(_ROLES[role]) if role in _ROLES else role


def role_note(rights: Sequence[str]) -> str:
    """What a role may do, for whoever chooses it."""
    if "members" in rights:
        return tr("Chats with the shared tokens, sees to members, seats and payments.")
    if "use" in rights:
        return tr("Chats with the shared tokens; sees their own part of the usage.")
    return tr("Reads along; spends nothing.")


def icon_of(kind: str) -> str:
    return "users" if kind == "organization" else "layers"


def standing(group: GroupView) -> str:
    """`Organization plan · you are Admin · 3 of 10 seats taken`."""
    parts = [
        wording.tr("{0} plan").format(group.plan_name) if group.plan_name else "",
        tr("you are {0}").format(role_name(group.role)),
        seats_short(group.members, group.seats),
    ]
    parts += [tr(_FLAGS[flag]) for flag in group.flags if flag in _FLAGS]
    return " · ".join(filter(None, parts))


def seats_short(members: int, seats: int | None) -> str:
    """`3 of 10 seats taken`, `3 members`."""
    if seats is None:
        pattern = tr("{0} member") if members == 1 else tr("{0} members")
        return pattern.format(words.count(members))
    return tr("{0} of {1} seats taken").format(words.count(members), words.count(seats))


def seats_line(members: int, seats: int | None, invited: int) -> str:
    """`3 of 10 seats taken, 7 free · 2 open invitations`."""
    line = seats_short(members, seats)
    if seats is not None:
        free = max(0, seats - members)
        line = tr("{0}, {1} free").format(line, words.count(free)) if free else line
        line += "" if free else f", {tr('none free')}"
    if invited:
        pattern = tr("{0} open invitation") if invited == 1 else tr("{0} open invitations")
        line += f" · {pattern.format(words.count(invited))}"
    return line


def member_name(member: MemberView, own: str) -> str:
    """Their name or address; else the end of their account's id."""
    known = member.name or member.email
    if member.account == own:
        return tr("{0} (you)").format(known) if known else tr("You")
    return known or account_name(member.account)


def account_name(account: str) -> str:
    return tr("Member …{0}").format(account[-ACCOUNT_LETTERS:])


def names_of(members: Sequence[MemberView], own: str) -> dict[str, str]:
    return {member.account: member_name(member, own) for member in members}


def named(account: str, names: Mapping[str, str]) -> str:
    """Somebody's name; whoever left is still to be told apart. Without names none is known yet."""
    if not names:
        return account_name(account)
    return names.get(account) or tr("{0}, left").format(account_name(account))


def cap_amount(unit: str, amount: str) -> str:
    """`$2.50`, `5,000 tokens`: a cap as the server tells it."""
    if unit == "usd":
        return f"${amount}"
    return wording.amount_of(unit, int(amount)) if amount.isdigit() else amount


def cap_line(member: MemberView, capped: Sequence[CappedView]) -> str:
    """`at most $2.50 each day`; empty where there is no cap."""
    units = {each.allowance: each for each in capped}
    said = []
    for allowance, amount in member.caps:
        found = units.get(allowance)
        if found is None:
            said.append(tr("at most {0}").format(amount))
            continue
        shown = cap_amount(found.unit, amount)
        said.append(tr("at most {0} {1}").format(shown, window_name(found.window)))
    return " · ".join(said)


def window_name(window: str) -> str:
    return tr(_WINDOWS[window]) if window in _WINDOWS else window


def drawn(spend: SpendView) -> str:
    """What was drawn on the pool: `12,400 tokens`, `$0.42`, or both."""
    parts = []
    if spend.plan_tokens:
        parts.append(wording.amount_of("plan_tokens", spend.plan_tokens))
    if spend.pusd or not parts:
        parts.append(words.money(spend.pusd))
    return " + ".join(parts)


def own_keys(spend: SpendView) -> str:
    """What providers charged on the workspace's keys; empty where none was used."""
    if not spend.own_key_calls:
        return ""
    text = words.money(spend.own_key_pusd)
    return f"{text} + ?" if spend.own_key_unpriced else text
