"""The second language: every word of the window's shell has its German, and is used."""

from __future__ import annotations

import ast
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QApplication

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "resources" / "translations"
SHELL = [
    path
    for pattern in ("window*.py", "sidebar/*.py", "panes/*.py", "composer/*.py", "palette/*.py",
                    "notices.py", "first_run.py", "words.py", "shortcuts.py")
    for path in sorted((ROOT / "app" / "ui").glob(pattern))
]  # fmt: skip


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _words_of(path: Path) -> set[str]:
    found: set[str | None] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name == "tr":
                found.add(_text(node.args[0]))
            elif name == "QT_TRANSLATE_NOOP":
                found.add(_text(node.args[1]))
    return {text for text in found if text}


@pytest.mark.parametrize("path", SHELL, ids=lambda path: path.name)
def test_every_word_of_the_shell_is_translated(path: Path) -> None:
    tree = ElementTree.parse(FOLDER / "tuppence_de.ts")
    known = {
        message.findtext("source")
        for message in tree.iter("message")
        if message.findtext("translation")
    }
    assert _words_of(path) - known == set()


def test_placeholders_are_the_same_in_both_languages() -> None:
    for message in ElementTree.parse(FOLDER / "tuppence_de.ts").iter("message"):
        source, german = message.findtext("source") or "", message.findtext("translation") or ""
        for number in ("{0}", "{1}", "{2}"):
            assert (number in source) == (number in german), source


def test_the_compiled_file_is_loaded_and_used(qapp: QApplication) -> None:
    translator = QTranslator()
    assert translator.load("tuppence_de", str(FOLDER))
    qapp.installTranslator(translator)
    try:
        assert QCoreApplication.translate("words", "Today") == "Heute"
        assert QCoreApplication.translate("actions", "New chat") == "Neuer Chat"
    finally:
        qapp.removeTranslator(translator)
