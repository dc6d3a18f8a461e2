"""Where the checkout, the locks and the environments are, and which interpreter makes them."""

from __future__ import annotations

import hashlib
import os
import sys
from enum import StrEnum
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
ENVIRONMENTS = Path(os.environ.get("TUPPENCE_ENVIRONMENT") or PACKAGING / ".environment").absolute()
CACHE = PACKAGING / ".environment" / "cache"


class Level(StrEnum):
    """How much is installed: what users need, and on top of it what the server needs, or the
    tools for testing."""

    RUN = "run"
    SERVER = "server"
    DEV = "dev"

    @property
    def lock(self) -> Path:
        """The hashed list of everything that belongs to this level."""
        return PACKAGING / (
            "requirements.lock" if self is Level.RUN else f"requirements-{self}.lock"
        )


class Stopped(Exception):
    """The work cannot go on; the text says why and what to do."""


def interpreter_tag() -> str:
    """Names the interpreter: environments of two of them live side by side."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    return f"{sys.implementation.name}-{version}"


def environment_folder() -> Path:
    """The environment of these locks and this interpreter."""
    print_of = hashlib.sha256()
    for level in Level:
        print_of.update(level.lock.read_bytes())
    print_of.update(f"{sys.version}\n{sys.base_prefix}\n{sys.platform}".encode())
    return ENVIRONMENTS / f"{interpreter_tag()}-{print_of.hexdigest()[:12]}"
