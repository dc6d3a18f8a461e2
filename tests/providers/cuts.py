"""A stream cut in two at every position, in time that grows with the stream and not its square.

A decoder is a state and what it says next: where the state after a cut equals the state of the
decoder that was fed event by event, all that follows is the same and need not be decoded again.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.providers.events import StreamEvent
from app.providers.stream_decoder import StreamDecoder
from tests.providers.recordings import joined

MakeDecoder = Callable[[], StreamDecoder]
_EVENT_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")


@dataclass(frozen=True, slots=True)
class _Stop:
    """A place between two events: how the decoder is there and what it said on the way to it."""

    place: int
    snapshot: bytes
    state: object
    said: list[StreamEvent]

    def decoder(self) -> StreamDecoder:
        copy: StreamDecoder = pickle.loads(self.snapshot)
        return copy


def wrong_cuts(make: MakeDecoder, body: bytes, *, neighbors: int = 0) -> Iterator[int]:
    """Every position at which a cut changes what is said or how the decoder is afterwards.

    The first piece begins that many whole events before the cut's own, the second ends as many
    behind it. That pieces may be of any length is tried at the end of each event, with all that
    comes before it in one piece and all that comes behind in another.
    """
    stops = _stops(make, body)
    yield from _wrong_between_events(make, body, stops)
    for number in range(1, len(stops)):
        first, last = max(number - neighbors, 1), min(number + neighbors, len(stops) - 1)
        start, end = stops[first - 1], stops[last]
        said = joined(_said(stops[first : last + 1]))
        for cut in range(stops[number - 1].place + 1, stops[number].place):
            decoder = start.decoder()
            events = decoder.feed(body[start.place : cut]) + decoder.feed(body[cut : end.place])
            if joined(events) != said or not _is_at(decoder, end):
                yield cut


def wrong_cuts_in_full(make: MakeDecoder, body: bytes) -> Iterator[int]:
    """The same by decoding the whole stream for every cut: what the short way must agree with."""
    whole = joined(_decode(make(), body))
    for cut in range(1, len(body)):
        if joined(_decode(make(), body[:cut], body[cut:])) != whole:
            yield cut


def state_of(value: object) -> object:
    """All that a decoder remembers, as values that compare; pieces of one line count as joined.

    Of one that has ended nothing counts: it looks at nothing more (another test holds it to that).
    """
    if isinstance(value, StreamDecoder) and value.ended:
        return "ended"
    if isinstance(value, list):
        if all(isinstance(item, bytes) for item in value):
            return b"".join(value)
        return [state_of(item) for item in value]
    if isinstance(value, dict):
        return {key: state_of(item) for key, item in value.items()}
    if isinstance(value, set):
        return frozenset(value)
    names = _attributes(type(value), value)
    if names is None:
        return value
    return {name: state_of(getattr(value, name)) for name in names}


def _attributes(kind: type, value: object) -> tuple[str, ...] | None:
    if not kind.__module__.startswith(("app.providers", "tests.")):
        return None
    slots = [name for base in kind.__mro__ for name in getattr(base, "__slots__", ())]
    return (*slots, *getattr(value, "__dict__", ()))


def _stops(make: MakeDecoder, body: bytes) -> list[_Stop]:
    places = [match.end() for match in _EVENT_END.finditer(body)]
    if not places or places[-1] != len(body):
        places.append(len(body))
    decoder = make()
    stops = [_stop(0, decoder, [])]
    for place in places:
        stops.append(_stop(place, decoder, decoder.feed(body[stops[-1].place : place])))
    return stops


def _stop(place: int, decoder: StreamDecoder, said: list[StreamEvent]) -> _Stop:
    return _Stop(place, pickle.dumps(decoder), state_of(decoder), said)


def _said(stops: list[_Stop]) -> list[StreamEvent]:
    return [event for stop in stops for event in stop.said]


def _is_at(decoder: StreamDecoder, stop: _Stop) -> bool:
    # Equal bytes are equal states; other bytes may be, as one text stands there once or twice.
    return pickle.dumps(decoder) == stop.snapshot or state_of(decoder) == stop.state


def _wrong_between_events(make: MakeDecoder, body: bytes, stops: list[_Stop]) -> Iterator[int]:
    """Stops at which all before in one piece, or all behind in one piece, says something else."""
    for number, stop in enumerate(stops):
        fresh, rest = make(), stop.decoder()
        before, behind = fresh.feed(body[: stop.place]), rest.feed(body[stop.place :])
        right = (
            joined(before) == joined(_said(stops[: number + 1]))
            and state_of(fresh) == stop.state
            and joined(behind) == joined(_said(stops[number + 1 :]))
            and state_of(rest) == stops[-1].state
        )
        if not right:
            yield stop.place


def _decode(decoder: StreamDecoder, *pieces: bytes) -> list[StreamEvent]:
    return [event for piece in pieces for event in decoder.feed(piece)] + decoder.close()
