"""What a person types, and the one thing that is meant by it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.commands.choose import NotFound, choose_assistant, choose_chat, choose_key, choose_model
from app.seam.views import ModelRow
from app.store.assistants import AssistantRecord
from app.store.records import ChatRecord, KeyRecord

AT = datetime(2026, 11, 21, tzinfo=UTC)


def _model(ref: str, name: str, provider: str, *, available: bool = True) -> ModelRow:
    return ModelRow(ref, name, provider, provider, (), None, None, None, "you", available)


MODELS = (
    _model("k1/gpt-4o", "GPT-4o", "openai"),
    _model("k1/gpt-4o-mini", "GPT-4o mini", "openai"),
    _model("k2/claude-sonnet-4-5", "Claude Sonnet 4.5", "anthropic"),
    _model("k3/gpt-4o", "GPT-4o", "openrouter"),
)


@pytest.mark.parametrize(
    ("typed", "ref"),
    [
        ("k3/gpt-4o", "k3/gpt-4o"),
        ("gpt-4o", "k1/gpt-4o"),
        ("GPT-4O", "k1/gpt-4o"),
        ("openrouter/gpt-4o", "k3/gpt-4o"),
        ("gpt-4o mini", "k1/gpt-4o-mini"),
        ("mini", "k1/gpt-4o-mini"),
        ("sonnet", "k2/claude-sonnet-4-5"),
    ],
)
def test_a_model_is_found_by_reference_id_name_or_part(typed: str, ref: str) -> None:
    assert choose_model(typed, MODELS).ref == ref


def test_a_part_that_several_models_have_names_them() -> None:
    with pytest.raises(NotFound, match=r"Several models fit “gpt”: gpt-4o, gpt-4o-mini\."):
        choose_model("gpt", MODELS)


def test_a_model_of_a_refused_key_gives_way_to_one_that_works() -> None:
    refused = _model("k0/gpt-4o", "GPT-4o", "openai", available=False)
    assert choose_model("gpt-4o", (refused, *MODELS)).ref == "k1/gpt-4o"


def test_an_unknown_model_is_said_so() -> None:
    with pytest.raises(NotFound, match="There is no model “gpt-9”"):
        choose_model("gpt-9", MODELS)


def test_without_any_model_the_way_to_one_is_said() -> None:
    with pytest.raises(NotFound, match="tuppence keys add"):
        choose_model("gpt-4o", ())


def _chat(chat_id: str, title: str) -> ChatRecord:
    return ChatRecord(chat_id, title, False, AT, AT, False, None, 0, 0, 0, False, ())


CHATS = (
    _chat("0193aa00", "Travel plans"),
    _chat("0193aa11", "Travel"),
    _chat("0193bb22", "Taxes"),
)


@pytest.mark.parametrize(
    ("typed", "chat_id"),
    [
        ("0193aa00", "0193aa00"),
        ("0193b", "0193bb22"),
        ("travel", "0193aa11"),
        ("plans", "0193aa00"),
    ],
)
def test_a_chat_is_found_by_id_beginning_or_title(typed: str, chat_id: str) -> None:
    assert choose_chat(typed, CHATS).id == chat_id


@pytest.mark.parametrize("typed", ["0193a", "trav"])
def test_a_chat_that_is_not_clear_is_not_guessed(typed: str) -> None:
    with pytest.raises(NotFound, match="Several chats fit"):
        choose_chat(typed, CHATS)


@pytest.mark.parametrize("typed", ["", "nothing", "01"])
def test_a_chat_that_is_not_there_is_said_so(typed: str) -> None:
    with pytest.raises(NotFound, match=f"There is no chat “{typed}”"):
        choose_chat(typed, CHATS)


TUTORS = (
    AssistantRecord("0193aa00", "Tutor"),
    AssistantRecord("0193bb11", "Tutor of Latin"),
    AssistantRecord("0193bb22", "Editor"),
)


@pytest.mark.parametrize(
    ("typed", "assistant_id"),
    [("0193bb22", "0193bb22"), ("0193a", "0193aa00"), ("tutor", "0193aa00"), ("lat", "0193bb11")],
)
def test_an_assistant_is_found_by_id_beginning_or_name(typed: str, assistant_id: str) -> None:
    assert choose_assistant(typed, TUTORS).id == assistant_id


def test_an_assistant_that_is_not_clear_is_not_guessed() -> None:
    with pytest.raises(NotFound, match="Several assistants fit"):
        choose_assistant("0193b", TUTORS)


def _key(key_id: str, provider: str, label: str, ends_in: str) -> KeyRecord:
    return KeyRecord(key_id, provider, label, ends_in, "", "vault", "works", "", AT, AT)


KEYS = (
    _key("0193aa00", "openai", "work", "Xy12"),
    _key("0193aa11", "openai", "", "Zz34"),
    _key("0193bb22", "anthropic", "", ""),
)


@pytest.mark.parametrize(
    ("typed", "key_id"),
    [("work", "0193aa00"), ("Zz34", "0193aa11"), ("…Zz34", "0193aa11"), ("anthropic", "0193bb22")],
)
def test_a_key_is_found_by_label_ending_or_provider(typed: str, key_id: str) -> None:
    assert choose_key(typed, KEYS).id == key_id


@pytest.mark.parametrize("typed", ["zz34", "…", ""])
def test_a_key_that_is_not_there_is_said_so(typed: str) -> None:
    with pytest.raises(NotFound, match="There is no key"):
        choose_key(typed, KEYS)


def test_a_provider_with_two_keys_is_not_clear() -> None:
    with pytest.raises(NotFound, match="Several keys fit “openai”"):
        choose_key("openai", KEYS)
