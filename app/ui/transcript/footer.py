"""The line under a message: what it cost, its versions, and what can be done with it.

The room for the buttons is always there, so nothing moves when they appear under the pointer.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRect, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QLabel, QMenu, QToolButton, QWidget

from app.seam.quote_views import QuoteView
from app.seam.views import Certainty, CostLine
from app.ui import words
from app.ui.composer.quote_line import price_words
from app.ui.hosted.wording import drawn_sum
from app.ui.icons import icon
from app.ui.theme import Size, Theme, set_look
from app.ui.transcript.parts import Footer, Part, Place

ROW, ROW_USER = 24, 18
_BELOW = 8  # air under the line of an answer
_LINE = 18
_GAP, _GAP_TIGHT = 12, 8
_ICON = 14
_PRICED = ("regenerate", "continue")
PRICE_PAUSE_MS = 60  # on a message, before prices are asked: a pointer that passes wants none


class CostLineView(QAbstractButton):
    """ "$0.0056   318 in · 96 out   your Anthropic key   4.1 s"; a click opens the receipt."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pieces: list[str] = []
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(self.tr("Open the receipt"))

    def show_cost(self, cost: CostLine) -> None:
        self._pieces = [piece for piece in self._words(cost) if piece]
        self.setAccessibleName(
            self.tr("Cost: %1. Opens the receipt.").replace("%1", ", ".join(self._pieces))
        )
        self.update()

    def texts(self) -> list[str]:
        """The pieces of the line, the total first."""
        return list(self._pieces)

    def wanted_width(self) -> int:
        """The width at which all pieces stand in one line."""
        return sum(self._widths()) + Theme.current().px(_GAP) * (len(self._pieces) - 1) + 4

    def height_for(self, width: int) -> int:
        lines = self._flow(width)
        return (lines[-1][1] + 1) * Theme.current().px(_LINE) + Theme.current().px(6)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.current()
        painter = QPainter(self)
        row = theme.px(_LINE)
        top = theme.px(3)
        for number, (left, line) in enumerate(self._flow(self.width())):
            strong = number == 0
            painter.setFont(self._font(strong))
            tone = "ink" if self.underMouse() or self.hasFocus() else "ink2" if strong else "ink3"
            painter.setPen(theme.color(tone))
            rect = QRect(left + 2, top + line * row, self.width(), row)
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(rect, int(flags), self._pieces[number])
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    def _words(self, cost: CostLine) -> list[str]:
        count = words.count
        tokens = [self.tr("%1 in").replace("%1", count(cost.input_tokens))]
        if cost.cached_tokens:
            tokens[0] += self.tr(" (%1 from cache)").replace("%1", count(cost.cached_tokens))
        tokens.append(self.tr("%1 out").replace("%1", count(cost.output_tokens)))
        if cost.thinking_tokens:
            tokens.append(self.tr("%1 thinking").replace("%1", count(cost.thinking_tokens)))
        line = " · ".join(tokens)
        if cost.certainty == Certainty.PENDING:
            line = ""  # what was counted is not known either
        if line and (cost.weight or 1) > 1:
            line += f" × {count(cost.weight or 1)}"
        if cost.certainty == Certainty.ESTIMATED and line:
            line = self.tr("about %1").replace("%1", line)
        seconds = words.seconds(cost.duration_s) if cost.duration_s is not None else ""
        payer = (
            ", ".join(dict.fromkeys(each.group or each.name for each in cost.drawn)) or cost.payer
        )
        return [self._total(cost), line, " ".join(payer.split())[:80], seconds]

    def _total(self, cost: CostLine) -> str:
        if cost.certainty == Certainty.PENDING:
            return self.tr("cost not known yet")
        if cost.drawn:  # the rest is the provider's price, which nobody here is charged
            return drawn_sum(cost.drawn)  # booked: exact however its tokens were counted
        if cost.total_pusd is None or cost.certainty == Certainty.UNKNOWN:
            return self.tr("price unknown")
        return words.cost(cost.total_pusd, cost.certainty)

    def _font(self, strong: bool) -> QFont:
        font = Theme.current().font(Size.SMALL, figures=True)
        if strong:
            font.setWeight(QFont.Weight.Medium)
        return font

    def _widths(self) -> list[int]:
        strong, usual = QFontMetrics(self._font(True)), QFontMetrics(self._font(False))
        return [(usual if i else strong).horizontalAdvance(p) for i, p in enumerate(self._pieces)]

    def _flow(self, width: int) -> list[tuple[int, int]]:
        """Left edge and line of each piece."""
        widths = self._widths()
        gap = Theme.current().px(_GAP)
        if sum(widths) + gap * (len(widths) - 1) > width - 4:
            gap = Theme.current().px(_GAP_TIGHT)
        left, line = 0, 0
        places: list[tuple[int, int]] = []
        for piece in widths:
            if left and left + piece > width - 4:
                left, line = 0, line + 1
            places.append((left, line))
            left += piece + gap
        return places or [(0, 0)]


class FooterView(QWidget):
    """Cost line, versions and actions of one message."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place: Place | None = None
        self._footer: Footer | None = None
        self._active = False
        self._theme_key: tuple[object, ...] = ()
        self.cost_line: CostLineView | None = None
        self.buttons: dict[str, QToolButton] = {}
        self.previous_button: QToolButton | None = None
        self.next_button: QToolButton | None = None
        self.version_label: QLabel | None = None
        self._prices: dict[str, str] = {}
        self._menu_lines: dict[str, QAction] = {}
        self._price_pause = QTimer(self, singleShot=True, interval=PRICE_PAUSE_MS)
        self._price_pause.timeout.connect(self._ask_prices)

    def show_part(self, part: Part, place: Place) -> None:
        assert isinstance(part, Footer)
        if self._place is None or self._place.message_id != place.message_id:
            self._forget_prices()
        self._place, self._footer = place, part
        if part.cost is not None:
            if self.cost_line is None:
                self.cost_line = CostLineView(self)
                self.cost_line.clicked.connect(self._on_cost_clicked)
            self.cost_line.show_cost(part.cost)
        if self.cost_line is not None:
            self.cost_line.setVisible(part.cost is not None)
        self._show_versions(part)
        self.set_active(self._active)

    def set_active(self, active: bool) -> None:
        """Show the buttons: the pointer or the focus is on the message."""
        if not active:
            self._price_pause.stop()
        elif not self._active:
            self._price_pause.start()
        self._active = active
        footer = self._footer
        if footer is None:
            return
        if active:
            self._make_actions_once()
        wanted = self._wanted_actions(footer) if active else ()
        for name, button in self.buttons.items():
            button.setVisible(name in wanted)
        if active:
            self._place_actions(self.width())

    def show_price(self, kind: str, quote: QuoteView) -> None:
        """What another answer, or going on, would cost: said before it is asked for."""
        if kind not in _PRICED:
            return
        self._prices[kind] = price_words(quote)
        self._name_priced(kind)

    def fill_menu(self, menu: QMenu) -> None:
        """The same actions as lines of a menu, those that cost with their price."""
        if self._footer is None:
            return
        titles = {
            "copy": self.tr("Copy as Markdown"), "edit": self.tr("Edit"),
            "regenerate": self.tr("Regenerate"), "continue": self.tr("Continue"),
        }  # fmt: skip
        self._menu_lines = {}
        for name in self._wanted_actions(self._footer):
            line = menu.addAction(titles[name], partial(self._on_action, name))
            if name in _PRICED:
                line.setData(titles[name])
                self._menu_lines[name] = line
                self._name_priced(name)
        if self._footer.cost is not None:
            menu.addAction(self.tr("Receipt"), self._on_cost_clicked)
        menu.aboutToHide.connect(self._menu_lines.clear)
        self._ask_prices()

    def height_for(self, width: int) -> int:
        theme = Theme.current()
        row, room = self._side(), self._room()
        footer = self._footer
        if footer is None or footer.cost is None or self.cost_line is None:
            self._place_actions(width)
            return row + theme.px(_BELOW) if footer is not None and footer.is_answer else row
        beside = self.cost_line.wanted_width() <= width - room
        across = min(width, self.cost_line.wanted_width())
        tall = self.cost_line.height_for(across)
        self.cost_line.setGeometry(0, 0, across, tall)
        total = max(tall, row) + theme.px(_BELOW) if beside else tall + row
        self.resize(width, total)
        self._place_actions(width)
        return total

    def release(self) -> None:
        self._place = self._footer = None
        self._forget_prices()
        self.set_active(False)
        self._active = False
        for button in self.buttons.values():
            button.hide()

    def _wanted_actions(self, footer: Footer) -> tuple[str, ...]:
        if footer.role == "user":
            return ("copy", "edit")
        return ("copy",) if footer.busy else ("copy", "regenerate", "continue")

    def _make_actions_once(self) -> None:
        if self.buttons:
            return
        hub_calls = (
            ("copy", "copy", self.tr("Copy as Markdown")),
            ("edit", "pencil", self.tr("Edit")),
            ("regenerate", "refresh-cw", self.tr("Regenerate: another answer beside this one")),
            ("continue", "play", self.tr("Continue: let the model write on")),
        )
        for name, icon_name, title in hub_calls:
            button = self._make_button(icon_name, title)
            button.clicked.connect(partial(self._on_action, name))
            self.buttons[name] = button

    def _ask_prices(self) -> None:
        """Anew each time: another model may have been chosen since."""
        if self._place is None or self._footer is None:
            return
        for kind in self._wanted_actions(self._footer):
            if kind in _PRICED:
                self._place.hub.price_wanted.emit(self._place.message_id, kind, "")

    def _forget_prices(self) -> None:
        self._prices = {}
        for kind in _PRICED:
            self._name_priced(kind)

    def _name_priced(self, kind: str) -> None:
        """Write the price into the tooltip and the menu's line, where they are there."""
        button, line = self.buttons.get(kind), self._menu_lines.get(kind)
        price = self._prices.get(kind, "")
        if button is not None:
            button.setToolTip("\n".join(filter(None, (button.accessibleName(), price))))
            button.setAccessibleDescription(price)
        if line is not None:
            line.setText("\t".join(filter(None, (line.data(), price))))

    def _make_button(self, icon_name: str, title: str) -> QToolButton:
        theme = Theme.current()
        button = QToolButton(self)
        set_look(button, look="tight")
        button.setIcon(icon(icon_name, "ink2"))
        button.setIconSize(QSize(theme.px(_ICON), theme.px(_ICON)))
        button.setToolTip(title)
        button.setAccessibleName(title)
        return button

    def _show_versions(self, footer: Footer) -> None:
        several = len(footer.siblings) > 1 and self._place is not None
        if several and self.version_label is None:
            self.previous_button = self._make_button("chevron-left", self.tr("Previous version"))
            self.next_button = self._make_button("chevron-right", self.tr("Next version"))
            self.version_label = QLabel(self)
            set_look(self.version_label, tone="3")
            self.previous_button.clicked.connect(lambda: self._on_version(-1))
            self.next_button.clicked.connect(lambda: self._on_version(1))
        if self.version_label is None or self.previous_button is None or self.next_button is None:
            return
        for widget in (self.version_label, self.previous_button, self.next_button):
            widget.setVisible(several)
        if several and self._place is not None:
            at, count = self._version(footer), len(footer.siblings)
            self.version_label.setFont(Theme.current().font(Size.SMALL, figures=True))
            self.version_label.setText(f"{at + 1}/{count}")
            self.version_label.setAccessibleName(
                self.tr("Version %1 of %2").replace("%1", str(at + 1)).replace("%2", str(count))
            )
            self.previous_button.setEnabled(at > 0)
            self.next_button.setEnabled(at < count - 1)

    def _version(self, footer: Footer) -> int:
        identity = self._place.message_id if self._place else ""
        return footer.siblings.index(identity) if identity in footer.siblings else 0

    def _side(self) -> int:
        """The height of a row, and the width of a button."""
        is_user = self._footer is not None and not self._footer.is_answer
        return Theme.current().px(ROW_USER if is_user else ROW)

    def _room(self) -> int:
        """The width that versions and actions take."""
        footer = self._footer
        if footer is None:
            return 0
        side = self._side()
        several = len(footer.siblings) > 1
        return side * len(self._wanted_actions(footer)) + (side * 3 if several else 0)

    def _place_actions(self, width: int) -> None:
        footer = self._footer
        if footer is None:
            return
        side = self._side()
        left, top = width - self._room(), 0
        line = self.cost_line if footer.cost is not None else None
        if line is not None and line.wanted_width() > left:
            # A row of their own begins where the text does.
            left, top = 0, line.height()
        labels = (self.previous_button, self.version_label, self.next_button)
        icons = QSize(Theme.current().px(_ICON), Theme.current().px(_ICON))
        if len(footer.siblings) > 1:
            for widget in labels:
                if widget is not None:
                    widget.setGeometry(left, top, side, side)
                    if isinstance(widget, QToolButton):
                        widget.setIconSize(icons)
                    left += side
            if self.version_label is not None:
                self.version_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for name in self._wanted_actions(footer):
            button = self.buttons.get(name)
            if button is not None:
                button.setGeometry(left, top, side, side)
                button.setIconSize(icons)
            left += side

    def _on_cost_clicked(self) -> None:
        if self._place is not None:
            self._place.hub.receipt_requested.emit(self._place.message_id)

    def _on_version(self, step: int) -> None:
        if self._place is None or self._footer is None:
            return
        at = self._version(self._footer) + step
        if 0 <= at < len(self._footer.siblings):
            self._place.hub.branch_requested.emit(self._footer.siblings[at])

    def _on_action(self, name: str, _checked: bool = False) -> None:
        if self._place is None:
            return
        hub, identity = self._place.hub, self._place.message_id
        match name:
            case "copy":
                hub.copy_requested.emit(identity)
            case "edit":
                hub.edit_started.emit(identity)
            case "regenerate":
                hub.regenerate_requested.emit(identity)
            case "continue":
                hub.continue_requested.emit(identity)
