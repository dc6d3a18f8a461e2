"""Inviting somebody to a group: the form, its link that is told once, open invitations."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from app.seam.hosted_groups import RoleView
from app.seam.hosted_views import InvitationView
from app.seam.views import FaultView
from app.ui import words
from app.ui.choices import ChoiceBox
from app.ui.dialog_pieces import (
    clear_layout,
    column,
    plain_label,
    push_button,
    row,
    rule,
    tool_button,
)
from app.ui.hosted.group_parts import Ask, fault_words, heading, say
from app.ui.hosted.group_wording import role_name, role_note, tr
from app.ui.theme import Theme, set_look

ROLE_WIDTH = 132


class InviteForm(QWidget):
    """`asked(role, email)` asks for an invitation."""

    asked = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._notes: dict[str, str] = {}
        self._invited = ("", 0)  # the invitation of the link, and the question after it
        self._build()

    def show_roles(self, roles: Sequence[RoleView]) -> None:
        """What somebody can be invited as; the first that sees to nobody is the usual one."""
        if [role.id for role in roles] == list(self._notes):
            return
        self._notes = {role.id: role_note(role.rights) for role in roles}
        self._role.clear()
        for role in roles:
            self._role.addItem(role_name(role.id), role.id)
        usual = [role.id for role in roles if "members" not in role.rights]
        self._role.setCurrentIndex(max(0, self._role.findData(usual[0] if usual else "")))
        self._show_note()

    def show_invited(self, invitation: InvitationView, asked: int) -> None:
        """The link, which nobody is told again. From the answer to the order `asked` on, it is
        among the open ones for as long as it leads anywhere."""
        self._rest()
        self._email.clear()
        self._invited = (invitation.id, asked)
        self._copy.setText(tr("Copy the link"))
        self._link.setText(invitation.link)
        self._link.setCursorPosition(0)
        until = words.short_date(invitation.expires_at)
        if invitation.mailed:
            text = tr("The invitation is on its way to {0}.").format(invitation.email)
        else:
            text = tr("Give this link to one person.")
        once = tr("It works once, until {0}, and is shown only now.").format(until)
        self._told.setText(f"{text} {once}")
        self._card.show()
        self._copy.setFocus()

    def show_fault(self, fault: FaultView) -> None:
        """Why there is no invitation."""
        self._rest()
        say(self._said, fault_words(fault))

    def show_open(self, invitations: Sequence[InvitationView], asked: int) -> None:
        """Those that are open, as the order `asked` found them."""
        shown, since = self._invited
        if shown and asked >= since and shown not in [each.id for each in invitations]:
            self.forget_link()

    def forget_link(self) -> None:
        """The link was seen, or leads nowhere."""
        self._invited = ("", 0)
        self._link.setText("")
        self._card.hide()

    def _build(self) -> None:
        self._role = ChoiceBox()
        self._role.setObjectName("invite-role")
        self._role.setAccessibleName(tr("Role"))
        self._role.setFixedWidth(Theme.current().px(ROLE_WIDTH))
        self._role.currentIndexChanged.connect(self._show_note)
        self._email = QLineEdit(placeholderText=tr("E-mail address, or leave it empty for a link"))
        self._email.setObjectName("invite-email")
        self._email.setAccessibleName(tr("E-mail address, or leave it empty for a link"))
        self._email.returnPressed.connect(self._on_invite)
        self._invite = push_button(tr("Invite"), self._on_invite, "primary")
        self._invite.setObjectName("invite")
        self._note = plain_label(tone="2", size="small", wrap=True)
        self._said = plain_label(size="note", wrap=True)
        self._said.hide()
        line = row(spacing=8)
        line.addWidget(self._role)
        line.addWidget(self._email, 1)
        line.addWidget(self._invite)
        box = column(self, spacing=7)
        box.addWidget(heading(tr("Invite somebody")))
        box.addLayout(line)
        box.addWidget(self._note)
        box.addWidget(self._said)
        box.addWidget(self._build_card())

    def _build_card(self) -> QFrame:
        self._card = QFrame()
        set_look(self._card, look="note", tone="plain")
        self._told = plain_label(size="note", wrap=True)
        self._link = QLineEdit(readOnly=True)
        self._link.setObjectName("invited-link")
        self._link.setAccessibleName(tr("The link of the invitation"))
        self._copy = push_button(tr("Copy the link"), self._on_copy, "primary")
        self._copy.setObjectName("copy-link")
        close = tool_button("x", tr("I have it: forget the link"), self.forget_link)
        line = row(spacing=8)
        line.addWidget(self._link, 1)
        line.addWidget(self._copy)
        line.addWidget(close)
        box = column(self._card, margin=12, spacing=8)
        box.addWidget(self._told)
        box.addLayout(line)
        self._card.hide()
        return self._card

    def _show_note(self) -> None:
        self._note.setText(self._notes.get(str(self._role.currentData()), ""))

    def _rest(self) -> None:
        self._invite.setEnabled(True)
        self._invite.setText(tr("Invite"))
        say(self._said, "")

    def _on_invite(self) -> None:
        if self._invite.isEnabled() and self._role.currentData():
            say(self._said, "")
            self.forget_link()
            self._invite.setEnabled(False)
            self._invite.setText(tr("Inviting …"))
            self.asked.emit(str(self._role.currentData()), self._email.text().strip())

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._link.text())
        self._copy.setText(tr("Copied"))
        self._link.selectAll()


class InvitationLine(QFrame):
    """An invitation that nobody has accepted yet; taking it back asks in place first."""

    take_back_asked = Signal(str)

    def __init__(self, invitation: InvitationView) -> None:
        super().__init__()
        self.invitation = invitation
        self._who = invitation.email or tr("By a link")
        until = words.short_date(invitation.expires_at)
        note = f"{role_name(invitation.role)} · {tr('until {0}').format(until)}"
        self._back = push_button(tr("Take back"), self._on_back, "quiet")
        self._back.setObjectName("take-back")
        self._back.setAccessibleName(tr("Take back: {0}").format(f"{self._who}, {note}"))
        self._ask = Ask()
        self._said = plain_label(size="note", wrap=True)
        self._said.hide()
        line = row(spacing=10)
        line.addWidget(plain_label(self._who))
        line.addWidget(plain_label(note, tone="2", size="note", figures=True), 1)
        line.addWidget(self._back)
        box = column(self, spacing=6)
        box.addLayout(line)
        box.addWidget(self._ask)
        box.addWidget(self._said)
        box.addWidget(rule())
        self.setAccessibleName(f"{self._who}, {note}")

    def show_fault(self, fault: FaultView) -> None:
        """Why it still works."""
        self._ask.rest()
        say(self._said, fault_words(fault))

    def _on_back(self) -> None:
        question = tr("Take this invitation back? Its link leads nowhere from then on.")
        take = lambda: self.take_back_asked.emit(self.invitation.id)  # noqa: E731
        self._ask.ask(question, tr("Take back"), take, self._back)


class InvitationList(QWidget):
    """Hidden where there is none."""

    take_back_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._lines = column(spacing=6)
        box = column(self, spacing=8)
        box.addWidget(heading(tr("Open invitations")))
        box.addLayout(self._lines)
        self.hide()

    def show_invitations(self, invitations: Sequence[InvitationView]) -> None:
        """Those that nobody has accepted."""
        clear_layout(self._lines)
        for invitation in invitations:
            line = InvitationLine(invitation)
            line.take_back_asked.connect(self.take_back_asked)
            self._lines.addWidget(line)
        self.setVisible(bool(invitations))

    def show_kept(self, invitation_id: str, fault: FaultView) -> None:
        """One that could not be taken back."""
        for line in self.findChildren(InvitationLine):
            if line.invitation.id == invitation_id:
                line.show_fault(fault)
