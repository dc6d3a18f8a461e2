"""Orders of a page that may be closed before they are answered; servers as people read them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QScrollArea, QWidget
from shiboken6 import isValid

if TYPE_CHECKING:
    from app.seam.commands import Command
    from app.seam.hosted import HostedDone
    from app.seam.hosted_views import ServerView
    from app.seam.views import FaultView
    from app.ui.hosted.window_hosted import WindowHosted


def order_for(
    page: QWidget,
    hosted: WindowHosted,
    make: Callable[[int], Command],
    answer: Callable[[HostedDone], None],
) -> int:
    """As `WindowHosted.order`; what is answered after the page has gone is dropped."""

    def heard(done: HostedDone) -> None:
        if isValid(page):
            answer(done)

    return hosted.order(make, heard)


def chosen_server(hosted: WindowHosted) -> ServerView | None:
    """The server whose tokens are spent; None where there is none."""
    accounts = hosted.accounts
    if accounts is None:
        return None
    return next((row for row in accounts.servers if row.id == accounts.chosen), None)


def fault_text(fault: FaultView) -> str:
    """What went wrong and what to do, in one line."""
    return f"{fault.message} {fault.advice}".strip()


def host_of(url: str) -> str:
    """`tokens.example.com`, `127.0.0.1:8443`."""
    return url.partition("://")[2] or url


def bring_into_view(part: QWidget) -> None:
    """Scroll its page until it shows, once what was just said has its place."""

    def scroll() -> None:
        above = part.parentWidget() if isValid(part) else None
        while above is not None and not isinstance(above, QScrollArea):
            above = above.parentWidget()
        if above is not None:
            above.ensureWidgetVisible(part)

    QTimer.singleShot(0, scroll)
