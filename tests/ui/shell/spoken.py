"""Every word that the window says, with the context in which Qt looks for its translation."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[3]
UI = ROOT / "app" / "ui"

Word = tuple[str, str]  # context, English


def spoken_words(path: Path) -> set[Word]:
    """The words of one module."""
    reader = _Reader(path)
    reader.visit(ast.parse(path.read_text(encoding="utf-8")))
    return reader.words


def context_of(path: Path) -> str:
    """The context of a module that has a `tr` of its own; empty where it has none."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == "tr":
            call = next(one for one in ast.walk(node) if isinstance(one, ast.Call))
            return _text(call.args[0])
    return ""


class _Reader(ast.NodeVisitor):
    def __init__(self, path: Path) -> None:
        self.words: set[Word] = set()
        self._own = context_of(path)
        self._classes: list[str] = []
        self._last_class = ""
        self._modules: dict[str, str] = {}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        parts = (node.module or "").split(".")
        if parts[:2] != ["app", "ui"]:
            return
        folder = UI.joinpath(*parts[2:])
        for name in node.names:
            here, inside = folder.with_suffix(".py"), folder / f"{name.name}.py"
            if name.name == "tr" and here.exists():
                self._own = context_of(here)
            elif inside.exists():
                self._modules[name.asname or name.name] = context_of(inside)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._classes.append(node.name)
        self._last_class = node.name
        self.generic_visit(node)
        self._classes.pop()

    def visit_Call(self, node: ast.Call) -> None:
        said = node.func
        name = getattr(said, "attr", getattr(said, "id", ""))
        if name == "tr" and node.args and _text(node.args[0]):
            self.words.add((self._context(said), _text(node.args[0])))
        elif name in ("QT_TRANSLATE_NOOP", "translate") and len(node.args) > 1:
            context, text = _text(node.args[0]), _text(node.args[1])
            if context and text:
                self.words.add((context, text))
        self.generic_visit(node)

    def _context(self, said: ast.expr) -> str:
        if isinstance(said, ast.Name):
            return self._own
        base = (
            said.value.id
            if isinstance(said, ast.Attribute) and isinstance(said.value, ast.Name)
            else ""
        )
        if base in self._modules:
            return self._modules[base]
        # A function that is handed a widget speaks as the class of its module.
        return self._classes[-1] if self._classes else self._last_class


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
