"""Organizations and workspaces: who belongs to them, who may do what, and what each may draw."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.account.desk import AccountDesk
from app.account.shapes import Fields
from app.clock import Clock
from app.errors import AnswerImpossible, ServerRefused, TuppenceError
from app.seam.hosted_groups import CappedView, RoleView
from app.seam.hosted_views import GroupView, InvitationView, MemberView
from app.store.servers import ServerRecord, Servers

_PATHS = {"organization": "/api/organizations", "workspace": "/api/workspaces"}
_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,200}")
_NAME_MAX = 80
_KEPT = "groups"  # the subject under which a server's last word of them is kept


@dataclass(frozen=True, slots=True)
class Members:
    """`seats` None: without limit. `invitations` are those that nobody accepted yet."""

    members: tuple[MemberView, ...]
    invitations: tuple[InvitationView, ...]
    seats: int | None
    roles: tuple[RoleView, ...] = ()
    capped: tuple[CappedView, ...] = ()


class Groups:
    """Asks a server about the groups of its account; the server alone decides who may what."""

    def __init__(self, desk: AccountDesk, servers: Servers, clock: Clock) -> None:
        self._desk = desk
        self._servers = servers
        self._clock = clock

    def known(self, record: ServerRecord) -> tuple[GroupView, ...]:
        """The groups as they were last told; nothing is asked."""
        kept = self._servers.kept(record.id, record.account, _KEPT)
        if kept is None or not record.account:
            return ()
        try:
            items = Fields(json.loads(kept.content), record.title)
            return tuple(_group(each, record) for each in items.objects("items"))
        except (ValueError, AnswerImpossible):
            return ()  # kept by another version: it is asked for anew

    def has_left(self, record: ServerRecord, group: str) -> bool:
        """Whether the server named the account's groups, and this one was not among them."""
        kept = self._servers.kept(record.id, record.account, _KEPT)
        return kept is not None and not self.name(record, group)

    def name(self, record: ServerRecord, group: str) -> str:
        """What a group is called, as far as it is known."""
        return next((each.name for each in self.known(record) if each.id == group), "")

    async def all(self, record: ServerRecord) -> tuple[GroupView, ...]:
        """Every organization and workspace of the account."""
        session, found = self._desk.session(record.id), []
        for path in _PATHS.values():
            fields = await session.ask("GET", path, acts_for="")
            found += list(fields.objects("items"))
        groups = tuple(_group(each, record) for each in found)
        content = json.dumps({"items": [dict(each.value) for each in found]}, ensure_ascii=False)
        self._servers.keep(record.id, record.account, _KEPT, content, self._clock.now())
        return groups

    async def make(self, record: ServerRecord, kind: str, name: str) -> str:
        """Found a group and be its admin; its id."""
        body = {"name": one_line(name)}
        session = self._desk.session(record.id)
        return (await session.ask("POST", _path(kind), body, acts_for="")).text("id")

    async def members(self, record: ServerRecord, group: str) -> Members:
        """Who belongs to a group, and who was asked to. Who may not see invitations sees none."""
        session, path = self._desk.session(record.id), await self.path(record, group)
        fields = await session.ask("GET", f"{path}/members", acts_for="")
        return Members(
            tuple(_member(each) for each in fields.objects("members")),
            await self._invitations(record, path),
            fields.whole_or_none("seats"),
            tuple(_role(each) for each in _if_told(fields, "roles")),
            tuple(_capped(each) for each in _if_told(fields, "capped")),
        )

    async def change_member(
        self,
        record: ServerRecord,
        group: str,
        account: str,
        *,
        role: str = "",
        caps: tuple[tuple[str, str], ...] | None = None,
    ) -> None:
        """What is not named stays; an empty tuple of caps takes every cap away."""
        body: dict[str, object] = {"role": role} if role else {}
        if caps is not None:
            body["caps"] = {name: _cap(amount) for name, amount in caps}
        path = await self.path(record, group)
        session = self._desk.session(record.id)
        await session.ask("PATCH", f"{path}/members/{entry_id(account)}", body, acts_for="")

    async def remove_member(self, record: ServerRecord, group: str, account: str) -> None:
        path = await self.path(record, group)
        session = self._desk.session(record.id)
        await session.ask("DELETE", f"{path}/members/{entry_id(account)}", acts_for="")
        if account == record.account and record.acts_for == group:
            self._desk.act_for(record.id, "")

    async def invite(
        self, record: ServerRecord, group: str, role: str, email: str = ""
    ) -> InvitationView:
        """An invitation with its link, which is told this once."""
        body: dict[str, object] = {"role": role}
        if email.strip():
            body["email"] = email.strip()
        path = await self.path(record, group)
        session = self._desk.session(record.id)
        fields = await session.ask("POST", f"{path}/invitations", body, acts_for="")
        return _invitation(fields, link=fields.text("link"), mailed=fields.truth("mailed"))

    async def take_back(self, record: ServerRecord, group: str, invitation: str) -> None:
        path = await self.path(record, group)
        session = self._desk.session(record.id)
        await session.ask("DELETE", f"{path}/invitations/{entry_id(invitation)}", acts_for="")

    async def accept(self, record: ServerRecord, link: str) -> str:
        """Join the group of an invitation; its id. Raises TuppenceError for what is no link, or
        the link of another server."""
        body = {"token": token_of(link, record)}
        session = self._desk.session(record.id)
        fields = await session.ask("POST", "/api/invitations/accept", body, acts_for="")
        return fields.text("id")

    async def path(self, record: ServerRecord, group: str) -> str:
        """Where a group is asked about: by its kind, which its list tells."""
        found = next((each for each in self.known(record) if each.id == group), None)
        if found is None:
            found = next((each for each in await self.all(record) if each.id == group), None)
        if found is None:
            raise TuppenceError("You do not belong to this group any more.", "Choose another one.")
        return f"{_path(found.kind)}/{entry_id(group)}"

    async def _invitations(self, record: ServerRecord, path: str) -> tuple[InvitationView, ...]:
        session = self._desk.session(record.id)
        try:
            fields = await session.ask("GET", f"{path}/invitations", acts_for="")
        except ServerRefused as refused:
            if refused.status == 403:
                return ()  # members see each other; who was invited is for those who invite
            raise
        return tuple(_invitation(each) for each in fields.objects("invitations"))


def token_of(link: str, record: ServerRecord) -> str:
    """The token in a link or by itself; behind `#` no server on the way sees it."""
    text = link.strip()
    if "://" not in text:
        token = text
    else:
        parts = urlsplit(text)
        if parts.hostname != urlsplit(record.url).hostname:
            raise TuppenceError(
                f"This invitation is for another server: {parts.netloc}.",
                "Add that server first, then accept it there.",
            )
        token = (parts.fragment or parts.query).rpartition("=")[2] or parts.fragment
    if not _TOKEN.fullmatch(token):
        raise TuppenceError("This is no invitation.", "Paste the whole link as it was sent.")
    return token


def _path(kind: str) -> str:
    path = _PATHS.get(kind)
    if path is None:
        raise TuppenceError("There are organizations and workspaces.", "Choose one of them.")
    return path


def entry_id(text: str) -> str:
    if not _TOKEN.fullmatch(text):
        raise TuppenceError("There is no such entry any more.", "Read the list anew.")
    return text


def one_line(name: str) -> str:
    line = " ".join(name.split())
    if not line or len(line) > _NAME_MAX:
        raise TuppenceError(f"A name has 1 to {_NAME_MAX} letters.", "Write a shorter one.")
    return line


def _cap(amount: str) -> int | str:
    """Whole numbers as such; dollars stay the exact text that they were typed as."""
    text = amount.strip().replace(",", "")
    if text.isascii() and text.isdigit():
        return int(text)
    return text.removeprefix("$")


def _group(fields: Fields, record: ServerRecord) -> GroupView:
    group = fields.text("id")
    return GroupView(
        id=group,
        kind=fields.text("kind"),
        name=fields.text("name")[:_NAME_MAX],
        plan_name=fields.text("plan_name")[:_NAME_MAX],
        role=fields.text("role"),
        members=fields.whole("members"),
        seats=fields.whole_or_none("seats"),
        own_keys=fields.text("own_keys"),
        flags=fields.texts("flags"),
        chosen=group == record.acts_for,
        rights=fields.texts("rights") if fields.has("rights") else (),
        own_keys_held_by=fields.text("own_keys_held_by", ""),
        limit_pusd=fields.pusd_or_none("managed_limit_usd"),
        when_reached=fields.text("when_reached", ""),
    )


def _if_told(fields: Fields, name: str) -> tuple[Fields, ...]:
    """A list that servers before this version do not tell."""
    return tuple(fields.objects(name)) if fields.has(name) else ()


def _role(fields: Fields) -> RoleView:
    return RoleView(fields.text("id")[:_NAME_MAX], fields.texts("rights"))


def _capped(fields: Fields) -> CappedView:
    return CappedView(
        fields.text("allowance"),
        fields.text("name")[:_NAME_MAX],
        fields.text("unit"),
        fields.text("window"),
    )


def _member(fields: Fields) -> MemberView:
    caps = fields.inner("caps").value
    return MemberView(
        account=fields.text("account"),
        role=fields.text("role"),
        name=fields.text("name")[:_NAME_MAX],
        email=fields.text("email", ""),
        caps=tuple((name, str(amount)) for name, amount in caps.items()),
        joined_at=fields.moment("joined_at"),
    )


def _invitation(fields: Fields, link: str = "", *, mailed: bool = False) -> InvitationView:
    return InvitationView(
        fields.text("id"),
        fields.text("role"),
        fields.text("email", ""),
        fields.moment("expires_at"),
        link,
        mailed,
    )
