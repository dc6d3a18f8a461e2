"""The window without a core, as for its other parts."""

from __future__ import annotations

from tests.ui.shell.conftest import desk, empty_desk, theme
from tests.ui.shell.test_german_window import german_desk

__all__ = ["desk", "empty_desk", "german_desk", "theme"]
