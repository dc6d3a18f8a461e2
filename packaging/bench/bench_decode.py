"""What decoding costs: each wire language over a million chunks, beside the vendors' own SDKs.

Memory must stay flat and the CPU a chunk at most a fifth of the openai SDK's and not above the
anthropic SDK's, measured in the same run on the same chunks. The SDKs are needed for this bench
alone; without them the figures are told without a comparison and fail.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator

import psutil
from figures import RUNS, Figure

from app.providers.decode import decoder_for
from app.providers.events import Finished, Outcome
from app.providers.languages import Language

CHUNKS = 1_000_000
SDK_CHUNKS = 5_000
FLAT_MIB = 8.0
_WORDS = ("The", " sun", " hovered", " above", " the", " calm", " sea", ",", " wide", " and")


def figures() -> Iterable[Figure]:
    """CPU a chunk of each language and of the SDKs, and what memory grew by."""
    ours = {
        language: [_cpu_us(language, CHUNKS // 20) for _ in range(RUNS)] for language in Language
    }
    openai_us, anthropic_us = _openai_us(), _anthropic_us()
    for language, runs in ours.items():
        cpu_us = statistics.median(runs)
        name = language.value
        yield Figure(
            metric=f"{name}_cpu",
            value=cpu_us,
            unit="us/chunk",
            against="openai SDK",
            base=openai_us,
            limit=0.2,
        )
        yield Figure(
            metric=f"{name}_cpu",
            value=cpu_us,
            unit="us/chunk",
            against="anthropic SDK",
            base=anthropic_us,
            limit=1.0,
        )
    for language in Language:
        grown, cpu_us = _million(language)
        yield Figure(
            metric=f"{language.value}_memory_growth_over_1000000",
            value=grown,
            unit="MiB",
            limit=FLAT_MIB,
        )
        yield Figure(metric=f"{language.value}_cpu_over_1000000", value=cpu_us, unit="us/chunk")


def _million(language: Language) -> tuple[float, float]:
    """Growth of resident memory after the first tenth, and CPU a chunk over the whole stream."""
    process = psutil.Process()
    decoder = decoder_for(language)
    chunks = _chunks(language)
    start = time.process_time()
    for _ in range(CHUNKS // 10):
        decoder.feed(next(chunks))
    before = process.memory_info().rss
    for _ in range(CHUNKS - CHUNKS // 10):
        decoder.feed(next(chunks))
    grown = process.memory_info().rss - before
    cpu_us = (time.process_time() - start) / CHUNKS * 1e6
    _check_end(language, decoder.feed(_end(language)) + decoder.close())
    return max(grown, 0) / 2**20, cpu_us


def _cpu_us(language: Language, count: int) -> float:
    """CPU microseconds a chunk, from bytes to events; making the chunks is not counted."""
    made = _chunks(language)
    chunks = [next(made) for _ in range(count)]
    decoder = decoder_for(language)
    feed = decoder.feed
    events = 0
    start = time.process_time()
    for chunk in chunks:
        events += len(feed(chunk))
    spent = time.process_time() - start
    assert events == count, "a chunk was lost"
    _check_end(language, feed(_end(language)) + decoder.close())
    return spent / count * 1e6


def _check_end(language: Language, events: list[object]) -> None:
    last = events[-1]
    assert isinstance(last, Finished), language
    assert last.outcome is Outcome.COMPLETE, language


def _chunks(language: Language) -> Iterator[bytes]:
    """Pieces of text as the vendors send them, one a chunk, for ever."""
    made = [_chunk(language, word) for word in _WORDS]
    while True:
        yield from made


def _chunk(language: Language, word: str) -> bytes:
    match language:
        case Language.OPENAI_CHAT:
            return _event(_chat({"content": word}))
        case Language.OPENAI_RESPONSES:
            fields = {
                "type": "response.output_text.delta",
                "content_index": 0,
                "delta": word,
                "item_id": "msg_0146c8596b875fc40069e16f92b1a48190",
                "logprobs": [],
                "obfuscation": "sPmHWVUXmo37l",
                "output_index": 0,
                "sequence_number": 4,
            }
            return _event(fields, fields["type"])
        case Language.ANTHROPIC:
            delta = {"type": "text_delta", "text": word}
            fields = {"type": "content_block_delta", "index": 0, "delta": delta}
            return _event(fields, "content_block_delta")
        case Language.GEMINI:
            # The first message alone also tells what was read; the bench begins behind it.
            part = {"content": {"parts": [{"text": word}], "role": "model"}, "index": 0}
            return _event(
                {"candidates": [part], "modelVersion": "gemini-3-flash", "responseId": "r"}
            )
        case Language.OLLAMA:
            message = {"role": "assistant", "content": word}
            fields = {"model": "qwen3", "created_at": "2026-11-21T00:00:00Z", "message": message}
            return json.dumps({**fields, "done": False}).encode() + b"\n"


def _chat(delta: dict[str, str], reason: str | None = None) -> dict[str, object]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    return {
        "id": "chatcmpl-C2P2HtMJhPkWjQ2ABCDEF",
        "object": "chat.completion.chunk",
        "created": 1754688929,
        "model": "gpt-4o-2024-08-06",
        "service_tier": "default",
        "system_fingerprint": "fp_07871e2ad8",
        "choices": [choice],
        "usage": None,
        "obfuscation": "oouykO51ovJROe",
    }


def _end(language: Language) -> bytes:
    match language:
        case Language.OPENAI_CHAT:
            return _event(_chat({}, "stop")) + b"data: [DONE]\n\n"
        case Language.OPENAI_RESPONSES:
            response = {"id": "resp_1", "model": "gpt-4.1", "status": "completed", "output": []}
            return _event({"type": "response.completed", "response": response})
        case Language.ANTHROPIC:
            delta = _event({"type": "message_delta", "delta": {"stop_reason": "end_turn"}})
            return delta + _event({"type": "message_stop"})
        case Language.GEMINI:
            return _event({"candidates": [{"finishReason": "STOP", "index": 0}]})
        case Language.OLLAMA:
            return b'{"model":"qwen3","done":true,"done_reason":"stop","eval_count":5}\n'


def _event(fields: dict[str, object], name: object = None) -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(fields, separators=(',', ':'))}\n\n".encode()


def _openai_us() -> float | None:
    """The openai SDK over the same chat chunks, from bytes to its chunk objects."""
    try:
        import httpx2
        from openai import OpenAI, Stream
        from openai.types.chat import ChatCompletionChunk
    except ImportError as error:
        return _missing(error)
    client = OpenAI(api_key="unused", base_url="http://localhost")

    def consume(body: Iterable[bytes]) -> int:
        stream = Stream(cast_to=ChatCompletionChunk, response=_answer(httpx2, body), client=client)
        return sum(1 for _ in stream)

    return _sdk_us(consume, Language.OPENAI_CHAT)


def _anthropic_us() -> float | None:
    """The anthropic SDK over the same message chunks, from bytes to its event objects."""
    try:
        import httpx2
        from anthropic import Anthropic, Stream
        from anthropic.types import RawMessageStreamEvent
    except ImportError as error:
        return _missing(error)
    client = Anthropic(api_key="unused", base_url="http://localhost")

    def consume(body: Iterable[bytes]) -> int:
        stream = Stream(
            cast_to=RawMessageStreamEvent, response=_answer(httpx2, body), client=client
        )
        return sum(1 for _ in stream)

    return _sdk_us(consume, Language.ANTHROPIC)


def _answer(httpx2: object, body: Iterable[bytes]) -> object:
    request = httpx2.Request("POST", "http://localhost/")  # type: ignore[attr-defined]
    return httpx2.Response(  # type: ignore[attr-defined]
        200, headers={"content-type": "text/event-stream"}, content=iter(body), request=request
    )


def _sdk_us(consume: Callable[[Iterable[bytes]], int], language: Language) -> float:
    made = _chunks(language)
    chunks = [next(made) for _ in range(SDK_CHUNKS)]
    consume(chunks[:200])

    def once() -> float:
        start = time.process_time()
        assert consume(chunks) == SDK_CHUNKS, "the SDK lost a chunk"
        return (time.process_time() - start) / SDK_CHUNKS * 1e6

    return statistics.median(once() for _ in range(RUNS))


def _missing(error: ImportError) -> None:
    sys.stderr.write(f"no comparison: {error}; pip install openai anthropic\n")
