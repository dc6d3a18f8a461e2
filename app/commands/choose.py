"""From what a person types to the one thing that is meant: a model, a chat, a key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from app.errors import TuppenceError

if TYPE_CHECKING:
    from app.seam.views import ModelRow
    from app.store.assistants import AssistantRecord
    from app.store.records import ChatRecord, KeyRecord

T = TypeVar("T")
ID_LENGTH_MIN = 4
_NAMED_MAX = 5


class NotFound(TuppenceError):
    """Nothing is meant by what was typed, or several things are."""


def choose_model(wanted: str, rows: Sequence[ModelRow]) -> ModelRow:
    """The model by reference, id or name, or by a part that only one has.

    Where two keys have the same model, the first key's is taken. Raises NotFound.
    """
    word = wanted.casefold()
    for fits in (_is_ref, _is_id, _is_name, _has_part):
        found = [row for row in rows if fits(row, word)]
        usable = [row for row in found if row.available] or found
        if len({_model_id(row) for row in usable}) > 1:
            raise _several(f"Several models fit “{wanted}”", [_model_id(row) for row in usable])
        if usable:
            return usable[0]
    if not rows:
        raise NotFound("There is no model yet.", "Add a key: tuppence keys add")
    raise NotFound(f"There is no model “{wanted}”.", "See which there are: tuppence models")


def choose_chat(wanted: str, chats: Sequence[ChatRecord]) -> ChatRecord:
    """The chat by id, by an id's beginning, or by title. Raises NotFound."""
    word = wanted.casefold()
    return _only(
        wanted,
        "chat",
        "See which there are: tuppence chats list",
        chats,
        (
            lambda chat: chat.id == wanted,
            lambda chat: len(word) >= ID_LENGTH_MIN and chat.id.startswith(word),
            lambda chat: chat.title.casefold() == word,
            lambda chat: word in chat.title.casefold(),
        ),
        lambda chat: f"{chat.id} {chat.title}",
    )


def choose_key(wanted: str, keys: Sequence[KeyRecord]) -> KeyRecord:
    """The key by id, its beginning, label, last characters or provider. Raises NotFound."""
    word = wanted.casefold()
    return _only(
        wanted,
        "key",
        "See which there are: tuppence keys list",
        keys,
        (
            lambda key: key.id == wanted,
            lambda key: len(word) >= ID_LENGTH_MIN and key.id.startswith(word),
            lambda key: key.label.casefold() == word,
            lambda key: bool(key.ends_in) and key.ends_in == wanted.lstrip("…."),
            lambda key: key.provider.casefold() == word,
        ),
        lambda key: f"{key.id} {key.provider} …{key.ends_in}",
    )


def choose_assistant(wanted: str, assistants: Sequence[AssistantRecord]) -> AssistantRecord:
    """The assistant by id, its beginning, or name. Raises NotFound."""
    word = wanted.casefold()
    return _only(
        wanted,
        "assistant",
        "The window lists them: Tools and assistant, Assistants.",
        assistants,
        (
            lambda one: one.id == wanted,
            lambda one: len(word) >= ID_LENGTH_MIN and one.id.startswith(word),
            lambda one: one.name.casefold() == word,
            lambda one: word in one.name.casefold(),
        ),
        lambda one: f"{one.id} {one.name}",
    )


def _only(
    wanted: str,
    kind: str,
    advice: str,
    things: Sequence[T],
    tests: Sequence[Callable[[T], bool]],
    name: Callable[[T], str],
) -> T:
    for test in tests if wanted else ():
        found = [thing for thing in things if test(thing)]
        if len(found) == 1:
            return found[0]
        if found:
            raise _several(f"Several {kind}s fit “{wanted}”", [name(one) for one in found])
    raise NotFound(f"There is no {kind} “{wanted}”.", advice)


def _several(what: str, names: Sequence[str]) -> NotFound:
    different = list(dict.fromkeys(names))
    shown = ", ".join(different[:_NAMED_MAX])
    more = f" and {len(different) - _NAMED_MAX} more" if len(different) > _NAMED_MAX else ""
    return NotFound(f"{what}: {shown}{more}.", "Type more of it.")


def _model_id(row: ModelRow) -> str:
    return row.ref.partition("/")[2]


def _is_ref(row: ModelRow, word: str) -> bool:
    return row.ref.casefold() == word


def _is_id(row: ModelRow, word: str) -> bool:
    model_id = _model_id(row).casefold()
    return word in (model_id, f"{row.provider}/{model_id}")


def _is_name(row: ModelRow, word: str) -> bool:
    return row.name.casefold() == word


def _has_part(row: ModelRow, word: str) -> bool:
    return word in _model_id(row).casefold() or word in row.name.casefold()
