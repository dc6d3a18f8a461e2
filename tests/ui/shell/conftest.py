"""A window without a core: a port that notes the orders, and events handed in by the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.theme import Theme


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """The light theme at 100 %, put back afterwards."""
    current = Theme.current()
    current.start(qapp, "light", 100)
    yield current
    current.set_mode("light")
    current.set_zoom(100)
