"""The first thing one sees: the ways to a working chat, each one click away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.seam.views import LocalModels
from app.ui.theme import Theme, set_look

WIDTH_MAX = 680


class FirstRun(QScrollArea):
    """Asks once; every way can be taken later too."""

    key_asked = Signal()
    local_asked = Signal(str)  # a model reference
    look_again_asked = Signal()
    demo_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._local_ref = ""
        self._build()
        self._connect()

    def put_first(self, option: QWidget) -> None:
        """One more way, before all others."""
        set_look(self._key_button, look="")
        self._options.insertWidget(0, option)
        # Tab goes as the eye does; what was put in last would come last.
        ways = [*_in_focus_order(option), self._key_button, self._local_button, self._demo_button]
        before = self._key_button.previousInFocusChain() or self
        for part in ways:
            self.setTabOrder(before, part)
            before = part

    def show_demo(self, demo: bool) -> None:
        """In the demo there is no other demo to look at."""
        self._look_only.setVisible(not demo)

    def point_to_ways(self) -> None:
        """A message waits for one of the ways."""
        self._line.setText(self.tr("Take one of these ways first. Your message is kept below."))
        set_look(self._line, tone="accent", weight="strong")

    def show_local(self, hosts: Sequence[LocalModels]) -> None:
        """What serves models on this computer."""
        usable = [host for host in hosts if host.models]
        self._local_ref = f"{_local_key(usable[0])}/{usable[0].models[0]}" if usable else ""
        if usable:
            found = "; ".join(f"{host.name}, {_model_count(self, host)}" for host in usable)
            self._local_line.setText(self.tr("Found: {0}").format(found))
            self._local_button.setText(self.tr("Use {0}").format(usable[0].name))
        elif hosts:
            text = self.tr("{0} runs here, but has no model yet. Load one, then look again.")
            self._local_line.setText(text.format(hosts[0].name))
            self._local_button.setText(self.tr("Look again"))
        else:
            self._local_line.setText(
                self.tr("Nothing found. Start Ollama, LM Studio or llama.cpp, then look again.")
            )
            self._local_button.setText(self.tr("Look again"))
        self._local_button.setEnabled(True)

    def _build(self) -> None:
        theme = Theme.current()
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its buttons scroll into sight by themselves
        self.setAccessibleName(self.tr("How would you like to chat?"))
        self._key_button = QPushButton(self.tr("Add a key"))
        set_look(self._key_button, look="primary")
        self._local_button = QPushButton(self.tr("Looking…"))
        self._local_button.setEnabled(False)
        self._local_line = _label(self.tr("Looking for models on this computer…"), tone="2")
        self._demo_button = QPushButton(self.tr("Try the offline demo"))
        set_look(self._demo_button, look="link")
        card = QFrame()
        set_look(card, look="dialog")
        card.setMaximumWidth(theme.px(WIDTH_MAX))
        column = QVBoxLayout(card)
        column.setContentsMargins(*(theme.px(22),) * 4)
        column.setSpacing(theme.px(10))
        self._fill(column)
        page = QWidget()
        page.setProperty("ground", "none")
        outer = QHBoxLayout(page)
        outer.setContentsMargins(*(theme.px(24),) * 4)
        outer.addStretch(1)
        outer.addWidget(card, 100, Qt.AlignmentFlag.AlignVCenter)
        outer.addStretch(1)
        self.setWidget(page)

    def _fill(self, column: QVBoxLayout) -> None:
        title = _label(self.tr("How would you like to chat?"))
        set_look(title, size="title")
        column.addWidget(title)
        self._line = _label(
            self.tr("You can use all of them later, side by side."), tone="2", size="note"
        )
        column.addWidget(self._line)
        key_line = self.tr(
            "OpenAI, Anthropic, Google, OpenRouter, Mistral, DeepSeek, Groq and more. "
            "Kept in this computer's keyring where it has one; sent to nobody but its provider."
        )
        options = self._options = QVBoxLayout()
        options.setSpacing(column.spacing())
        column.addLayout(options)
        options.addWidget(
            _option(self.tr("Use your own key"), _label(key_line, tone="2"), self._key_button)
        )
        options.addWidget(
            _option(self.tr("Use a model on this computer"), self._local_line, self._local_button)
        )
        self._look_only = QWidget()
        set_look(self._look_only, ground="none")
        foot = QHBoxLayout(self._look_only)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.addWidget(_label(self.tr("Just looking?"), tone="2", size="note"))
        foot.addWidget(self._demo_button)
        foot.addStretch(1)
        column.addWidget(self._look_only)

    def _connect(self) -> None:
        self._key_button.clicked.connect(self.key_asked)
        self._demo_button.clicked.connect(self.demo_asked)
        self._local_button.clicked.connect(self._on_local_clicked)

    def _on_local_clicked(self) -> None:
        if self._local_ref:
            self.local_asked.emit(self._local_ref)
            return
        self._local_button.setEnabled(False)
        self._local_line.setText(self.tr("Looking for models on this computer…"))
        self.look_again_asked.emit()


def _in_focus_order(option: QWidget) -> list[QWidget]:
    parts = [option]
    following = option.nextInFocusChain()
    while following is not None and option.isAncestorOf(following):
        parts.append(following)
        following = following.nextInFocusChain()
    return parts


def _local_key(host: LocalModels) -> str:
    return host.host_id if host.host_id.startswith("local:") else f"local:{host.host_id}"


def _model_count(widget: QWidget, host: LocalModels) -> str:
    count = len(host.models)
    if count == 1:
        return widget.tr("1 model")
    return widget.tr("{0} models").format(count)


def _option(title: str, line: QLabel, button: QPushButton) -> QFrame:
    theme = Theme.current()
    frame = QFrame()
    set_look(frame, look="option")
    name = _label(title)
    set_look(name, weight="strong")
    set_look(line, size="note")
    words = QVBoxLayout()
    words.setSpacing(theme.px(2))
    words.addWidget(name)
    words.addWidget(line)
    row = QHBoxLayout(frame)
    row.setContentsMargins(theme.px(16), theme.px(14), theme.px(16), theme.px(14))
    row.setSpacing(theme.px(14))
    row.addLayout(words, 1)
    row.addWidget(button)
    return frame


def _label(text: str, **look: str) -> QLabel:
    label = QLabel(text, wordWrap="tone" in look, textFormat=Qt.TextFormat.PlainText)
    set_look(label, **look)
    return label
