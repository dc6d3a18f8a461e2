"""`ask`: one message to one model, its answer on standard output, its cost on standard error.

The same use case as in the window: a hold before, a receipt after, and the chat is kept.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.chat.budget_gate import BudgetReached, NeedsConfirmation
from app.chat.export import cost_words
from app.chat.routes import DEMO_KEY, DEMO_REF, LOCAL_PREFIX
from app.chat.send import Sent
from app.commands.choose import NotFound, choose_model
from app.commands.exits import DONE, FAILED, REFUSED, one_line
from app.commands.vault import with_vault_open
from app.errors import TuppenceError
from app.money import usd_text
from app.seam.views import LocalModels, MessageState, MessageView
from app.store.records import MessageRecord

if TYPE_CHECKING:
    from app.commands.streams import Streams
    from app.engine.core import Core

# How often what has come is printed; a person reads no faster.
_LOOK_S = 0.03


@dataclass(slots=True)
class _Running:
    """A turn that was started for this command; `printed` characters of it are out."""

    answer: MessageRecord
    task: asyncio.Task[None]
    printed: int = 0


async def run_ask(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    text = await _message_text(arguments.text, streams)
    ref = await find_model_ref(core, arguments.model)
    await _require_secret(core, streams, ref)
    try:
        running = await _start(core, ref, text, yes=arguments.yes)
    except NeedsConfirmation as asked:
        await streams.err(f"tuppence: {one_line(asked)} To send it: tuppence ask --yes\n")
        return REFUSED
    except BudgetReached as error:
        await streams.err(f"tuppence: {one_line(error)}\n")
        return REFUSED
    try:
        if arguments.json:
            await asyncio.wait({running.task})
        else:
            await _print_as_it_comes(core, streams, running)
    except asyncio.CancelledError:
        # The person stopped it: what came is charged and kept, as in the window.
        await core.turns.stop_chat(running.answer.chat_id)
        if not arguments.json:
            await _print_rest(core, streams, running)
        await _print_cost(streams, _view(core, running))
        raise
    except BrokenPipeError:
        await core.turns.stop_chat(running.answer.chat_id)
        raise
    return await _finish(arguments, core, streams, running)


async def find_model_ref(core: Core, wanted: str) -> str:
    """A model by what was typed, else the one that new chats begin with. Raises NotFound."""
    if not wanted:
        if ref := core.default_model_ref():
            return ref
        raise NotFound("No model is chosen yet.", "Add a key: tuppence keys add, or try --demo.")
    if wanted == DEMO_KEY:
        return DEMO_REF
    if _names_its_key(core, wanted):
        return wanted
    try:
        return choose_model(wanted, core.model_list.rows()).ref
    except NotFound:
        await find_local_models(core)
        return choose_model(wanted, core.model_list.rows()).ref


async def find_local_models(core: Core) -> None:
    """Look for programs on this computer that serve models."""
    from app.providers.local import find_local

    found = await find_local(core.http)
    core.model_list.set_local(
        tuple(LocalModels(one.host.id, one.host.name, one.base_url, one.models) for one in found)
    )


def _names_its_key(core: Core, wanted: str) -> bool:
    # A server need not list a model to have it: a full reference is taken at its word.
    key_id, _, model_id = wanted.partition("/")
    return bool(model_id) and (
        core.shelves.keys.get(key_id) is not None or key_id.startswith(LOCAL_PREFIX)
    )


async def _message_text(words: list[str], streams: Streams) -> str:
    typed, piped = " ".join(words), await streams.read_input()
    text = "\n\n".join(part for part in (typed, piped.strip("\r\n")) if part.strip())
    if not text:
        raise TuppenceError(
            "There is nothing to ask.", 'Type it behind the command: tuppence ask "Why?"'
        )
    return text


async def _require_secret(core: Core, streams: Streams, ref: str) -> None:
    """Have the key at hand before anything is stored; opens the vault where it is in there."""
    route = core.routes.find(ref)
    if route.needs_secret:
        await with_vault_open(core, streams, lambda: core.secrets.read(route.key_id))
    elif route.hosted is not None:
        session = core.hosted.desk.session(route.hosted.record.id)
        await with_vault_open(core, streams, session.token)


async def _start(core: Core, ref: str, text: str, *, yes: bool) -> _Running:
    chat = core.empty_chat(ref)
    chats = core.shelves.chats

    async def send(confirmed: str) -> list[Sent]:
        return await core.sender.send(
            chat, (0,), text, (),
            lambda title: chats.create(chat.id, title, chat.panes, chat.group),
            confirmed=confirmed,
        )  # fmt: skip

    sent = await (_send_confirmed(send) if yes else send(""))
    task = core.turns.start(sent[0].answer, 0, sent[0].admission)
    core.emit_chats()
    return _Running(sent[0].answer, task)


async def _send_confirmed(send: Callable[[str], Awaitable[list[Sent]]]) -> list[Sent]:
    """Say yes to every question; there are two kinds, each asked once."""
    confirmed = ""
    for _ in range(2):
        try:
            return await send(confirmed)
        except NeedsConfirmation as asked:
            confirmed = asked.token
    return await send(confirmed)


async def _print_as_it_comes(core: Core, streams: Streams, running: _Running) -> None:
    while not running.task.done():
        await asyncio.wait({running.task}, timeout=_LOOK_S)
        await _print_new(streams, running, _text(core, running))
    await _print_rest(core, streams, running)


async def _print_rest(core: Core, streams: Streams, running: _Running) -> None:
    """What is still to be printed of an answer that has ended, and the end of its line."""
    text = _text(core, running)
    await _print_new(streams, running, text)
    if text and not text.endswith("\n"):
        await streams.out("\n")


async def _print_new(streams: Streams, running: _Running, text: str) -> None:
    if new := text[running.printed :]:
        running.printed = len(text)
        await streams.out(new)


def _text(core: Core, running: _Running) -> str:
    if not running.task.done():
        return core.turns.live(running.answer).text
    stored = core.shelves.messages.get(running.answer.id)
    return stored.text if stored is not None else ""


def _view(core: Core, running: _Running) -> MessageView:
    return core.views.message(core.shelves.messages.get(running.answer.id) or running.answer)


async def _finish(
    arguments: argparse.Namespace, core: Core, streams: Streams, running: _Running
) -> int:
    await running.task
    view = _view(core, running)
    if arguments.json:
        await streams.out(json.dumps(_fields(view, running), ensure_ascii=False) + "\n")
    else:
        await _print_cost(streams, view)
    if view.fault is not None:
        words = f"{view.fault.message} {view.fault.advice}".split()
        await streams.err(f"tuppence: {' '.join(words)}\n")
        return FAILED
    return DONE if view.state is MessageState.COMPLETE else FAILED


async def _print_cost(streams: Streams, view: MessageView) -> None:
    if view.cost is not None:
        words = " · ".join(part for part in (cost_words(view.cost), view.cost.note) if part)
        await streams.err(f"{words}\n")


def _fields(view: MessageView, running: _Running) -> dict[str, object]:
    cost = view.cost
    return {
        "chat": running.answer.chat_id,
        "message": view.id,
        "model": view.model_name,
        "model_ref": view.model_ref,
        "state": view.state.value,
        "text": view.text,
        "thinking": view.thinking,
        "cost_usd": usd_text(cost.total_pusd) if cost and cost.total_pusd is not None else None,
        "certainty": cost.certainty.value if cost else None,
        "input_tokens": cost.input_tokens if cost else None,
        "cached_tokens": cost.cached_tokens if cost else None,
        "output_tokens": cost.output_tokens if cost else None,
        "thinking_tokens": cost.thinking_tokens if cost else None,
        "payer": cost.payer if cost else None,
        "fault": view.fault.message if view.fault else None,
    }
