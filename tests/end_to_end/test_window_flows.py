"""A person uses the window: real widgets on a real display, real keyring, recorded providers."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

from app.clock import Clock
from app.metering.receipt import Receipt
from app.store.shelves import open_shelves
from tests.end_to_end.conftest import StartWindow, UseWindow
from tests.end_to_end.long_answers import numbered_words
from tests.fixtures.provider_server import ProviderServer, recorded

SECRET = "sk-or-end-to-end-4f1d2c9b7a"
BILLED_STREAM = "openrouter-chat-42f78696"
OPENAI_STREAM = "openai-chat-1bc05d89"
READ_KEYRING = """
import sys
from pathlib import Path
from app.store.keychain import Keychain
print(Keychain(Path(sys.argv[1])).read(sys.argv[2], "keyring"))
"""


def billed_pusd(name: str) -> int:
    """What the provider said it charged, in the last chunk of its own stream."""
    lines = [line for line in recorded(name).body.decode().splitlines() if '"cost":' in line]
    usage = json.loads(lines[-1].removeprefix("data: "), parse_float=Decimal)["usage"]
    return int(usage["cost"] * 10**12)


def test_from_the_first_run_to_a_receipt_and_on_at_the_next_start(
    use_window: UseWindow,
    secret_service: object,
    provider_server: ProviderServer,
    own_profile: Path,
    find_leaks: object,
) -> None:
    provider_server.replies = [recorded(BILLED_STREAM, pace_s=0.02)]
    provider_server.keys = {SECRET}
    use_window("first_run_to_receipt", f"{provider_server.url}/v1", SECRET, "$0.0033")
    use_window("find_stored_key", "$0.0033")

    shelves = open_shelves(own_profile, Clock())
    key = shelves.keys.rows()[0]
    chat = shelves.chats.rows()[0]
    receipts = [
        Receipt.from_json(message.receipt_json)
        for message in shelves.messages.all_of(chat.id)
        if message.receipt_json
    ]
    shelves.database.close()
    assert [receipt.total_pusd for receipt in receipts] == [billed_pusd(BILLED_STREAM)] * 2
    assert chat.total_pusd == 2 * billed_pusd(BILLED_STREAM)
    assert {asked.headers["authorization"] for asked in provider_server.posts} == {
        f"Bearer {SECRET}"
    }
    elsewhere = subprocess.run(
        [sys.executable, "-c", READ_KEYRING, str(own_profile), key.id],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert elsewhere.stdout.strip() == SECRET
    assert key.where == "keyring"
    assert find_leaks(SECRET) == []


def test_an_answer_that_was_stopped_has_a_cost_and_can_go_on(
    openai_key: str, use_window: UseWindow, provider_server: ProviderServer
) -> None:
    provider_server.replies = [numbered_words(600, pace_s=0.03), recorded(OPENAI_STREAM)]
    use_window("stop_and_go_on")


def test_versions_of_questions_and_answers_stand_beside_each_other(
    openai_key: str, use_window: UseWindow, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(OPENAI_STREAM)]
    use_window("edit_again_and_branch")
    asked = [json.loads(post.body)["messages"] for post in provider_server.posts]
    assert [messages[-1]["content"] for messages in asked] == [
        "What is the capital of Mexico?", "What is the capital of Mexico?", "And of Peru?",
    ]  # fmt: skip
    assert [len(messages) for messages in asked] == [1, 1, 1]


def test_two_panes_answer_at_the_same_time(
    openai_key: str, use_window: UseWindow, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(OPENAI_STREAM, pace_s=0.03)]
    use_window("two_panes")


def test_a_draft_is_there_again_at_the_next_start(
    openai_key: str, use_window: UseWindow, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(OPENAI_STREAM)]
    use_window("leave_a_draft", "words nobody sent")
    use_window("find_the_draft", "words nobody sent")


def test_a_chat_is_found_shown_in_the_dark_deleted_and_brought_back(
    openai_key: str, use_window: UseWindow, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(OPENAI_STREAM)]
    use_window("find_switch_delete_undo")


def test_a_message_of_five_megabytes_never_stops_the_window(
    openai_key: str, use_window: UseWindow, provider_server: ProviderServer
) -> None:
    use_window("paste_five_megabytes")
    assert provider_server.posts == []


def test_a_window_that_was_killed_shows_the_half_answer_and_ways_on(
    openai_key: str,
    start_window: StartWindow,
    use_window: UseWindow,
    provider_server: ProviderServer,
) -> None:
    provider_server.replies = [numbered_words(3000, pace_s=0.02)]
    window = start_window("stream_until_killed")
    assert window.stdout is not None
    assert window.stdout.readline() == "streaming\n"
    window.kill()
    window.wait()
    use_window("find_the_half_answer")
