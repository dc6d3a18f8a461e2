"""Tool calls put together from their pieces, several at once, until they are whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.providers.events import ToolCallArrived
from app.providers.json_text import Json, as_object, as_text, json_text


@dataclass(slots=True)
class PartialCall:
    """A call on its way; `arguments` are pieces of JSON text."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)
    server_side: bool = False

    def whole(self, place: int) -> ToolCallArrived:
        arguments = "".join(self.arguments) or "{}"
        return ToolCallArrived(self.id or f"call_{place}", self.name, arguments, self.server_side)


class PartialCalls:
    """Calls by their index in the answer, in OpenAI's shape."""

    def __init__(self) -> None:
        self._calls: dict[int, PartialCall] = {}
        self._at: dict[int, int] = {}  # the host's index -> our place

    def __bool__(self) -> bool:
        return bool(self._calls)

    def take(self, piece: Json, position: int) -> None:
        """A piece `{index, id, function: {name, arguments}}`; the index may be missing."""
        function = as_object(piece.get("function"))
        index = piece.get("index")
        index = index if isinstance(index, int) else position
        call_id, name = as_text(piece.get("id")), as_text(function.get("name"))
        call = self._calls.get(self._at.get(index, -1))
        # Some hosts give every call the index 0: another id with a name is another call.
        if call is None or (call_id and name and call.id and call_id != call.id):
            call = PartialCall()
            self._at[index] = len(self._calls)
            self._calls[len(self._calls)] = call
        call.id = call.id or call_id
        call.name = call.name or name
        arguments = function.get("arguments")
        if arguments is not None and arguments != "":
            call.arguments.append(json_text(arguments))

    def whole(self) -> list[ToolCallArrived]:
        """All calls, in the order in which they began."""
        return [call.whole(place) for place, call in self._calls.items()]
