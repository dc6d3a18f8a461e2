"""The rules and the books of money: they read no clock and hold no fraction of binary digits."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.source_files import Source, sources

NOW = ("now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter")
CLOCKS = ("datetime", "date", "time")
# How long a connection waits for another's lock is no amount.
FLOATS_ALLOWED = {
    ("app/ledger/sqlite.py", "busy_timeout_s"),
    ("app/ledger/sqlite.py", "30.0"),
    ("app/metering/vocabulary.py", "/"),  # of paths
}


def _books() -> Iterator[Source]:
    found = [
        source
        for source in sources("app")
        if source.path.startswith(("app/metering/", "app/ledger/"))
    ]
    assert found
    yield from found


def _asks_the_time(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr=attr):
            return name in CLOCKS and attr in NOW
        case ast.Import(names=names):
            return any(each.name == "time" for each in names)
        case ast.ImportFrom(module=str(module)):
            return module in ("time", "app.clock")
    return False


def test_they_take_the_moment_as_an_argument() -> None:
    strays = [
        f"{source.path}:{getattr(node, 'lineno', 0)}"
        for source in _books()
        for node in ast.walk(source.tree)
        if _asks_the_time(node)
    ]
    assert strays == []


def test_they_count_in_whole_numbers() -> None:
    strays = [
        f"{source.path}:{getattr(node, 'lineno', 0)} {said}"
        for source in _books()
        for node in ast.walk(source.tree)
        if (said := _fraction(node)) and (source.path, said) not in FLOATS_ALLOWED
    ]
    assert strays == []


def _fraction(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=float(number)):
            return str(number)
        case ast.Call(func=ast.Name(id="float")):
            return "float()"
        case ast.BinOp(op=ast.Div()):
            return "/"
        case ast.arg(arg=name, annotation=ast.Name(id="float")):
            return name
        case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id="float")):
            return name
    return ""
