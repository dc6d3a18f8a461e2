"""What the window was last told: views to draw from again, never a truth of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.seam.budgets import BudgetView
    from app.seam.views import BillingView, ChatView, KeyRow, ModelRow, SettingsView

PendingSend = tuple[str, tuple[str, ...], tuple[int, ...], str]


@dataclass(slots=True)
class Shown:
    """`chat` is None until the core has opened one; typing and even sending may come before."""

    demo: bool = False
    ready: bool = False
    chat: ChatView | None = None
    models: dict[str, ModelRow] = field(default_factory=dict)
    keys: tuple[KeyRow, ...] | None = None  # None until they were listed
    settings: SettingsView | None = None
    billing: BillingView | None = None
    budgets: tuple[BudgetView, ...] = ()
    pending_send: PendingSend | None = None

    def model_names(self) -> dict[str, str]:
        """What models are called, by their ids, which the sums go by."""
        return {ref.partition("/")[2]: row.name for ref, row in self.models.items()}

    def model_name(self, ref: str) -> str:
        """The name of a model as the picker has it, its own id where it has none."""
        row = self.models.get(ref)
        return row.name if row else ref.partition("/")[2]
