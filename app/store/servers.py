"""The credit servers that this computer knows, and what each of them said last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.store.database import Database, Row
from app.store.instants import at_from, ms_from

_COLUMNS = 'id, url, title, demo, state, account, device, "where", acts_for, last_event, created_ms'


class ServerState(StrEnum):
    """How this computer stands at a server."""

    NEW = "new"  # its address was checked; there is no account yet
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"  # by the user; the device key is kept
    REMOVED = "removed"  # the device was taken off its account from elsewhere


@dataclass(frozen=True, slots=True)
class ServerRecord:
    """One server. `where` is where the device key is kept; `acts_for` the organization or
    workspace that is chosen there, empty for the account itself."""

    id: str
    url: str
    title: str
    demo: bool
    state: ServerState
    created_at: datetime
    account: str = ""
    device: str = ""
    where: str = ""
    acts_for: str = ""
    last_event: str = ""

    @property
    def holder(self) -> str:
        """Whose tokens are spent."""
        return self.acts_for or self.account

    @property
    def is_signed_in(self) -> bool:
        return self.state is ServerState.SIGNED_IN


@dataclass(frozen=True, slots=True)
class Cached:
    """What a server said at a moment: JSON text."""

    content: str
    at: datetime


class Servers:
    """The rows, oldest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self) -> list[ServerRecord]:
        return [
            _record(row)
            for row in self._database.rows(f"SELECT {_COLUMNS} FROM servers ORDER BY seq")
        ]

    def get(self, server_id: str) -> ServerRecord | None:
        return self._one("id", server_id)

    def at(self, url: str) -> ServerRecord | None:
        return self._one("url", url)

    def save(self, server: ServerRecord) -> None:
        """Write a server's row, new or changed."""
        values = (
            server.id,
            server.url,
            server.title,
            int(server.demo),
            server.state.value,
            server.account,
            server.device,
            server.where,
            server.acts_for,
            server.last_event,
            ms_from(server.created_at),
        )
        names = [name.strip() for name in _COLUMNS.split(",")]
        changes = ", ".join(f"{name} = excluded.{name}" for name in names if name != "id")
        self._database.write(
            f"INSERT INTO servers ({_COLUMNS}) VALUES ({', '.join('?' * len(names))})"
            f" ON CONFLICT (id) DO UPDATE SET {changes}",
            values,
        )

    def set_last_event(self, server_id: str, event_id: str) -> None:
        self._database.write(
            "UPDATE servers SET last_event = ? WHERE id = ?", (event_id, server_id)
        )

    def remove(self, server_id: str) -> None:
        """Forget a server; what its calls cost stays in the books."""
        with self._database.transaction():
            for table in ("account_cache", "checkouts", "account_notices", "licenses"):
                self._database.write(f"DELETE FROM {table} WHERE server_id = ?", (server_id,))
            self._database.write("DELETE FROM servers WHERE id = ?", (server_id,))

    def keep(self, server_id: str, holder: str, subject: str, content: str, at: datetime) -> None:
        """Keep what a server said about a subject, in place of what it said before."""
        self._database.write(
            "INSERT INTO account_cache (server_id, holder, subject, at_ms, content)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (server_id, holder, subject)"
            " DO UPDATE SET at_ms = excluded.at_ms, content = excluded.content",
            (server_id, holder, subject, ms_from(at), content),
        )

    def kept(self, server_id: str, holder: str, subject: str) -> Cached | None:
        row = self._database.first(
            "SELECT content, at_ms FROM account_cache"
            " WHERE server_id = ? AND holder = ? AND subject = ?",
            (server_id, holder, subject),
        )
        return None if row is None else Cached(str(row[0]), at_from(row[1]))

    def forget_kept(self, server_id: str) -> None:
        """Nothing that a server said is shown any more: somebody else signs in there."""
        self._database.write("DELETE FROM account_cache WHERE server_id = ?", (server_id,))

    def tell_once(self, server_id: str, grant_id: str, percent: int, at: datetime) -> bool:
        """Whether a notice is new; it counts as told from now on."""
        return bool(
            self._database.write(
                "INSERT INTO account_notices (server_id, grant_id, percent, at_ms)"
                " VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (server_id, grant_id, percent, ms_from(at)),
            )
        )

    def _one(self, column: str, value: str) -> ServerRecord | None:
        row = self._database.first(f"SELECT {_COLUMNS} FROM servers WHERE {column} = ?", (value,))
        return None if row is None else _record(row)


def _record(row: Row) -> ServerRecord:
    id_, url, title, demo, state, account, device, where, acts_for, last_event, created_ms = row
    return ServerRecord(
        id=id_,
        url=url,
        title=title,
        demo=bool(demo),
        state=ServerState(state),
        created_at=at_from(created_ms),
        account=account,
        device=device,
        where=where,
        acts_for=acts_for,
        last_event=last_event,
    )
