"""What a check of `doctor` says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Level(Enum):
    """How bad it is: only WRONG makes `doctor` fail."""

    FINE = auto()
    NOTE = auto()
    WRONG = auto()


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. `advice` is what to do; empty where nothing is to be done."""

    level: Level
    subject: str
    words: str
    advice: str = ""


def fine(subject: str, words: str) -> Finding:
    return Finding(Level.FINE, subject, words)


def note(subject: str, words: str, advice: str = "") -> Finding:
    return Finding(Level.NOTE, subject, words, advice)


def wrong(subject: str, words: str, advice: str) -> Finding:
    return Finding(Level.WRONG, subject, words, advice)
