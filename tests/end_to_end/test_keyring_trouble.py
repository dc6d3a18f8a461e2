"""The keyring is absent, silent, or dies: the window lives, and no key is ever in a file."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import OPENAI_SECRET, UseWindow
from tests.fixtures.provider_server import ProviderServer, recorded
from tests.store.keychain.conftest import Daemon

SECRET = "sk-or-no-keyring-5e8a1f00c3"
Leaks = Callable[[str], list[str]]


@pytest.fixture
def silent_keyring(openai_key: str, secret_service: Daemon) -> Iterator[None]:
    """The keyring takes every question and answers none."""
    os.kill(secret_service.process.pid, signal.SIGSTOP)
    yield
    os.kill(secret_service.process.pid, signal.SIGCONT)


@pytest.mark.parametrize("place", ["session", "vault"])
def test_without_a_keyring_the_first_run_offers_a_choice(
    use_window: UseWindow, provider_server: ProviderServer, find_leaks: Leaks, place: str
) -> None:
    provider_server.replies = [recorded("openai-chat-1bc05d89")]
    provider_server.keys = {SECRET}
    use_window("first_key_without_keyring", f"{provider_server.url}/v1", SECRET, place)
    assert find_leaks(SECRET) == []
    assert provider_server.posts


def test_a_keyring_that_never_answers_does_not_stop_the_window(
    silent_keyring: None,
    use_window: UseWindow,
    provider_server: ProviderServer,
    find_leaks: Leaks,
) -> None:
    use_window("wait_for_a_slow_keyring")
    assert provider_server.posts == []
    assert find_leaks(OPENAI_SECRET) == []


def test_a_keyring_that_died_keeps_the_message_and_leads_to_the_keys(
    openai_key: str,
    secret_service: Daemon,
    use_window: UseWindow,
    provider_server: ProviderServer,
    find_leaks: Leaks,
    own_profile: Path,
) -> None:
    secret_service.die()
    use_window("miss_the_keyring")
    assert provider_server.posts == []
    assert find_leaks(OPENAI_SECRET) == []
