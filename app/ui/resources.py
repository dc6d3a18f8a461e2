"""The window's own files: fonts, style sheet, icons, translations; read from resources/.

A file that is missing costs its look, never the start: the system's font, a bare style.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtGui import QFontDatabase

from app.config import resources_folder

# What the first paint needs; the others load behind it.
FIRST_FONTS = ("Inter-Regular.ttf", "Inter-SemiBold.ttf")


@cache
def folder() -> Path:
    """Where the resources are, in a checkout and in a frozen program."""
    return resources_folder()


def read_text(*parts: str) -> str:
    """The text of a resource; empty where it is not there."""
    try:
        return folder().joinpath(*parts).read_text(encoding="utf-8")
    except OSError:
        return ""


def load_fonts() -> None:
    """Make the fonts of the first paint known to Qt."""
    for name in FIRST_FONTS:
        _load_font(folder() / "fonts" / name)


def load_more_fonts() -> None:
    """Make all shipped fonts known: the code font, other weights, italics."""
    for path in sorted((folder() / "fonts").rglob("*.[ot]tf")):
        _load_font(path)


@cache
def _load_font(path: Path) -> None:
    if path.is_file():
        QFontDatabase.addApplicationFont(str(path))
