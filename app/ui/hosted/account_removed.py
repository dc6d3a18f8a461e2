"""This computer was taken off its account from elsewhere: said once, at the moment it is heard."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.seam.events import Notice
from app.seam.hosted_views import AccountsView


def tr(text: str) -> str:
    """A word of this file in the user's language."""
    return QCoreApplication.translate("account", text)


def removal_notice(before: AccountsView | None, now: AccountsView) -> Notice | None:
    """What is said where a server's state has just become `removed`; None where none has."""
    if before is None:
        return None  # it was said when it happened, and stands at the foot of the sidebar
    states = {row.id: row.state for row in before.servers}
    for row in now.servers:
        if row.state == "removed" and states.get(row.id, "removed") != "removed":
            return Notice(
                "error",
                tr("This computer was removed from your account at {0}.").format(row.title),
                tr("Your chats stay. Under “Account” you can find it again, or begin a new one."),
            )
    return None
