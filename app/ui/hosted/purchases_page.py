"""What was bought: each purchase with what it gave, and its receipt in the browser."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.seam.hosted_views import PurchaseView, ShopView
from app.ui import words
from app.ui.dialog_pieces import clear_layout, column, plain_label, push_button, row, rule
from app.ui.hosted import shop_wording as wording
from app.ui.hosted.shop_wording import tr
from app.ui.theme import Theme, set_look

DAY_WIDTH = 96


class PurchasesPage(QWidget):
    """`receipt_asked(purchase)`; an empty one asks for the account with all its statements."""

    receipt_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[PurchaseView, ...] | None = None
        self._none = plain_label(tone="2", wrap=True)
        self._none.setObjectName("purchases-none")
        self._lines = column(spacing=8)
        self._all = push_button(
            tr("All receipts and statements"), lambda: self.receipt_asked.emit(""), look="link"
        )
        self._all.setObjectName("purchases-account")
        set_look(self._all, flush="true")
        box = column(self, spacing=12)
        box.addWidget(self._none)
        box.addLayout(self._lines)
        box.addWidget(self._all, 0, Qt.AlignmentFlag.AlignLeading)
        box.addStretch(1)

    def show_shop(self, shop: ShopView | None, *, asking: bool) -> None:
        """The purchases as the server said them last."""
        purchases = () if shop is None else shop.purchases
        self._none.setVisible(not purchases)
        self._none.setText(tr("Asking …") if asking else tr("Nothing was bought yet."))
        self._all.setVisible(shop is not None)
        if purchases == self._shown:
            return
        self._shown = purchases
        clear_layout(self._lines)
        for place, bought in enumerate(purchases):
            if place:
                self._lines.addWidget(rule())
            line = self._line_of(bought)
            self._lines.addWidget(line)
            line.show()

    def _line_of(self, bought: PurchaseView) -> QWidget:
        line = QWidget()
        day = plain_label(words.short_date(bought.at), tone="2", size="note", figures=True)
        day.setFixedWidth(Theme.current().px(DAY_WIDTH))
        said = column(spacing=1)
        said.addWidget(plain_label(bought.name, strong=True, wrap=True))
        gave = wording.purchase_line(bought)
        if gave:
            said.addWidget(plain_label(gave, tone="2", size="note", wrap=True, figures=True))
        price = plain_label(bought.price, figures=True)
        button = push_button(tr("Receipt"), lambda: self.receipt_asked.emit(bought.id))
        button.setObjectName(f"receipt-{bought.id}")
        button.setAccessibleName(tr("Receipt for {0}, {1}").format(bought.name, bought.price))
        button.setToolTip(tr("Opens in the browser."))
        box = row(line, spacing=12)
        box.addWidget(day, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(said, 1)
        box.addWidget(price)
        box.addWidget(button)
        line.setAccessibleName(", ".join(filter(None, (bought.name, bought.price, gave))))
        return line
