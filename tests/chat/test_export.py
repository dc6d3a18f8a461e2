"""What an exported chat holds: for people what was shown, for programs everything."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.chat.export import chat_json, chat_markdown, write_file
from app.chat.extras import Extras
from app.chat.faults import fault_json
from app.clock import Clock
from app.errors import StoreError
from app.seam.views import CitationView, FaultView, ToolCallView
from app.store.attachments import Attachments
from app.store.database import Database
from app.store.records import ChatRecord, MessageRecord, State

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
CHAT = ChatRecord(
    id="chat",
    title="Swallows",
    title_is_own=False,
    created_at=AT,
    updated_at=AT,
    pinned=False,
    hidden_at=None,
    total_pusd=5_600_000_000,
    unpriced=0,
    estimated=0,
    unfinished=False,
    panes=(),
)


@pytest.fixture
def attachments(tmp_path: Path) -> Attachments:
    return Attachments(Database.in_memory(Clock()), tmp_path)


def _conversation(attachments: Attachments) -> list[MessageRecord]:
    file = attachments.keep("notes.txt", "text/plain", b"African or European?")
    extras = Extras(
        tool_calls=[ToolCallView("call-1", "web_search", '{"q":"swallow"}', "20 g")],
        citations=[CitationView("https://birds.example/swallow", "Swallows")],
    )
    question = MessageRecord(
        "question",
        "chat",
        None,
        "user",
        "How heavy?",
        State.COMPLETE,
        AT,
        attachment_ids=(file.id,),
    )
    answer = MessageRecord(
        "answer",
        "chat",
        "question",
        "assistant",
        "About 20 grams",
        State.INCOMPLETE,
        AT,
        thinking="Let me see",
        thinking_s=1.5,
        duration_s=4.0,
        model_ref="key/gpt-4o",
        model_name="GPT-4o",
        fault_json=fault_json(FaultView("StreamBroken", "The answer stopped in the middle.")),
        extras_json=extras.to_json(),
    )
    return [question, answer]


def test_json_holds_everything_that_a_message_has(attachments: Attachments) -> None:
    question, answer = json.loads(chat_json(CHAT, _conversation(attachments), attachments))[
        "messages"
    ]
    (file,) = question["attachments"]
    assert (file["name"], file["type"], file["bytes"]) == ("notes.txt", "text/plain", 20)
    assert answer["thinking"] == "Let me see"
    assert (answer["thinking_s"], answer["duration_s"]) == (1.5, 4.0)
    assert answer["model_ref"] == "key/gpt-4o"
    assert answer["tool_calls"][0]["result"] == "20 g"
    assert answer["citations"] == [{"url": "https://birds.example/swallow", "title": "Swallows"}]
    assert answer["fault"]["kind"] == "StreamBroken"
    assert answer["receipt"] is None


def test_markdown_names_files_and_sources_and_says_how_an_answer_broke_off(
    attachments: Attachments,
) -> None:
    text = chat_markdown(CHAT, _conversation(attachments), attachments)
    assert "Files: notes.txt" in text
    assert "- Swallows: <https://birds.example/swallow>" in text
    assert "*The answer stopped in the middle.*" in text


def test_markdown_has_each_tool_call_with_what_came_back(attachments: Attachments) -> None:
    question, answer = _conversation(attachments)
    calls = [
        ToolCallView("1", "web_search", '{"q":"swallow"}', "20 g"),
        ToolCallView("2", "web`\npage", "{}", "Ends it:\n```\n# Not a title", failed=True),
        ToolCallView("3", "calculator", '{"expression": "6*7"}'),
    ]
    answer = replace(answer, extras_json=Extras(tool_calls=calls).to_json())
    text = chat_markdown(CHAT, [question, answer], attachments)
    assert 'Tool `web_search`, result:\n\n```\n{"q":"swallow"}\n\n20 g\n```' in text
    assert "Tool `web' page`, failed:\n\n````\n{}\n\nEnds it:\n```\n# Not a title\n````" in text
    assert 'Tool `calculator`, no result:\n\n```\n{"expression": "6*7"}\n```' in text


def test_a_file_that_is_there_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "chat.md"
    target.write_text("old")
    write_file(target, "new")
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]
    with pytest.raises(StoreError, match="cannot be written"):
        write_file(tmp_path / "none" / "chat.md", "new")
