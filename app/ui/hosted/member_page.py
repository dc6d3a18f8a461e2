"""Who belongs to a group: seats, members, invitations; and what may be changed of them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from app.seam import hosted
from app.seam.hosted_views import GroupView
from app.seam.views import FaultView
from app.ui.dialog_pieces import clear_layout, column, plain_label, push_button, row
from app.ui.hosted.account_orders import order_for
from app.ui.hosted.group_parts import GroupState, heading
from app.ui.hosted.group_wording import member_name, names_of, seats_line, tr
from app.ui.hosted.member_invite import InvitationList, InviteForm
from app.ui.hosted.member_line import Caps, MemberLine
from app.ui.hosted.window_hosted import Answer, WindowHosted

Make = Callable[[int], hosted.HostedCommand]


class MemberPage(QWidget):
    """`names_known(names)` tells the other pages what members are called; `seats_asked` leads to
    where seats are bought."""

    names_known = Signal(object)
    seats_asked = Signal()

    def __init__(self, window_hosted: WindowHosted, group: GroupView, own: str) -> None:
        super().__init__()
        self._hosted = window_hosted
        self.group = group
        self._own = own
        self._listed: object = None  # what the lines were drawn from
        self._build()
        self._connect()

    def ask(self) -> int:
        """Ask who belongs to it now; what is shown stays until then. The order's number."""
        if not self._lines.count():
            self.state.show_asking()
        return self._order(lambda serial: hosted.AskMembers(serial, self.group.id), self._on_asked)

    def show_group(self, group: GroupView) -> None:
        """The group as it is now; another role may do other things."""
        changed = group.rights != self.group.rights or group.members != self.group.members
        self.group = group
        if changed:
            self.ask()

    def _build(self) -> None:
        self.state = GroupState()
        self._seats = plain_label(figures=True, wrap=True)
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName(tr("Seats"))
        self._bar.hide()
        self._more = push_button(tr("Get more seats"), self.seats_asked.emit, "link")
        self._more.setObjectName("more-seats")
        self._more.hide()
        seats = row(spacing=8)
        seats.addWidget(self._seats, 1)
        seats.addWidget(self._more)
        self._lines = column(spacing=8)
        self.form = InviteForm()
        self.form.hide()
        self.invitations = InvitationList()
        self._note = plain_label(tone="2", size="note", wrap=True)
        self._note.hide()
        self._head = heading(tr("Members"))
        self._head.hide()
        box = column(self, spacing=14)
        box.addWidget(self.state)
        box.addLayout(seats)
        box.addWidget(self._bar)
        box.addWidget(self.form)
        box.addWidget(self.invitations)
        box.addWidget(self._head)
        box.addLayout(self._lines)
        box.addWidget(self._note)
        box.addStretch(1)

    def _connect(self) -> None:
        self._hosted.heard.connect(self._on_heard)
        self.state.again_asked.connect(self.ask)
        self.form.asked.connect(self._on_invite)
        self.invitations.take_back_asked.connect(self._on_take_back)

    def _on_heard(self, event: hosted.HostedEvent) -> None:
        match event:
            case hosted.MembersShown() if event.group_id == self.group.id:
                self._show(event)
            case hosted.Invited() if event.group_id == self.group.id:
                self.form.show_invited(event.invitation, self.ask())
            case _:
                return

    def _show(self, shown: hosted.MembersShown) -> None:
        self.state.hide()
        rights = self.group.rights
        self._show_seats(shown, buys="billing" in rights)
        sees_to = "members" in rights
        self.form.setVisible(sees_to)
        self.form.show_roles(shown.roles)
        self.form.show_open(shown.invitations, shown.serial)
        self.invitations.show_invitations(shown.invitations)
        self._head.show()
        self._show_lines(shown, sees_to=sees_to)
        self._show_note(shown, sees_to=sees_to)
        self.names_known.emit(names_of(shown.members, self._own))

    def _show_lines(self, shown: hosted.MembersShown, *, sees_to: bool) -> None:
        """The same members stay as they stand: a cap may be half typed there."""
        listed = (shown.members, shown.roles, shown.capped, self.group.rights)
        if listed == self._listed:
            return
        self._listed = listed
        clear_layout(self._lines)
        for member in shown.members:
            line = MemberLine(member, member_name(member, self._own))
            line.allow(
                roles=shown.roles if sees_to else (),
                capped=shown.capped,
                removes=sees_to and member.account != self._own,
            )
            line.role_chosen.connect(self._on_role)
            line.caps_given.connect(self._on_caps)
            line.remove_asked.connect(self._on_remove)
            self._lines.addWidget(line)

    def _show_seats(self, shown: hosted.MembersShown, *, buys: bool) -> None:
        count = len(shown.members)
        self._seats.setText(seats_line(count, shown.seats, len(shown.invitations)))
        self._bar.setVisible(shown.seats is not None)
        if shown.seats is not None:
            self._bar.setMaximum(max(shown.seats, count, 1))
            self._bar.setValue(count)
        self._more.setVisible(buys and shown.seats is not None)

    def _show_note(self, shown: hosted.MembersShown, *, sees_to: bool) -> None:
        able = [role.id for role in shown.roles if "members" in role.rights]
        if not sees_to and able:
            self._note.setText(tr("Admins invite, change roles and set caps."))
        elif len(shown.members) == 1:
            self._note.setText(tr("Nobody else belongs to it yet. An invitation is a link."))
        else:
            self._note.setText("")
        self._note.setVisible(bool(self._note.text()))

    def _on_asked(self, done: hosted.HostedDone) -> None:
        if done.fault is not None:
            self.state.show_fault(done.fault)

    def _on_invite(self, role: str, email: str) -> None:
        def answer(done: hosted.HostedDone) -> None:
            if done.fault is not None:
                self.form.show_fault(done.fault)

        self._order(lambda serial: hosted.Invite(serial, self.group.id, role, email), answer)

    def _on_take_back(self, invitation_id: str) -> None:
        def answer(done: hosted.HostedDone) -> None:
            if done.fault is not None:
                self.invitations.show_kept(invitation_id, done.fault)

        group = self.group.id
        self._order(lambda serial: hosted.TakeInvitationBack(serial, group, invitation_id), answer)

    def _on_role(self, account: str, role: str) -> None:
        self._change(account, lambda serial: hosted.ChangeMember(
            serial, self.group.id, account, role=role
        ))  # fmt: skip

    def _on_caps(self, account: str, caps: Caps) -> None:
        self._change(account, lambda serial: hosted.ChangeMember(
            serial, self.group.id, account, caps=caps
        ))  # fmt: skip

    def _on_remove(self, account: str) -> None:
        self._change(account, lambda serial: hosted.RemoveMember(
            serial, self.group.id, account
        ))  # fmt: skip

    def _change(self, account: str, make: Make) -> None:
        self._listed = None  # what it comes to is drawn anew

        def answer(done: hosted.HostedDone) -> None:
            if done.fault is not None:
                self._show_line_fault(account, done.fault)

        self._order(make, answer)

    def _show_line_fault(self, account: str, fault: FaultView) -> None:
        for line in self.findChildren(MemberLine):
            if line.member.account == account:
                line.show_fault(fault)

    def _order(self, make: Make, answer: Answer) -> int:
        return order_for(self, self._hosted, make, answer)
