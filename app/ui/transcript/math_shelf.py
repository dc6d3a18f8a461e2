"""Formulas as images, made on one thread beside the window's and kept for a while."""

from __future__ import annotations

import math
import queue
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter

from app.ui.transcript.math_setting import is_bounded, set_formula

KEPT_MAX = 400
WAITING_MAX = 200
SIDE_MAX_PX = 8_000


@dataclass(frozen=True, slots=True)
class FormulaKey:
    """A formula as it is to look: size in pixels of the text, device pixels per pixel."""

    tex: str
    size_px: float
    color: str
    ratio: float
    display: bool = True


@dataclass(frozen=True, slots=True)
class FormulaImage:
    """`below` is how far it reaches below the line of the text, in pixels."""

    image: QImage
    width: float
    height: float
    below: float


class FormulaShelf(QObject):
    """`made(key)` says that a formula that was asked for is there, or that it cannot be set."""

    made = Signal(object)
    _done = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._kept: OrderedDict[FormulaKey, FormulaImage | None] = OrderedDict()
        self._asked: set[FormulaKey] = set()
        self._orders: queue.SimpleQueue[FormulaKey] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._done.connect(self._on_done, Qt.ConnectionType.QueuedConnection)

    def ask(self, key: FormulaKey) -> FormulaImage | None:
        """The image where it is there already; else it is made, and `made` says so."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key in self._asked or len(self._asked) >= WAITING_MAX or not is_bounded(key.tex):
            return None
        self._asked.add(key)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="formulas", daemon=True)
            self._thread.start()
        self._orders.put(key)
        return None

    def refuses(self, key: FormulaKey) -> bool:
        """Whether it is known that this cannot be set."""
        return (key in self._kept and self._kept[key] is None) or not is_bounded(key.tex)

    def _work(self) -> None:
        while True:
            key = self._orders.get()
            self._done.emit(key, draw(key))

    def _on_done(self, key: FormulaKey, image: FormulaImage | None) -> None:
        self._asked.discard(key)
        self._kept[key] = image
        while len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        self.made.emit(key)


def draw(key: FormulaKey) -> FormulaImage | None:
    """A formula's image; None where it cannot be set. Not for the window's thread."""
    from PySide6.QtCore import QByteArray
    from PySide6.QtSvg import QSvgRenderer

    found = set_formula(key.tex, key.size_px, key.color, display=key.display)
    if found is None:
        return None
    # The baseline lies between two rows of pixels, so that it is as sharp as that of the text.
    above = (found.height - found.below) * key.ratio
    drop = math.ceil(above) - above
    wide = round(found.width * key.ratio + 0.5)
    high = round(found.height * key.ratio + drop + 0.5)
    renderer = QSvgRenderer(QByteArray(found.svg))
    if not renderer.isValid() or not 0 < wide <= SIDE_MAX_PX or not 0 < high <= SIDE_MAX_PX:
        return None
    image = QImage(wide, high, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    size = QRectF(0, drop, found.width * key.ratio, found.height * key.ratio)
    renderer.render(painter, size)
    painter.end()
    image.setDevicePixelRatio(key.ratio)
    return FormulaImage(image, found.width, found.height + drop / key.ratio, found.below)


@cache
def formula_shelf() -> FormulaShelf:
    """The one of this program."""
    return FormulaShelf()
