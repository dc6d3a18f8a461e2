"""What is for sale, to choose from: packs as tiles beside each other, plans as lines below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QGridLayout, QPushButton, QSizePolicy, QWidget

from app.seam.hosted_views import OfferView
from app.ui.dialog_pieces import column, plain_label, plain_tooltip, push_button, row
from app.ui.hosted import shop_wording as wording
from app.ui.hosted.shop_wording import tr
from app.ui.theme import Theme, set_look

TILES_MAX = 4  # beside each other
TILE_WIDTH, TILE_HEIGHT = 160, 112


class OfferTile(QPushButton):
    """One pack: its name, its price, what it gives and what that means."""

    def __init__(self, offer: OfferView, per_message: int | None) -> None:
        super().__init__()
        self.offer = offer
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setObjectName(f"offer-{offer.id}")
        set_look(self, look="tile")
        # Its own width would be that of a button's text, of which it has none.
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._build(per_message)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return max(self._box.heightForWidth(width), Theme.current().px(TILE_HEIGHT))

    def sizeHint(self) -> QSize:
        width = Theme.current().px(TILE_WIDTH)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def _build(self, per_message: int | None) -> None:
        offer = self.offer
        lines = [wording.gives(offer), wording.per_million(offer)]
        lines.append(wording.messages(offer, per_message))
        box = self._box = column(self, margin=14, spacing=3)
        # A pack may be named after its amount alone: it is not said twice.
        box.addWidget(plain_label(offer.name, strong=True, wrap=True))
        price = plain_label(wording.price_of(offer), size="price", figures=True)
        box.addWidget(price)
        told = [line for line in lines if line and line != offer.name]
        for line in told:
            box.addWidget(plain_label(line, tone="2", size="note", wrap=True, figures=True))
        box.addStretch(1)
        for label in self.findChildren(QWidget):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(", ".join((offer.name, wording.price_of(offer), *told)))


class OfferTiles(QWidget):
    """Packs, of which one is chosen; `chosen` when that changes."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[object, ...] = ()
        self._tiles: list[OfferTile] = []
        self._group = QButtonGroup(self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(Theme.current().px(10))
        self.setAccessibleName(tr("Packs"))
        self._group.buttonClicked.connect(lambda _: self.chosen.emit())

    @property
    def offer(self) -> OfferView | None:
        """The one that is chosen."""
        button = self._group.checkedButton()
        return button.offer if isinstance(button, OfferTile) else None

    def choose(self, offer_id: str) -> None:
        """Choose one, where it is there."""
        for tile in self._tiles:
            if tile.offer.id == offer_id:
                tile.setChecked(True)
                self.chosen.emit()

    def first(self) -> QWidget | None:
        """Where the keyboard starts: at the chosen one."""
        return self._group.checkedButton() or (self._tiles[0] if self._tiles else None)

    def show_offers(self, offers: Sequence[OfferView], per_message: int | None) -> None:
        """These are for sale; what was chosen stays chosen where it still is."""
        if (shown := (tuple(offers), per_message)) == self._shown:
            return
        self._shown = shown
        before = self.offer
        had_focus = any(tile.hasFocus() for tile in self._tiles)
        for old in self._tiles:
            self._group.removeButton(old)
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._tiles = [OfferTile(offer, per_message) for offer in offers]
        across = min(TILES_MAX, len(offers))
        for place, tile in enumerate(self._tiles):
            self._group.addButton(tile)
            self._grid.addWidget(tile, place // across, place % across)
            tile.show()
        for place in range(TILES_MAX):
            self._grid.setColumnStretch(place, 1 if place < across else 0)
        if before is not None:
            self.choose(before.id)
        first = self.first()
        if had_focus and first is not None:
            first.setFocus()


class PlanLine(QFrame):
    """A plan with its price and what it is good for, and a button where it can be had.

    `asked(line)` when it is pressed; `why_not` stands where there is no button. `group_asked`
    where a plan is for an organization, which has to be there first.
    """

    asked = Signal(object)
    group_asked = Signal()

    def __init__(
        self, offer: OfferView, *, running: bool, why_not: str, tone: str = "3",
        wants_group: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self.offer = offer
        self._choose: QPushButton | None = None
        set_look(self, look="option")
        name = wording.plan_name(offer)
        self.setAccessibleName(name)
        said = column(spacing=2)
        said.addWidget(plain_label(name, strong=True, wrap=True))
        line = wording.plan_line(offer)
        if line:
            said.addWidget(plain_label(line, tone="2", size="note", wrap=True))
        top = row(self, spacing=14)
        theme = Theme.current()
        top.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(12))
        top.addLayout(said, 1)
        if why_not:
            top.addWidget(plain_label(why_not, tone=tone, size="note"))
            if wants_group:
                create = push_button(tr("Create an organization"), self.group_asked.emit, "link")
                create.setObjectName(f"create-for-{offer.id}")
                top.addWidget(create)
        else:
            text = tr("Change to this") if running else tr("Choose")
            button = push_button(text, lambda: self.asked.emit(self))
            button.setObjectName(f"choose-{offer.id}")
            button.setAccessibleName(f"{text}: {name}")
            button.setToolTip("" if running else plain_tooltip(tr("Opens in the browser.")))
            top.addWidget(button)
            self._choose = button

    def show_waiting(self, begun: OfferView) -> None:
        """A plan's payment is waited for: its page again, and no second plan beside it."""
        if self._choose is None or self.offer.kind != "plan":
            return
        if begun.id == self.offer.id:
            self._choose.setText(tr("Open the page again"))
            self._choose.setAccessibleName(f"{self._choose.text()}: {self.accessibleName()}")
            return
        self._choose.setEnabled(False)
        first = tr("Pay for {0} first, or stop waiting for it.").format(begun.name)
        self._choose.setToolTip(plain_tooltip(first))
