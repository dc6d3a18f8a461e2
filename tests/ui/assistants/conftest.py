"""The window without a core, as the shell's tests have it."""

from __future__ import annotations

from tests.ui.shell.conftest import desk, empty_desk, theme

__all__ = ("desk", "empty_desk", "theme")
