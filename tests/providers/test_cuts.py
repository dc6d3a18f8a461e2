"""The short way of trying every cut finds what the long way finds, in good decoders and in bad."""

from __future__ import annotations

import pytest

from app.providers.decode import decoder_for
from app.providers.events import StreamEvent, TextArrived
from app.providers.openai_chat import OpenAIChatDecoder
from app.providers.stream_decoder import DecoderOptions
from tests.providers.cuts import wrong_cuts, wrong_cuts_in_full
from tests.providers.recordings import Recorded, recordings

SMALL = tuple(one for one in recordings("streams") if len(one.body) < 2_500)
BODY = b"".join(
    b'data: {"id":"1","model":"m","choices":[{"delta":{"content":"%s"}}]}\n\n' % word
    for word in (b"Gr\xc3\xbc\xc3\x9fe", b" an", b" alle", b" hier", b" und", b" dort")
) + (
    b'data: {"choices":[{"delta":{},"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":3,"completion_tokens":6,"total_tokens":9}}\n\n'
    b"data: [DONE]\n\n"
)


class LosesHalfCharacters(OpenAIChatDecoder):
    def feed(self, chunk: bytes) -> list[StreamEvent]:
        return super().feed(chunk.decode("utf-8", "ignore").encode())


class LosesAnEmptyLine(OpenAIChatDecoder):
    def feed(self, chunk: bytes) -> list[StreamEvent]:
        return super().feed(chunk.removeprefix(b"\n"))


class LosesAWordMuchLater(OpenAIChatDecoder):
    """A piece that ends in a bracket costs the word that comes three words later."""

    words_until_loss = 0

    def feed(self, chunk: bytes) -> list[StreamEvent]:
        kept: list[StreamEvent] = []
        for event in super().feed(chunk):
            self.words_until_loss -= isinstance(event, TextArrived)
            if self.words_until_loss != 0 or not isinstance(event, TextArrived):
                kept.append(event)
        if chunk.endswith(b"["):
            self.words_until_loss = 3
        return kept


class LosesWordsOfLongPieces(OpenAIChatDecoder):
    def feed(self, chunk: bytes) -> list[StreamEvent]:
        events = super().feed(chunk)
        whole = chunk.count(b"data:") == BODY.count(b"data:")
        return events if whole or chunk.count(b"data:") < 4 else events[:-1]


class LosesFiguresCutInTwo(OpenAIChatDecoder):
    def feed(self, chunk: bytes) -> list[StreamEvent]:
        return super().feed(chunk.rstrip(b"0123456789"))


AT_THE_CUT = (LosesHalfCharacters, LosesAnEmptyLine, LosesAWordMuchLater, LosesFiguresCutInTwo)


def test_there_are_small_streams_of_several_languages() -> None:
    assert len({one.language for one in SMALL}) >= 3


@pytest.mark.parametrize("recorded", SMALL, ids=lambda r: r.path.stem)
def test_on_small_streams_the_long_way_agrees(recorded: Recorded) -> None:
    body = recorded.body.encode()
    assert list(wrong_cuts_in_full(lambda: decoder_for(recorded.language), body)) == []
    assert list(wrong_cuts(lambda: decoder_for(recorded.language), body)) == []


def test_a_good_decoder_has_no_wrong_cut() -> None:
    assert list(wrong_cuts(lambda: OpenAIChatDecoder(DecoderOptions()), BODY)) == []


@pytest.mark.parametrize("neighbors", [0, 1])
@pytest.mark.parametrize("broken", AT_THE_CUT)
def test_every_cut_that_a_broken_decoder_gets_wrong_is_found(
    broken: type[OpenAIChatDecoder], neighbors: int
) -> None:
    def make() -> OpenAIChatDecoder:
        return broken(DecoderOptions())

    wrong = set(wrong_cuts_in_full(make, BODY))
    assert wrong
    assert wrong <= set(wrong_cuts(make, BODY, neighbors=neighbors))


def test_a_decoder_that_is_wrong_in_long_pieces_only_is_found_too() -> None:
    assert list(wrong_cuts(lambda: LosesWordsOfLongPieces(DecoderOptions()), BODY))


def test_what_a_piece_gave_stays_as_it_was() -> None:
    decoder = OpenAIChatDecoder(DecoderOptions())
    first = decoder.feed(BODY[:10])
    decoder.feed(BODY[10:])
    assert first == []
