"""One kept key: whose it is, how it stands, what it cost; check, price or remove it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QWidget

from app.seam.views import KeyRow
from app.ui import words
from app.ui.dialog_pieces import column, plain_label, push_button, row, rule, tool_button
from app.ui.settings.price_editor import PriceEditor
from app.ui.settings.price_fields import Texts
from app.ui.theme import Theme

NAME_WIDTH = 92
NARROW = 480  # below this, the cost stands under the state
_DANGER, _QUIET = ("refused", "missing"), "2"


class KeyLine(QFrame):
    """Removing asks in place first."""

    check_asked = Signal(str)
    remove_asked = Signal(str)
    price_given = Signal(str, object)
    budget_asked = Signal(str)

    def __init__(self, key: KeyRow) -> None:
        super().__init__()
        self.key = key
        self._build()
        self.setAccessibleName(f"{key.provider_name}, {self.state_text()}, {self.spend_text()}")

    def take_focus(self) -> None:
        """Let the keyboard go on from here."""
        self._remove.setFocus()

    def state_text(self) -> str:
        """`ends in …f3Qk · works, 62 models`."""
        key = self.key
        parts = [key.label] if key.label and key.label != key.provider_name else []
        if key.ends_in and key.state not in _DANGER:
            parts.append(self.tr("ends in …{0}").format(key.ends_in))
        parts.append(key.detail or key.state)
        if key.where == "session":
            parts.append(self.tr("this session only"))
        elif key.where == "vault":
            parts.append(self.tr("in the vault"))
        if key.takes_own_price:
            parts.append(self.price_text())
        return " · ".join(parts)

    def price_text(self) -> str:
        """`$0.5 in, $1.5 out per million`."""
        price = self.key.own_price
        if price is None:
            return self.tr("price unknown")
        return self.tr("${0} in, ${1} out per million tokens").format(
            price.input_usd, price.output_usd
        )

    def show_price_refusal(self, message: str) -> None:
        """The price that was typed is none, and this is why."""
        self._price.show_refusal(message)

    def spend_text(self) -> str:
        """`$4.02 this month`."""
        if self.key.month_pusd is None:
            return self.tr("cost unknown")
        if self.key.month_pusd == 0:
            return words.money(0)
        figure = words.cost(self.key.month_pusd, self.key.certainty)
        return self.tr("{0} this month").format(figure)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < Theme.current().px(NARROW)
        ways = QBoxLayout.Direction
        self._middle.setDirection(ways.TopToBottom if narrow else ways.LeftToRight)

    def _build(self) -> None:
        box = column(self, spacing=4)
        box.addLayout(self._build_line())
        self._confirm = self._build_confirm()
        self._confirm.hide()
        box.addWidget(self._confirm)
        self._price = self._build_price()
        box.addWidget(self._price)
        box.addWidget(rule())

    def _build_price(self) -> PriceEditor:
        editor = PriceEditor(self.key.own_price)
        editor.hide()
        editor.saved.connect(self._on_price_given)
        editor.closed.connect(self._on_price_closed)
        return editor

    def _build_line(self) -> QHBoxLayout:
        name = plain_label(self.key.provider_name, size="note", strong=True, wrap=True)
        name.setMinimumWidth(Theme.current().px(NAME_WIDTH))
        tone = "danger" if self.key.state in _DANGER else _QUIET
        state = plain_label(self.state_text(), tone=tone, size="note", wrap=True)
        spend = plain_label(self.spend_text(), size="note", figures=True)
        who = (
            f"{self.key.provider_name} …{self.key.ends_in}"
            if self.key.ends_in
            else self.key.provider_name
        )
        self._check = tool_button(
            "refresh-cw", self.tr("Check {0} again").format(who), self._on_check
        )
        self._check.setEnabled(self.key.state != "checking")
        self._remove = tool_button("trash-2", self.tr("Remove {0}").format(who), self._on_remove)
        line = row(spacing=8)
        line.addWidget(name)
        self._middle = row(spacing=8)
        self._middle.addWidget(state, 1)
        self._middle.addWidget(spend)
        line.addLayout(self._middle, 1)
        if self.key.takes_own_price:
            self._tag = tool_button("tag", self.tr("Price of {0}").format(who), self._on_price)
            line.addWidget(self._tag)
        line.addWidget(tool_button("gauge", self.tr("Budget of {0}…").format(who), self._on_budget))
        line.addWidget(self._check)
        line.addWidget(self._remove)
        return line

    def _build_confirm(self) -> QWidget:
        part = QWidget()
        question = plain_label(
            self.tr(
                "Remove this key from this computer? It stays valid at the provider; "
                "chats and receipts stay."
            ),
            size="note",
            wrap=True,
        )
        self._no = push_button(self.tr("Keep it"), self._on_no)
        self._yes = push_button(self.tr("Remove"), self._on_yes, "danger")
        ways = row()
        ways.addWidget(self._yes)
        ways.addWidget(self._no)
        ways.addStretch(1)
        box = column(part, spacing=6)
        box.addWidget(question)
        box.addLayout(ways)
        return part

    def _on_check(self) -> None:
        self.check_asked.emit(self.key.id)

    def _on_budget(self) -> None:
        self.budget_asked.emit(self.key.id)

    def _on_price(self) -> None:
        self._confirm.hide()
        self._price.open()

    def _on_price_given(self, texts: Texts) -> None:
        self.price_given.emit(self.key.id, texts)

    def _on_price_closed(self) -> None:
        self._tag.setFocus()

    def _on_remove(self) -> None:
        self._price.hide()
        self._confirm.show()
        self._no.setFocus()

    def _on_no(self) -> None:
        self._confirm.hide()
        self._remove.setFocus()

    def _on_yes(self) -> None:
        self._confirm.hide()
        self._remove.setFocus()
        self.remove_asked.emit(self.key.id)
