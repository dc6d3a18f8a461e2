"""A screen and a browser of the tests' own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.hosted.somebody import SCREEN, close_browser, install_browser
from tests.fixtures.display import virtual_display
from tests.fixtures.needs import missing


@pytest.fixture
def wide_display() -> Iterator[str]:
    """Wide enough for the window and the browser side by side."""
    for program in ("Xvfb", "xdotool"):
        if shutil.which(program) is None:
            pytest.skip(missing(program))
    with virtual_display(SCREEN) as display:
        yield display


@pytest.fixture
def browser(chromium: str, tmp_path: Path) -> Iterator[Path]:
    """The folder with the command that opens links in a browser of the test's own."""
    folder = install_browser(tmp_path / "browser", chromium)
    yield folder
    close_browser(folder)
