"""`keys`: add, list, price, check and remove the keys for providers. A secret is never printed."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from app.chat.routes import host_of
from app.commands.choose import choose_key
from app.commands.columns import in_columns, one_line
from app.commands.exits import DONE, FAILED
from app.commands.vault import with_vault_open
from app.errors import KeychainError, TuppenceError
from app.store.records import KeyRecord

if TYPE_CHECKING:
    from app.chat.keys import KeyOutcome
    from app.chat.own_prices import OwnPrice
    from app.commands.streams import Streams
    from app.engine.core import Core


async def run_keys(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    match arguments.action:
        case "add":
            code = await _add(arguments, core, streams)
        case "remove":
            code = await _remove(arguments, core, streams)
        case "price":
            code = await _price(arguments, core, streams)
        case "check":
            code = await _check(arguments, core, streams)
        case _:
            return await _list(arguments, core, streams)
    _tell_the_window(core)
    return code


async def _add(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    secret = "" if arguments.no_key else (await streams.ask_secret()).strip()
    where = arguments.where or await _usual_place(core)
    if where == "session" and streams.local:
        raise KeychainError(
            "A key for this session only would be gone when this command ends.",
            "Add it while the window is open, or keep it elsewhere with --where.",
        )
    outcome = await with_vault_open(
        core, streams, lambda: _offer(arguments, core, secret, where), make=where == "vault"
    )
    words = " ".join(part for part in (outcome.message, outcome.advice) if part)
    if not outcome.kept:
        unchecked = " To keep it all the same: --unchecked" if outcome.can_keep_unchecked else ""
        await streams.err(f"tuppence: {outcome.provider_name}: {words}{unchecked}\n")
        return FAILED
    await streams.out(f"{outcome.provider_name}: {words}\n")
    return DONE


async def _offer(arguments: argparse.Namespace, core: Core, secret: str, where: str) -> KeyOutcome:
    return await core.key_desk.add(
        secret,
        provider=arguments.provider.casefold(),
        base_url=arguments.url,
        label=arguments.label,
        where=where,
        keep_unchecked=arguments.unchecked,
        own_price=_figures(arguments),
    )


def _figures(arguments: argparse.Namespace) -> tuple[str, str, str]:
    return arguments.price_in, arguments.price_out, arguments.price_cached


async def _usual_place(core: Core) -> str:
    place = await core.keychain.place()
    if place.where == "undecided":
        raise KeychainError(
            "This computer has no keyring that Tuppence trusts.",
            "Keep the key in a vault with a passphrase: --where vault",
        )
    return place.where


async def _remove(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    key = choose_key(arguments.key, core.shelves.keys.rows())
    await core.key_desk.remove(key.id)
    await streams.out(f"Removed: {_name(key)}\n")
    return DONE


async def _price(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    key = choose_key(arguments.key, core.shelves.keys.rows())
    figures = _figures(arguments)
    if arguments.unknown and any(figures):
        await streams.err("tuppence: --unknown and figures cannot be given together.\n")
        return FAILED
    if arguments.unknown or any(figures):
        core.key_desk.set_price(key.id, figures)
    await streams.out(f"{_name(key)}: {_price_words(core.key_desk.own_price(key.id))}\n")
    return DONE


def _price_words(price: OwnPrice | None) -> str:
    if price is None:
        return "no price of your own"
    cached = f", ${price.cache_read_usd} cached" if price.cache_read_usd else ""
    return (
        f"${price.input_usd} in, ${price.output_usd} out{cached} per million tokens, "
        f"since {price.dated.isoformat()}"
    )


async def _check(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    keys = core.shelves.keys.rows()
    if arguments.key:
        keys = [choose_key(arguments.key, keys)]
    code = DONE
    for key in keys:
        line, works = await _check_one(core, streams, key)
        await streams.out(f"{_name(key)}: {line}\n")
        code = code if works else FAILED
    if not keys:
        await streams.err("There is no key yet. Add one: tuppence keys add\n")
    return code


async def _check_one(core: Core, streams: Streams, key: KeyRecord) -> tuple[str, bool]:
    try:
        checked = await with_vault_open(core, streams, lambda: core.key_desk.check(key.id))
    except TuppenceError as error:
        return str(error), False
    if checked is None:
        return "removed meanwhile", False
    return one_line(checked.detail), checked.state == "works"


async def _list(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    keys = core.shelves.keys.rows()
    if arguments.json:
        fields = [_fields(key, core.key_desk.own_price(key.id)) for key in keys]
        await streams.out(json.dumps(fields, ensure_ascii=False, indent=1) + "\n")
    elif keys:
        header = ("ID", "PROVIDER", "KEY", "KEPT IN", "STATE")
        await streams.out(in_columns([header, *map(_cells, keys)]))
    else:
        await streams.err("There is no key yet. Add one: tuppence keys add\n")
    return DONE


def _cells(key: KeyRecord) -> tuple[str, ...]:
    ends = f"…{key.ends_in}" if key.ends_in else "-"
    label = f"{ends} {key.label}".strip()
    return (
        key.id,
        host_of(key).name,
        one_line(label),
        key.where,
        one_line(key.detail or key.state),
    )


def _fields(key: KeyRecord, price: OwnPrice | None) -> dict[str, object]:
    return {
        "id": key.id,
        "provider": key.provider,
        "label": key.label,
        "ends_in": key.ends_in,
        "base_url": key.base_url or None,
        "where": key.where,
        "state": key.state,
        "detail": key.detail,
        "own_price": None if price is None else _price_fields(price),
    }


def _price_fields(price: OwnPrice) -> dict[str, object]:
    return {
        "input_usd_per_million": price.input_usd,
        "output_usd_per_million": price.output_usd,
        "cached_input_usd_per_million": price.cache_read_usd or None,
        "dated": price.dated.isoformat(),
    }


def _name(key: KeyRecord) -> str:
    ends = f" …{key.ends_in}" if key.ends_in else ""
    return one_line(f"{key.label or host_of(key).name}{ends}")


def _tell_the_window(core: Core) -> None:
    """Where the command runs in the window, its lists change with it."""
    from app.engine.handlers.keys import emit_keys
    from app.seam import events

    emit_keys(core)
    core.emit(events.ModelsListed(core.model_list.rows()))
