"""The menu of a message: its text, what can be done with it, and what that costs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.ui import words
from app.ui.transcript.inline_math import selected_text
from app.ui.transcript.markdown import safe_link
from app.ui.transcript.prose import LockedBrowser

if TYPE_CHECKING:
    from app.ui.transcript.card import Card


def open_menu(card: Card, at: QPoint) -> None:
    """Show the menu of a card at a point of the screen."""
    menu = QMenu(card)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if selections(card):
        _add(menu, words.tr("Copy"), partial(copy_selection, card), QKeySequence.StandardKey.Copy)
    link = _link_at(card, at)
    if link:
        _add(menu, words.tr("Copy the link"), partial(_to_clipboard, link))
    menu.addSeparator()
    footer = card.footer()
    if footer is not None:
        footer.fill_menu(menu)
    menu.addSeparator()
    if texts(card):
        select = partial(select_all, card)
        _add(menu, words.tr("Select all"), select, QKeySequence.StandardKey.SelectAll)
    if menu.isEmpty():
        menu.deleteLater()
    else:
        menu.popup(at)


def texts(card: Card) -> list[LockedBrowser]:
    """The texts of a card that are shown, from top to bottom."""
    shown = [text for text in card.findChildren(LockedBrowser) if text.isVisibleTo(card)]
    return sorted(shown, key=lambda text: text.mapTo(card, QPoint()).y())


def selections(card: Card) -> list[LockedBrowser]:
    """Those of which something is selected."""
    return [text for text in texts(card) if text.textCursor().hasSelection()]


def copy_selection(card: Card) -> bool:
    """Put what is selected on the clipboard; False where nothing is."""
    found = selections(card)
    if len(found) == 1:
        found[0].copy()
    elif found:
        _to_clipboard("\n\n".join(selected_text(text.textCursor()) for text in found))
    return bool(found)


def select_all(card: Card) -> None:
    """Select the whole message, also what was too far from view to be there yet."""
    card.keep_all()
    for text in texts(card):
        text.selectAll()
    card.setFocus(Qt.FocusReason.OtherFocusReason)


def press(card: Card, event: QKeyEvent) -> bool:
    """Copy and Select all by key; whether it was one that did something."""
    if event.matches(QKeySequence.StandardKey.Copy):
        return copy_selection(card)
    if event.matches(QKeySequence.StandardKey.SelectAll) and texts(card):
        select_all(card)
        return True
    return False


def _link_at(card: Card, at: QPoint) -> str:
    under: QWidget | None = card.childAt(card.mapFromGlobal(at))
    while under is not None and not isinstance(under, LockedBrowser):
        under = under.parentWidget()
    return safe_link(under.anchorAt(under.viewport().mapFromGlobal(at))) if under else ""


def _add(
    menu: QMenu,
    title: str,
    doing: Callable[[], object],
    key: QKeySequence.StandardKey | None = None,
) -> None:
    line = menu.addAction(title)
    line.triggered.connect(lambda _checked=False: doing())
    if key is not None:
        line.setShortcut(QKeySequence(key))
        line.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)


def _to_clipboard(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
