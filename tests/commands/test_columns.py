"""Columns line up, and what others wrote cannot rewrite the terminal."""

from __future__ import annotations

from app.commands.columns import in_columns, one_line, width


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    text = in_columns([("a", "1"), ("long", "1,000")], frozenset({1}))
    assert text == "a         1\nlong  1,000\n"


def test_wide_letters_take_two_places() -> None:
    assert in_columns([("日本", "x"), ("abcd", "x")]) == "日本  x\nabcd  x\n"
    assert width("e\u0301") == 1


def test_control_characters_become_spaces() -> None:
    assert one_line("title\x1b[2J\r\nnext\x07") == "title [2J next"
