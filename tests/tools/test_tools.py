"""The tools by themselves: what they say, and that nothing which a model writes can hurt."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tools.arguments import read_arguments
from app.tools.calculator import Calculator
from app.tools.date_time import DateAndTime
from app.tools.expression import evaluate
from app.tools.page_text import page_text
from app.tools.tool import ToolFailed

NOW = datetime(2026, 11, 21, 23, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("0.1 + 0.2", "0.3"),
        ("1/3", "1/3, about 0.333333333333333333333333333333"),
        ("2^10 - 24", "1000"),
        ("200 * 15%", "30"),
        ("1250 * 19% + 1250", "1487.5"),
        ("7 % 3", "1"),
        ("-2^2", "-4"),
        ("2^3^2", "512"),
        ("(1 + 2) * (3 - 4)", "-3"),
        ("20!/18!", "380"),
        ("sqrt(9/4)", "1.5"),
        ("sqrt(2)", "about 1.41421356237309504880168872421 (rounded)"),
        ("round(2.5)", "3"),
        ("round(-1.005, 2)", "-1.01"),
        ("mean(1, 2, 4) + max(1, 2)", "13/3, about 4.333333333333333333333333333333"),
        ("2 × 3 − 1", "5"),
        ("1e3 + .5", "1000.5"),
    ],
)
async def test_the_calculator_is_exact_where_a_fraction_is(expression: str, said: str) -> None:
    assert await Calculator().run({"expression": expression}) == said


@pytest.mark.parametrize(
    "expression",
    [
        "", "1/0", "2 +", "(1", "1 2", "a.b", "__import__('os')", "9^9^9^9", "1001!", "(1/2)!",
        "sqrt(-1)", "1e9999", "10^4000 * 10^4000", "(" * 500, "-" * 400 + "(" * 200,
        "2^" * 300 + "1", "f(1)", "abs(1, 2)", "x" * 2_000, "2^(1/3)", "0^-1", "lcm(0.5, 1)",
    ],
)  # fmt: skip
def test_what_cannot_be_calculated_is_refused_at_once_and_in_words(expression: str) -> None:
    began = time.process_time()
    with pytest.raises(ToolFailed) as refused:
        evaluate(expression)
    assert len(str(refused.value)) < 200
    assert time.process_time() - began < 0.5


@given(st.text("0123456789+-*/%^!(),.esqrtpiabmx ", max_size=200))
def test_any_text_has_a_value_or_is_refused(text: str) -> None:
    try:
        value = evaluate(text)
    except ToolFailed:
        return
    assert isinstance(value.number, Fraction)


@given(st.text(max_size=300))
def test_any_text_is_arguments_or_is_refused(text: str) -> None:
    try:
        read_arguments(text, Calculator().spec.parameters_json)
    except ToolFailed:
        return


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "2026-11-21, Saturday, week 47, 23:30:05 (UTC+00:00)"),
        (
            {"zone": "Europe/Berlin"},
            "2026-11-22, Sunday, week 47, 00:30:05 (Europe/Berlin, UTC+01:00)",
        ),
        (
            {"date": "2024-02-28", "add_days": 2},
            "2024-02-28, Wednesday, week 9\n+2 days: 2024-03-01, Friday, week 9",
        ),
        (
            {"date": "2026-11-21", "until": "2026-12-24"},
            "2026-11-21, Saturday, week 47\nDays from 2026-11-21 to 2026-12-24: 33",
        ),
    ],
)
async def test_date_and_time_say_the_weekday_the_week_and_the_zone(
    arguments: dict[str, str | int], said: str
) -> None:
    assert await DateAndTime(lambda: NOW, UTC).run(arguments) == said


@pytest.mark.parametrize(
    "arguments",
    [{"zone": "Mars/Olympus"}, {"zone": "../../etc/passwd"}, {"date": "tomorrow"},
     {"add_days": 10**9}, {"date": "9999-12-31", "add_days": 1}],
)  # fmt: skip
async def test_a_date_or_zone_that_is_none_is_refused_in_words(
    arguments: dict[str, str | int],
) -> None:
    with pytest.raises(ToolFailed):
        await DateAndTime(lambda: NOW, UTC).run(arguments)


def test_a_pages_text_is_its_words_without_scripts_menus_and_tags() -> None:
    html = """<!doctype html><html><head><title>Bread &amp; salt</title>
    <style>p { color: red }</style><script>if (a < b) alert("no")</script></head>
    <body><nav><a href="/">Home</a></nav><h1>Sourdough</h1><p>Mix  the
    <b>flour</b>.<br>Wait.</p><!-- <p>secret</p> --><ul><li>500 g flour<li>10 g salt</ul>
    <table><tr><th>What</th><th>When</th></tr><tr><td>Fold</td><td>8 h</td></tr></table>
    <p>2 &lt; 3</p></body></html>"""
    title, text = page_text(html)
    assert title == "Bread & salt"
    assert text == (
        "# Sourdough\n\nMix the flour.\nWait.\n\n- 500 g flour\n- 10 g salt\n\n"
        "What | When\nFold | 8 h\n\n2 < 3"
    )


@pytest.mark.parametrize("piece", ["<", "<!--", "<script>", "<div", "</", "<p>x", "&#x", "<a b='"])
def test_a_hostile_page_takes_no_longer_than_its_length(piece: str) -> None:
    began = time.process_time()
    page_text(piece * (1_000_000 // len(piece)))
    assert time.process_time() - began < 8
