"""Folders and settings: what is found, what is made, and what rubbish is answered with."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from app.config import Config, Paths, load_config, load_paths, resources_folder
from app.errors import ConfigError


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return load_paths({"TUPPENCE_HOME": str(tmp_path / "home")})


def test_one_variable_puts_every_folder_into_one_place(tmp_path: Path) -> None:
    paths = load_paths({"TUPPENCE_HOME": str(tmp_path / "all")})
    assert {paths.data, paths.config} == {tmp_path / "all"}
    assert paths.logs.parent == paths.cache.parent == tmp_path / "all"


def test_without_the_variable_the_folders_are_the_systems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    paths = load_paths({"TUPPENCE_HOME": "  "})
    folders = (paths.data, paths.config, paths.cache, paths.logs)
    assert all(folder.is_dir() and folder.is_relative_to(tmp_path) for folder in folders)


def test_the_demo_has_folders_of_its_own(tmp_path: Path) -> None:
    env = {"TUPPENCE_HOME": str(tmp_path)}
    real, demo = load_paths(env), load_paths(env, demo=True)
    assert demo.data != real.data
    assert demo.config != real.config


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_new_folder_is_readable_by_its_owner_alone(paths: Paths) -> None:
    for folder in (paths.data, paths.cache, paths.logs):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_named_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_paths({"TUPPENCE_HOME": str(tmp_path / "file" / "home")})
    assert str(tmp_path / "file" / "home") in caught.value.message
    assert "TUPPENCE_HOME" in caught.value.advice


def test_without_a_file_the_defaults_hold_and_nothing_is_written(paths: Paths) -> None:
    assert load_config(paths, {}) == (Config(), ())
    assert not (paths.config / "config.toml").exists()


def test_a_variable_wins_over_the_file(paths: Paths) -> None:
    (paths.config / "config.toml").write_text(
        'log_level = "debug"\noffline = true\n', encoding="utf-8"
    )
    config, notices = load_config(paths, {"TUPPENCE_LOG_LEVEL": "error"})
    assert config == Config(log_level="error", offline=True)
    assert notices == ()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("log_level = [", "not valid TOML"),
        ('log_level = "loud"', "log level"),
        ("log_level = 3", "log level"),
        ("offline = 2", "offline"),
        ('proxy_url = "proxy.example:8080"', "proxy"),
        ('proxy_url = "http://"', "proxy"),
        ('flavor = "mint"', "flavor"),
    ],
)
def test_rubbish_in_the_file_gives_a_notice_and_the_default(
    paths: Paths, text: str, word: str
) -> None:
    path = paths.config / "config.toml"
    path.write_text(text, encoding="utf-8")
    config, notices = load_config(paths, {})
    assert config == Config()
    assert len(notices) == 1
    assert word in notices[0]
    assert path.read_text(encoding="utf-8") == text


def test_one_wrong_line_does_not_cost_the_others(paths: Paths) -> None:
    (paths.config / "config.toml").write_text(
        'log_level = 3\nproxy_url = "socks5://127.0.0.1:1080"\n', encoding="utf-8"
    )
    config, notices = load_config(paths, {})
    assert config.proxy_url == "socks5://127.0.0.1:1080"
    assert len(notices) == 1


def test_a_file_of_bytes_that_are_no_text_gives_a_notice(paths: Paths) -> None:
    (paths.config / "config.toml").write_bytes(b"\xff\xfe\x00")
    config, notices = load_config(paths, {})
    assert config == Config()
    assert "cannot be read" in notices[0]


def test_a_refused_proxy_is_not_repeated_because_it_may_hold_a_password(paths: Paths) -> None:
    _, notices = load_config(paths, {"TUPPENCE_PROXY_URL": "ftp://me:hunter22@host"})
    assert len(notices) == 1
    assert "hunter22" not in notices[0]


@pytest.mark.parametrize(("word", "meant"), [("1", True), ("Yes", True), ("off", False)])
def test_a_switch_is_read_as_people_write_it(paths: Paths, word: str, meant: bool) -> None:
    assert load_config(paths, {"TUPPENCE_OFFLINE": word})[0].offline is meant


def test_the_resources_are_found_from_any_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    resources_folder.cache_clear()
    assert (resources_folder() / "fonts" / "Inter-Regular.ttf").is_file()


def test_a_frozen_program_finds_the_resources_in_its_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)
    resources_folder.cache_clear()
    assert resources_folder() == tmp_path / "resources"
    resources_folder.cache_clear()
