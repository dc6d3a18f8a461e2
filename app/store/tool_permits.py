"""What the user allowed a tool for all of a chat: kept with the other settings, by chat."""

from __future__ import annotations

from collections.abc import Callable

from app.store.settings import JsonValue, Settings

NAME = "tool_permits"
Permit = tuple[str, str]  # the tool's name, and what it is about, such as a host


class ToolPermits:
    """Reads once; a damaged entry allows nothing."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[str, list[Permit]] | None = None

    def of(self, chat_id: str) -> tuple[Permit, ...]:
        """Everything that is allowed in a chat, oldest first."""
        return tuple(self._all().get(chat_id, ()))

    def allow(self, chat_id: str, permit: Permit) -> None:
        """From now on, until it is taken back or the chat is gone."""
        if permit not in self.of(chat_id):
            self._all().setdefault(chat_id, []).append(permit)
            self._write()

    def take_back(self, chat_id: str, permit: Permit) -> None:
        """The tool asks again; nothing where it was not allowed."""
        if permit in self.of(chat_id):
            self._all()[chat_id].remove(permit)
            self._write()

    def forget_gone(self, chat: Callable[[str], object | None]) -> None:
        """Forget what belongs to chats that are not there any more: `chat` gives None for them."""
        gone = [chat_id for chat_id in self._all() if chat(chat_id) is None]
        for chat_id in gone:
            del self._all()[chat_id]
        if gone:
            self._write()

    def _all(self) -> dict[str, list[Permit]]:
        if self._known is None:
            self._known = _read(self._settings.get(NAME))
        return self._known

    def _write(self) -> None:
        self._settings.set(
            NAME,
            {chat_id: [list(one) for one in found] for chat_id, found in self._all().items()},
        )


def _read(value: JsonValue) -> dict[str, list[Permit]]:
    if not isinstance(value, dict):
        return {}
    found: dict[str, list[Permit]] = {}
    for chat_id, permits in value.items():
        for permit in permits if isinstance(permits, list) else ():
            match permit:
                case [str(tool), str(subject)]:
                    found.setdefault(chat_id, []).append((tool, subject))
    return found
