"""A workspace's own keys for providers: sealed at the server, and shown to nobody again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from app.seam import hosted
from app.seam.hosted_groups import (
    AddGroupKey,
    AskGroupKeys,
    GroupKeysShown,
    GroupKeyView,
    KeyProviderView,
    RemoveGroupKey,
)
from app.seam.hosted_views import GroupView
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
from app.ui.hosted.account_orders import order_for
from app.ui.hosted.group_parts import Ask, GroupState, buttons, fault_words, heading, say
from app.ui.hosted.group_wording import named, tr
from app.ui.hosted.window_hosted import WindowHosted
from app.ui.settings.secret_field import SecretField
from app.ui.theme import Theme

PROVIDER_WIDTH, NAME_WIDTH = 170, 170


class GroupKeyLine(QFrame):
    """One key, by its last letters; removing it asks in place first."""

    remove_asked = Signal(str)

    def __init__(
        self, key: GroupKeyView, provider: str, names: Mapping[str, str], *, removes: bool
    ) -> None:
        super().__init__()
        self.key = key
        checked = tr("works") if key.checked else tr("not checked: its provider was out of reach")
        said = " · ".join(
            (
                *((key.name,) if key.name and key.name != provider else ()),
                tr("ends in …{0}").format(key.ends_with),
                checked,
                tr("added by {0}, {1}").format(
                    named(key.added_by, names), words.short_date(key.created_at)
                ),
            )
        )
        texts = column(spacing=1)
        texts.addWidget(plain_label(provider))
        texts.addWidget(plain_label(said, tone="2", size="note", wrap=True))
        line = row(spacing=10)
        line.addLayout(texts, 1)
        self._provider = provider
        if removes:
            self._remove = tool_button(
                "trash-2", tr("Remove the key for {0}").format(provider), self._on_remove
            )
            self._remove.setObjectName("remove-group-key")
            line.addWidget(self._remove)
        self._ask = Ask()
        self._said = plain_label(size="note", wrap=True)
        self._said.hide()
        box = column(self, spacing=7)
        box.addLayout(line)
        box.addWidget(self._ask)
        box.addWidget(self._said)
        box.addWidget(rule())
        self.setAccessibleName(f"{provider}, {said}")

    def show_fault(self, fault: FaultView) -> None:
        """Why it is still there."""
        self._ask.rest()
        say(self._said, fault_words(fault))

    def _on_remove(self) -> None:
        question = tr(
            "Remove the key for {0}? The server forgets it for good. Members' messages are paid "
            "from the shared tokens again, where there are some."
        ).format(self._provider)
        remove = lambda: self.remove_asked.emit(self.key.id)  # noqa: E731
        self._ask.ask(question, tr("Remove the key"), remove, self._remove)


class GroupKeyForm(QWidget):
    """`given(provider, key, name, replaces)` has a key kept."""

    given = Signal(str, str, str, bool)

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[str, str] = {}
        self._build()

    def show_providers(
        self, providers: Sequence[KeyProviderView], keys: Sequence[GroupKeyView]
    ) -> None:
        """What a key can be for; one that is there is replaced."""
        self._kept = {key.provider: key.ends_with for key in keys}
        ids = [str(self._provider.itemData(at)) for at in range(self._provider.count())]
        if ids != [each.id for each in providers]:
            self._provider.clear()
            for each in providers:
                self._provider.addItem(each.name, each.id)
        self._say_what_it_does()

    def show_kept(self) -> None:
        """It is sealed at the server: here it is forgotten."""
        self._rest()
        self._key.forget()
        self._name.clear()
        say(self._said, tr("The key is kept. Nobody is shown it again."), "ok")

    def show_fault(self, fault: FaultView) -> None:
        """Why it is not kept; what was typed stays."""
        self._rest()
        say(self._said, fault_words(fault))
        self._key.setFocus()

    def forget(self) -> None:
        """Nothing of a key stays in a page that is not seen."""
        self._key.forget()
        say(self._said, "")

    def _build(self) -> None:
        theme = Theme.current()
        self._provider = ChoiceBox()
        self._provider.setObjectName("group-key-provider")
        self._provider.setAccessibleName(tr("Provider"))
        self._provider.setFixedWidth(theme.px(PROVIDER_WIDTH))
        self._provider.currentIndexChanged.connect(self._say_what_it_does)
        self._key = SecretField(tr("Key"), tr("Paste the key"))
        self._key.setObjectName("group-key")
        self._key.returnPressed.connect(self._on_save)
        self._name = QLineEdit(placeholderText=tr("Name, if you like"))
        self._name.setAccessibleName(tr("Name of the key"))
        self._name.setFixedWidth(theme.px(NAME_WIDTH))
        self._name.setMaxLength(80)
        self._save = push_button(tr("Save the key"), self._on_save, "primary")
        self._save.setObjectName("save-group-key")
        self._note = plain_label(tone="2", size="small", wrap=True)
        self._said = plain_label(size="note", wrap=True)
        self._said.hide()
        line = row(spacing=8)
        line.addWidget(self._provider)
        line.addWidget(self._key, 1)
        line.addWidget(self._name)
        box = column(self, spacing=8)
        box.addWidget(heading(tr("Add a key")))
        box.addLayout(line)
        box.addWidget(self._note)
        box.addWidget(self._said)
        box.addLayout(buttons(self._save))

    def _say_what_it_does(self) -> None:
        ends = self._kept.get(str(self._provider.currentData()), "")
        save = tr("Replace the key") if ends else tr("Save the key")
        self._save.setText(save)
        note = tr(
            "It is checked with the provider, sealed at the server, and used for members' messages "
            "before the shared tokens. The provider bills you."
        )
        if ends:
            note += " " + tr("It replaces the one that ends in …{0}.").format(ends)
        self._note.setText(note)

    def _rest(self) -> None:
        self._save.setEnabled(True)
        self._say_what_it_does()

    def _on_save(self) -> None:
        if not self._save.isEnabled():
            return
        if not self._key.text().strip():
            say(self._said, tr("Paste the key first."))
            self._key.setFocus()
            return
        say(self._said, "")
        provider = str(self._provider.currentData())
        self._save.setEnabled(False)
        self._save.setText(tr("Checking …"))
        self.given.emit(provider, self._key.text(), self._name.text(), provider in self._kept)


class GroupKeyPage(QWidget):
    """Keys of a workspace whose plan has a use for them; words in their place where it has none."""

    def __init__(self, window_hosted: WindowHosted, group: GroupView) -> None:
        super().__init__()
        self._hosted = window_hosted
        self.group = group
        self._names: dict[str, str] = {}
        self._shown: GroupKeysShown | None = None
        self._build()
        window_hosted.heard.connect(self._on_heard)
        self.state.again_asked.connect(self.ask)
        self.form.given.connect(self._on_given)

    def ask(self) -> None:
        """Ask which keys there are."""
        if self._why_none():
            return
        if self._shown is None:
            self.state.show_asking()
        group = self.group.id
        self._order(lambda serial: AskGroupKeys(serial, group), self._on_asked)

    def show_group(self, group: GroupView) -> None:
        """The group as it is now."""
        self.group = group
        why = self._why_none()
        # What was said stays: the form below would move under the pointer.
        say(self._none, why or self._none_yet(), "2")
        self.form.setVisible("billing" in group.rights and not why and self._shown is not None)

    def show_names(self, names: Mapping[str, str]) -> None:
        """What members are called."""
        self._names = dict(names)
        if self._shown is not None:
            self._show(self._shown)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.form.forget()

    def _build(self) -> None:
        self.state = GroupState()
        self._none = plain_label(tone="2", wrap=True)
        self._none.hide()
        self._lines = column(spacing=8)
        self.form = GroupKeyForm()
        self.form.hide()
        box = column(self, spacing=14)
        box.addWidget(self.state)
        box.addWidget(self._none)
        box.addLayout(self._lines)
        box.addWidget(self.form)
        box.addStretch(1)
        self.show_group(self.group)

    def _why_none(self) -> str:
        if self.group.own_keys == "never":
            return tr("The plan here has no use for own keys.")
        if self.group.own_keys_held_by == "member":
            return tr("With this plan each member uses their own keys, on their own computer.")
        return ""

    def _none_yet(self) -> str:
        if self._shown is None or self._shown.keys:
            return ""
        return tr("No key yet: members' messages are paid from the shared tokens.")

    def _on_heard(self, event: hosted.HostedEvent) -> None:
        if isinstance(event, GroupKeysShown) and event.group_id == self.group.id:
            self._show(event)

    def _show(self, shown: GroupKeysShown) -> None:
        self._shown = shown
        self.state.hide()
        sees_to = "billing" in self.group.rights
        providers = {each.id: each.name for each in shown.providers}
        clear_layout(self._lines)
        for key in shown.keys:
            provider = providers.get(key.provider, key.provider)
            line = GroupKeyLine(key, provider, self._names, removes=sees_to)
            line.remove_asked.connect(self._on_remove)
            self._lines.addWidget(line)
        say(self._none, self._none_yet(), "2")
        self.form.setVisible(sees_to)
        self.form.show_providers(shown.providers, shown.keys)

    def _on_asked(self, done: hosted.HostedDone) -> None:
        if done.fault is not None:
            self.state.show_fault(done.fault)

    def _on_given(self, provider: str, key: str, name: str, replaces: bool) -> None:
        def answer(done: hosted.HostedDone) -> None:
            if done.fault is not None:
                self.form.show_fault(done.fault)
            else:
                self.form.show_kept()

        group = self.group.id
        self._order(
            lambda serial: AddGroupKey(serial, group, provider, key, name, replaces), answer
        )

    def _on_remove(self, key_id: str) -> None:
        def answer(done: hosted.HostedDone) -> None:
            for line in self.findChildren(GroupKeyLine):
                if done.fault is not None and line.key.id == key_id:
                    line.show_fault(done.fault)

        self._order(lambda serial: RemoveGroupKey(serial, self.group.id, key_id), answer)

    def _order(
        self,
        make: Callable[[int], hosted.HostedCommand],
        answer: Callable[[hosted.HostedDone], None],
    ) -> None:
        order_for(self, self._hosted, make, answer)
