"""Settings: what was stored is believed only where it makes sense; a refusal changes nothing."""

from __future__ import annotations

import json

import pytest

from app.chat.preferences import Preferences, check_proxy_url
from app.clock import Clock
from app.errors import ConfigError
from app.seam.views import ProxyView, SettingsView
from app.store.database import Database
from app.store.settings import Settings


@pytest.fixture
def settings() -> Settings:
    return Settings(Database.in_memory(Clock()))


def test_settings_that_were_never_set_are_the_usual_ones(settings: Settings) -> None:
    assert Preferences(settings).view() == SettingsView()


@pytest.mark.parametrize(
    ("name", "rubbish"),
    [
        ("theme", "pink"), ("theme", 3), ("theme", None), ("theme", ["dark"]),
        ("zoom_percent", "large"), ("zoom_percent", 9), ("zoom_percent", 100_000),
        ("zoom_percent", True), ("zoom_percent", 1.5),
        ("enter_sends", "yes"), ("enter_sends", 1),
        ("default_model_ref", {"a": 1}), ("default_model_ref", "x" * 5000),
        ("billing_open", "false"),
    ],
)  # fmt: skip
def test_rubbish_that_was_stored_falls_back_to_the_usual_value(
    settings: Settings, name: str, rubbish: object
) -> None:
    settings.set(name, rubbish)
    assert Preferences(settings).view() == SettingsView()


@pytest.mark.parametrize(
    "rubbish",
    [
        None, "x", 3, {"a": "Ctrl+A"}, ["find"], [["find"]], [["find", 3]], [[None, "Ctrl+F"]],
        [["find", "Ctrl+F", "x"]],
    ],
)  # fmt: skip
def test_rubbish_among_the_shortcuts_is_left_out(settings: Settings, rubbish: object) -> None:
    settings.set("shortcuts", rubbish)
    assert Preferences(settings).view().shortcuts == ()


@pytest.mark.parametrize("rubbish", [None, "http://x:1", 3, [], {}, {"url": None}, {"url": 7}])
def test_rubbish_as_a_proxy_is_no_proxy(settings: Settings, rubbish: object) -> None:
    settings.set("proxy", rubbish)
    assert Preferences(settings).proxy() == ProxyView()


def test_a_change_comes_back(settings: Settings) -> None:
    Preferences(settings).change((("theme", "dark"), ("zoom_percent", 125), ("enter_sends", False)))
    view = Preferences(settings).view()
    assert (view.theme, view.zoom_percent, view.enter_sends) == ("dark", 125, False)


@pytest.mark.parametrize(
    "change", [("theme", "pink"), ("zoom_percent", 5), ("enter_sends", 1), ("nothing", "x"),
               ("proxy", "x"), ("shortcuts", "x")]
)  # fmt: skip
def test_one_value_that_makes_no_sense_refuses_the_whole_change(
    settings: Settings, change: tuple[str, str | int]
) -> None:
    with pytest.raises(ConfigError):
        Preferences(settings).change((("theme", "dark"), change))
    assert Preferences(settings).view() == SettingsView()


def test_a_shortcut_is_kept_until_the_usual_one_is_wanted(settings: Settings) -> None:
    preferences = Preferences(settings)
    preferences.set_shortcut("find", "Ctrl+G")
    assert preferences.view().shortcuts == (("find", "Ctrl+G"),)
    preferences.set_shortcut("find", "")
    assert preferences.view().shortcuts == ()


@pytest.mark.parametrize(
    "url",
    [
        "proxy.example:8080", "ftp://proxy.example:21", "http://", "http://proxy.example",
        "http://proxy.example:port", "http://proxy.example:99999", "http://[::1",
        "http://name:word@proxy.example:8080",
    ],
)  # fmt: skip
def test_what_is_no_proxy_address_is_refused_and_the_old_one_stays(
    settings: Settings, url: str
) -> None:
    preferences = Preferences(settings)
    preferences.set_proxy(ProxyView("socks5://127.0.0.1:1080"))
    with pytest.raises(ConfigError):
        preferences.set_proxy(ProxyView(url))
    assert preferences.proxy().url == "socks5://127.0.0.1:1080"


@pytest.mark.parametrize("url", ["http://p:8080", "https://p:443", "socks5://[::1]:1080"])
def test_proxy_addresses_of_the_three_kinds_are_taken(url: str) -> None:
    check_proxy_url(url)


def test_no_password_of_a_proxy_is_among_the_settings(settings: Settings) -> None:
    Preferences(settings).set_proxy(ProxyView("http://p:8080", "me", has_password=True))
    assert set(json.loads(json.dumps(settings.all()))["proxy"]) == {"url", "user", "has_password"}
