"""Short parts around an answer: faults, half answers, sources, images that are not loaded.

Foreign text is shown as plain text only.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QUrl
from PySide6.QtGui import QEnterEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from app.seam.quote_views import QuoteView
from app.ui.composer.flow_row import FlowRow
from app.ui.composer.quote_line import price_words
from app.ui.theme import Size, Theme, set_look
from app.ui.transcript.folded import MutedProse
from app.ui.transcript.markdown import safe_link
from app.ui.transcript.parts import HalfAnswer, ModelLabel, Part, Place, Sources, Trouble
from app.ui.transcript.pieces import Paragraph, Picture, Span

SOURCES_MAX = 100
ADDRESS_LENGTH_MAX = 90


class PlainLabel(QLabel):
    """Words that wrap and can be copied, never read as markup."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # the card's own

    def show_words(self, words: str) -> None:
        self.setText(words[:4000])
        self.setVisible(bool(words))


class NoteBox(QFrame):
    """A box with a line of words, a line of advice and buttons; its edge takes a tone."""

    tone = "line"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place: Place | None = None
        self._theme_key: tuple[object, ...] = ()
        self.title = PlainLabel(self)
        self.advice = PlainLabel(self)
        set_look(self.advice, tone="2")
        self.buttons: list[QPushButton] = []
        self._row = FlowRow()
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.title)
        self._column.addWidget(self.advice)
        self._column.addWidget(self._row)

    def add_button(self, words: str) -> QPushButton:
        button = QPushButton(words, self)
        self._row.add(button)
        self.buttons.append(button)
        return button

    def height_for(self, width: int) -> int:
        self._dress()
        return max(
            self._column.totalHeightForWidth(width), self._column.totalMinimumSize().height()
        )

    def release(self) -> None:
        self._place = None

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color(self.tone), 1))
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(rect, theme.px(10), theme.px(10))
        painter.end()

    def _dress(self) -> None:
        theme = Theme.current()
        key = (theme.dark, theme.zoom_percent)
        if key == self._theme_key:
            return
        self._theme_key = key
        pad = theme.px(12)
        self._column.setContentsMargins(pad, theme.px(10), pad, theme.px(10))
        self._column.setSpacing(theme.px(5))
        self.title.setFont(_medium(theme.font(Size.TEXT)))
        self.advice.setFont(theme.font(Size.NOTE))


class PricedBox(NoteBox):
    """A box whose buttons ask for an answer: what that costs is said while the pointer is on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._priced: dict[str, tuple[QPushButton, str]] = {}

    def price_on(self, button: QPushButton, kind: str, words: str) -> None:
        """Say in a button's tooltip what it costs; `words` stand before that."""
        self._priced[kind] = (button, words)
        self._name(kind, "")

    def show_price(self, kind: str, quote: QuoteView) -> None:
        """What another answer, or going on, would cost."""
        if kind in self._priced:
            self._name(kind, price_words(quote))

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        for kind, (button, _) in self._priced.items():
            if self._place is not None and not button.isHidden():
                self._place.hub.price_wanted.emit(self._place.message_id, kind, "")

    def release(self) -> None:
        super().release()
        for kind in self._priced:
            self._name(kind, "")

    def _name(self, kind: str, price: str) -> None:
        button, words = self._priced[kind]
        button.setToolTip("\n".join(filter(None, (words, price))))
        button.setAccessibleDescription(price)


class FaultBox(PricedBox):
    """What went wrong and the way on."""

    tone = "danger"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.continue_button = self.add_button(self.tr("Continue"))
        self.retry_button = self.add_button(self.tr("Try again"))
        self.keys_button = self.add_button(self.tr("Open keys"))
        self.model_button = self.add_button(self.tr("Other model"))
        self.price_on(self.continue_button, "continue", "")
        self.price_on(self.retry_button, "regenerate", "")
        self.continue_button.clicked.connect(self._on_continue_clicked)
        self.retry_button.clicked.connect(self._on_retry_clicked)
        self.keys_button.clicked.connect(self._on_keys_clicked)
        self.model_button.clicked.connect(self._on_model_clicked)

    def show_part(self, part: Part, place: Place) -> None:
        assert isinstance(part, Trouble)
        self._place = place
        fault = part.fault
        self.title.show_words(fault.message)
        advice = fault.advice
        if fault.wait_s:
            wait = self.tr("The provider asks to wait %1 s.").replace(
                "%1", str(round(fault.wait_s))
            )
            advice = f"{advice} {wait}".strip()
        self.advice.show_words(advice)
        goes_on = fault.action == "continue"
        self.tone = "warn" if goes_on else "danger"
        self.continue_button.setVisible(goes_on)
        self.retry_button.setVisible(part.offers_retry and not goes_on)
        self.keys_button.setVisible(fault.action == "keys")
        self.model_button.setVisible(fault.action in ("model", "keys", "retry"))

    def _on_continue_clicked(self) -> None:
        if self._place is not None:
            self._place.hub.continue_requested.emit(self._place.message_id)

    def _on_retry_clicked(self) -> None:
        if self._place is not None:
            self._place.hub.retry_requested.emit(self._place.message_id)

    def _on_keys_clicked(self) -> None:
        if self._place is not None:
            self._place.hub.keys_requested.emit()

    def _on_model_clicked(self) -> None:
        if self._place is not None:
            self._place.hub.model_requested.emit()


class HalfAnswerBox(PricedBox):
    """An answer that is not whole: what happened, and Resume, Retry, Keep."""

    tone = "warn"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.resume_button = self.add_button(self.tr("Resume"))
        self.retry_button = self.add_button(self.tr("Retry"))
        self.keep_button = self.add_button(self.tr("Keep"))
        resume, retry = self.resume_button, self.retry_button
        self.price_on(resume, "continue", self.tr("Let the model write on from here"))
        self.price_on(
            retry, "regenerate", self.tr("Ask for a new answer; this one stays beside it")
        )
        self.keep_button.setToolTip(self.tr("Take the answer as it is"))
        self.resume_button.clicked.connect(lambda: self._emit("continue_requested"))
        self.retry_button.clicked.connect(lambda: self._emit("retry_requested"))
        self.keep_button.clicked.connect(lambda: self._emit("keep_requested"))

    def show_part(self, part: Part, place: Place) -> None:
        assert isinstance(part, HalfAnswer)
        self._place = place
        if part.why:
            self.title.show_words(part.why)
        elif part.stopped:
            self.title.show_words(self.tr("You stopped this answer."))
        elif part.empty:
            self.title.show_words(self.tr("No answer arrived."))
        else:
            self.title.show_words(self.tr("This answer broke off. What arrived is kept."))
        self.advice.show_words(_without_title(part.note) if part.stopped else part.note)
        self.resume_button.setVisible(not part.empty)

    def _emit(self, name: str) -> None:
        if self._place is not None:
            getattr(self._place.hub, name).emit(self._place.message_id)


def _without_title(note: str) -> str:
    """The rule of a stopped answer without the words that the title says already."""
    rest = note.removeprefix("You stopped this answer: ")
    return rest[:1].upper() + rest[1:]


class SourcesView(MutedProse):
    """The pages that an answer names, numbered; each opens through the one link handler."""

    def show_part(self, part: Part, place: Place) -> None:
        assert isinstance(part, Sources)
        self._place = place
        self.setAccessibleName(self.tr("Sources"))
        paragraphs = [Paragraph((Span(self.tr("Sources"), bold=True),))]
        for number, citation in enumerate(part.citations[:SOURCES_MAX], start=1):
            title = " ".join(citation.title.split())[:300] or citation.url[:300]
            link = safe_link(citation.url)
            spans = [Span(title, link=link)]
            host = host_of(citation.url)
            if host and host != title:
                spans.append(Span(f"  {host}"))
            paragraphs.append(Paragraph(tuple(spans), indent=1, marker=f"{number}."))
        self.show_paragraphs(tuple(paragraphs))


class PictureView(NoteBox):
    """An image that a text points to: its address and a button, and nothing is loaded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._address = ""
        self.show_button = self.add_button(self.tr("Show in the browser"))
        self.show_button.clicked.connect(self._on_show_clicked)

    def show_part(self, part: Part, place: Place) -> None:
        assert isinstance(part, Picture)
        self._place = place
        self._address = safe_link(part.url)
        host = host_of(part.url)
        if self._address and host:
            words = self.tr("Image at %1").replace("%1", host)
        else:
            words = self.tr("Image that is not on the web")
        self.title.show_words(f"{words}: {part.alt}" if part.alt else words)
        self.advice.show_words(shortened(part.url))
        self.show_button.setVisible(bool(self._address))

    def _on_show_clicked(self) -> None:
        if self._place is not None and self._address:
            self._place.hub.link_pressed.emit(self._address)


class ModelLabelView(QLabel):
    """Who answers from here on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        set_look(self, tone="2")

    def show_part(self, part: Part, place: Place) -> None:
        assert isinstance(part, ModelLabel)
        self.setFont(Theme.current().font(Size.SMALL, strong=True))
        self.setText(" ".join(part.name.split())[:120])

    def height_for(self, width: int) -> int:
        return Theme.current().px(18)

    def release(self) -> None:
        self.clear()


class RuleView(QWidget):
    """A line across the card."""

    def show_part(self, part: Part, place: Place) -> None:
        self.update()

    def height_for(self, width: int) -> int:
        return Theme.current().px(9)

    def release(self) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, self.height() // 2, self.width(), 1, Theme.current().color("line"))
        painter.end()


def host_of(address: str) -> str:
    """The host as the network knows it: letters that only look alike are spelled out."""
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    return url.host(QUrl.ComponentFormattingOption.FullyEncoded) if url.isValid() else ""


def shortened(address: str) -> str:
    """An address that fits a line, cut in its middle."""
    address = " ".join(address.split())
    if len(address) <= ADDRESS_LENGTH_MAX:
        return address
    half = ADDRESS_LENGTH_MAX // 2
    return f"{address[:half]}…{address[-half:]}"


def _medium(font: QFont) -> QFont:
    font.setWeight(QFont.Weight.Medium)
    return font
