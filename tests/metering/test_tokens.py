from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.metering.correction import Correction, corrected, learned
from app.metering.framing import CountHints
from app.metering.images import image_tokens
from app.metering.profiles import profile_for
from app.metering.text_counts import CHUNK_CHARS, TextCounts
from app.metering.token_count import TokenCount
from app.metering.tokens import TokenCounter
from app.metering.usage import Certainty
from app.metering.vocabulary import VOCABULARIES, VocabularyUnusable, estimate, load_vocabulary
from app.request import ChatRequest, ImagePart, RequestMessage, Role, TextPart, ToolSpec

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "tokenizers"
O200K = VOCABULARIES["o200k_base"]


@pytest.fixture(scope="module")
def counter() -> TokenCounter:
    return TokenCounter(FOLDER)


def ask(*texts: str, model: str = "gpt-4o", tools: tuple[ToolSpec, ...] = ()) -> ChatRequest:
    messages = tuple(RequestMessage(Role.USER, (TextPart(text),)) for text in texts)
    return ChatRequest(model, messages, 100, tools=tools)


def test_hello_to_gpt_4o_is_eight_tokens(counter: TokenCounter) -> None:
    found = counter.count(ask("hello"), provider="openai", model="gpt-4o")
    assert (found.tokens, found.certainty) == (8, Certainty.ESTIMATED)


def test_a_longer_conversation_counts_every_message(counter: TokenCounter) -> None:
    found = counter.count(ask("hello", "hello"), provider="openai", model="gpt-4o")
    assert found.tokens == 13


@pytest.mark.parametrize("text", ["<|endoftext|>", "a<|im_start|>b", "\x00", "\ud83d"])
def test_text_that_looks_special_is_counted_as_text(counter: TokenCounter, text: str) -> None:
    assert counter.count_text(text) > 0


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_counted_and_has_no_more_tokens_than_bytes(text: str) -> None:
    tokens = TOKENS.count(text).tokens
    assert bool(tokens) == bool(text)
    assert tokens <= 3 * len(text.encode("utf-8", "replace")) + 3


TOKENS = TextCounts(FOLDER, "o200k_base")
ENCODE = load_vocabulary(FOLDER, "o200k_base")


def test_a_text_in_chunks_is_counted_within_a_token_per_chunk() -> None:
    text = "The quick brown fox jumps over the lazy dog 42 times. " * 2000
    whole = len(ENCODE(text))
    assert abs(TOKENS.count(text).tokens - whole) <= len(text) // CHUNK_CHARS + 1


def test_a_huge_text_is_sampled_and_says_so() -> None:
    text = "".join(f"line {number} of a very long log file\n" for number in range(30_000))
    found = TOKENS.count(text)
    assert found.sampled
    assert abs(found.tokens - len(ENCODE(text))) < found.tokens // 20


def test_a_huge_text_without_a_space_is_counted_too() -> None:
    assert TOKENS.count("a" * 1_000_000).tokens > 10_000


def test_a_sampled_count_has_a_wider_margin(counter: TokenCounter) -> None:
    plain = counter.count(ask("word " * 5_000), provider="openai", model="gpt-4o")
    huge = counter.count(ask("word " * 200_000), provider="openai", model="gpt-4o")
    assert huge.spread * plain.tokens > plain.spread * huge.tokens


def spoiled(tmp_path: Path) -> Path:
    folder = tmp_path / "tokenizers"
    shutil.copytree(FOLDER, folder)
    file = folder / O200K.file_name
    file.chmod(0o644)
    content = bytearray(file.read_bytes())
    content[1000] ^= 1
    file.write_bytes(content)
    return folder


def test_a_damaged_vocabulary_gives_an_estimate_and_a_notice(tmp_path: Path) -> None:
    counter = TokenCounter(spoiled(tmp_path))
    found = counter.count(ask("hello " * 100), provider="openai", model="gpt-4o")
    assert 100 <= found.tokens <= 200
    assert found.spread >= found.tokens // 4
    assert "damaged" in counter.notice


def test_a_damaged_vocabulary_is_left_as_it_is(tmp_path: Path) -> None:
    folder = spoiled(tmp_path)
    before = (folder / O200K.file_name).read_bytes()
    TokenCounter(folder).count_text("hello")
    assert (folder / O200K.file_name).read_bytes() == before


def test_a_missing_vocabulary_gives_an_estimate_and_a_notice(tmp_path: Path) -> None:
    counter = TokenCounter(tmp_path)
    assert counter.count_text("hello world") == estimate("hello world")
    assert "cannot be read" in counter.notice


def test_without_trouble_there_is_no_notice(counter: TokenCounter) -> None:
    counter.count_text("hello")
    assert counter.notice == ""


def test_nothing_is_loaded_before_the_first_count() -> None:
    program = (
        "import sys, pathlib; from app.metering.tokens import TokenCounter;"
        f"c = TokenCounter(pathlib.Path({str(FOLDER)!r}));"
        "assert 'tiktoken' not in sys.modules; c.count_text('a');"
        "assert 'tiktoken' in sys.modules and 'tiktoken.load' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=FOLDER.parents[1], check=False)
    assert done.returncode == 0


def test_all_threads_of_a_process_share_one_vocabulary() -> None:
    with ThreadPoolExecutor(8) as threads:
        loaded = set(threads.map(lambda _: load_vocabulary(FOLDER, "o200k_base"), range(8)))
    assert len(loaded) == 1


def test_a_sound_vocabulary_does_not_stand_in_for_a_damaged_one(tmp_path: Path) -> None:
    load_vocabulary(FOLDER, "o200k_base")
    with pytest.raises(VocabularyUnusable, match="damaged"):
        load_vocabulary(spoiled(tmp_path), "o200k_base")


def test_rare_words_weigh_more_where_the_vendor_has_fewer_words(counter: TokenCounter) -> None:
    common, rare = "You are a helpful assistant. " * 40, "It specializes in caching. " * 40
    at_openai = [counter.count_text(text, "gpt-4o") for text in (common, rare)]
    at_anthropic = [counter.count_text(text, "claude-sonnet-4-5") for text in (common, rare)]
    assert at_anthropic[0] <= at_openai[0] + 1
    assert at_anthropic[1] >= at_openai[1] + 40


def test_a_system_text_at_the_beginning_costs_claude_only_its_words(counter: TokenCounter) -> None:
    system = RequestMessage(Role.SYSTEM, (TextPart("Be helpful."),))
    bare = ask("Say hello.")
    both = ChatRequest(bare.model, (system, *bare.messages), 100)
    claude = {"provider": "anthropic", "model": "claude-sonnet-4-6"}
    more = counter.count(both, **claude).tokens - counter.count(bare, **claude).tokens
    assert more == counter.count_text("Be helpful.", "claude-sonnet-4-6")


def test_thought_between_tags_is_not_read_again_by_open_models(counter: TokenCounter) -> None:
    def tokens(answer: str, model: str) -> int:
        turns = (RequestMessage(Role.ASSISTANT, (TextPart(answer),)), *ask("And then?").messages)
        request = ChatRequest(model, turns, 100)
        return counter.count(request, provider="", model=model).tokens

    thought = "<think>\nLet me see what there is to it.\n</think>\n\nFour."
    assert tokens(thought, "zai-glm-4.7") == tokens("Four.", "zai-glm-4.7")
    assert tokens(thought, "gpt-4o") > tokens("Four.", "gpt-4o")


WEATHER = ToolSpec("get_weather", "", '{"type":"object","properties":{"city":{"type":"string"}}}')


def test_tools_are_counted(counter: TokenCounter) -> None:
    without = counter.count(ask("hi"), provider="openai", model="gpt-4o").tokens
    found = counter.count(ask("hi", tools=(WEATHER,)), provider="openai", model="gpt-4o").tokens
    assert 20 <= found - without <= 40


@pytest.mark.parametrize("schema", ["", "{", "[]", '{"properties":{"a":1}}', '{"properties":{}}'])
def test_a_tool_with_a_strange_schema_is_counted_all_the_same(
    counter: TokenCounter, schema: str
) -> None:
    request = ask("hi", tools=(ToolSpec("t", "does it", schema),))
    assert counter.count(request, provider="openai", model="gpt-4o").tokens > 8


def test_a_tool_that_the_provider_runs_is_counted_with_a_wide_margin(
    counter: TokenCounter,
) -> None:
    hints = CountHints(server_tools=("web_search_20250305",))
    found = counter.count(
        ask("hi", model="claude-sonnet-4-5"),
        provider="anthropic",
        model="claude-sonnet-4-5",
        hints=hints,
    )
    assert found.tokens > 2000
    assert found.spread > found.tokens // 2


@pytest.mark.parametrize(
    ("rule", "model", "size", "tokens"),
    [
        ("openai", "gpt-4o", (1024, 1024), 765),
        ("openai", "gpt-4o", (2048, 4096), 1105),
        ("openai", "gpt-4o-mini", (1024, 1024), 25_501),
        ("openai", "gpt-5", (1024, 1024), 630),
        ("openai", "gpt-5-mini", (1024, 1024), 1658),
        ("anthropic", "claude-sonnet-4-5", (200, 200), 54),
        ("anthropic", "claude-sonnet-4-5", (1000, 1000), 1334),
        ("anthropic", "claude-sonnet-4-5", (8000, 8000), 1600),
        ("gemini", "gemini-2.5-pro", (300, 300), 258),
        ("gemini", "gemini-2.5-pro", (960, 540), 1548),
        ("gemini", "gemini-3-pro", (960, 540), 1120),
    ],
)
def test_images_count_as_their_vendor_publishes(
    rule: str, model: str, size: tuple[int, int], tokens: int
) -> None:
    assert image_tokens(rule, model, *size) == tokens


@given(st.sampled_from(["openai", "anthropic", "gemini", "mistral"]), st.integers(0, 20_000))
def test_an_image_of_any_size_counts_something(rule: str, side: int) -> None:
    assert image_tokens(rule, "any", side, max(1, side // 50)) > 0


def test_an_image_of_unknown_size_has_a_wide_margin(counter: TokenCounter) -> None:
    message = RequestMessage(Role.USER, (ImagePart("image/png", b"x"),))
    found = counter.count(ChatRequest("gpt-4o", (message,), 10), provider="openai", model="gpt-4o")
    assert found.spread > 300


@pytest.mark.parametrize(
    ("model", "language", "name"),
    [
        ("gpt-4o", "openai-chat", "gpt-chat"),
        ("gpt-4o", "openai-responses", "gpt-responses"),
        ("openai/gpt-5-mini", "chat", "gpt-reasoning-chat"),
        ("o3-mini", "responses", "gpt-reasoning-responses"),
        ("anthropic/claude-3.5-sonnet", "", "claude-4"),
        ("claude-sonnet-4-20250514", "", "claude-4"),
        ("claude-haiku-4-5-20251001", "", "claude"),
        ("claude-opus-4-8", "", "claude-new"),
        ("models/gemini-2.5-pro", "", "gemini-2.5"),
        ("mistral-small-latest", "", "mistral-small"),
        ("openai/gpt-oss-120b", "", "gpt-oss"),
        ("gpt-4-turbo", "", "gpt-4"),
        ("something-new", "", "other"),
    ],
)
def test_a_model_is_counted_by_its_family(model: str, language: str, name: str) -> None:
    assert profile_for(model, language=language).name == name


def test_five_settled_calls_correct_the_count() -> None:
    state = Correction()
    for _ in range(5):
        state = learned(state, counted=100, billed=130)
    assert corrected(TokenCount(1000, spread=250), state).tokens == 1300


def test_four_settled_calls_change_nothing_yet() -> None:
    state = Correction()
    for _ in range(4):
        state = learned(state, counted=100, billed=130)
    assert corrected(TokenCount(1000, spread=250), state) == TokenCount(1000, spread=250)


def test_a_bill_far_out_of_line_changes_neither_the_count_nor_its_margin() -> None:
    state = Correction()
    for billed in (103, 104, 105, 104, 103, 104, 900, 104, 105, 1, 104, 103) * 2:
        state = learned(state, counted=100, billed=billed)
    found = corrected(TokenCount(1000, spread=250), state)
    assert 1030 <= found.tokens <= 1050
    calm = Correction()
    for billed in (103, 104, 105, 900, 104, 103, 104, 105, 104, 103, 104, 104):
        calm = learned(calm, counted=100, billed=billed)
    assert corrected(TokenCount(1000, spread=250), calm).spread <= 20


def test_one_odd_bill_among_the_first_five_does_not_lead_astray() -> None:
    state = Correction()
    for billed in (3000, 100, 101, 99, 100):
        state = learned(state, counted=100, billed=billed)
    assert 990 <= corrected(TokenCount(1000), state).tokens <= 1010


def test_a_model_that_counts_anew_is_followed_within_its_memory() -> None:
    state = Correction()
    for billed in (100,) * 40 + (130,) * 16:
        state = learned(state, counted=100, billed=billed)
    assert corrected(TokenCount(1000), state).tokens == 1300


def test_a_correction_that_was_kept_before_goes_on_from_its_mean() -> None:
    old = Correction.from_json("[12, 1100, 40]")
    assert corrected(TokenCount(1000), old) == TokenCount(1100, spread=44)
    assert learned(old, counted=100, billed=300).ratio_permille == 1100


def test_bills_that_vary_keep_a_margin() -> None:
    state = Correction()
    for billed in (80, 120) * 10:
        state = learned(state, counted=100, billed=billed)
    found = corrected(TokenCount(1000), state)
    assert abs(found.tokens - 1000) < 60
    assert 200 <= found.spread <= 500


@given(st.lists(st.tuples(st.integers(-5, 10**6), st.integers(-5, 10**6)), max_size=60))
def test_no_lesson_throws_the_correction_out_of_bounds(lessons: list[tuple[int, int]]) -> None:
    state = Correction()
    for counted_tokens, billed in lessons:
        state = learned(state, counted=counted_tokens, billed=billed)
    assert 400 <= state.ratio_permille <= 3000
    assert state.spread_permille >= 0
    assert Correction.from_json(state.to_json()) == state
