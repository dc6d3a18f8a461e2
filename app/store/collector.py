"""Python's cycle collector, paused while thousands of rows become records.

None of them is in a cycle, yet the collector would look at all of them again and again: a third
of the time of reading a long chat.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector() -> Iterator[None]:
    """No collection inside; left as it was, also after an error."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
