"""Turns in any order over a scripted provider, against books kept in plain Python.

Whatever is sent, stopped, broken off, gone on with, asked again, deleted or cut by a kill: every
hold ends once, and receipts, usage rows, chats' sums and the panel say the same.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from app.chat.routes import Route
from app.errors import ProviderDown, ProviderUnreachable
from app.metering.hold import HoldState
from app.metering.receipt import Receipt
from app.metering.usage import Usage
from app.providers.client import Provider
from app.providers.events import UsageArrived
from app.providers.scripted import Cut, Emit, End, Fail, Pause, ScriptedProvider, Step, text_step
from app.seam import commands, events
from app.store.records import ChatRecord, MessageRecord, State
from tests.chat.conversations import unused_address
from tests.fixtures.core import CoreDriver
from tests.ledger.invariants import read_rows, troubles

HANG = Pause(3600.0)
USED = Emit(UsageArrived(Usage(input=40, output=9)))
SCRIPTS: dict[str, tuple[Step, ...]] = {
    "whole": (text_step("A whole "), text_step("answer."), USED, End()),
    "without usage": (text_step("A whole answer."), End()),
    "broken": (text_step("Half an "), Cut()),
    "broken with figures": (text_step("Half an "), USED, Cut()),
    "empty": (End(),),
    "refused": (Fail(ProviderDown("Down.", billed=False)),),
    "lost": (Fail(ProviderUnreachable("Lost.", billed=None)),),
    "endless": (text_step("It goes on "), text_step("and on "), HANG),
    "silent": (HANG,),
}


class Turns(RuleBasedStateMachine):
    """One folder, one core at a time; `acknowledged` is what the window was told was stored."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="turns-"))
        self.acknowledged: dict[str, str] = {}  # chat: the questions accepted, in order
        self.script = "whole"
        self.asked = 0
        self.serial = itertools.count(1)
        self.run(self.begin())

    def run(self, work: object) -> None:
        self.loop.run_until_complete(asyncio.wait_for(work, 30))  # type: ignore[arg-type]

    async def begin(self) -> None:
        home = self.folder / "home-0"
        home.mkdir()
        await self.open(home)
        await self.driver.ask(
            commands.CheckAndKeepKey(
                1, "sk-test-0123456789abcdef", provider="openai", base_url=unused_address(),
                where="session", keep_unchecked=True,
            ),
            events.KeyChecked,
        )  # fmt: skip
        self.model_ref = f"{self.driver.core.shelves.keys.rows()[0].id}/gpt-4o"

    async def open(self, home: Path) -> None:
        self.driver = CoreDriver(home)
        await self.driver.open()

        async def open_route(route: Route) -> Provider:
            self.asked += 1
            return ScriptedProvider(SCRIPTS[self.script])

        self.driver.core.routes.open = open_route  # type: ignore[method-assign]

    async def settle_down(self) -> None:
        """Until what was ordered has been done, as far as its script lets it."""
        for _ in range(40):
            await asyncio.sleep(0.002)

    def chats(self) -> list[ChatRecord]:
        return self.driver.core.shelves.chats.rows()

    def answers(self) -> Iterator[MessageRecord]:
        for chat in self.chats():
            for message in self.driver.core.shelves.messages.all_of(chat.id):
                if message.role == "assistant":
                    yield message

    def take(self, *given: commands.Command) -> None:
        async def work() -> None:
            for command in given:
                self.driver.dispatcher.take(command)
            await self.settle_down()

        self.run(work())

    # What a person does.

    @rule(script=st.sampled_from(sorted(SCRIPTS)))
    def next_answers_are(self, script: str) -> None:
        self.script = script

    @rule(twice=st.booleans(), stop=st.booleans())
    def send_in_a_new_chat(self, twice: bool, stop: bool) -> None:
        async def work() -> None:
            chat = await self.driver.new_chat(self.model_ref)
            await self.send(chat.id, twice=twice, stop=stop)

        self.run(work())

    @rule(pick=st.integers(0, 5), twice=st.booleans(), stop=st.booleans())
    def send_in_a_chat(self, pick: int, twice: bool, stop: bool) -> None:
        if chats := self.chats():
            self.run(self.send(chats[pick % len(chats)].id, twice=twice, stop=stop))

    async def send(self, chat_id: str, *, twice: bool, stop: bool) -> None:
        seen = len(self.driver.heard)
        words = f"Question {next(self.serial)}"
        for _ in range(2 if twice else 1):
            self.driver.dispatcher.take(commands.SendMessage(chat_id, (0,), words))
        if stop:
            self.driver.dispatcher.take(commands.StopTurn(chat_id))
        await self.driver.wait_for(
            events.Event,  # type: ignore[type-abstract, arg-type]
            lambda event: isinstance(event, events.SendAccepted | events.SendRefused),
            since=seen,
        )
        await self.settle_down()
        new = self.driver.heard[seen:]
        accepted = [event for event in new if isinstance(event, events.SendAccepted)]
        assert len(accepted) <= 1
        if accepted:
            self.acknowledged[words] = chat_id

    @rule(pick=st.integers(0, 5))
    def stop(self, pick: int) -> None:
        if chats := self.chats():
            self.take(commands.StopTurn(chats[pick % len(chats)].id))

    @rule(pick=st.integers(0, 20), twice=st.booleans())
    def go_on(self, pick: int, twice: bool) -> None:
        if answers := list(self.answers()):
            answer = answers[pick % len(answers)]
            command = commands.ContinueAnswer(answer.chat_id, 0, answer.id)
            self.take(*([command] * (2 if twice else 1)))

    @rule(pick=st.integers(0, 20))
    def ask_again(self, pick: int) -> None:
        if answers := list(self.answers()):
            answer = answers[pick % len(answers)]
            self.take(commands.Regenerate(answer.chat_id, 0, answer.id))

    @rule(pick=st.integers(0, 5), sending=st.booleans())
    def delete(self, pick: int, sending: bool) -> None:
        if chats := self.chats():
            chat = chats[pick % len(chats)]
            sent = (commands.SendMessage(chat.id, (0,), "Too late"),) if sending else ()
            self.take(commands.DeleteChat(chat.id), *sent)

    @rule(kill=st.booleans())
    def restart(self, kill: bool) -> None:
        async def work() -> None:
            home = self.driver.folder
            if kill:
                # What is on the disk at this moment is what a kill leaves behind.
                home = home.parent / f"home-{next(self.serial)}"
                shutil.copytree(self.driver.folder, home)
            await self.driver.close()
            await self.open(home)
            assert self.driver.core.shelves.holds.open_holds() == []
            assert self.driver.core.shelves.messages.unfinished() == []

        self.run(work())

    # What an auditor finds.

    @invariant()
    def open_holds_belong_to_answers_that_run(self) -> None:
        core = self.driver.core
        for hold in core.shelves.holds.open_holds():
            message = core.shelves.messages.get(hold.message_id)
            assert message is not None
            assert message.state is State.STREAMING
            assert core.turns.live(message) is not message

    @invariant()
    def the_books_agree(self) -> None:
        core = self.driver.core
        database = core.shelves.database
        receipts = database.rows("SELECT receipt_json FROM messages WHERE receipt_json NOT NULL")
        calls = [call for (text,) in receipts for call in Receipt.from_json(text).calls]
        of_receipts = sum(call.charge.total_pusd or 0 for call in calls)
        rows, of_rows = database.rows("SELECT count(*), coalesce(sum(cost_pusd), 0) FROM usage")[0]
        of_chats = database.rows("SELECT coalesce(sum(total_pusd), 0) FROM chats")[0][0]
        settled = database.rows(
            "SELECT count(*), coalesce(sum(settled_pusd), 0) FROM holds WHERE state = ?",
            (HoldState.SETTLED.value,),
        )[0]
        assert (rows, of_rows) == (len(calls), of_receipts) == settled
        assert of_chats == of_rows
        assert core.spending.billing().today.total_pusd == of_rows

    @invariant()
    def the_ledger_adds_up_to_the_same(self) -> None:
        database = self.driver.core.shelves.database
        assert troubles(read_rows(database.rows)) == []
        of_ledger = database.rows(
            "SELECT coalesce(-sum(posted), 0) FROM ledger_accounts WHERE kind = 'spent'"
        )
        assert of_ledger == database.rows("SELECT coalesce(sum(cost_pusd), 0) FROM usage")

    @invariant()
    def nobody_is_asked_without_a_hold(self) -> None:
        holds = self.driver.core.shelves.database.rows("SELECT count(*) FROM holds")[0][0]
        assert self.asked <= holds

    @invariant()
    def what_was_accepted_is_there(self) -> None:
        database = self.driver.core.shelves.database
        for words, chat_id in self.acknowledged.items():
            found = database.rows("SELECT chat_id FROM messages WHERE text = ?", (words,))
            assert found == [(chat_id,)]

    def teardown(self) -> None:
        self.run(self.driver.close())
        assert self.driver.core.turns.running_chats() == set()
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        shutil.rmtree(self.folder)


TestTurns = Turns.TestCase
TestTurns.settings = settings(
    max_examples=12,
    stateful_step_count=14,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
