"""Signals that are passed on as signals: Qt refuses a pair whose values differ, and only then
when the connection is made, which may be in a dialog that no other test opens."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QFileDialog

from tests.ui.shell.spoken import UI

Arguments = tuple[str, ...]
# What Qt's own signals carry, where one of them is passed on with its values.
OF_QT: dict[str, Arguments] = {"textChanged": ("str",), "clicked": ("bool",)}


def declared() -> dict[str, set[Arguments]]:
    """The values of each signal of the window's, by its name."""
    found: dict[str, set[Arguments]] = {}
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and is_signal(node.value):
                name = node.targets[0]
                assert isinstance(name, ast.Name)
                assert isinstance(node.value, ast.Call)
                values = tuple(ast.unparse(value) for value in node.value.args)
                found.setdefault(name.id, set()).add(values)
    return found


def trees() -> Iterator[ast.Module]:
    for path in sorted(UI.rglob("*.py")):
        yield ast.parse(path.read_text(encoding="utf-8"))


def is_signal(value: ast.expr) -> bool:
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id == "Signal"
    )


def passed_on() -> Iterator[tuple[str, str]]:
    """(emitter, receiver) of each `x.emitter.connect(y.receiver)`."""
    for tree in trees():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "connect"
                and isinstance(node.func.value, ast.Attribute)
                and isinstance(node.args[0], ast.Attribute)
            ):
                yield node.func.value.attr, node.args[0].attr


def test_what_a_signal_passes_on_is_what_it_was_given() -> None:
    signals = declared()
    pairs = [pair for pair in passed_on() if pair[1] in signals]
    assert len(pairs) > 30, "the connections were not found"
    wrong = [
        (emitter, receiver)
        for emitter, receiver in pairs
        if not any(
            given[: len(taken)] == taken
            for taken in signals[receiver]
            for given in signals.get(emitter, {OF_QT.get(emitter, ("?",))})
        )
    ]
    assert wrong == []


class Holder(QObject):
    files = Signal(list)


def test_a_list_of_qt_cannot_be_passed_on_as_a_list_of_ours(qapp: QApplication) -> None:
    holder, dialog = Holder(), QFileDialog()
    with pytest.raises(RuntimeError):
        dialog.filesSelected.connect(holder.files)
