"""Parts that open with a click: what the model thought, and the tools that it called."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QToolButton, QWidget

from app.seam.views import ToolCallView
from app.ui.icons import icon
from app.ui.theme import Size, Theme
from app.ui.transcript.parts import Part, Place, Thinking
from app.ui.transcript.pieces import Paragraph, Span
from app.ui.transcript.prose import ProseView

SHOWN_LENGTH_MAX = 60_000
_UNFOLDED = "unfolded"
_RULE, _INSET = 2, 12


class MutedProse(ProseView):
    """Prose in the quieter ink and a smaller size."""

    muted = True


class FoldedView(QFrame):
    """A heading to click, a line on its left, and text that is written only when it is open."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place: Place | None = None
        self._theme_key: tuple[object, ...] = ()
        self.heading = QToolButton(self)
        self.heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.heading.setCheckable(True)
        self.heading.clicked.connect(self._on_heading_clicked)
        self.body = MutedProse(self)
        self.body.hide()

    @property
    def unfolded(self) -> bool:
        return self._place is not None and self._place.memory.has(self._place, _UNFOLDED)

    def height_for(self, width: int) -> int:
        theme = Theme.current()
        inset = theme.px(_INSET)
        size = self.heading.sizeHint()
        tall = theme.px(24)
        self.heading.setGeometry(QRect(theme.px(6), 0, min(size.width(), width - inset), tall))
        if not self.unfolded:
            return tall
        inner = max(1, width - inset)
        height = self.body.height_for(inner)
        self.body.setGeometry(QRect(inset, tall + theme.px(4), inner, height))
        return tall + height + theme.px(6)

    def release(self) -> None:
        self._place = None
        self.body.release()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = Theme.current()
        painter.fillRect(0, 0, theme.px(_RULE), self.height(), theme.color("line"))
        painter.end()

    def _show(self, title: str, place: Place) -> None:
        self._place = place
        theme = Theme.current()
        key = (theme.dark, theme.zoom_percent)
        if key != self._theme_key:
            self._theme_key = key
            self.heading.setFont(theme.font(Size.NOTE))
        # A lone ampersand would become a shortcut.
        self.heading.setText(title.replace("&", "&&"))
        self.heading.setAccessibleName(title)
        unfolded = self.unfolded
        self.heading.setChecked(unfolded)
        self.heading.setIcon(icon("chevron-down" if unfolded else "chevron-right", "ink2"))
        words = self.tr("Fold") if unfolded else self.tr("Unfold")
        self.heading.setAccessibleDescription(words)
        self.body.setVisible(unfolded)
        if unfolded:
            self.body.show_paragraphs(self._paragraphs())

    def _paragraphs(self) -> tuple[Paragraph, ...]:
        return ()

    def _on_heading_clicked(self) -> None:
        if self._place is not None:
            place = self._place
            place.memory.toggle(place, _UNFOLDED)
            self._show(self.heading.accessibleName(), place)
            place.hub.resized.emit(place.message_id)


class ThinkingView(FoldedView):
    """ "Thought for 3 s · 214 tokens"."""

    def show_part(self, part: Part, place: Place) -> None:
        assert isinstance(part, Thinking)
        self._text = part.text
        self._show(self._title(part), place)

    def _title(self, part: Thinking) -> str:
        if part.running:
            return self.tr("Thinking…")
        if part.seconds is None:
            words = self.tr("Thought")
        elif part.seconds < 60:
            words = self.tr("Thought for %1 s").replace("%1", str(max(1, round(part.seconds))))
        else:
            words = self.tr("Thought for %1 min").replace("%1", str(round(part.seconds / 60)))
        if part.tokens:
            count = self.locale().toString(part.tokens)
            words += " · " + self.tr("%1 tokens").replace("%1", count)
        return words

    def _paragraphs(self) -> tuple[Paragraph, ...]:
        return plain_paragraphs(self._text)


class ToolCallPartView(FoldedView):
    """A tool that was called: its name, what was asked, what came back."""

    def show_part(self, part: Part, place: Place) -> None:
        assert isinstance(part, ToolCallView)
        self._call = part
        if part.failed:
            title = self.tr("%1 failed")
        elif part.result is None:
            title = self.tr("Calling %1…")
        else:
            title = self.tr("Called %1")
        known = {
            "calculator": self.tr("the calculator"),
            "date_and_time": self.tr("the clock"),
            "read_web_page": self.tr("a web page"),
        }
        name = known.get(part.name, part.name)
        name = name if len(name) <= 60 else name[:59] + "…"
        self._show(title.replace("%1", " ".join(name.split())), place)

    def _paragraphs(self) -> tuple[Paragraph, ...]:
        call = self._call
        lines = [_labeled(self.tr("Asked"), call.arguments)]
        if call.result is not None:
            lines.append(_labeled(self.tr("Came back"), call.result))
        return tuple(lines)


def plain_paragraphs(text: str) -> tuple[Paragraph, ...]:
    """Text as it stands, one paragraph for each stretch between blank lines."""
    stretches = text[:SHOWN_LENGTH_MAX].strip("\n").split("\n\n")
    made = [Paragraph((Span(stretch.strip("\n")),)) for stretch in stretches if stretch.strip()]
    if len(text) > SHOWN_LENGTH_MAX:
        made.append(Paragraph((Span("…"),)))
    return tuple(made)


def _labeled(label: str, text: str) -> Paragraph:
    shown = text[:SHOWN_LENGTH_MAX] + ("…" if len(text) > SHOWN_LENGTH_MAX else "")
    return Paragraph((Span(label + "\n", bold=True), Span(shown or "–", code=True)))
