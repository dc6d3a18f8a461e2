"""What users get when they install: the size on disk, and how many packages they have to trust."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from figures import Figure

LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"
SIZE_MAX_MB = 340
PACKAGES_MAX = 48


def figures() -> Iterable[Figure]:
    """Counted from the packages' own lists of files; compiled files are not counted."""
    installed = [found for name in sorted(names_in(LOCK)) if (found := _find(name))]
    sizes = {found.name: _size_bytes(found) for found in installed}
    yield Figure(metric="packages", value=len(sizes), unit="count", limit=PACKAGES_MAX)
    total_mb = sum(sizes.values()) / 1e6
    yield Figure(metric="size", value=total_mb, unit="MB", limit=SIZE_MAX_MB)
    heaviest = sorted(sizes.items(), key=lambda entry: entry[1], reverse=True)[:5]
    for name, size in heaviest:
        yield Figure(metric=f"size of {name}", value=size / 1e6, unit="MB")


def names_in(lock: Path) -> set[str]:
    """The packages of a lock, once each though a lock may name several versions."""
    return set(re.findall(r"^([A-Za-z0-9][\w.-]*)==", lock.read_text(encoding="utf-8"), re.M))


def _find(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None  # the lock is for every system and Python: this one does not need it


def _size_bytes(found: Distribution) -> int:
    paths = [Path(str(file.locate())) for file in found.files or () if file.suffix != ".pyc"]
    return sum(path.stat().st_size for path in paths if path.exists())
