"""Formulas in a line of text: drawn as objects of a text document, copied as TeX.

An object stands for one character. Qt makes room for it by one of two rules: its lower edge at
the text's descent, or its middle a quarter of an x above the baseline; a formula takes the one that
has room for what it has below the line. Source: QTextObjectInterface and QTextCharFormat of Qt 6;
the quarter was measured with Qt 6.11, where the documentation says nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, QSizeF, QTimer
from PySide6.QtGui import (
    QFontInfo,
    QFontMetricsF,
    QPainter,
    QPyTextObject,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from app.ui.transcript.math_shelf import FormulaImage, FormulaKey, formula_shelf

OBJECT = "\ufffc"
_KIND = QTextFormat.ObjectTypes.UserObject.value + 1
_TEX = QTextFormat.Property.UserProperty.value + 1
_NUMBER = QTextFormat.Property.UserProperty.value + 2
_SIZE = 1.15  # the letters of the mathematical font are smaller than those of the text
_SETTLE_MS = 30  # formulas that are made one after the other come into the text together


class InlineMath(QPyTextObject):
    """Draws the formulas of one document. `ratio` gives its device pixels per pixel.

    `changed` is called some time after formulas were made that had been asked for here.
    """

    def __init__(
        self, document: QTextDocument, ratio: Callable[[], float], changed: Callable[[], None]
    ) -> None:
        super().__init__(document)
        self._ratio = ratio
        self._images: list[FormulaImage] = []
        self._awaited: set[FormulaKey] = set()
        document.documentLayout().registerHandler(_KIND, self)
        self._settling = QTimer(self, interval=_SETTLE_MS, singleShot=True)
        self._settling.timeout.connect(changed)
        formula_shelf().made.connect(self._on_made)

    def clear(self) -> None:
        """Drop the images: nothing of the document shows them any more."""
        self._images.clear()

    def rest(self) -> None:
        """Wait for nothing any more."""
        self._awaited.clear()
        self._settling.stop()

    def is_settled(self, tex: str, look: QTextCharFormat) -> bool:
        """Whether it is known how the formula is drawn, or that it cannot be; else it is made."""
        key, shelf = self._key(tex, look), formula_shelf()
        if shelf.ask(key) is not None or shelf.refuses(key):
            return True
        self._awaited.add(key)
        return False

    def insert(self, cursor: QTextCursor, tex: str, look: QTextCharFormat) -> bool:
        """Put the formula in; False where it is not drawn yet or never will be."""
        image = formula_shelf().ask(self._key(tex, look))
        if image is not None:
            cursor.insertText(OBJECT, self._format(tex, image, look))
        return image is not None

    def _key(self, tex: str, look: QTextCharFormat) -> FormulaKey:
        size = round(QFontInfo(look.font()).pixelSize() * _SIZE, 2)
        return FormulaKey(tex, size, look.foreground().color().name(), self._ratio(), display=False)

    def intrinsicSize(self, document: QTextDocument, position: int, form: QTextFormat) -> QSizeF:
        image = self._images[int(form.property(_NUMBER))]
        scale = _scale(document, image)
        look = form.toCharFormat()
        metrics = QFontMetricsF(look.font())
        above, below = (image.height - image.below) * scale, max(0.0, image.below) * scale
        if look.verticalAlignment() is _BASELINE:
            # At least a letter's: a formula alone in its cell stands on the line of the others.
            tall = max(above, metrics.ascent()) + metrics.descent()
            return QSizeF(image.width * scale, tall)
        rise = metrics.xHeight() / 4
        return QSizeF(image.width * scale, 2 * max(above - rise, below + rise))

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        document: QTextDocument,
        position: int,
        form: QTextFormat,
    ) -> None:
        image = self._images[int(form.property(_NUMBER))]
        scale = _scale(document, image)
        ratio = image.image.devicePixelRatio()
        top = _baseline(document, position, ratio) - (image.height - image.below) * scale
        target = QRectF(QRectF(rect).x(), top, image.width * scale, image.height * scale)
        source = QRectF(0, 0, image.width * ratio, image.height * ratio)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
        painter.drawImage(target, image.image, source)
        painter.restore()

    def _format(self, tex: str, image: FormulaImage, look: QTextCharFormat) -> QTextCharFormat:
        form = QTextCharFormat(look)
        form.setObjectType(_KIND)
        form.setProperty(_TEX, tex)
        form.setProperty(_NUMBER, len(self._images))
        form.setProperty(QTextFormat.Property.ImageAltText, tex)
        form.setToolTip(tex)
        fits = image.below <= QFontMetricsF(look.font()).descent()
        form.setVerticalAlignment(_BASELINE if fits else _MIDDLE)
        self._images.append(image)
        return form

    def _on_made(self, key: FormulaKey) -> None:
        if key not in self._awaited:
            return
        self._awaited.discard(key)
        self._settling.start()


_BASELINE = QTextCharFormat.VerticalAlignment.AlignBaseline
_MIDDLE = QTextCharFormat.VerticalAlignment.AlignMiddle


def selected_text(cursor: QTextCursor) -> str:
    """The plain text of a selection, with formulas as TeX between dollar signs."""
    text = cursor.selection().toPlainText()
    if OBJECT not in text:
        return text
    place = cursor.selectionStart()
    reader = QTextCursor(cursor.document())
    found: list[str] = []
    for sign in cursor.selectedText():
        place += 1 + (sign > "\uffff")  # Qt counts the halves of a character
        if sign == OBJECT:
            reader.setPosition(place)
            found.append(f"${reader.charFormat().property(_TEX) or ''}$")
    head, *rest = text.split(OBJECT)
    return head + "".join(tex + after for tex, after in zip(found, rest, strict=False))


def _baseline(document: QTextDocument, position: int, ratio: float) -> float:
    """Where the letters of the line stand, on a whole pixel of the screen."""
    block = document.findBlock(position)
    line = block.layout().lineForTextPosition(position - block.position())
    # Not the layout's own place, which in a table is counted from the cell.
    top = document.documentLayout().blockBoundingRect(block).y()
    return round((top + line.y() + line.ascent()) * ratio) / ratio


def _scale(document: QTextDocument, image: FormulaImage) -> float:
    """Smaller where it is wider than the text."""
    room = document.textWidth()
    return min(1.0, room / image.width) if room > 0 and image.width > 0 else 1.0
