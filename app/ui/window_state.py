"""What the window remembers of itself between two starts, in one small file.

Read before the first paint, so no database: the core's settings come later and agree with it.
Rubbish in the file costs the remembered look, never the start.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path

FILE_NAME = "window.json"


@dataclass(frozen=True, slots=True)
class WindowState:
    """`geometry` is what Qt saved, as base64; `theme` is light, dark or system.

    `unsaved_text` was typed before the core was open, and the program was closed before it was.
    """

    geometry: str = ""
    sidebar_open: bool = True
    billing_open: bool = True
    theme: str = "system"
    zoom_percent: int = 100
    language: str = "system"
    unsaved_text: str = ""


def read_state(folder: Path) -> WindowState:
    """The state as it was left; every value that is not of its type is the usual one."""
    try:
        found = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return WindowState()
    if not isinstance(found, dict):
        return WindowState()
    usual = WindowState()
    kept = {
        field.name: found[field.name]
        for field in fields(WindowState)
        if type(found.get(field.name)) is type(getattr(usual, field.name))
    }
    return WindowState(**kept)


def write_state(folder: Path, state: WindowState) -> None:
    """Put the state in place of the old one in one step; a folder that refuses is only logged."""
    path = folder / FILE_NAME
    draft = folder / f".{FILE_NAME}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(asdict(state), indent=2), encoding="utf-8")
        os.replace(draft, path)
    except OSError as error:
        import logging

        logging.getLogger(__name__).warning("the window's state was not saved: %s", error)
