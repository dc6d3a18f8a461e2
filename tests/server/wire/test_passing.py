"""A stream that is passed on: whole frames, our head, our usage, nothing of the upstream's own."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest

from app.metering.usage import Usage
from app.providers.events import Fault, Finished, Outcome, TextArrived
from app.providers.languages import Language
from app.providers.stream_decoder import DecoderOptions
from app.server.wire.passing import Passing
from app.server.wire.running import Running
from tests.providers.recordings import Recorded, decode, recordings
from tests.server.upstreams.frames import frames_for
from tests.server.upstreams.scripts import CANARIES, Script, UsageTold

CHATS = [r for r in recordings("streams") if r.language is Language.OPENAI_CHAT]
USAGE = Usage(input=3, output=5)


def passing(*, include_usage: bool = True, cap: int | None = None) -> Passing:
    return Passing(
        "req_1",
        "house-model",
        1_763_000_000,
        include_usage=include_usage,
        running=Running(lambda text: len(text.split())),
        keep=[].append,
        options=DecoderOptions(output_tokens_max=cap),
    )


def stream(script: Script, tokens: int = 5) -> bytes:
    frames = frames_for(Language.OPENAI_CHAT, script, "m", "call_1")
    body = [*frames.begin()]
    body += [frames.thought(script.text_of(n)) for n in range(script.thinking_tokens)]
    body += [frames.token(script.text_of(n)) for n in range(tokens)]
    return b"".join((*body, *frames.end(tokens, "stop")))


def values(sent: bytes) -> list[dict[str, object]]:
    """The JSON of every frame, which must be whole."""
    assert sent.endswith(b"\n\n") or not sent
    frames = [part for part in sent.split(b"\n\n") if part and not part.startswith(b":")]
    assert all(part.startswith(b"data: ") for part in frames)
    return [json.loads(part[6:]) for part in frames if part != b"data: [DONE]"]


def text_of(sent: bytes) -> str:
    return "".join(
        str(choice["delta"].get("content") or "")
        for value in values(sent)
        for choice in value.get("choices", [])  # type: ignore[attr-defined]
    )


def whole(passed: Passing, body: bytes, step: int) -> bytes:
    pieces = [body[at : at + step] for at in range(0, len(body), step)]
    return b"".join(passed.feed(piece) for piece in pieces) + passed.close()


@pytest.mark.parametrize("recorded", CHATS, ids=lambda r: r.path.stem)
@pytest.mark.parametrize("step", [1, 7, 1000, 10**9])
def test_every_recording_passes_with_its_words_and_our_head(recorded: Recorded, step: int) -> None:
    passed = passing()
    body = recorded.body.encode()
    sent = whole(passed, body, step) + passed.end(USAGE, {"charged": 1})
    events = decode(Language.OPENAI_CHAT, body)
    said = "".join(event.text for event in events if isinstance(event, TextArrived))
    assert text_of(sent) == said
    assert passed.finished == events[-1]
    frames = values(sent)
    assert {(f["id"], f["model"], f["object"]) for f in frames if "error" not in f} == {
        ("req_1", "house-model", "chat.completion.chunk")
    }
    known = {"id", "object", "created", "model", "choices", "usage", "obfuscation", "tuppence"}
    assert all(f.keys() <= known for f in frames if "error" not in f)
    told = [f["usage"] for f in frames if f.get("usage")]
    if passed.finished is not None and passed.finished.outcome is Outcome.BROKEN:
        assert told == []
        assert "error" in frames[-1]
    else:
        assert [(u["prompt_tokens"], u["completion_tokens"]) for u in told] == [(3, 5)]  # type: ignore[index]
        assert frames[-1]["tuppence"] == {"charged": 1}
    assert sent.endswith(b"data: [DONE]\n\n")
    assert sent.count(b"[DONE]") == 1


def test_each_way_of_cutting_sends_the_same() -> None:
    body = stream(Script(thinking_tokens=2, tool=("weather", '{"city": "Bern"}')))
    sent = {whole(passing(), body, step) for step in range(1, 300)}
    assert len(sent) == 1


def test_only_whole_frames_go_out() -> None:
    passed = passing()
    for at in range(0, len(body := stream(Script())), 11):
        assert passed.feed(body[at : at + 11]).endswith((b"\n\n", b"")) is True
        values(passed.feed(b""))


def test_nothing_of_the_upstreams_own_is_passed() -> None:
    passed = passing()
    sent = whole(passed, stream(Script(leaks=True)), 50) + passed.end(USAGE, {})
    assert text_of(sent) == Script().text(5)
    for secret in (*CANARIES, "upstream-m", "fp_1", "call_1"):
        assert secret.encode() not in sent


@pytest.mark.parametrize("where", ["behind", "choice", "delta", "usage"])
def test_fields_that_nobody_knows_are_left_out_wherever_they_stand(where: str) -> None:
    extra = {"organization": CANARIES[1], "cost": 0.5}
    choice = {"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}
    message: dict[str, object] = {"id": "x", "model": "m", "choices": [choice]}
    plain = b"data: " + json.dumps(message, separators=(",", ":")).encode() + b"\n\n"
    if where == "behind":
        message |= extra
    elif where == "choice":
        choice |= extra
    elif where == "delta":
        choice["delta"] = {"content": "Hi", **extra}
    else:
        message["usage"] = {"prompt_tokens": 1, "completion_tokens": 1, **extra}
    passed = passing()
    body = b"data: " + json.dumps(message, separators=(",", ":")).encode() + b"\n\n"
    sent = passed.feed(plain + plain + body)
    assert text_of(sent) == "HiHiHi"
    assert CANARIES[1].encode() not in sent
    assert b"cost" not in sent


def test_a_model_told_behind_the_choices_is_not_passed() -> None:
    passed = passing()
    piece = (
        b'data: {"id":"x","choices":[{"index":0,"delta":{"content":"Hi"}}],"model":"secret-name"}'
        b"\n\n"
    )
    sent = b"".join(passed.feed(piece) for _ in range(3))
    assert text_of(sent) == "HiHiHi"
    assert b"secret-name" not in sent


def test_calls_of_tools_pass_piece_by_piece() -> None:
    passed = passing()
    sent = whole(passed, stream(Script(tool=("weather", '{"city": "Bern"}')), 0), 40)
    pieces = [
        call
        for value in values(sent)
        for choice in value["choices"]  # type: ignore[attr-defined]
        for call in choice["delta"].get("tool_calls", [])
    ]
    assert len(pieces) == 2
    assert "".join(piece["function"]["arguments"] for piece in pieces) == '{"city": "Bern"}'
    assert pieces[0]["id"] == "call_1"
    assert values(sent)[-1]["choices"][0]["finish_reason"] == "tool_calls"  # type: ignore[index]


def test_an_error_is_told_in_our_words_behind_the_receipt() -> None:
    frames = frames_for(Language.OPENAI_CHAT, Script(), "m", "call_1")
    passed = passing()
    sent = passed.feed(frames.token("Hello ") + frames.error() + frames.token("never"))
    assert passed.ended
    assert text_of(sent) == "Hello "
    end = values(passed.end(USAGE, {"charged": 7}))
    assert end[0]["tuppence"] == {"charged": 7}
    assert end[-1]["error"]["code"] == "upstream_down"  # type: ignore[index]
    assert all(canary.encode() not in sent + json.dumps(end).encode() for canary in CANARIES)


def test_a_line_that_broke_ends_with_an_error() -> None:
    frames = frames_for(Language.OPENAI_CHAT, Script(), "m", "call_1")
    passed = passing()
    passed.feed(frames.token("Hello "))
    passed.abort(Finished(Outcome.BROKEN, fault=Fault("StreamBroken", f"key {CANARIES[0]}")))
    end = passed.end(None, None)
    assert b'"stream_broken"' in end
    assert CANARIES[0].encode() not in end
    assert passed.running.tokens == 1


@pytest.mark.parametrize("told", [UsageTold.NONE, UsageTold.ABSURD, UsageTold.NOT_A_NUMBER])
def test_usage_that_is_missing_or_absurd_never_reaches_the_client(told: UsageTold) -> None:
    passed = passing(cap=50)
    sent = whole(passed, stream(Script(usage=told)), 64)
    assert all(not value.get("usage") for value in values(sent))
    if told is UsageTold.ABSURD:
        assert passed.usage is not None
        assert passed.usage.clamped
        assert passed.usage.output_total <= 50
    assert passed.running.tokens == 5


def test_who_did_not_ask_for_usage_gets_a_choice_in_every_chunk() -> None:
    passed = passing(include_usage=False)
    sent = whole(passed, stream(Script()), 64) + passed.end(USAGE, {"charged": 1})
    assert all(len(value["choices"]) == 1 for value in values(sent))  # type: ignore[arg-type]
    assert values(sent)[-1]["tuppence"] == {"charged": 1}
    assert all("usage" not in value or value["usage"] is None for value in values(sent))


def test_a_provider_that_says_it_works_keeps_the_client_awake() -> None:
    passed = passing()
    assert passed.feed(b": OPENROUTER PROCESSING\n\n") == b": waiting\n\n"
    assert passed.feed(b"") == b""


def test_a_reason_of_a_hosts_own_becomes_one_of_openais() -> None:
    passed = passing()
    body = b'data: {"choices":[{"delta":{"content":"a"},"finish_reason":"model_length"}]}\n\n'
    sent = passed.feed(body + b"data: [DONE]\n\n") + passed.end(USAGE, None)
    reasons = [c["finish_reason"] for v in values(sent) for c in v["choices"]]  # type: ignore[attr-defined]
    assert reasons == ["length"]


def test_what_came_is_counted_with_flat_memory() -> None:
    frames = frames_for(Language.OPENAI_CHAT, Script(), "m", "call_1")
    piece = b"".join(frames.token(f"word{n} ") for n in range(100))
    passed = passing()
    passed.feed(piece * 10)
    tracemalloc.start()
    for _ in range(200):
        passed.feed(piece)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert passed.running.tokens == 21_000
    assert held < 200_000


def test_asking_often_counts_no_more() -> None:
    frames = frames_for(Language.OPENAI_CHAT, Script(), "m", "call_1")
    often, once = passing(), passing()
    for letter in "one two three":
        often.feed(frames.token(letter))
        once.feed(frames.token(letter))
        assert often.running.tokens <= 3
    assert often.running.tokens == once.running.tokens == 3


def test_passing_a_chunk_costs_a_few_microseconds() -> None:
    frames = frames_for(Language.OPENAI_CHAT, Script(), "gpt-4o", "call_1")
    pieces = [frames.token(f"word{n} ") for n in range(5000)]

    def once() -> float:
        passed = passing()
        begun = time.process_time()
        for piece in pieces:
            passed.feed(piece)
        return (time.process_time() - begun) / len(pieces) * 1e6

    # The best of five: other work on the machine only ever adds.
    assert min(once() for _ in range(5)) < 40
