"""A license in plain words: how it stands, what it allows, and what none is needed for."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.seam.hosted_views import LicenseView
from app.ui import words

_TITLES = {
    "valid": (str(QT_TRANSLATE_NOOP("license", "The license is valid")), "ok"),
    "grace": (str(QT_TRANSLATE_NOOP("license", "The license needs a look")), "warn"),
    "expired": (str(QT_TRANSLATE_NOOP("license", "The license is over")), "danger"),
    "other_device": (str(QT_TRANSLATE_NOOP("license", "A license for another computer")), "warn"),
    "absent": (str(QT_TRANSLATE_NOOP("license", "No license")), "2"),
}
_OWN_KEYS = {
    "always": str(QT_TRANSLATE_NOOP("license", "Keys of your own, whenever you like.")),
    "after_allowance": str(
        QT_TRANSLATE_NOOP("license", "Keys of your own, once the plan's allowance is used up.")
    ),
    "never": str(
        QT_TRANSLATE_NOOP("license", "No keys of your own: messages are paid with tokens.")
    ),
}
# Those of the catalogs that the program ships with; another catalog's are told by their ids.
_FEATURES = {
    "file_upload": str(QT_TRANSLATE_NOOP("license", "file upload")),
    "image_generation": str(QT_TRANSLATE_NOOP("license", "image generation")),
    "voice_chat": str(QT_TRANSLATE_NOOP("license", "voice chat")),
    "code_interpreter": str(QT_TRANSLATE_NOOP("license", "code interpreter")),
    "web_search": str(QT_TRANSLATE_NOOP("license", "web search")),
    "agents": str(QT_TRANSLATE_NOOP("license", "agents")),
    "prompts": str(QT_TRANSLATE_NOOP("license", "prompts")),
    "mcp_servers": str(QT_TRANSLATE_NOOP("license", "MCP servers")),
    "knowledge_bases": str(QT_TRANSLATE_NOOP("license", "knowledge bases")),
    "telemetry": str(
        QT_TRANSLATE_NOOP("license", "spending on the plan and on your own keys, apart")
    ),
}


def tr(text: str) -> str:
    """A word of this file in the user's language."""
    return QCoreApplication.translate("license", text)


def title_of(status: str) -> tuple[str, str]:
    """How it stands in one line, and the tone of it."""
    title, tone = _TITLES.get(status, _TITLES["absent"])
    return tr(title), tone


def allowed_by(license_: LicenseView) -> tuple[str, ...]:
    """What is allowed now, one line each: under the license, or by the free rules."""
    return (
        _features(license_.features),
        tr(_OWN_KEYS[license_.own_keys]) if license_.own_keys in _OWN_KEYS else "",
        _seats(license_.seats),
    )


def renewal_of(license_: LicenseView) -> str:
    """`Next renewal, by itself: 22 Nov.`; empty where no server is asked."""
    if license_.renew_at is None:
        return ""
    due = license_.renew_at <= datetime.now(UTC)
    said = tr("A renewal is due since {0}.") if due else tr("Next renewal, by itself: {0}.")
    # In some languages a date ends with a full stop of its own.
    return said.format(words.short_date(license_.renew_at)).replace("..", ".")


def _features(features: tuple[str, ...]) -> str:
    if "*" in features:
        return tr("Every feature of Tuppence.")
    if not features:
        return tr("Chatting, without the features of larger plans.")
    names = ", ".join(map(feature_name, features))
    return tr("Chatting, and these features: {0}.").format(names)


def feature_name(feature: str) -> str:
    """A feature in the user's language; its id where it is not one of ours."""
    return tr(_FEATURES[feature]) if feature in _FEATURES else feature.replace("_", " ")


def _seats(seats: int | None) -> str:
    if seats is None:
        return tr("Any number of people.")
    if seats == 1:
        return tr("One person, on this computer.")
    return tr("Up to {0} people.").format(words.count(seats))
