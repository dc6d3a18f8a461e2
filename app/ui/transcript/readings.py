"""The segments of messages: of those that stream, and of those that were read lately."""

from __future__ import annotations

from collections import OrderedDict

from app.ui.transcript.pieces import Segment
from app.ui.transcript.segments import FORMATTED_LENGTH_MAX, SegmentStream, clean, segments_of

REMEMBERED_MAX = 200
SLICE_LENGTH = 2_000


class Readings:
    """Segments by message; a stream's are kept as it grows."""

    def __init__(self) -> None:
        self._read: OrderedDict[str, tuple[str, tuple[Segment, ...]]] = OrderedDict()
        self._streams: dict[str, SegmentStream] = {}
        self._ahead: tuple[str, str, SegmentStream, int] | None = None

    def clear(self) -> None:
        self._read.clear()
        self._streams.clear()

    def begin(self, message_id: str, text: str) -> None:
        """This message grows from here."""
        stream = self._streams[message_id] = SegmentStream()
        stream.feed(text)
        self._read.pop(message_id, None)

    def streams(self, message_id: str) -> bool:
        return message_id in self._streams

    def feed(self, message_id: str, text: str) -> None:
        if message_id not in self._streams:
            self.begin(message_id, "")
        self._streams[message_id].feed(text)

    def text(self, message_id: str) -> str:
        """What has arrived of a message that grows."""
        stream = self._streams.get(message_id)
        return stream.text if stream is not None else ""

    def end(self, message_id: str, text: str) -> None:
        """The message is done and says this; what was streamed is kept where it is the same."""
        stream = self._streams.pop(message_id, None)
        if stream is None or stream.defines_links or stream.text != clean(text):
            return
        self._keep(message_id, text, stream.segments())

    def segments(self, message_id: str, text: str) -> tuple[Segment, ...]:
        """The segments of a message, read where they are not known."""
        stream = self._streams.get(message_id)
        if stream is not None:
            return stream.segments()
        known = self._read.get(message_id)
        if known is not None and known[0] == text:
            self._read.move_to_end(message_id)
            return known[1]
        return self._keep(message_id, text, segments_of(text))

    def read_ahead(self, message_id: str, text: str) -> bool:
        """Read a little of a message that will be shown soon; whether there was anything to do."""
        known = self._read.get(message_id)
        if message_id in self._streams or (known is not None and known[0] == text):
            return False
        if len(text) <= SLICE_LENGTH or len(text) > FORMATTED_LENGTH_MAX or "]:" in text:
            self.segments(message_id, text)
            return True
        if self._ahead is None or self._ahead[:2] != (message_id, text):
            self._ahead = (message_id, text, SegmentStream(), 0)
        _, _, stream, place = self._ahead
        stream.feed(text[place : place + SLICE_LENGTH])
        segments = stream.segments()
        place += SLICE_LENGTH
        self._ahead = (message_id, text, stream, place)
        if place >= len(text):
            self._ahead = None
            if stream.text == clean(text):
                self._keep(message_id, text, segments)
            else:
                self.segments(message_id, text)
        return True

    def _keep(
        self, message_id: str, text: str, segments: tuple[Segment, ...]
    ) -> tuple[Segment, ...]:
        self._read[message_id] = (text, segments)
        while len(self._read) > REMEMBERED_MAX:
            self._read.popitem(last=False)
        return segments
