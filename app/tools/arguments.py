"""The arguments of a tool call, as the model wrote them: read, bounded, held against the schema.

A model's text is not to be trusted: it may be no JSON, endless, or nested without end.
"""

from __future__ import annotations

import json
from typing import NoReturn

from app.tools.tool import Arguments, JsonValue, ToolFailed

LETTERS_MAX = 20_000
DEPTH_MAX = 12
_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def read_arguments(text: str, schema_json: str) -> Arguments:
    """Arguments that fit a schema: an object of plain fields, as our own tools have.

    Raises ToolFailed, naming what is wrong and what would be right.
    """
    value = _read(text)
    if not isinstance(value, dict):
        raise ToolFailed("The arguments must be a JSON object, such as {}.")
    schema = json.loads(schema_json)
    fields: dict[str, dict[str, str]] = schema.get("properties", {})
    known = ", ".join(fields) or "none"
    for name, given in value.items():
        if name not in fields:
            raise ToolFailed(f"There is no argument “{name[:60]}”. There are: {known}.")
        _require_kind(name, given, fields[name].get("type", ""))
    for name in schema.get("required", ()):
        if name not in value:
            raise ToolFailed(f"The argument “{name}” is missing. There are: {known}.")
    return value


def _read(text: str) -> JsonValue:
    if len(text) > LETTERS_MAX:
        raise ToolFailed(f"The arguments are longer than {LETTERS_MAX:,} characters.")
    if _depth(text) > DEPTH_MAX:
        raise ToolFailed(f"The arguments are nested deeper than {DEPTH_MAX} levels.")
    try:
        value: JsonValue = json.loads(text or "{}", parse_constant=_no_constant)
    except ValueError as error:
        raise ToolFailed(f"The arguments are not JSON: {str(error)[:120]}.") from error
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _depth(text: str) -> int:
    """The deepest nesting of brackets outside of strings; read before the parser sees the text."""
    depth = deepest = 0
    in_string = escaped = False
    for letter in text:
        if in_string:
            in_string = escaped or letter != '"'
            escaped = letter == "\\" and not escaped
        elif letter == '"':
            in_string = True
        elif letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
    return deepest


def _require_kind(name: str, given: JsonValue, kind: str) -> None:
    wanted = _KINDS.get(kind)
    if wanted is None:
        return
    # In Python a truth value is a number too; in JSON it is not.
    fits = isinstance(given, wanted) and (kind == "boolean" or not isinstance(given, bool))
    if not fits:
        raise ToolFailed(f"The argument “{name}” must be of type {kind}.")
