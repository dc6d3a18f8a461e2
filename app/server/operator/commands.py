"""`tuppence-server admin`: what the operator does from a shell."""

from __future__ import annotations

from collections.abc import Sequence


def run_admin(words: Sequence[str]) -> int:
    """Carry out one command; returns the exit code."""
    print("No command of the operator is known yet:", *words)
    return 2
