"""The palette's order: what has the letters, then what begins with them, and no guesses."""

from __future__ import annotations

from app.ui.palette.entries import Entry, rank


def texts(query: str, *lines: str) -> list[str]:
    return [entry.text for entry in rank([Entry("action", text, text) for text in lines], query)]


def test_a_few_letters_find_what_has_them_or_begins_with_them_and_no_guesses() -> None:
    lines = ("Larger text", "Close this pane", "New chat", "Plan a dinner")
    assert texts("pla", *lines) == ["Plan a dinner"]
    assert texts("nc", *lines) == ["New chat"]


def test_more_letters_forgive_a_mistake() -> None:
    assert texts("setings", "Quit", "Settings") == ["Settings"]
