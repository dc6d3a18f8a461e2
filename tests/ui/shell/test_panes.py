"""Panes: what each header says, how answers are compared, what is copied."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.seam import commands, events
from app.seam.hosted_views import DrawnView
from app.seam.views import CostLine, MessageState, MessageView
from app.ui.panes.comparison import Answer, answers_of, comparison_texts
from app.ui.panes.copying import chat_as_markdown
from app.ui.panes.greeting import price_line
from app.ui.theme import Theme
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import CLAUDE, GPT, MODELS, chat, cost_line, message, model


def badge_texts(desk: Desk, pane: int = 0) -> list[str]:
    header = desk.frame.panes.panes[pane].header
    return [badge.text() for badge in header._badges]


def test_a_header_says_who_pays_and_what_the_model_can_do(desk: Desk) -> None:
    assert badge_texts(desk) == ["your key", "sees images", "uses tools"]


def test_a_local_model_and_the_demo_say_what_they_are(desk: Desk) -> None:
    desk.tell(
        events.ModelsListed((model("local:ollama/llama3", "Llama 3", "ollama", "this computer"),)),
        events.ChatOpened(chat("c1", ("local:ollama/llama3", ()), ("demo/demo", ()))),
    )
    assert badge_texts(desk, 0) == ["local"]
    assert badge_texts(desk, 1) == ["demo"]


def test_a_model_that_is_not_listed_is_shown_by_its_own_name(desk: Desk) -> None:
    desk.tell(events.ChatOpened(chat("c1", ("key9/some-model", ()))))
    assert "some-model" in desk.frame.panes.panes[0].header.model_button.text()


def test_the_pane_menu_adds_closes_and_goes_on_with_one(desk: Desk) -> None:
    desk.tell(events.ChatOpened(chat("c1", (GPT, ()), (CLAUDE, ()))))
    header = desk.frame.panes.panes[1].header
    for action in ("add_pane", "close_pane", "keep_only"):
        header.menu_chosen.emit(action)
    assert desk.port.orders[-3:] == [
        commands.AddPane("c1", 1), commands.ClosePane("c1", 1), commands.KeepOnlyPane("c1", 1),
    ]  # fmt: skip


def test_the_last_pane_cannot_be_closed(desk: Desk) -> None:
    desk.frame.panes.panes[0].header.menu_chosen.emit("close_pane")
    assert not desk.port.asked(commands.ClosePane)


def test_the_cheapest_and_the_fastest_answer_are_named() -> None:
    texts = comparison_texts(
        [Answer("A", cost_line(2 * 10**9, 4.0)), Answer("B", cost_line(5 * 10**9, 1.5))]
    )
    assert texts == ["A $0.0020 · 4.0 s, cheapest", "B $0.0050 · 1.5 s, fastest"]


def test_a_tie_names_nobody() -> None:
    answers = [
        Answer("A", cost_line(10**9, 2.04)), Answer("B", cost_line(10**9, 1.96)),
        Answer("C", cost_line(5 * 10**9, 4.0)),
    ]  # fmt: skip
    assert not any("cheapest" in text or "fastest" in text for text in comparison_texts(answers))


def test_nobody_is_cheapest_where_a_price_is_not_known() -> None:
    texts = comparison_texts(
        [Answer("A", cost_line(None, 4.0)), Answer("B", cost_line(5 * 10**9, 4.04))]
    )
    assert not any("cheapest" in text or "fastest" in text for text in texts)


def drew(unit: str, amount: int, seconds: float = 2.0) -> CostLine:
    return replace(cost_line(10**9, seconds), drawn=(DrawnView("Free", unit, amount),))


def test_tokens_are_compared_with_tokens() -> None:
    texts = comparison_texts(
        [Answer("A", drew("plan_tokens", 7_780)), Answer("B", drew("plan_tokens", 7_690))]
    )
    assert texts == ["A 7,780 tokens · 2.0 s", "B 7,690 tokens · 2.0 s, cheapest"]


def test_tokens_and_money_have_no_common_measure() -> None:
    for other in (cost_line(10**6, 1.0), drew("requests", 1, 1.0), drew("tokens", 10, 1.0)):
        texts = comparison_texts([Answer("A", drew("plan_tokens", 5)), Answer("B", other)])
        assert not any("cheapest" in text for text in texts)
        assert "fastest" in texts[1]


def test_a_stopped_answer_wins_nothing() -> None:
    stopped = Answer("A", cost_line(10**9, 1.0), whole=False)
    texts = comparison_texts([stopped, Answer("B", cost_line(10**10, 9.0))])
    assert texts == ["A $0.0010 · 1.0 s", "B $0.010 · 9.0 s"]


def test_only_different_answers_to_the_same_words_are_compared() -> None:
    def path(words: str, answer: str, **changes: object) -> tuple[MessageView, ...]:
        asked = message(f"to-{answer}", "user", words)
        said = message(answer, "assistant", "ho", cost=cost_line(1, 1.0), name=f"by {answer}")
        return asked, replace(said, **changes)

    both = answers_of([path("hi", "m1"), path("hi", "m2", state=MessageState.INTERRUPTED)])
    assert [(each.name, each.whole) for each in both] == [("by m1", True), ("by m2", False)]
    assert answers_of([path("hi", "m1"), path("hi", "m1")]) == []  # a pane that was just opened
    assert answers_of([path("hi", "m1"), path("other", "m2")]) == []
    assert answers_of([path("hi", "m1"), path("hi", "m2", cost=None)]) == []
    assert answers_of([path("hi", "m1"), ()]) == []


def test_a_greeting_says_what_the_model_costs() -> None:
    assert price_line(MODELS[0]) == (
        "GPT-4o: $2.50 in, $10.00 out per million tokens · your OpenAI key"
    )


def test_an_edit_on_a_card_becomes_a_command(desk: Desk) -> None:
    pane = desk.frame.panes.panes[0]
    pane.message_asked.emit("edit", "m1", "better")
    pane.message_asked.emit("regenerate", "m2", "")
    pane.message_asked.emit("branch", "m3", "")
    assert desk.port.orders[-3:] == [
        commands.EditMessage("c1", 0, "m1", "better"), commands.Regenerate("c1", 0, "m2"),
        commands.ShowBranch("c1", 0, "m3"),
    ]  # fmt: skip


def test_a_chat_is_copied_as_markdown_with_who_wrote_what(desk: Desk) -> None:
    said = (message("m1", "user", "hi"), message("m2", "assistant", "**ho**", name="GPT-4o"))
    assert chat_as_markdown("T", said) == "# T\n\n## You\n\nhi\n\n## GPT-4o\n\n**ho**\n"
    desk.tell(events.ChatOpened(chat("c1", (GPT, said), title="T")))
    desk.window.orders.run("copy_answer")
    assert QGuiApplication.clipboard().text() == "**ho**"


def test_a_starter_is_put_into_the_field_and_not_sent(desk: Desk) -> None:
    desk.frame.panes.starter_chosen.emit("Explain something.")
    assert desk.editor.toPlainText() == "Explain something."
    assert desk.editor.textCursor().atEnd()
    assert not desk.port.asked(commands.SendMessage)


def marked(desk: Desk) -> list[int]:
    panes = desk.frame.panes.panes
    return [place for place, pane in enumerate(panes) if pane.header.is_current]


def test_a_pane_that_was_added_is_the_current_one_and_says_so(desk: Desk) -> None:
    assert marked(desk) == []  # one alone needs no mark
    desk.tell(events.ChatOpened(chat("c1", (GPT, ()), (GPT, ()))))
    assert desk.frame.panes.current == 1
    assert marked(desk) == [1]
    second = desk.frame.panes.panes[1].header
    picture = second.grab().toImage()
    low = picture.pixelColor(picture.width() // 2, picture.height() - 1)
    assert low == Theme.current().color("accent")
    desk.qtbot.keyClick(desk.window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert marked(desk) == [0]


def test_another_chat_with_more_panes_does_not_move_the_current_one(desk: Desk) -> None:
    desk.tell(events.ChatOpened(chat("c2", (GPT, ()), (CLAUDE, ()), (GPT, ()))))
    assert desk.frame.panes.current == 0
    desk.tell(events.ChatOpened(chat("c2", (GPT, ()))))
    assert marked(desk) == []


def test_starters_are_there_once_a_chat_is_and_not_before(empty_desk: Desk) -> None:
    greeting = empty_desk.frame.panes.panes[0].greeting
    assert not any(starter.isVisible() for starter in greeting._starters)
    empty_desk.tell(events.ChatOpened(chat("c1", (GPT, ()))))
    assert all(starter.isVisible() for starter in greeting._starters)


def test_a_starter_in_a_narrow_pane_ends_in_an_ellipsis(desk: Desk) -> None:
    greeting = desk.frame.panes.panes[0].greeting
    assert greeting._starters[0].text().endswith("example.")
    desk.tell(events.ChatOpened(chat("c1", *((GPT, ()),) * 4)))
    desk.qtbot.waitUntil(lambda: greeting._starters[0].text().endswith("…"))
    for starter in greeting._starters:
        assert starter.geometry().right() <= greeting.width()
