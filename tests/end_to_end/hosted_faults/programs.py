"""Processes that are made to be killed: a desktop that sends, a desktop that buys, a server.

Each says in lines of JSON what the window would show, before it hears of the next thing.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.account.device import key_entry
from app.chat.hosted_routes import hosted_ref
from app.clock import Clock
from app.config import Config
from app.seam import commands, events, hosted
from app.seam.events import Event
from app.server.run import serve
from app.store.keychain import Keychain
from tests.fixtures.core import CoreDriver


@dataclass(frozen=True, slots=True)
class Home:
    """A desktop's folder, its server, its key there, and the time of day."""

    folder: Path
    server_url: str
    server_id: str
    key_pem: str
    at: datetime

    def keychain(self) -> Keychain:
        """A keyring that outlives its processes, in which the key was kept."""
        keychain = Keychain(self.folder, backends=())
        keychain.keep(key_entry(self.server_id), self.key_pem, "session")
        return keychain


class TellingDriver(CoreDriver):
    """A core whose events are told to the parent process."""

    def _hear(self, event: Event) -> None:
        match event:
            case events.TextArrived(message_id=id_, text=text):
                _tell("text", id_, text)
            case events.MessageChanged(message=message, settled=True):
                drawn = (
                    [[one.unit, one.amount] for one in message.cost.drawn] if message.cost else []
                )
                _tell("settled", message.id, message.text, drawn)
            case events.SendAccepted():
                _tell("accepted")
            case events.SendRefused(fault=fault):
                _tell("refused", fault.message)
            case hosted.OpenPage(url=url):
                _tell("page", url)
            case hosted.CheckoutChanged(checkout=checkout):
                _tell("checkout", checkout.id, checkout.state)
            case _:
                _tell("other")
        CoreDriver._hear(self, event)


def _tell(*words: object) -> None:
    os.write(1, f"{json.dumps(words)}\n".encode())


async def _opened(home: Home) -> TellingDriver:
    driver = TellingDriver(
        home.folder,
        Config(credit_server=home.server_url),
        Clock(now=lambda: home.at),
        keychain=home.keychain(),
    )
    await driver.open()
    return driver


async def _send_without_end(home: Home, model: str, ids: Sequence[str]) -> None:
    driver = await _opened(home)
    chat = await driver.new_chat(hosted_ref(home.server_id, model))
    # As the composer does while somebody types: the vocabulary is there when Send is pressed.
    await driver.ask(commands.AskQuote(1, chat.id, "question"), events.QuoteReady)
    for id_ in ids:
        _tell("sending", id_)
        order = commands.SendMessage(chat.id, (0,), f"question {id_}", request_id=id_)
        await driver.ask(order, events.MessageChanged, lambda event: event.settled)
    _tell("done")
    await asyncio.Event().wait()


async def _buy(home: Home, offer: str) -> None:
    driver = await _opened(home)
    _tell("buying")
    await driver.ask(hosted.Buy(1, offer), hosted.HostedDone)
    await asyncio.Event().wait()


def send(home: Home, model: str, ids: Sequence[str]) -> None:
    """Send one message after the other, each under its id, until killed."""
    asyncio.run(_send_without_end(home, model, ids))


def buy(home: Home, offer: str) -> None:
    """Begin to buy, and wait for the payment until killed."""
    asyncio.run(_buy(home, offer))


def server(data: Path, port: int, variables: dict[str, str]) -> None:
    """The credit server; names that begin with `_` are taken without our prefix."""
    for name, value in variables.items():
        os.environ[name[1:] if name.startswith("_") else f"TUPPENCE_SERVER_{name}"] = value
    serve({"PORT": str(port)}, data=data, demo=variables.get("DEMO") == "true")
