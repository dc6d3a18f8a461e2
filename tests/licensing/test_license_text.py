"""A license as text: what survives a mail, and what each wrong text is told."""

from __future__ import annotations

import re
import textwrap
import time
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import LicenseUnreadable
from app.licensing import armor
from app.licensing.license import read, sign
from tests.licensing.issued import CURRENT, OFFLINE, ONLINE, PINS, licensed

TEXT = sign(ONLINE, CURRENT)
FIRST, *LINES, LAST = TEXT.splitlines()
LETTERS = "".join(LINES)
NBSP = "\u00a0"


def broken_at(width: int) -> str:
    return "\n".join([FIRST, *textwrap.wrap(LETTERS, width), LAST])


PASTED = {
    "as it was written": TEXT,
    "Windows line ends": TEXT.replace("\n", "\r\n"),
    "old Mac line ends": TEXT.replace("\n", "\r"),
    "line breaks doubled": TEXT.replace("\n", "\n\n"),
    "line separators of Unicode": TEXT.replace("\n", "\u2028"),
    "no line breaks at all": TEXT.replace("\n", " "),
    "not even blanks": TEXT.replace("\n", ""),
    "every blank lost": re.sub(r"\s", "", TEXT),
    "one letter a line": broken_at(1),
    "lines of seven": broken_at(7),
    "one line of base64": broken_at(100_000),
    "quoted": textwrap.indent(TEXT, "> "),
    "quoted twice": textwrap.indent(TEXT, ">> "),
    "quoted, then quoted again": textwrap.indent(TEXT, "> > "),
    "quoted without a blank": textwrap.indent(TEXT, ">"),
    "quoted with a bar": textwrap.indent(TEXT, "| "),
    "quoted with initials": textwrap.indent(TEXT, "AL> "),
    "quoted and joined": textwrap.indent(TEXT, "> ").replace("\n", " "),
    "leading blanks": textwrap.indent(TEXT, "    "),
    "leading tabs": textwrap.indent(TEXT, "\t"),
    "leading non-breaking blanks": textwrap.indent(TEXT, NBSP * 4),
    "trailing blanks": TEXT.replace("\n", "  \n"),
    "all blanks non-breaking": TEXT.replace(" ", NBSP),
    "ideographic blanks": TEXT.replace("\n", "\u3000\n\u3000"),
    "zero-width blanks within": re.sub(r"(\w{20})", "\\1\u200b", TEXT),
    "soft hyphens within": re.sub(r"(\w{30})", "\\1\u00ad", TEXT),
    "a mark of byte order": "\ufeff" + TEXT,
    "long dashes": TEXT.replace("-----", "—–—"),
    "fewer dashes": TEXT.replace("-----", "--"),
    "no dashes": TEXT.replace("-----", ""),
    "a first line that was broken": TEXT.replace("BEGIN TUPPENCE ", "BEGIN TUPPENCE\n> "),
    "a last line that was broken": TEXT.replace("END TUPPENCE ", "END\n> TUPPENCE "),
    "a mail around it": f"Dear Ada,\n\nhere it is:\n\n{TEXT}\n-- \nKind regards > all\n",
    "a fence around it": f"```\n{TEXT}```",
    "twice, the second quoted": f"{TEXT}\nOn Friday you wrote:\n{textwrap.indent(TEXT, '> ')}",
    "a broken copy first": f"{FIRST}\n{LINES[0]}\n\nonce more:\n{TEXT}",
}


@pytest.mark.parametrize("text", PASTED.values(), ids=PASTED.keys())
def test_a_license_survives_the_way_through_a_mail(text: str) -> None:
    assert read(text, PINS) == licensed()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "ascii", "latin-1"])
def test_a_file_is_read_however_an_editor_saved_it(encoding: str) -> None:
    assert read(TEXT.encode(encoding), PINS) == licensed()


def test_a_file_with_letters_of_another_encoding_around_it_is_read() -> None:
    assert read("Grüße\n".encode("latin-1") + TEXT.encode(), PINS) == licensed()


@pytest.mark.parametrize("encoding", ["7bit", "8bit", "quoted-printable"])
def test_a_mail_that_was_saved_as_a_file_is_read(encoding: str) -> None:
    greeting = "Dear Ada" if encoding == "7bit" else "Für Ada"
    mail = EmailMessage()
    mail["Subject"] = "Your license"
    mail.set_content(f"{greeting},\n\n{TEXT}\nRegards\n", cte=encoding)
    mail.add_alternative(f"<p>{greeting}<p><pre>{TEXT.replace(chr(10), '<br>')}</pre>", "html")
    assert read(mail.as_bytes(), PINS) == licensed()


@given(
    width=st.integers(1, 200),
    ends=st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\u2028", " \n"]),
    before=st.sampled_from(["", "> ", ">> ", "> > ", "| ", "\t", NBSP, "  ", "AB> ", "\u200b"]),
    around=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)
def test_any_width_line_end_and_quoting_give_the_same_license(
    width: int, ends: str, before: str, around: str
) -> None:
    block = ends.join(before + line for line in broken_at(width).splitlines())
    assert read(f"{around}\n{block}\n{around}", PINS) == licensed()


def test_the_block_is_plain_short_lines() -> None:
    assert (FIRST, LAST) == (
        "-----BEGIN TUPPENCE LICENSE-----",
        "-----END TUPPENCE LICENSE-----",
    )
    assert all(re.fullmatch(r"[A-Za-z0-9+/]{1,64}", line) for line in LINES)
    assert len(TEXT) < 1_000


WRONG = {
    "nothing": ("", "There is no license in this text."),
    "something else": ("Dear Ada, thank you.", "There is no license in this text."),
    "a key of another program": (
        "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----",
        "There is no license in this text.",
    ),
    "no end": ("\n".join([FIRST, *LINES]), "The end of this license is missing."),
    "no beginning": ("\n".join([*LINES, LAST]), "The beginning of this license is missing."),
    "end before beginning": (f"{LAST}\n{FIRST}", "The end of this license is missing."),
    "nothing between": (f"{FIRST}\n{LAST}", "This license was damaged on its way."),
    "a line lost": ("\n".join([FIRST, *LINES[1:], LAST]), "This license was damaged on its way."),
    "two lines swapped": (
        "\n".join([FIRST, LINES[1], LINES[0], *LINES[2:], LAST]),
        "This license was damaged on its way.",
    ),
    "a letter lost": (TEXT.replace(LINES[2], LINES[2][1:]), "This license was damaged on its way."),
    "another letter": (
        TEXT.replace(LINES[2], "é" + LINES[2][1:]),
        "This license was damaged on its way.",
    ),
    "padding": (TEXT.replace(f"\n{LAST}", f"=\n{LAST}"), "This license was damaged on its way."),
    "in small letters": (TEXT.lower(), "There is no license in this text."),
    "two licenses": (
        TEXT + sign(OFFLINE, CURRENT),
        "There are 2 different licenses in this text.",
    ),
    "many beginnings": (TEXT * 17, "There are 17 different licenses in this text."),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_text_without_a_whole_license_says_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(LicenseUnreadable) as told:
        read(text, PINS)
    assert told.value.message == message
    assert told.value.advice


HUGE = {
    "letters": "A" * 10_000_000,
    "a block": f"{FIRST}\n{'A' * 10_000_000}\n{LAST}",
    "bytes": b"\0" * 10_000_000,
    "a license and a long tail": TEXT.encode() + b"x" * 10_000_000,
}


@pytest.mark.parametrize("content", HUGE.values(), ids=HUGE.keys())
def test_ten_megabytes_are_refused_at_once(content: str | bytes) -> None:
    began = time.process_time()
    with pytest.raises(LicenseUnreadable, match="far too long"):
        read(content, PINS)
    assert time.process_time() - began < 0.1


HOSTILE = {
    "dashes": "-" * armor.TEXT_LETTERS_MAX,
    "beginnings": "BEGIN TUPPENCE LICENSE " * 11_000,
    "ends": "END TUPPENCE LICENSE " * 12_000,
    "half beginnings": "BEGIN" + "BEGIN TUPPENCE " * 17_000,
    "gaps": "BEGIN" + " " * 262_000,
    "blanks in a block": f"{FIRST}{' ' * 260_000}{LAST}",
    "quoting in a block": f"{FIRST}{'> ' * 130_000}{LAST}",
    "lines in a block": FIRST + "\na>" * 80_000 + LAST,
    "letters in a block": f"{FIRST}{'A' * 260_000}{LAST}",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_the_longest_text_that_is_looked_at_takes_no_time(text: str) -> None:
    began = time.process_time()
    with pytest.raises(LicenseUnreadable):
        read(text[: armor.TEXT_LETTERS_MAX], PINS)
    assert time.process_time() - began < 0.5


@given(
    content=st.binary(min_size=1, max_size=500),
    label=st.sampled_from([armor.LICENSE, armor.KEY_LIST]),
)
def test_a_block_gives_back_the_bytes_that_went_in(content: bytes, label: armor.Label) -> None:
    assert armor.from_block(armor.to_block(content, label), label) == content


def test_a_block_of_another_kind_is_no_license() -> None:
    with pytest.raises(LicenseUnreadable, match="no license in this text"):
        armor.from_block(armor.to_block(b"keys", armor.KEY_LIST), armor.LICENSE)
