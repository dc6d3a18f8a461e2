"""Reads from the source what the core can say: every string that reads as a sentence."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("chat", "engine", "store", "providers", "metering", "tools")
# Files whose sentences never reach the window: what is sent to models, what tells a programmer of
# a wrong call, catalogs and plans that only the command line reads.
NOT_SHOWN = (
    "providers/demo", "providers/scripted", "providers/replay", "providers/wire",
    "metering/allowances", "metering/hold", "metering/budgets", "metering/tool_text",
    "metering/correction", "store/holds", "store/backups", "tools",
)  # fmt: skip
NOT_SAID = {
    "Go on exactly where you stopped. Repeat nothing and add no introduction.",
}
_SENTENCE = re.compile(r"[A-Z“{].*[.?!]", re.DOTALL)
_SQL = ("SELECT", "UPDATE", "DELETE", "INSERT", "FROM")


def core_sentences() -> dict[str, str]:
    """All sentences, as templates with {0}, {1}, each with the file that says it first."""
    found: dict[str, str] = {}
    files = [path for room in ROOMS for path in sorted((ROOT / "app" / room).rglob("*.py"))]
    for path in [*files, ROOT / "app" / "errors.py"]:
        place = path.relative_to(ROOT / "app").as_posix()
        if not place.startswith(NOT_SHOWN):
            for text in _sentences(ast.parse(path.read_text(encoding="utf-8"))):
                found.setdefault(text, place)
    return found


def _sentences(tree: ast.Module) -> Iterator[str]:
    skipped = set(_unsaid(tree))
    for node in ast.walk(tree):
        text = None if node in skipped else _template(node)
        if text and text not in NOT_SAID and _reads_as_sentence(text):
            yield text


def _reads_as_sentence(text: str) -> bool:
    bare = re.sub(r"\{\d+\}", "", text)
    if text.strip().startswith(_SQL):
        return False
    return bool(_SENTENCE.fullmatch(text.strip())) and len(re.findall(r"[A-Za-z’']+", bare)) > 2


def _unsaid(tree: ast.Module) -> Iterator[ast.AST]:
    """Docstrings, what is logged, and the pieces of templates, which are read as wholes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        if isinstance(node, ast.Call) and _is_log(node.func):
            yield from ast.walk(node)
        if isinstance(node, ast.JoinedStr):
            yield from (part for part in node.values if isinstance(part, ast.Constant))


def _is_log(called: ast.expr) -> bool:
    whose = called.value if isinstance(called, ast.Attribute) else None
    return isinstance(whose, ast.Name) and whose.id.strip("_").lower() in ("log", "logger")


def _template(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return numbered(node.value) if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
    return numbered("".join(map(str, parts)))


def numbered(text: str) -> str:
    """The placeholders of a template counted up, whatever they were called."""
    place = iter(range(100))
    return re.sub(r"\{\w*\}", lambda _: f"{{{next(place)}}}", text)
