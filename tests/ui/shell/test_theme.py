"""The look: tokens that can be read, one sheet without holes, light and dark while running."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.icons import icon, pixmap
from app.ui.theme import DARK, GROUNDS, LIGHT, TEXTS, Colors, Theme, contrast, make_sheet


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("ground", GROUNDS)
def test_every_text_color_can_be_read_on_every_ground(
    colors: Colors, text: str, ground: str
) -> None:
    values = asdict(colors)
    assert contrast(values[text], values[ground]) >= 4.5


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_words_on_the_accent_can_be_read(colors: Colors) -> None:
    assert contrast(colors.on_accent, colors.accent) >= 4.5


def test_contrast_of_black_on_white_is_21() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21


@pytest.mark.parametrize("zoom", [100, 125, 200])
def test_the_sheet_has_no_token_left_unfilled(zoom: int) -> None:
    sheet = make_sheet(DARK, zoom)
    assert "@" not in sheet
    assert DARK.accent in sheet


def test_zoom_makes_the_sheets_lengths_larger() -> None:
    assert "border-radius: 8px" in make_sheet(LIGHT, 100)
    assert "border-radius: 16px" in make_sheet(LIGHT, 200)


def test_a_theme_set_while_running_changes_palette_and_tells(
    qapp: QApplication, theme: Theme, qtbot: object
) -> None:
    told: list[bool] = []
    theme.changed.connect(lambda: told.append(theme.dark))
    theme.set_mode("dark")
    assert told == [True]
    assert qapp.palette().window().color().name() == DARK.bg


def test_an_icon_takes_the_color_of_the_theme_when_it_is_drawn(theme: Theme) -> None:
    search = icon("search", "ink")
    before = search.pixmap(16, 16).toImage()
    theme.set_mode("dark")
    assert search.pixmap(16, 16).toImage() != before


def test_an_icon_has_the_screens_own_pixels(theme: Theme) -> None:
    picture = pixmap("search", size=16, ratio=1.5)
    assert picture.width() == 24
    assert picture.deviceIndependentSize().width() == 16
