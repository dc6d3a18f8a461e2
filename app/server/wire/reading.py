"""Values out of a client's JSON, each checked, with errors in the form that OpenAI clients read.

Three rules for fields, stated once: a field that we know and whose value is wrong is refused and
named; a field that would change what is billed or who sees the request is refused and named; any
other field is left out and listed, since clients send more fields than any list knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Never

from app.server.errors import Refused
from app.server.fast_json import parsed

Json = Mapping[str, object]
DEPTH_MAX = 64


class BadRequest(Refused):
    """A 400: `param` is the field's path, `messages[2].content[0].image_url.url`."""

    def __init__(self, message: str, param: str | None = None, code: str = "invalid_value") -> None:
        super().__init__(400, code, message, param)


@dataclass(frozen=True, slots=True)
class WireLimits:
    """How much one request may hold. Tokens, counts and bytes."""

    messages_max: int = 10_000
    parts_max: int = 10_000
    tools_max: int = 128
    stops_max: int = 4
    images_max: int = 100
    image_bytes_max: int = 20 * 1024 * 1024
    output_tokens_most: int = 1_000_000  # a cap above it is taken as this
    inputs_max: int = 2048  # of one embedding request
    pictures_max: int = 10  # of one image request
    speech_letters_max: int = 4096


LIMITS = WireLimits()


def read_body(payload: bytes, *, depth_max: int = DEPTH_MAX) -> dict[str, object]:
    """The JSON object of a request's body; raises BadRequest where it is none, or nested deeper."""
    try:
        value = _value_of(payload)
    except RecursionError as error:
        raise BadRequest("The body is nested too deep.", code="invalid_json") from error
    except ValueError as error:
        raise BadRequest("The body is not JSON.", code="invalid_json") from error
    if not isinstance(value, dict):
        raise BadRequest("The body has to be a JSON object.", code="invalid_json")
    # What has fewer brackets is not nested deeper.
    if payload.count(b"{") + payload.count(b"[") > depth_max:
        _check_depth(value, depth_max)
    return value


def _value_of(payload: bytes) -> object:
    try:
        return parsed(payload)
    except ValueError:
        return json.loads(payload, parse_constant=_no_constant)


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is no JSON")


def _check_depth(value: object, depth_max: int) -> None:
    level: list[object] = [value]
    for _ in range(depth_max):
        deeper: list[object] = []
        for item in level:
            held: Iterable[object] = item.values() if isinstance(item, dict) else item  # type: ignore[assignment]
            deeper.extend(inner for inner in held if isinstance(inner, dict | list))
        if not deeper:
            return
        level = deeper
    raise BadRequest("The body is nested too deep.", code="invalid_json")


class Fields:
    """One object of a request; `path` is where it stands. Null counts as not given."""

    __slots__ = ("path", "value")

    def __init__(self, value: object, path: str = "") -> None:
        if not isinstance(value, dict):
            raise BadRequest(f"{path or 'The body'} has to be an object.", path or None)
        self.value: Json = value
        self.path = path

    def at(self, name: str) -> str:
        """The path of one of the fields."""
        return f"{self.path}.{name}" if self.path else name

    def bad(self, name: str, message: str, code: str = "invalid_value") -> BadRequest:
        return BadRequest(f"{self.at(name)}: {message}", self.at(name), code)

    def has(self, name: str) -> bool:
        return self.value.get(name) is not None

    def text(self, name: str, *, length_max: int | None = None) -> str | None:
        value = self.value.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.bad(name, "This has to be a string.", "invalid_type")
        if length_max is not None and len(value) > length_max:
            raise self.bad(name, f"This may have {length_max:,} characters.", "string_above_max")
        return whole_text(value)

    def wanted_text(self, name: str, *, length_max: int | None = None) -> str:
        value = self.text(name, length_max=length_max)
        if not value:
            raise self.bad(name, "This is missing.", "missing_required_parameter")
        return value

    def number(self, name: str, least: float, most: float) -> float | None:
        """A number within bounds; the same kind of number, so that 1 stays 1."""
        value = self.value.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.bad(name, "This has to be a number.", "invalid_type")
        if not least <= value <= most:
            raise self.bad(name, f"This has to be from {least:g} to {most:g}.")
        return value

    def whole(self, name: str, least: int, most: int) -> int | None:
        value = self.value.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.bad(name, "This has to be a whole number.", "invalid_type")
        if not least <= value <= most:
            raise self.bad(name, f"This has to be from {least} to {most}.")
        return value

    def cap(self, names: Sequence[str], most: int) -> int | None:
        """An output cap by any of its names: at least 1, and brought down to `most`."""
        for name in names:
            value = self.value.get(name)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int):
                raise self.bad(name, "This has to be a whole number.", "invalid_type")
            if value < 1:
                raise self.bad(name, "This has to be 1 or more.", "integer_below_min_value")
            return min(value, most)
        return None

    def flag(self, name: str) -> bool | None:
        value = self.value.get(name)
        if value is not None and not isinstance(value, bool):
            raise self.bad(name, "This has to be true or false.", "invalid_type")
        return value

    def choice(self, name: str, options: Sequence[str]) -> str | None:
        value = self.text(name)
        if value is not None and value not in options:
            raise self.bad(name, f"This is one of {', '.join(options)}.")
        return value

    def fields(self, name: str) -> Fields | None:
        value = self.value.get(name)
        return None if value is None else Fields(value, self.at(name))

    def items(self, name: str, *, count_max: int) -> list[object]:
        """A list, empty where there is none."""
        value = self.value.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.bad(name, "This has to be a list.", "invalid_type")
        if len(value) > count_max:
            raise self.bad(name, f"This may have {count_max:,} entries.", "array_above_max_length")
        return value

    def rows(self, name: str, *, count_max: int) -> Iterator[Fields]:
        """A list of objects."""
        for place, item in enumerate(self.items(name, count_max=count_max)):
            yield Fields(item, f"{self.at(name)}[{place}]")

    def refuse(self, refused: Mapping[str, str]) -> None:
        """Raise for the first of these fields that is set to anything; the value says why."""
        if self.value.keys().isdisjoint(refused):
            return
        for name, why in refused.items():
            if self.value.get(name) not in (None, False, [], {}):
                raise self.bad(name, why, "unsupported_parameter")

    def others(self, known: frozenset[str]) -> tuple[str, ...]:
        """The names that are not known, which are left out; at most twenty, shortened."""
        if self.value.keys() <= known:
            return ()
        return tuple(name[:64] for name in self.value if name not in known)[:20]


def whole_text(text: str) -> str:
    """A text without halves of characters, which no upstream and no file takes."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def json_text(value: object) -> str:
    """A schema or arguments as text, as short as it goes."""
    return whole_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
