"""One member of a group: who they are, their role, their cap, and the ways to change them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from app.seam.hosted_groups import CappedView, RoleView
from app.seam.hosted_views import MemberView
from app.seam.views import FaultView
from app.ui.choices import ChoiceBox
from app.ui.dialog_pieces import column, plain_label, push_button, row, rule, tool_button
from app.ui.hosted.group_parts import Ask, buttons, fault_words, say
from app.ui.hosted.group_wording import cap_line, role_name, role_note, tr, window_name
from app.ui.theme import Theme, set_look

ROLE_WIDTH, CAP_WIDTH = 132, 110
Caps = tuple[tuple[str, str], ...]


class MemberLine(QFrame):
    """`role_chosen(account, role)`, `caps_given(account, caps)` and `remove_asked(account)`.

    What the viewer of it may not change stands there as words.
    """

    role_chosen = Signal(str, str)
    caps_given = Signal(str, object)
    remove_asked = Signal(str)

    def __init__(self, member: MemberView, name: str) -> None:
        super().__init__()
        self.member = member
        self.name = name
        self._roles: ChoiceBox | None = None
        self._fields: dict[str, QLineEdit] = {}
        self._line = row(spacing=10)
        self._cap = plain_label(tone="2", size="small", wrap=True)
        self._said = plain_label(size="note", wrap=True)
        self._said.hide()
        self.ask = Ask()
        self._editor = QWidget()
        self._editor.hide()
        self._build()

    def allow(
        self, *, roles: Sequence[RoleView], capped: Sequence[CappedView], removes: bool,
    ) -> None:  # fmt: skip
        """What may be done here: roles to choose from, caps to set, and taking them out."""
        said = cap_line(self.member, capped)
        self._cap.setText(said)
        self._cap.setVisible(bool(said))
        self.setAccessibleName(", ".join(filter(None, (self.name, self._role_words(), said))))
        if roles:
            self._put_roles(roles)
        else:
            self._line.addWidget(plain_label(self._role_words(), tone="2", size="note"))
        if capped and roles:
            cap = tool_button("gauge", tr("Cap for {0}").format(self.name), self._on_cap)
            cap.setObjectName("member-cap")
            self._line.addWidget(cap)
            self._put_editor(capped)
        if removes:
            remove = tool_button("trash-2", tr("Remove {0}").format(self.name), self._on_remove)
            remove.setObjectName("member-remove")
            self._remove = remove
            self._line.addWidget(remove)

    def show_fault(self, fault: FaultView) -> None:
        """What was asked for could not be done; the choice goes back to what holds."""
        self.ask.rest()
        say(self._said, fault_words(fault))
        if self._roles is not None:
            self._roles.setCurrentIndex(self._roles.findData(self.member.role))
            self._roles.setEnabled(True)

    def _build(self) -> None:
        badge = plain_label(self.name[:1].upper() or "?")
        side = Theme.current().px(28)
        set_look(badge, look="avatar")
        badge.setFixedSize(side, side)
        badge.setStyleSheet(f"border-radius: {side // 2}px;")
        said = column(spacing=1)
        said.addWidget(plain_label(self.name))
        said.addWidget(self._cap)
        self._line.addWidget(badge)
        self._line.addLayout(said, 1)
        box = column(self, spacing=7)
        box.addLayout(self._line)
        box.addWidget(self._editor)
        box.addWidget(self.ask)
        box.addWidget(self._said)
        box.addWidget(rule())

    def _role_words(self) -> str:
        return role_name(self.member.role)

    def _put_roles(self, roles: Sequence[RoleView]) -> None:
        self._roles = ChoiceBox()
        self._roles.setObjectName("member-role")
        self._roles.setAccessibleName(tr("Role of {0}").format(self.name))
        self._roles.setFixedWidth(Theme.current().px(ROLE_WIDTH))
        for role in roles:
            self._roles.addItem(role_name(role.id), role.id)
            self._roles.setItemData(
                self._roles.count() - 1, role_note(role.rights), 3
            )  # Qt.ItemDataRole.ToolTipRole
        if self._roles.findData(self.member.role) < 0:
            self._roles.addItem(self._role_words(), self.member.role)
        self._roles.setCurrentIndex(self._roles.findData(self.member.role))
        self._roles.activated.connect(self._on_role)
        self._line.addWidget(self._roles)

    def _put_editor(self, capped: Sequence[CappedView]) -> None:
        """A field for each shared allowance; an empty one is no cap."""
        box = column(self._editor, spacing=6)
        caps = dict(self.member.caps)
        for each in capped:
            line = row(spacing=8)
            field = QLineEdit(caps.get(each.allowance, ""))
            field.setObjectName("member-cap-amount")
            field.setPlaceholderText(tr("no cap"))
            field.setFixedWidth(Theme.current().px(CAP_WIDTH))
            unit = tr("dollars") if each.unit == "usd" else tr("tokens")
            pattern = tr("{0} of {1}, {2}").format(unit, each.name, window_name(each.window))
            field.setAccessibleName(tr("Cap in {0}").format(pattern))
            field.returnPressed.connect(self._on_save_caps)
            self._fields[each.allowance] = field
            line.addWidget(plain_label(tr("At most"), size="note"))
            line.addWidget(field)
            line.addWidget(plain_label(pattern, tone="2", size="note"))
            line.addStretch(1)
            box.addLayout(line)
        save = push_button(tr("Save the cap"), self._on_save_caps, "primary")
        save.setObjectName("member-cap-save")
        box.addLayout(buttons(save, push_button(tr("Cancel"), self._editor.hide)))

    def _on_role(self) -> None:
        assert self._roles is not None
        role = str(self._roles.currentData())
        if role != self.member.role:
            say(self._said, "")
            self._roles.setEnabled(False)
            self.role_chosen.emit(self.member.account, role)

    def _on_cap(self) -> None:
        self._editor.setVisible(self._editor.isHidden())
        if not self._editor.isHidden():
            next(iter(self._fields.values())).setFocus()

    def _on_save_caps(self) -> None:
        """The caps that are shown here; those of allowances that are gone are let go."""
        texts = {name: field.text().strip() for name, field in self._fields.items()}
        caps: Caps = tuple((name, text) for name, text in texts.items() if text)
        say(self._said, "")
        self.caps_given.emit(self.member.account, caps)

    def _on_remove(self) -> None:
        question = tr(
            "Remove {0}? They spend none of the shared tokens from now on, and their API keys "
            "here end. Chats that are stored on their computer stay there."
        ).format(self.name)
        ask = lambda: self.remove_asked.emit(self.member.account)  # noqa: E731
        self.ask.ask(question, tr("Remove"), ask, self._remove)
