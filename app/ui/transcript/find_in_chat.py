"""Find in this chat, on screen: the bar, the marks in the text, and going from hit to hit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, Qt, QTimer
from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QTextEdit

from app.ui.theme import Theme
from app.ui.transcript.bars import FindBar
from app.ui.transcript.find import Finding

if TYPE_CHECKING:
    from app.ui.transcript.card import Card
    from app.ui.transcript.view import TranscriptView

MARKS_MAX = 200  # in one text


class FindInChat(QObject):
    """Marks every hit in the cards that are there and brings the current one into view."""

    def __init__(self, view: TranscriptView) -> None:
        super().__init__(view)
        self._view = view
        self._finding = Finding()
        self.bar = FindBar(view)
        self.bar.hide()
        self.bar.searched.connect(self.find)
        self.bar.stepped.connect(self.step)
        self.bar.closed.connect(self.close)
        self._marking = QTimer(self)
        self._marking.setSingleShot(True)
        self._marking.setInterval(0)
        self._marking.timeout.connect(self._mark)

    def open(self) -> None:
        self.bar.show()
        self.bar.raise_()
        self._make_room()
        self.place()
        self.bar.line.selectAll()
        self.bar.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.find(self.bar.line.text())

    def close(self) -> None:
        self.bar.hide()
        self._make_room()
        self._finding = Finding()
        self._mark()
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    def find(self, text: str) -> int:
        """Take a new text; how many hits there are."""
        self._finding = Finding(text, self._view.messages)
        visible = self._view.visible_indices()
        self._finding.start_from(visible[0] if visible else 0)
        self._show()
        return len(self._finding)

    def step(self, by: int) -> None:
        self._finding.step(by)
        self._show()

    def messages_changed(self, *, other_chat: bool = False) -> None:
        """There are other messages now; nobody looks for the old words in another chat."""
        if other_chat:
            self.bar.hide()
            self._make_room()
            self._finding = Finding()
        if self._finding.text:
            self._finding = Finding(self._finding.text, self._view.messages)
            self.bar.show_count(self._finding.position, len(self._finding))

    def mark_later(self) -> None:
        """Cards were made; mark the hits in them when there is time."""
        if self._finding.text and not self._marking.isActive():
            self._marking.start()

    def place(self) -> None:
        """Stand above the cards, in room of its own, so that no hit is hidden behind it."""
        if self.bar.isHidden():
            return
        theme, area = Theme.current(), self._view.viewport().geometry()
        tall = self.bar.sizeHint().height()
        across = min(area.width() - theme.px(16), theme.px(420))
        self.bar.setGeometry(QRect(area.right() - across - theme.px(8), theme.px(6), across, tall))

    def _make_room(self) -> None:
        tall = 0 if self.bar.isHidden() else self.bar.sizeHint().height() + Theme.current().px(10)
        self._view.setViewportMargins(0, tall, 0, 0)

    def _show(self) -> None:
        self.bar.show_count(self._finding.position, len(self._finding))
        current = self._finding.current
        if current is not None:
            index, number = current
            if index not in self._view.visible_indices():
                self._view.go_to(index)
            self._mark()
            self._bring(index, number)
        else:
            self._mark()

    def _bring(self, index: int, number: int) -> None:
        """Scroll so that the hit itself can be seen; a long card is made part by part."""
        card = self._view.cards.get(index)
        if card is None:
            return
        hits = _hits(card, self._finding.text)
        if not hits:
            return
        text, cursor = hits[min(number, len(hits) - 1)]
        place = text.mapTo(self._view.viewport(), text.cursorRect(cursor).center())
        page = self._view.viewport().height()
        if not page // 8 < place.y() < page * 7 // 8:
            bar = self._view.verticalScrollBar()
            bar.setValue(bar.value() + place.y() - page // 3)
            self._mark()

    def _mark(self) -> None:
        current = self._finding.current
        for index, card in self._view.cards.items():
            hits = _hits(card, self._finding.text)
            number = -1
            if current is not None and current[0] == index and hits:
                number = min(current[1], len(hits) - 1)
            marks: dict[QTextBrowser, list[QTextEdit.ExtraSelection]] = {}
            for text in _texts(card):
                marks[text] = []
            for place, (text, cursor) in enumerate(hits):
                marks[text].append(_mark(cursor, strong=place == number))
            for text, selections in marks.items():
                if selections or text.extraSelections():
                    text.setExtraSelections(selections)


def _texts(card: Card) -> list[QTextBrowser]:
    found: list[QTextBrowser] = []
    for widget in card.widgets():
        if isinstance(widget, QTextBrowser):
            found.append(widget)
        else:
            found += [one for one in widget.findChildren(QTextBrowser) if not one.isHidden()]
    return found


def _hits(card: Card, needle: str) -> list[tuple[QTextBrowser, QTextCursor]]:
    hits: list[tuple[QTextBrowser, QTextCursor]] = []
    if not needle:
        return hits
    for text in _texts(card):
        document: QTextDocument = text.document()
        cursor = document.find(needle, 0)
        while not cursor.isNull() and len(hits) < MARKS_MAX:
            hits.append((text, QTextCursor(cursor)))
            cursor = document.find(needle, cursor)
    return hits


def _mark(cursor: QTextCursor, *, strong: bool) -> QTextEdit.ExtraSelection:
    theme = Theme.current()
    made = QTextEdit.ExtraSelection()
    made.cursor = cursor
    made.format.setBackground(theme.color("accent" if strong else "accent_soft"))
    made.format.setForeground(theme.color("on_accent" if strong else "ink"))
    return made
