"""The license of this computer at a server: renewed daily, verified offline, kept and explained.

Every text is verified before it is parsed, each time it is read. What does not verify is never
kept, and what was in force stays so. Nothing that is stored is ever locked by it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from app.account.desk import AccountDesk
from app.clock import Clock
from app.errors import LicenseError, LicenseUnreadable, ServerRefused, SigningKeyUnknown
from app.seam.hosted_views import LicenseView
from app.store.licenses import LicenseRecord, Licenses
from app.store.servers import ServerRecord
from app.store.settings import JsonValue, Settings
from app.store.user_files import NotRegularError, in_own_thread, open_regular

if TYPE_CHECKING:
    # Importing these costs 140 ms: it happens where a license is first looked at.
    from app.licensing.clock_guard import ClockGuard
    from app.licensing.key_list import KeyList
    from app.licensing.keys import PublicKey
    from app.licensing.license import License
    from app.licensing.standing import Standing

_GUARD = "clock_guard"
_FILE_BYTES_MAX = 512 * 1024
_READING_LIMIT_S = 60.0


class LicenseKeeper:
    """Licenses by server, and the guard against a clock that is turned back."""

    def __init__(
        self, licenses: Licenses, settings: Settings, desk: AccountDesk, clock: Clock
    ) -> None:
        self._licenses = licenses
        self._settings = settings
        self._desk = desk
        self._clock = clock

    async def standing(self, record: ServerRecord) -> Standing:
        """How the license stands now. Raises KeychainError, SignedOut without a device key."""
        from app.licensing.standing import standing

        kept = self._licenses.get(record.id)
        key = (await self._desk.device_key(record.id)).public
        guard = self.look_at_clock()
        return standing(
            self._read(kept),
            now=self._clock.now(),
            device_key=key,
            highest_time_seen=guard.highest_seen,
            last_renewal=kept.renewed_at,
            turned_back_for=guard.turned_back_for,
        )

    async def view(self, record: ServerRecord) -> LicenseView:
        """The same for the window, in words."""
        found = await self.standing(record)
        key = (await self._desk.device_key(record.id)).public
        return LicenseView(
            server_id=record.id,
            status=found.status.value,
            plan=found.rights.plan,
            message=found.message,
            advice=found.advice,
            features=found.rights.features,
            own_keys=found.rights.own_keys.value,
            seats=found.rights.seats,
            renew_at=found.renew_at,
            changes_at=found.changes_at,
            device_key=key.text,
        )

    async def renew(self, record: ServerRecord, *, wanted: bool = True) -> None:
        """Ask the server for the license of today. Raises LicenseError where what it gives does
        not verify, and what asking raises; the old one stays then.

        Unless it is `wanted`, one for a machine without internet that somebody pasted stays in
        its place until it ends, or the server says that it holds no longer.
        """
        session = self._desk.session(record.id)
        await self._follow_keys(record)
        try:
            fields = await session.ask("GET", "/api/license")
        except ServerRefused as refused:
            if refused.code == "license_revoked":
                kept = self._licenses.get(record.id)
                self._licenses.save(replace(kept, block="", renewed_at=None))
            raise
        block = fields.text("license")
        key = (await self._desk.device_key(record.id)).public
        kept, now = self._licenses.get(record.id), self._clock.now()
        self._accept_renewed(kept, block, key)
        if not wanted and self._holds_offline(kept, key, now, fields.texts("revoked")):
            return
        self._licenses.save(replace(kept, block=block, renewed_at=now))
        self._keep_guard(self._guard(now).renewed(now))

    async def keep_text(self, record: ServerRecord, text: str | bytes) -> None:
        """Keep a license that was pasted or opened. Raises LicenseError in words."""
        from app.licensing.armor import LICENSE, from_block, to_block

        key = (await self._desk.device_key(record.id)).public
        kept = self._licenses.get(record.id)
        found = self._accept(kept, text, key)
        before = self._read(kept)
        if before is not None and before.claims.issued > found.claims.issued:
            raise LicenseUnreadable(
                "A newer license than this one is kept already.", "Nothing has to be done."
            )
        # As it was written, without the mail around it, in whatever encoding that came.
        block = to_block(from_block(text, LICENSE), LICENSE)
        self._licenses.save(replace(kept, block=block, renewed_at=None))

    async def keep_file(self, record: ServerRecord, path: str) -> None:
        """The same from a file."""
        try:
            content = await in_own_thread(lambda: _content(Path(path)), timeout_s=_READING_LIMIT_S)
        except TimeoutError as error:
            raise LicenseUnreadable(
                "The file does not answer.", "Is it on a drive or a share that is gone?"
            ) from error
        await self.keep_text(record, content)

    def look_at_clock(self) -> ClockGuard:
        """Look at this computer's clock and remember the highest time it showed."""
        now = self._clock.now()
        before = self._guard(now)
        after, turned_back = before.advance(now)
        # Written down now and then: each look would be a write for nothing.
        moved = after.highest_seen - before.highest_seen >= timedelta(minutes=10)
        if moved or turned_back or not self._has_guard():
            self._keep_guard(after)
        return after

    async def _follow_keys(self, record: ServerRecord) -> None:
        """Learn of the server's new keys; each list is signed by the newest key before it."""
        from app.licensing.key_list import first_key_list, next_key_list

        kept = self._licenses.get(record.id)
        path = f"/api/license/keys?after={kept.list_number}"
        fields = await self._desk.session(record.id).ask("GET", path, acts_for="")
        # Somebody may have pasted a license, or learned of keys, while the server was asked.
        kept = self._licenses.get(record.id)
        known = self._keys(kept)
        for block in fields.texts("lists"):
            newer = first_key_list(block) if known is None else next_key_list(block, known)
            if newer is not known:
                known = newer
                kept = replace(kept, keys=block, list_number=newer.number)
        self._licenses.save(kept)

    def _accept(self, kept: LicenseRecord, text: str | bytes, key: PublicKey) -> License:
        from app.licensing.license import accept

        return accept(text, self._known(kept).pins, now=self._clock.now(), device_key=key)

    def _accept_renewed(self, kept: LicenseRecord, block: str, key: PublicKey) -> None:
        """One that the server gave just now: its dates are right, whatever the clock here says."""
        from app.licensing.license import accept, read

        known = self._known(kept)
        found = read(block, known.pins)
        accept(block, known.pins, now=found.claims.issued, device_key=key)

    def _holds_offline(
        self, kept: LicenseRecord, key: PublicKey, now: datetime, revoked: tuple[str, ...]
    ) -> bool:
        from app.licensing.claims import Kind

        found = self._read(kept)
        if found is None or found.claims.kind is not Kind.OFFLINE:
            return False
        claims = found.claims
        return claims.device_key == key and claims.id not in revoked and now < claims.expires

    def _known(self, kept: LicenseRecord) -> KeyList:
        known = self._keys(kept)
        if known is None:
            raise SigningKeyUnknown(
                "This copy does not know the server's signing keys yet.",
                "Connect to your server once; then the license can be checked without it.",
            )
        return known

    def _read(self, kept: LicenseRecord) -> License | None:
        """The license that is kept, where it still verifies."""
        from app.licensing.license import read

        known = self._keys(kept)
        if not kept.block or known is None:
            return None
        try:
            return read(kept.block, known.pins)
        except LicenseError:
            return None  # its key was called back, or the row was altered: the free rules hold

    def _keys(self, kept: LicenseRecord) -> KeyList | None:
        from app.licensing.key_list import first_key_list

        if not kept.keys:
            return None
        try:
            return first_key_list(kept.keys)
        except LicenseError:
            return None

    def _has_guard(self) -> bool:
        return isinstance(self._settings.get(_GUARD), dict)

    def _guard(self, now: datetime) -> ClockGuard:
        from app.licensing.clock_guard import ClockGuard

        stored = self._settings.get(_GUARD)
        if not isinstance(stored, dict):
            return ClockGuard(now)
        try:
            return ClockGuard(
                datetime.fromisoformat(str(stored["highest"])),
                datetime.fromisoformat(str(stored["last"])) if stored.get("last") else None,
                timedelta(seconds=float(str(stored["back_s"]))),
            )
        except (KeyError, ValueError):
            return ClockGuard(now)

    def _keep_guard(self, guard: ClockGuard) -> None:
        stored: dict[str, JsonValue] = {
            "highest": guard.highest_seen.isoformat(),
            "last": guard.last_seen.isoformat() if guard.last_seen else "",
            "back_s": guard.turned_back_for.total_seconds(),
        }
        self._settings.set(_GUARD, stored)


def _content(path: Path) -> bytes:
    try:
        with open_regular(path) as file:
            content = file.read(_FILE_BYTES_MAX + 1)
    except NotRegularError as error:
        raise LicenseUnreadable("This is no ordinary file.", "Choose it again.") from error
    except OSError as error:
        raise LicenseUnreadable(
            f"The file cannot be read: {error.strerror or error}.", "Choose it again."
        ) from error
    if len(content) > _FILE_BYTES_MAX:
        raise LicenseUnreadable(
            "This file is far too long for a license.", "Choose the file that you were sent."
        )
    return content
