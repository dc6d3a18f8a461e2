"""What an input consists of, counted with the real vocabulary."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.metering.quote_parts import InputParts, fitted, parts_of
from app.metering.tokens import TokenCounter
from app.request import ChatRequest, ImagePart, RequestMessage, Role, TextPart

COUNTER = TokenCounter(Path(__file__).resolve().parents[2] / "resources" / "tokenizers")
HELLO = TextPart("Hello there, how much does this cost?")
LONG = TextPart("the price of a message grows with its chat " * 50)
ANSWER = RequestMessage(Role.ASSISTANT, (LONG,))
QUESTION = RequestMessage(Role.USER, (LONG,))


def count(request: ChatRequest) -> int:
    return COUNTER.count(request, provider="openai", model="gpt-4o").tokens


def parts(*messages: RequestMessage, files: int = 0) -> InputParts:
    request = ChatRequest("gpt-4o", messages, 100)
    return parts_of(request, count(request), files, count)


def test_a_first_message_is_all_message() -> None:
    found = parts(RequestMessage(Role.USER, (HELLO,)))
    assert found == InputParts(message=found.whole)
    assert found.message > 8


def test_a_long_chat_is_nearly_all_history() -> None:
    found = parts(QUESTION, ANSWER, RequestMessage(Role.USER, (HELLO,)))
    assert found.history > 800
    assert 8 < found.message < 20
    alone = ChatRequest("gpt-4o", (QUESTION, ANSWER, RequestMessage(Role.USER, (HELLO,))), 100)
    assert found.whole == count(alone)


@pytest.mark.parametrize("words", [(HELLO,), ()], ids=["with words", "files alone"])
def test_files_are_told_from_words_also_where_both_are_text(words: tuple[TextPart, ...]) -> None:
    image = ImagePart("image/png", b"x", 512, 512)
    found = parts(QUESTION, ANSWER, RequestMessage(Role.USER, (LONG, image, *words)), files=2)
    assert found.attachments > 450 + 80
    assert found.message < 20


def test_instructions_are_told_apart() -> None:
    system = RequestMessage(Role.SYSTEM, (LONG,))
    found = parts(system, RequestMessage(Role.USER, (HELLO,)))
    assert found.system > 400
    assert found.history == 0


@given(
    st.builds(InputParts, *[st.integers(0, 5_000)] * 4),
    st.integers(1, 50_000),
)
def test_the_parts_of_another_whole_make_that_whole(found: InputParts, whole: int) -> None:
    if found.whole:
        assert fitted(found, whole).whole == whole
        assert min(fitted(found, whole).history, fitted(found, whole).message) >= 0
