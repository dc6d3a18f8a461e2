"""The memory of a worker that has loaded all it needs: not walked by the collector again and again,
without what loading needed for a moment, and in large pages."""

from __future__ import annotations

import ctypes
import ctypes.util
import gc
import sys
from collections.abc import Iterator
from pathlib import Path

from app.server.background import Job

# New objects. A call holds some 400 that go by themselves; walking those of 256 calls that begin
# together was a tenth of their time, for nothing: no call leaves anything to the collector.
COLLECT_AFTER = 200_000
_LOOK_EVERY_S, _LOOK_AFTER = 60.0, 20_000

_LARGE_PAGE = 2 * 1024 * 1024  # bytes
# https://man7.org/linux/man-pages/man2/madvise.2.html, read 2026-11-22.
_MADV_HUGEPAGE, _MADV_COLLAPSE = 14, 25


def leave_in_peace() -> None:
    """What was loaded lives as long as the process: the collector need not walk it again and again,
    which would take a fifth of all the time."""
    gc.collect()
    if sys.platform == "linux" and (name := ctypes.util.find_library("c")) is not None:
        libc = ctypes.CDLL(name)
        _give_back_memory(libc)
        _lie_in_large_pages(libc)
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 50)


def jobs(_: object) -> tuple[Job, ...]:
    """Now and then, so that what other requests leave does not grow to the bound."""
    return (Job("collector", _LOOK_EVERY_S, _look),)


async def _look() -> None:
    if gc.get_count()[0] > _LOOK_AFTER:
        gc.collect()


def _give_back_memory(libc: ctypes.CDLL) -> None:
    """What loading needed for a moment, some 5 MiB, to the system: glibc keeps it otherwise."""
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)


def _lie_in_large_pages(libc: ctypes.CDLL) -> None:
    """A call walks through objects all over a hundred MiB, and looking up their small pages took a
    twentieth of its time. Where the system offers no large ones, nothing changes."""
    for begin, end in _own_memory():
        place, size = ctypes.c_void_p(begin), ctypes.c_size_t(end - begin)
        if libc.madvise(place, size, _MADV_HUGEPAGE) == 0:
            libc.madvise(place, size, _MADV_COLLAPSE)


def _own_memory() -> Iterator[tuple[int, int]]:
    """Whole large pages of what this process has written, no file's and no thread's stack."""
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError:  # not shown to this process
        return
    for line in lines:
        places, rights, _, _, _, *name = line.split(maxsplit=5)
        if rights != "rw-p" or (name and name[0] != "[heap]"):
            continue
        begin, end = (int(each, 16) for each in places.split("-"))
        begin, end = -(-begin // _LARGE_PAGE) * _LARGE_PAGE, end // _LARGE_PAGE * _LARGE_PAGE
        if begin < end:
            yield begin, end
