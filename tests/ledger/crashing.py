"""Operations that end in the middle, and steps that must not go through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from app.errors import HoldMoved
from app.ledger.steps import Steps


class Crash(Exception):
    """The program ends in the middle of an operation."""


@contextmanager
def refused(invariant: str) -> Iterator[None]:
    """A step that the hold's state does not allow; where it goes through, `invariant` is broken."""
    try:
        yield
    except HoldMoved:
        return
    raise AssertionError(f"{invariant}: a step went through that the hold's state does not allow")


def cut_short(operation: Callable[..., Steps[Any]], after: int) -> Callable[..., Steps[Any]]:
    """The operation with a crash before its statement number `after`."""

    def steps(*args: Any, **kwargs: Any) -> Steps[Any]:
        inside = operation(*args, **kwargs)
        rows: Any = None
        for _ in range(after):
            try:
                statement = next(inside) if rows is None else inside.send(rows)
            except StopIteration:
                break
            rows = yield statement
        raise Crash

    return steps
