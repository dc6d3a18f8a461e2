"""Panes of one message that draw on the same tokens: what each of them leaves to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.chat.hosted_routes import HostedTarget


@dataclass(frozen=True, slots=True)
class Beside:
    """What other panes of the message hold, and will likely draw, by grant and in its unit.

    `sharing` is how many calls, this one among them, are still to be covered by what is left.
    """

    held: Mapping[str, int] = field(default_factory=dict)
    likely: Mapping[str, int] = field(default_factory=dict)
    sharing: int = 1


ALONE = Beside()


class Together:
    """Goes through the panes of one message in the order in which they are asked."""

    def __init__(self, targets: Iterable[HostedTarget | None] = ()) -> None:
        """`targets` are those of all panes, None where something else than credit pays."""
        self._to_come = [target for target in targets if target is not None]
        self._held: dict[str, dict[str, int]] = {}
        self._likely: dict[str, dict[str, int]] = {}

    def beside(self, target: HostedTarget) -> Beside:
        """What the panes before this one leave, and how many share it from here on."""
        sharing = sum(_share_grants(target, other) for other in self._to_come)
        holder = target.key_id
        return Beside(self._held.get(holder, {}), self._likely.get(holder, {}), max(sharing, 1))

    def take(
        self, target: HostedTarget, held: Mapping[str, int], likely: Mapping[str, int]
    ) -> None:
        """Note what a pane holds and will likely draw; it is not to come any more."""
        if target in self._to_come:
            self._to_come.remove(target)
        for taken, drawn in ((self._held, held), (self._likely, likely)):
            sums = taken.setdefault(target.key_id, {})
            for grant_id, amount in drawn.items():
                sums[grant_id] = sums.get(grant_id, 0) + amount


def _share_grants(one: HostedTarget, other: HostedTarget) -> bool:
    """Whether both may draw on the same: a free model has a grant of its own."""
    if one.key_id != other.key_id or one.wallet is None or other.wallet is None:
        return False
    mine = {line.id for line in one.wallet.grants_for(one.model.id)}
    return any(line.id in mine for line in other.wallet.grants_for(other.model.id))
