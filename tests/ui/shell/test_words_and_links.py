"""Figures in the user's locale, and the one door for links."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from PySide6.QtCore import QLocale

from app.ui import words
from app.ui.window_links import safe_url


@pytest.fixture
def german() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    yield
    QLocale.setDefault(before)


def test_money_reads_the_locales_way(german: None) -> None:
    assert words.money(1_234_560_000_000_000) == "1.234,56\u00a0$"
    assert words.money(21 * 10**9) == "0,021\u00a0$"
    assert words.count(2950) == "2.950"


def test_a_day_of_a_month_is_an_ordinal_in_german(german: None) -> None:
    assert words.day_text(date(2026, 11, 21), "d MMMM yyyy") == "21. November 2026"
    assert words.day_text(date(2026, 12, 3), "ddd d MMM").endswith(" 3. Dez.")
    assert words.short_date(datetime(2020, 5, 3, 12, tzinfo=UTC)) == "3. Mai 2020"


def test_a_day_of_a_month_is_a_number_in_english() -> None:
    assert words.day_text(date(2026, 11, 21), "d MMM") == "21 Nov"


def test_money_that_is_not_known_is_never_zero() -> None:
    assert words.money(None) == "?"


def test_a_rate_is_told_per_million_tokens() -> None:
    assert words.rate(2_500_000) == "$2.50"


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "//host/share", "https:",
     "smb://host/x", "", "relative/path", "vbscript:x"],
)  # fmt: skip
def test_only_the_web_and_mail_are_opened(address: str) -> None:
    assert safe_url(address) is None


@pytest.mark.parametrize("address", ["https://example.org/a?b=c", "HTTP://x.org", "mailto:a@b.c"])
def test_the_web_and_mail_are_opened(address: str) -> None:
    assert safe_url(address) is not None
