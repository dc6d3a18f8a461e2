"""What those are called whose tokens were spent: an account, an organization or a workspace.

Their key ids are `hosted:SERVER:HOLDER`, also of servers that are not known any more.
"""

from __future__ import annotations

import json

from app.account.wallet import ME, MODELS
from app.providers.json_text import as_list, as_object, as_text
from app.store.servers import ServerRecord, Servers

_PREFIX = "hosted:"
_GROUPS = "groups"
_GONE = "A server that was removed"
_EVERYBODY = ""  # what a server sells is told to all
_NAME_MAX = 120


def is_holder(key_id: str) -> bool:
    """Whether hosted credit pays for what goes through this key."""
    return key_id.startswith(_PREFIX)


class HolderNames:
    """Looks names up in what the servers said last; without servers nobody has a name."""

    def __init__(self, servers: Servers | None) -> None:
        self._servers = servers

    def server(self, key_id: str) -> str:
        """By whom the tokens are sold."""
        record = self._record(key_id)
        return _GONE if record is None else record.title

    def name(self, key_id: str) -> str:
        """The group, or the server where it is one's own account."""
        record = self._record(key_id)
        if record is None:
            return _GONE
        return self._group(record, _holder(key_id)) or record.title

    def payer(self, key_id: str) -> str:
        """Who paid, in words: `Tokens from Example`, `Tokens of Acme`."""
        record = self._record(key_id)
        if record is None:
            return f"Tokens from {_GONE[:1].lower()}{_GONE[1:]}"
        group = self._group(record, _holder(key_id))
        return f"Tokens of {group}" if group else f"Tokens from {record.title}"

    def model(self, model_id: str) -> str:
        """A model as a server calls it that sells it; empty where none does."""
        for record in () if self._servers is None else self._servers.rows():
            for sold in as_list(self._said(record, _EVERYBODY, MODELS).get("data")):
                fields = as_object(sold)
                if as_text(fields.get("id")) == model_id:
                    return as_text(fields.get("name"))[:_NAME_MAX]
        return ""

    def _record(self, key_id: str) -> ServerRecord | None:
        server_id = key_id.removeprefix(_PREFIX).partition(":")[0]
        return None if self._servers is None else self._servers.get(server_id)

    def _group(self, record: ServerRecord, holder: str) -> str:
        """Empty for the account itself, and for a group that nobody named."""
        if self._servers is None or holder in ("", record.account):
            return ""
        for group in as_list(self._said(record, record.account, _GROUPS).get("items")):
            if as_text(as_object(group).get("id")) == holder:
                return as_text(as_object(group).get("name"))
        return as_text(self._said(record, holder, ME).get("account_name"))

    def _said(self, record: ServerRecord, holder: str, subject: str) -> dict[str, object]:
        kept = None if self._servers is None else self._servers.kept(record.id, holder, subject)
        if kept is None:
            return {}
        try:
            return dict(as_object(json.loads(kept.content)))
        except ValueError:
            return {}


def _holder(key_id: str) -> str:
    return key_id.removeprefix(_PREFIX).partition(":")[2]
