"""Pieces of an answer that are taken in the moment they arrive, on a loopback line."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator

import pytest

from app.errors import StreamBroken
from app.providers.http_aiohttp import AiohttpDoor
from tests.providers.lines import Act, leave, lines, reset
from tests.providers.loopback import QUICK
from tests.providers.test_doors import STREAM, post

HEAD = STREAM + b"Transfer-Encoding: chunked\r\n\r\n"
WORDS = [b"word%d " % number for number in range(20)]


@pytest.fixture
async def door() -> AsyncIterator[AiohttpDoor]:
    http = AiohttpDoor(timeouts=QUICK)
    yield http
    await http.aclose()


def chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def slowly(
    *written: bytes, then: Act | None = None, pause_s: float = 0.01, head: bytes = HEAD
) -> Act:
    """Write one after the other, and then do this."""

    def act(writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        writer.write(head)
        for number, piece in enumerate(written, 1):
            loop.call_later(number * pause_s, writer.write, piece)
        if then is not None:
            loop.call_later((len(written) + 1) * pause_s, then, writer)

    return act


class Takes:
    """Takes pieces; tells which of them came while no task ran. Wants no more after `most`."""

    def __init__(self, most: int = 1_000_000) -> None:
        self.pieces: list[bytes] = []
        self.without_a_task = 0
        self.most = most

    def __call__(self, piece: bytes) -> bool:
        self.pieces.append(piece)
        self.without_a_task += asyncio.current_task() is None
        return len(self.pieces) % self.most != 0

    @property
    def whole(self) -> bytes:
        return b"".join(self.pieces)


async def test_pieces_are_taken_inside_the_connections_own_call(door: AiohttpDoor) -> None:
    takes = Takes()
    async with lines({0: slowly(*map(chunk, WORDS), b"0\r\n\r\n")}) as place:
        async with door.open(post(place.url)) as answered:
            assert not await answered.hand_out(takes)
            assert answered.is_over
        assert takes.whole == b"".join(WORDS)
        assert takes.without_a_task >= 10, "most of them"
        async with door.open(post(place.url)) as answered:
            assert await answered.body() == b"{}"
        assert place.connections == 1, "the line is kept"


async def test_who_wants_no_more_gets_the_rest_later_and_in_order(door: AiohttpDoor) -> None:
    takes, rounds = Takes(most=3), 0
    async with (
        lines({0: slowly(*map(chunk, WORDS), b"0\r\n\r\n")}) as place,
        door.open(post(place.url)) as answered,
    ):
        while await answered.hand_out(takes):
            rounds += 1
            await asyncio.sleep(0.03)  # what comes meanwhile is kept
    assert takes.whole == b"".join(WORDS)
    assert rounds >= 2


async def test_what_was_held_back_comes_in_order(door: AiohttpDoor) -> None:
    parts = [bytes([number % 251]) * 40_000 for number in range(100)]
    takes, rounds = Takes(most=7), 0
    sent = b"".join(map(chunk, parts)) + b"0\r\n\r\n"
    async with (
        lines({0: slowly(chunk(b"first"), sent)}) as place,
        door.open(post(place.url)) as answered,
    ):
        while await answered.hand_out(takes):
            rounds += 1
            await asyncio.sleep(0.01)  # the line fills up, and its other side is held back
    assert takes.whole == b"first" + b"".join(parts)


async def test_one_piece_and_the_end_that_come_together_are_both_heard(door: AiohttpDoor) -> None:
    takes = Takes()
    last = slowly(chunk(b"one"), chunk(b"two") + b"0\r\n\r\n")
    async with lines({0: last}) as place, door.open(post(place.url)) as answered:
        assert not await answered.hand_out(takes)
    assert takes.whole == b"onetwo"


async def test_chunks_that_arrive_together_are_one_piece(door: AiohttpDoor) -> None:
    takes = Takes()
    together = slowly(chunk(b"one"), chunk(b"two") + chunk(b"three"), b"0\r\n\r\n")
    async with lines({0: together}) as place, door.open(post(place.url)) as answered:
        assert not await answered.hand_out(takes)
    assert takes.whole == b"onetwothree"
    assert takes.pieces[-1].endswith(b"twothree")


async def test_what_comes_before_a_cut_and_was_not_taken_is_given_before_it(
    door: AiohttpDoor,
) -> None:
    takes = Takes(most=2)
    parts = (chunk(b"one"), chunk(b"two"), chunk(b"three") + chunk(b"four"))
    cut = slowly(*parts, then=leave, pause_s=0.1)
    async with lines({0: cut}) as place, door.open(post(place.url)) as answered:
        assert await answered.hand_out(takes)
        await asyncio.sleep(0.15)  # the third comes meanwhile
        takes.most = 1_000_000
        with pytest.raises(StreamBroken, match="connection was lost"):
            await answered.hand_out(takes)
    assert takes.whole == b"onetwothreefour"


async def test_a_packed_body_is_handed_out_unpacked(door: AiohttpDoor) -> None:
    takes = Takes()
    packing = zlib.compressobj(wbits=31)
    packed = [packing.compress(word) + packing.flush(zlib.Z_SYNC_FLUSH) for word in WORDS]
    packed.append(packing.flush())
    head = STREAM + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    unpacked = slowly(*map(chunk, packed), b"0\r\n\r\n", head=head)
    async with lines({0: unpacked}) as place, door.open(post(place.url)) as answered:
        assert not await answered.hand_out(takes)
    assert takes.whole == b"".join(WORDS)
    assert takes.without_a_task > 0


async def test_a_body_of_a_known_length_is_handed_out(door: AiohttpDoor) -> None:
    takes = Takes()
    head = STREAM + b"Content-Length: %d\r\n\r\n" % sum(map(len, WORDS))
    async with lines({0: slowly(*WORDS, head=head)}) as place:
        async with door.open(post(place.url)) as answered:
            assert not await answered.hand_out(takes)
        async with door.open(post(place.url)) as answered:
            assert await answered.body() == b"{}"
        assert place.connections == 1, "the line is kept"
    assert takes.whole == b"".join(WORDS)


@pytest.mark.parametrize("then", [leave, reset])
async def test_a_cut_body_is_told_as_cut(door: AiohttpDoor, then: Act) -> None:
    takes = Takes()
    broken = slowly(chunk(b"one"), chunk(b"two"), then=then)
    async with lines({0: broken}) as place, door.open(post(place.url)) as answered:
        with pytest.raises(StreamBroken, match="connection was lost"):
            await answered.hand_out(takes)
    assert takes.whole == b"onetwo"


async def test_nonsense_between_pieces_is_told_as_broken(door: AiohttpDoor) -> None:
    takes = Takes()
    nonsense = slowly(chunk(b"one"), chunk(b"two"), b"no length\r\n")
    async with lines({0: nonsense}) as place, door.open(post(place.url)) as answered:
        with pytest.raises(StreamBroken):
            await answered.hand_out(takes)
    assert takes.whole == b"onetwo"


async def test_silence_is_told_as_silence(door: AiohttpDoor) -> None:
    takes = Takes()
    silent = slowly(chunk(b"one"), chunk(b"two"))
    async with lines({0: silent}) as place, door.open(post(place.url)) as answered:
        with pytest.raises(StreamBroken, match=r"nothing came for 0\.3 seconds"):
            await answered.hand_out(takes)
    assert takes.whole == b"onetwo"


async def test_a_slow_stream_is_no_silence(door: AiohttpDoor) -> None:
    takes = Takes()
    slow = slowly(*map(chunk, WORDS[:5]), b"0\r\n\r\n", pause_s=0.15)
    async with lines({0: slow}) as place, door.open(post(place.url)) as answered:
        assert not await answered.hand_out(takes)
    assert takes.whole == b"".join(WORDS[:5])


async def test_an_error_of_the_taker_is_the_callers(door: AiohttpDoor) -> None:
    taken = []

    def take(piece: bytes) -> bool:
        taken.append(piece)
        if len(taken) == 3:
            raise StreamBroken("the taker's own", "Nothing.")
        return True

    async with lines({0: slowly(*map(chunk, WORDS))}) as place:
        with pytest.raises(StreamBroken, match="the taker's own"):
            async with door.open(post(place.url)) as answered:
                await answered.hand_out(take)
    assert len(taken) == 3


async def test_a_defect_of_the_taker_ends_the_answer(door: AiohttpDoor) -> None:
    told: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, what: told.append(str(what.get("exception")))
    )
    taken = []

    def take(piece: bytes) -> bool:
        taken.append(piece)
        if len(taken) == 3:
            raise KeyError("a defect")
        return True

    async with lines({0: slowly(*map(chunk, WORDS))}) as place:
        with pytest.raises(StreamBroken):
            async with asyncio.timeout(60), door.open(post(place.url)) as answered:
                await answered.hand_out(take)
    assert len(taken) == 3
    assert told == ["'a defect'"], "it stands in the log"


async def test_who_is_canceled_listens_no_more(door: AiohttpDoor) -> None:
    takes = Takes()
    async with lines({0: slowly(*map(chunk, WORDS), pause_s=0.02)}) as place:

        async def read() -> None:
            async with door.open(post(place.url)) as answered:
                await answered.hand_out(takes)

        reading = asyncio.create_task(read())
        while len(takes.pieces) < 3:
            await asyncio.sleep(0.005)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        came = len(takes.pieces)
        await asyncio.sleep(0.1)
        assert len(takes.pieces) == came
