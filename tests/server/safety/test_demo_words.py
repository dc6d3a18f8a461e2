"""What the demo says when the credit server gives its answers: the truth about charges."""

from __future__ import annotations

import pytest

from app.providers.demo import demo_answer
from app.server.demo import reworded

QUESTIONS = ("Hello", "code", "table", "think", "error", "long", "cost", "keys", "anything")


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_answer_of_the_server_says_that_nothing_is_charged(question: str) -> None:
    assert "nothing is charged" in demo_answer(question).text
    said = reworded(demo_answer(question).text)
    assert "nothing is charged" not in said.replace("\n", " ")
    assert "nothing was sent" not in said
    assert "scripted demo" in said
    assert "It is charged to your tokens" in said


def test_the_greeting_speaks_of_clients_and_of_no_window() -> None:
    said = reworded(demo_answer("Hello").text)
    assert "window" not in said
    assert "You can try any client" in said
    assert "the server's operator adds a key" in said
