from __future__ import annotations

import pytest

from app.chat.titles import TITLE_LENGTH_MAX, title_from


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("When does SELECT block?", "When does SELECT block?"),
        ("\n\n  ## A *heading* first\nthen more", "A heading first"),
        ("> quoted words", "quoted words"),
        ("```python\nprint(1)\n```", "python"),
        ("---\n***\n", "New chat"),
        ("", "New chat"),
        ("日本語の質問です", "日本語の質問です"),
    ],
)
def test_a_title_is_the_first_line_with_words_in_it(text: str, title: str) -> None:
    assert title_from(text) == title


def test_a_long_first_line_is_cut_between_words() -> None:
    title = title_from("word " * 40)
    assert len(title) <= TITLE_LENGTH_MAX + 1
    assert title.endswith("word…")


def test_a_line_without_spaces_is_cut_anyway() -> None:
    assert title_from("x" * 500) == "x" * TITLE_LENGTH_MAX + "…"
