"""Every command has a handler, and nothing a command does can end the core."""

from __future__ import annotations

import dataclasses
import inspect
from typing import get_args

from app.engine.dispatch import Dispatcher
from app.engine.handlers.table import HANDLERS
from app.seam import assistants, budgets, commands, events, hosted, reconciliation
from tests.fixtures.core import CoreDriver


def test_every_command_has_a_handler_and_nothing_else_has() -> None:
    assert set(HANDLERS) == set(get_args(commands.Command))


def test_every_handler_takes_the_core_and_its_own_command() -> None:
    for command, handler in HANDLERS.items():
        names = list(inspect.signature(handler).parameters.values())
        assert names[1].annotation == f"commands.{command.__name__}", handler


def test_every_command_that_is_written_down_is_one_of_the_commands() -> None:
    written = {
        value
        for value in vars(commands).values()
        if inspect.isclass(value) and dataclasses.is_dataclass(value)
    }
    written |= set(get_args(reconciliation.ReconciliationCommand))
    written |= set(get_args(budgets.BudgetCommand))
    written |= set(get_args(assistants.AssistantCommand))
    written |= set(get_args(hosted.HostedCommand))
    assert written == set(get_args(commands.Command))


async def test_a_command_about_what_is_not_there_is_answered_in_words(driver: CoreDriver) -> None:
    gone = "nothing-of-that-name"
    for command in (
        commands.OpenChat(gone),
        commands.AddPane(gone, 0),
        commands.ChooseModel(gone, 0, "demo/demo"),
        commands.EditMessage(gone, 0, gone, "x"),
        commands.Regenerate(gone, 0, gone),
        commands.KeepAnswer(gone, gone),
        commands.AskReceipt(gone),
        commands.AskQuote(1, gone, "x"),
        commands.RenameChat(gone, "   "),
        commands.ExportChat(gone, "/nowhere/x.md"),
        commands.ChangeSettings((("theme", "pink"),)),
        commands.SetProxy("not an address"),
    ):
        notice = await driver.ask(command, events.Notice)
        assert notice.level == "error", command
        assert "inside Tuppence" not in notice.text, command


async def test_a_defect_in_one_command_becomes_a_notice_and_the_next_one_works(
    driver: CoreDriver,
) -> None:
    broken = commands.ChangeSettings(changes=3)  # type: ignore[arg-type]
    notice = await driver.ask(broken, events.Notice)
    assert "inside Tuppence" in notice.text
    assert await driver.ask(commands.ListChats(), events.ChatsListed)


async def test_stopping_what_does_not_run_is_no_mistake(driver: CoreDriver) -> None:
    driver.dispatcher.take(commands.StopTurn("nothing"))
    driver.dispatcher.take(commands.DeleteChat("nothing"))
    assert await driver.ask(commands.ListChats(), events.ChatsListed)
    assert isinstance(driver.dispatcher, Dispatcher)
