"""Tones of code: the same in slices as at once, and bounded."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from app.ui.transcript.highlighting import (
    LENGTH_MAX,
    Highlighter,
    LexerShelf,
    Stretch,
    make_lexer,
)

CODE = {
    "python": 'import os\n\n@deco\ndef f(x: int) -> str:\n    """doc\n    more"""\n    return f"{x}" # c\n',
    "sql": "-- a\nSELECT 'x''y', 7 FROM t WHERE id = 7;\n/* long\ncomment */ BEGIN;\n",
    "javascript": "const f = (a) => `t ${a + 1} u`; // c\nclass A extends B { get x() { return /r/g } }\n",
    "bash": "for f in *.txt; do echo \"$f\" | grep -v 'x'; done # c\ncat <<EOF\nhere $x\nEOF\n",
    "c": "#include <stdio.h>\nint main(void) { /* c\nc */ return 0x10; }\n",
    "rust": 'fn main() { let s = "a\\n"; println!("{}", s); } // c\n',
    "json": '{"a": [1, 2.5, true, null], "b": "c"}\n',
    "yaml": "a: 1\nb:\n  - 'c'\n  - |\n    text\n",
    "html": "<p class='x'>a<script>var a = 1;</script></p>\n",
}


def whole(language: str, text: str) -> list[list[Stretch]]:
    highlighter = Highlighter(make_lexer(language))
    highlighter.show(text)
    highlighter.run(10)
    return highlighter.lines


@pytest.mark.parametrize("language", CODE)
def test_every_token_of_the_lexer_gets_its_place(language: str) -> None:
    text = CODE[language]
    lines = text.split("\n")
    found = " ".join(
        lines[number][start : start + length]
        for number, line in enumerate(whole(language, text))
        for start, length, _ in line
    )
    expected = [
        value
        for _, kind, value in make_lexer(language).get_tokens_unprocessed(text)
        if str(kind).startswith(
            ("Token.Keyword", "Token.Comment", "Token.Name.Tag", "Token.Literal")
        )
        and "\n" not in value
    ]
    assert expected
    assert all(value in found for value in expected)


@pytest.mark.parametrize("language", CODE)
def test_slices_give_the_same_tones_as_one_run(language: str) -> None:
    sliced = Highlighter(make_lexer(language))
    sliced.show(CODE[language])
    while not sliced.done:
        sliced.run(0)
    assert sliced.lines == whole(language, CODE[language])


def test_lines_that_arrive_later_are_read_on_from_where_reading_stopped() -> None:
    text = CODE["python"]
    growing = Highlighter(make_lexer("python"))
    lines = text.splitlines(keepends=True)
    for count in range(1, len(lines) + 1):
        growing.show("".join(lines[:count]))
        growing.run(1)
    assert growing.lines == whole("python", text)


@pytest.mark.parametrize("text", ["x = 1\n" * LENGTH_MAX, "a" * 100_000 + "\n"])
def test_what_is_too_long_is_left_plain(text: str) -> None:
    highlighter = Highlighter(make_lexer("python"))
    highlighter.show(text)
    assert highlighter.done


def test_an_unknown_language_has_no_lexer() -> None:
    assert make_lexer("no-such-language/../../etc") is None


def test_plain_text_needs_no_lexer() -> None:
    shelf = LexerShelf()
    assert shelf.ask("text")
    assert shelf.ready["text"] is None
