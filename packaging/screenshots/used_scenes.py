"""Somebody who has used the window for weeks: chats, panes, costs, settings, trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from screenshots import profile, stories
from screenshots.stage import PACE_S, Stage

from app.seam import commands
from app.ui.panes.comparison import Comparison
from app.ui.picker.popup import PickerPopup
from app.ui.settings.dialog import PAGES, SettingsDialog
from app.ui.sidebar.hits import HitList
from app.ui.theme import Theme
from app.ui.usage.dialog import UsageDialog
from app.ui.usage.lists import CALLS, YEAR
from tests.end_to_end.flows import choose_model, cost_lines, open_chat, settled
from tests.end_to_end.person import CONTROL, SHIFT

if TYPE_CHECKING:
    from screenshots.program import Photographer

SETTLE_MS = 350
NARROW = (900, 700)
USUAL = (1440, 900)


def used_scenes(person: Photographer, stage: Stage) -> None:
    """Every view, in the order in which one would come by."""
    unlock(person, stage)
    two_panes(person, stage)
    receipt(person)
    usage(person)
    over_the_window(person)
    settings(person)
    one_pane(person)
    trouble(person, stage)
    sizes(person)


def unlock(person: Photographer, stage: Stage) -> None:
    """The keys were for one session: give them again, as their form would."""
    for number, (provider, secret, url) in enumerate((
        ("openai", profile.OPENAI_SECRET, stage.openai_url),
        ("anthropic", profile.ANTHROPIC_SECRET, stage.anthropic_url),
    )):  # fmt: skip
        person.window.bridge.submit(
            commands.CheckAndKeepKey(
                900_000 + number, secret, provider=provider, base_url=url, where="session"
            )
        )
    person.wait_until(
        lambda: [key.state for key in person.window.shown.keys or ()] == ["works", "works"],
        "both keys work",
    )
    person.window.bridge.submit(commands.ListModels())
    person.wait_until(
        lambda: (
            {"key-openai/gpt-4o", "key-anthropic/claude-sonnet-4-5"}
            <= set(person.window.shown.models)
        ),
        "their models are listed",
    )
    person.snap("new-chat", 600)


def two_panes(person: Photographer, stage: Stage) -> None:
    person.press(Qt.Key.Key_T, CONTROL)
    person.wait_until(lambda: len(person.frame.panes.panes) == 2, "there are two panes")
    choose_model(person, "GPT-4o", 0)
    choose_model(person, "Claude Sonnet 4.5", 1)
    stage.tell_locks()
    write(person, stories.QUESTION)
    person.snap("quote")
    quote_card(person)
    person.press(Qt.Key.Key_Return)
    person.wait_until(lambda: settled(person, 2, 0) and settled(person, 2, 1), "both answered")
    person.window.bridge.submit(
        commands.RenameChat(person.window.shown.chat.id, "Postgres locks, explained")
    )
    person.wait_until(lambda: person.all(Comparison, lambda w: True), "they are compared")
    person.snap("compared", 800)
    stage.tell_skip_locked()
    person.say(stories.FOLLOW_UP)
    person.wait_until(lambda: "so workers" in person.shown_text(0), "the answers are under way")
    write(person, stories.NEXT)
    person.snap("main", 200)
    person.click(person.composer.box.stop_button)
    person.wait_until(lambda: settled(person, 4, 0) and settled(person, 4, 1), "both stopped")
    person.snap("stopped", 500)


def write(person: Photographer, text: str) -> None:
    """Type into the composer, and wait for what it will cost."""
    person.press(Qt.Key.Key_L, CONTROL)
    person.press(Qt.Key.Key_A, CONTROL)
    person.type(text)
    quote = person.composer.box.quote
    person.wait_until(lambda: "most" in quote.text(), "the quote stands beside Send")


def quote_card(person: Photographer) -> None:
    """Why the message costs what it does, and what would do for less."""
    person.composer.box.quote.setFocus(Qt.FocusReason.TabFocusReason)
    person.press(Qt.Key.Key_Space)
    person.wait_until(lambda: person.all(QWidget, is_card), "the card is open")
    person.snap("quote-card", 700)
    person.press(Qt.Key.Key_Escape)
    person.wait_until(lambda: not person.all(QWidget, is_card), "it is closed")
    person.press(Qt.Key.Key_L, CONTROL)


def receipt(person: Photographer) -> None:
    person.click(cost_lines(person, 1)[0])
    person.wait_until(lambda: person.all(QWidget, is_card), "the receipt is open")
    person.snap("receipt")
    person.press(Qt.Key.Key_Escape)
    person.wait_until(lambda: not person.all(QWidget, is_card), "it is closed")


def usage(person: Photographer) -> None:
    """The usage page: bars and models, every call, the year, and in a small window."""
    person.press(Qt.Key.Key_J, CONTROL | SHIFT)
    card = person.find(UsageDialog, lambda widget: True)
    person.wait_until(lambda: card.figure.text() != "…", "the sums are there")
    person.snap("usage", 300)
    for name, place in (("usage-calls", CALLS), ("usage-year", YEAR)):
        card.lists.tabs.setCurrentIndex(place)
        person.snap(name, 400)
    person.size_to(*NARROW)
    person.snap("usage-narrow", 500)
    person.size_to(*USUAL)
    person.press(Qt.Key.Key_Escape)
    person.wait_until(lambda: not person.all(UsageDialog, lambda w: True), "it is closed")


def is_card(widget: QWidget) -> bool:
    return widget.objectName() == "card-dialog"


def over_the_window(person: Photographer) -> None:
    """Picker, palette, search."""
    person.click(person.frame.panes.panes[0].header.model_button)
    person.find(PickerPopup, lambda w: True)
    person.snap("picker")
    person.type("mini")
    person.snap("picker-filtered")
    person.press(Qt.Key.Key_Escape)
    person.press(Qt.Key.Key_K, CONTROL)
    person.wait_until(lambda: person.all(QWidget, is_card), "the palette is open")
    person.snap("palette")
    person.type("lock")
    person.snap("palette-filtered", 1500)
    person.press(Qt.Key.Key_Escape)
    person.wait_until(lambda: not person.all(QWidget, is_card), "it is closed")
    person.press(Qt.Key.Key_F, CONTROL | SHIFT)
    person.type("row")
    person.find(HitList, lambda w: True)
    person.snap("search")
    person.press(Qt.Key.Key_Escape)


def settings(person: Photographer) -> None:
    person.press(Qt.Key.Key_Comma, CONTROL)
    dialog = person.find(SettingsDialog, lambda w: True)
    for page in PAGES:
        dialog.show_page(page)
        person.snap(f"settings-{page}", 1500 if page == "keys" else SETTLE_MS)
    person.press(Qt.Key.Key_Escape)
    person.wait_until(lambda: not person.all(SettingsDialog, lambda w: True), "they are closed")


def one_pane(person: Photographer) -> None:
    """Thinking, table, code and formulas in one answer; then what undo offers."""
    rows = [row.title for row in person.frame.sidebar.chats.rows()]
    open_chat(person, rows.index(profile.TABLE_CHAT))
    person.snap("chat", 900)
    fold = person.button("Thought for 3 s · 96 tokens")
    person.click(fold)
    person.snap("thinking")
    person.press(Qt.Key.Key_F, CONTROL)
    person.type("water")
    person.snap("find")
    person.press(Qt.Key.Key_Escape)
    open_chat(person, rows.index("Regex for UK postcodes"))
    person.frame.sidebar.chats.setFocus()
    person.press(Qt.Key.Key_Delete)
    person.snap("deleted", 600)
    person.click(person.button("Undo"))
    person.wait_until(
        lambda: len(person.frame.sidebar.chats.rows()) == len(rows), "the chat is back"
    )


def trouble(person: Photographer, stage: Stage) -> None:
    """What providers refuse, and an answer that broke."""
    person.press(Qt.Key.Key_N, CONTROL)
    stage.tell(stories.refusal(401, "Incorrect API key provided."))
    person.say("Is my key still good?")
    person.wait_until(lambda: settled(person, 2), "the refusal is shown")
    stage.tell(stories.refusal(400, "This model's maximum context length is 128000 tokens."))
    person.say("And a very long text?")
    person.wait_until(lambda: settled(person, 4), "the refusal is shown")
    broken = stories.anthropic_reply(
        stories.LOCKS_CLAUDE, input_tokens=312, output_tokens=105, pace_s=PACE_S
    )
    broken.cut_at = 4_000
    stage.tell(stories.refusal(500, "Not asked."), broken)
    person.say("Explain locks")
    person.wait_until(lambda: settled(person, 6), "the answer broke")
    person.snap("trouble", 700)


def sizes(person: Photographer) -> None:
    """A small window, and large text."""
    rows = [row.title for row in person.frame.sidebar.chats.rows()]
    open_chat(person, rows.index("Postgres locks, explained"))
    person.size_to(*NARROW)
    person.snap("narrow", 700)
    person.size_to(*USUAL)
    Theme.current().set_zoom(150)
    person.snap("zoom-150", 700)
    Theme.current().set_zoom(100)
    QTest.mouseMove(person.window.windowHandle(), QPoint(5, 5))
