"""Going over to the next key, and calling one back. Every change is a new signed list.

Copies learn of a key long before it begins, so that nothing breaks on its day; what older keys
signed stays good until it expires. Only a revoked key takes its licenses with it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from app.errors import ConfigError
from app.licensing.claims import GRACE, VALIDITY_MAX
from app.licensing.key_list import KeyList
from app.licensing.keys import PublicKey, SigningKey
from app.licensing.pinned import PinnedKey, PinnedKeys
from app.server.errors import conflict, not_found
from app.server.licenses.signing_keys import (
    KEY_LIFE,
    announced_keys,
    count_keys,
    private_keys,
    publish,
    read_or_make_key,
    signing_at,
    whole_second,
)
from app.server.services import Services

_FORGOTTEN_AFTER = max(VALIDITY_MAX.values()) + GRACE + timedelta(days=1)


async def rotate(services: Services, begins: datetime | None = None) -> KeyList:
    """The next key signs from `begins` on, else from the next second, and another comes after it.

    Raises ConfigError where the next key's file is not in the data folder, Refused (409) where
    somebody else changes the keys at the same moment.
    """
    now = whole_second(services.clock.now())
    known, signer = await _known(services, now)
    new = await _new_key(services)
    # What the key before it signs in this second stays good.
    soonest = now + timedelta(seconds=1)
    start = soonest if begins is None else max(whole_second(begins), soonest)
    return await _publish(services, signer, known, _rotated(known.pins, new, now, start), now)


async def revoke_key(services: Services, key_id: str, reason: str) -> KeyList:
    """Take the trust from a key and from all that it signed. Where it is the one that signs, the
    next one begins at once. Raises Refused: 404 for an unknown key, 409; and ConfigError.
    """
    now = whole_second(services.clock.now())
    known, signer = await _known(services, now)
    pins = known.pins
    if key_id not in {each.key.id for each in pins.keys} | pins.revoked:
        raise not_found("key")
    if key_id in pins.revoked:
        raise conflict("key_revoked", "This key was called back before.")
    current, coming = pins.current(now), pins.coming(now)
    if current is not None and current.key.id == key_id:
        pins = _rotated(pins, await _new_key(services), now, now)
    elif coming is not None and coming.key.id == key_id:
        new = await _new_key(services)
        pins = replace(pins, keys=(*pins.keys, PinnedKey(new, coming.signs_from)))
    return await _publish(services, signer, known, pins.with_revoked(key_id), now, reason)


async def have_next(services: Services) -> bool:
    """See to it that a key comes after the one that signs; whether one had to be made."""
    now = whole_second(services.clock.now())
    known, signer = await _known(services, now)
    if known.pins.coming(now) is not None:
        return False
    pins = known.pins.with_next(await _new_key(services), now + KEY_LIFE)
    await _publish(services, signer, known, pins, now)
    return True


async def begin_anew(services: Services, reason: str) -> KeyList:
    """Two new keys where those of before are lost. No copy that knows the old ones follows by
    itself: people remove the server and add it again. Raises Refused (409) where a key is there.
    """
    now = whole_second(services.clock.now())
    known = await announced_keys(services)
    there = private_keys(services.settings.data)
    if known is None or any(each.key.id in there for each in known.pins.keys):
        raise conflict("keys_there", "A key of before is there: rotate instead.")
    number = await services.database.read(count_keys)
    first = read_or_make_key(services.settings.data, number + 1)
    coming = read_or_make_key(services.settings.data, number + 2)
    old = tuple(each for each in known.pins.keys if each.key.id not in known.pins.revoked)
    pins = PinnedKeys((*old, PinnedKey(first.public, now)), known.pins.revoked)
    for each in old:
        pins = pins.with_revoked(each.key.id)
    pins = pins.with_next(coming.public, now + KEY_LIFE)
    return await _publish(services, first, known, pins, now, reason, alone=True)


async def _known(services: Services, now: datetime) -> tuple[KeyList, SigningKey]:
    """The newest list, and the key that may sign the next one."""
    known = await announced_keys(services)
    if known is None:
        known = (await signing_at(services, now)).announced
    last = known.pins.last
    signer = None if last is None else private_keys(services.settings.data).get(last.key.id)
    if signer is None:
        raise ConfigError(
            "The newest of the keys for licenses is not in the data folder, and only it can "
            "announce a change.",
            "Bring its file back, from the drawer or from your backup, and try again.",
        )
    return known, signer


async def _new_key(services: Services) -> PublicKey:
    number = await services.database.read(count_keys)
    return read_or_make_key(services.settings.data, number + 1).public


def _rotated(pins: PinnedKeys, new: PublicKey, now: datetime, begins: datetime) -> PinnedKeys:
    """The coming key begins at `begins`, whatever was said before, and `new` comes after it."""
    coming = pins.coming(now)
    if coming is None:
        return pins.with_next(new, begins)
    keys = tuple(_ending(each, now, begins) for each in pins.keys if each is not coming)
    moved = replace(pins, keys=(*keys, PinnedKey(coming.key, begins)))
    return moved.with_next(new, begins + KEY_LIFE)


def _ending(pinned: PinnedKey, now: datetime, begins: datetime) -> PinnedKey:
    """What has ended stays as it is; what signs does so until the next one begins."""
    if pinned.signs_until is not None and pinned.signs_until <= now:
        return pinned
    return replace(pinned, signs_until=begins)


async def _publish(
    services: Services,
    signer: SigningKey,
    known: KeyList,
    pins: PinnedKeys,
    now: datetime,
    reason: str = "",
    *,
    alone: bool = False,
) -> KeyList:
    kept = tuple(
        each
        for each in pins.keys
        if each.key.id == signer.id
        or each.signs_until is None
        or each.signs_until + _FORGOTTEN_AFTER > now
    )
    announced = KeyList(replace(pins, keys=kept), known.number + 1, now)
    if not await publish(services, signer, announced, reason=reason, alone=alone):
        raise conflict("keys_changed", "Somebody else changed the keys at this moment. Look again.")
    return announced
