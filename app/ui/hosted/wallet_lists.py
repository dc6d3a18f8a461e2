"""The lists of the wallet: grants in the order of drawing, free models, members of a group.

Long ones show their first lines and a way to the rest, which stays open while figures change.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.seam.hosted_views import GrantView, MemberDrawnView
from app.ui.billing.spend_list import ElidedLabel
from app.ui.dialog_pieces import (
    clear_layout,
    column,
    plain_label,
    plain_tooltip,
    push_button,
    row,
)
from app.ui.hosted import wording
from app.ui.hosted.group_wording import account_name
from app.ui.hosted.wording import tr
from app.ui.theme import Theme, set_look

DOT_SIDE = 8
SHOWN_MAX = 5
WIDE = 18  # letters of a figure that leaves no room for a name


class LongList(QWidget):
    """Lines under a heading; more than SHOWN_MAX of them can be opened and closed."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._open = False
        self._said: object = None
        self._title = plain_label(title, tone="2", size="small", strong=True)
        self._lines = column(spacing=8)
        self._more = push_button("", self._on_more, look="link")
        set_look(self._more, flush="true")
        box = column(self, spacing=8)
        box.addWidget(self._title)
        box.addLayout(self._lines)
        box.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeading)
        self.setAccessibleName(title)

    def title(self, text: str) -> None:
        """Another heading; none where it is empty."""
        self._title.setText(text)
        self._title.setVisible(bool(text))

    def says(self, said: object) -> bool:
        """Whether its lines say this already; they do from now on."""
        same = self._said == (said, self._open)
        self._said = (said, self._open)
        return same

    def fill(self, count: int) -> int:
        """Begin anew with so many lines; how many of them are to be shown."""
        clear_layout(self._lines)
        # One line more is as long as a line that says "1 more".
        long = count > SHOWN_MAX + 1
        self._more.setVisible(long)
        self._more.setText(
            tr("Show fewer") if self._open else tr("{0} more").format(count - SHOWN_MAX)
        )
        self.setVisible(count > 0)
        return SHOWN_MAX if long and not self._open else count

    @property
    def lines(self) -> QVBoxLayout:
        return self._lines

    def again(self) -> None:
        """Draw the lines anew."""
        raise NotImplementedError

    def _on_more(self) -> None:
        self._open = not self._open
        self.again()
        self._more.setFocus()


class GrantList(LongList):
    """Grants in the order in which they are drawn on, and under those of one window when it begins
    anew. Those in the bar bear its color."""

    def __init__(self) -> None:
        super().__init__("")
        self._grants: Sequence[GrantView] = ()
        self._marked: Sequence[GrantView] = ()

    def show_grants(self, grants: Sequence[GrantView], marked: Sequence[GrantView]) -> None:
        self._grants, self._marked = grants, marked
        self.again()

    def again(self) -> None:
        if self.says((_words(self._grants), tuple(self._marked))):
            return
        self.title(tr("Drawn on in this order") if len(self._grants) > 1 else "")
        shown = self._grants[: self.fill(len(self._grants))]
        for window, same in groupby(shown, key=wording.window_of):
            block = column(spacing=4)
            for grant in same:
                block.addLayout(_line(grant, window, with_dot=grant in self._marked))
            block.addWidget(plain_label(window, tone="3", size="small"))
            self._lines.addLayout(block)


class FreeModelList(LongList):
    """A line for each model, and under those of one window when it begins anew."""

    def __init__(self) -> None:
        super().__init__(tr("Free models"))
        self._grants: Sequence[GrantView] = ()

    def show_grants(self, grants: Sequence[GrantView]) -> None:
        self._grants = grants
        self.again()

    def again(self) -> None:
        if self.says(_words(self._grants)):
            return
        shown = self._grants[: self.fill(len(self._grants))]
        for window, same in groupby(shown, key=wording.window_of):
            block = column(spacing=4)
            for grant in same:
                block.addLayout(_line(grant, window, is_free=True))
            block.addWidget(plain_label(window, tone="3", size="small"))
            self._lines.addLayout(block)


class MemberList(LongList):
    """Who drew what of a group's tokens in the last 30 days."""

    def __init__(self) -> None:
        super().__init__(tr("Members, last 30 days"))
        self._members: Sequence[MemberDrawnView] = ()

    def show_members(self, members: Sequence[MemberDrawnView]) -> None:
        self._members = members
        self.again()

    def again(self) -> None:
        if self.says(tuple(self._members)):
            return
        for member in self._members[: self.fill(len(self._members))]:
            self._lines.addLayout(_member_line(member))


class Dot(QWidget):
    """The color that a grant has in the bar."""

    def __init__(self, tone: str) -> None:
        super().__init__()
        self._tone = tone
        side = Theme.current().px(DOT_SIDE)
        self.setFixedSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Theme.current().color(self._tone))
        painter.drawEllipse(self.rect())


def tone_of(grant: GrantView) -> str:
    """What is given anew is green, what was paid for copper."""
    return "accent" if grant.resets is None else "ok"


def _words(grants: Sequence[GrantView]) -> tuple[tuple[str, str, str], ...]:
    return tuple((grant.name, wording.left_of(grant), wording.window_of(grant)) for grant in grants)


def _line(
    grant: GrantView, window: str, *, is_free: bool = False, with_dot: bool = False
) -> QHBoxLayout:
    """A name and what is left; all of it in words for who points at it or hears it."""
    empty = grant.granted > 0 and grant.left == 0
    name = ElidedLabel(grant.name, "ink2" if empty else "ink")
    whole = wording.left_of(grant)
    left = wording.short_left(grant) if is_free or len(whole) > WIDE else whole
    figure = plain_label(left, tone="warn" if empty else "2", size="note", figures=True)
    said = list(filter(None, (window, wording.pool_of(grant))))
    figure.setToolTip(plain_tooltip("\n".join((f"{grant.name}: {whole}", *said))))
    figure.setAccessibleName(", ".join((f"{grant.name}: {whole}", *said)))
    line = row(spacing=8)
    if with_dot:
        line.addWidget(Dot(tone_of(grant)))
    line.addWidget(name, 1)
    line.addWidget(figure)
    return line


def _nameless(account: str) -> str:
    """A member who gave neither a name nor an address, by the end of their account's id."""
    return account_name(account) if account else tr("Somebody who left")


def _member_line(member: MemberDrawnView) -> QHBoxLayout:
    said = tr("{0} (you)").format(member.name) if member.name else tr("You")
    label = said if member.is_me else member.name or _nameless(member.account)
    unit, amount = ("plan_tokens", member.plan_tokens)
    if not amount and member.pusd:
        unit, amount = "usd", member.pusd
    name = ElidedLabel(label)
    figure = plain_label(wording.number(unit, amount), tone="2", size="note", figures=True)
    figure.setAccessibleName(f"{label}: {wording.amount_of(unit, amount)}")
    line = row(spacing=8)
    line.addWidget(name, 1)
    line.addWidget(figure)
    return line
