"""What the window imports after its first paint, one module at a time.

A key that is pressed in between waits for one of these and not for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module

# The dearest modules of `MainWindow.complete`, those first that others stand on.
_OF_THE_WINDOW = (
    "app.seam.views",
    "app.seam.hosted_views",
    "app.seam.hosted",
    "app.seam.commands",
    "app.seam.events",
    "app.ui.shortcuts",
    "app.ui.window_dialogs",
    "app.ui.window_orders",
    "app.ui.sidebar.chat_list",
)
_OF_THE_BILLING_PANEL = (
    "app.ui.billing.chart",
    "app.ui.billing.spend_list",
    "app.ui.billing.panel",
)

Step = Callable[[], object]


def imports_of_window() -> list[Step]:
    """A step for each module that the window's orders, dialogs and events stand on."""
    return [partial(import_module, name) for name in _OF_THE_WINDOW]


def imports_of_billing() -> list[Step]:
    """The same for the billing panel."""
    return [partial(import_module, name) for name in _OF_THE_BILLING_PANEL]
