"""How strong a new passphrase is, in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.ui.settings.recognize import PASSPHRASE_LENGTH_MIN, passphrase_strength


def tr(text: str) -> str:
    """A word of this file in the user's language."""
    return QCoreApplication.translate("passphrase", text)


def strength_words(passphrase: str) -> tuple[str, str]:
    """The words, and the theme's tone for them."""
    match passphrase_strength(passphrase):
        case 0:
            pattern = tr("Too simple: at least {0} characters, not all alike.")
            return pattern.format(PASSPHRASE_LENGTH_MIN), "2"
        case 1:
            return tr("Weak: a few words more would help."), "warn"
        case 2:
            return tr("Fair."), "2"
        case _:
            return tr("Strong."), "ok"
