"""The second language: every word of the window has its German, in its context, and is used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.receipt.dialog import ReceiptDialog
from tests.ui.dialogs.samples import sample_receipt
from tests.ui.shell.spoken import ROOT, UI, spoken_words

FOLDER = ROOT / "resources" / "translations"
MODULES = sorted(path for path in UI.rglob("*.py") if spoken_words(path))


@pytest.fixture(scope="module")
def german() -> dict[tuple[str, str], list[str]]:
    """The translations by context and English; several where a number decides."""
    found = {}
    for context in ElementTree.parse(FOLDER / "tuppence_de.ts").iter("context"):
        for message in context.iter("message"):
            forms = [form.text or "" for form in message.iter("numerusform")]
            key = (context.findtext("name") or "", message.findtext("source") or "")
            found[key] = forms or [message.findtext("translation") or ""]
    return found


@pytest.fixture
def in_german(qapp: QApplication) -> Iterator[None]:
    translator = QTranslator()
    assert translator.load("tuppence_de", str(FOLDER))
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(UI)))
def test_every_word_has_its_german(path: Path, german: dict[tuple[str, str], list[str]]) -> None:
    assert [word for word in spoken_words(path) if not all(german.get(word, [""]))] == []


def test_no_german_is_left_over(german: dict[tuple[str, str], list[str]]) -> None:
    said = set().union(*(spoken_words(path) for path in MODULES))
    assert set(german) - said == set()


def test_placeholders_are_the_same_in_both_languages(
    german: dict[tuple[str, str], list[str]],
) -> None:
    for (_, source), forms in german.items():
        for mark in ("{0}", "{1}", "{2}", "%1", "%2"):
            # The last form is that of many; the first may name the one thing itself.
            assert (mark in source) == (mark in forms[-1]), source


def test_the_compiled_file_is_loaded_and_used(in_german: None) -> None:
    assert QCoreApplication.translate("words", "Today") == "Heute"
    assert QCoreApplication.translate("actions", "New chat") == "Neuer Chat"


def test_a_word_is_found_in_the_class_that_says_it(in_german: None, qapp: QApplication) -> None:
    parent = QWidget()
    dialog = ReceiptDialog(parent, sample_receipt())
    assert dialog.accessibleName() == "Beleg"
    assert "Schließen (Esc)" in {child.toolTip() for child in dialog.findChildren(QWidget)}
