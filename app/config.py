"""Where the program's files lie, and the few settings that must be known before the database.

Order of precedence: `TUPPENCE_*` variables, `config.toml`, defaults. What a person sets in the
window is in the store, not here. Nothing heavy is imported: this runs before the first paint.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from app.errors import ConfigError

VERSION = "0.1.0"
PREFIX = "TUPPENCE_"
CONFIG_FILE = "config.toml"
# Whoever packages the program may name a server here; empty: nobody is offered free tokens unasked.
BUILT_IN_CREDIT_SERVER = ""
LOG_LEVELS = ("debug", "info", "warning", "error")
PROXY_SCHEMES = ("http://", "https://", "socks5://", "socks5h://")
FOLDER_MODE = 0o700  # conversations are nobody else's business
_YES = ("1", "true", "yes", "on")
_NO = ("0", "false", "no", "off")


@dataclass(frozen=True, slots=True)
class Paths:
    """The program's folders; each exists and is readable by its owner alone."""

    data: Path
    config: Path
    cache: Path
    logs: Path


@dataclass(frozen=True, slots=True)
class Config:
    """Settings that no window changes. `proxy_url` is empty for no proxy, unless the window's

    settings name one; with `offline` nothing but this computer is asked. `credit_server` is where
    free tokens are offered, empty for nowhere.
    """

    log_level: str = "info"
    proxy_url: str = ""
    offline: bool = False
    credit_server: str = BUILT_IN_CREDIT_SERVER


def load_paths(env: Mapping[str, str], *, demo: bool = False) -> Paths:
    """Find the folders and make them. `TUPPENCE_HOME` puts all of them into one.

    The demo has one folder of its own, so that it never mixes with real conversations and is gone
    with that folder.
    Raises ConfigError when a folder cannot be made.
    """
    home = env.get(f"{PREFIX}HOME", "").strip()
    places = _one_folder(Path(home).expanduser().absolute()) if home else _system_folders()
    if demo:
        places = _one_folder(places.data / "demo")
    for folder in _each(places):
        _make(folder)
    return places


def load_config(paths: Paths, env: Mapping[str, str]) -> tuple[Config, tuple[str, ...]]:
    """The settings, and a notice in words for each that could not be used.

    A wrong value falls back to its default; the file is never written to.
    """
    notices: list[str] = []
    path = paths.config / CONFIG_FILE
    named = [(name, value, path.name) for name, value in _read_file(path, notices).items()]
    for name in Config.__dataclass_fields__:
        variable = PREFIX + name.upper()
        if env.get(variable, "").strip():
            named.append((name, env[variable].strip(), variable))
    values: dict[str, Any] = {}
    for name, value, source in named:
        _take(values, name, value, source, notices)
    return replace(Config(), **values), tuple(notices)


@cache
def resources_folder() -> Path:
    """Where the shipped files are: in a checkout, in an installed package, in a frozen program."""
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle:
        return Path(bundle) / "resources"
    package = Path(__file__).resolve().parent
    inside = package / "resources"
    return inside if inside.is_dir() else package.parent / "resources"


def _one_folder(home: Path) -> Paths:
    return Paths(data=home, config=home, cache=home / "cache", logs=home / "logs")


def _system_folders() -> Paths:
    from platformdirs import PlatformDirs

    places = PlatformDirs("tuppence", appauthor=False, roaming=False)
    return Paths(
        data=places.user_data_path,
        config=places.user_config_path,
        cache=places.user_cache_path,
        logs=places.user_log_path,
    )


def _each(paths: Paths) -> tuple[Path, ...]:
    return (paths.data, paths.config, paths.cache, paths.logs)


def _make(folder: Path) -> None:
    if folder.is_dir():
        return
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
        if os.name == "posix":
            folder.chmod(FOLDER_MODE)  # the umask may have taken bits away
    except OSError as error:
        raise ConfigError(
            f"The folder {folder} cannot be made: {error.strerror or error}.",
            f"Make it yourself, or name another one in {PREFIX}HOME.",
        ) from error


def _read_file(path: Path, notices: list[str]) -> dict[str, object]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        notices.append(f"{path.name} cannot be read ({error}); the defaults are used.")
        return {}
    import tomllib  # slow to import, and most people have no such file

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        notices.append(f"{path.name} is not valid TOML ({error}); the defaults are used.")
        return {}


def _take(
    values: dict[str, Any], name: str, value: object, source: str, notices: list[str]
) -> None:
    """Put one value into its place, or say why not. A proxy's value may hold a password."""
    match name:
        case "log_level" if isinstance(value, str) and value.lower() in LOG_LEVELS:
            values[name] = value.lower()
        case "log_level":
            notices.append(f"{source}: the log level is one of {', '.join(LOG_LEVELS)}.")
        case "proxy_url" if isinstance(value, str) and _is_proxy(value):
            values[name] = value
        case "proxy_url":
            notices.append(
                f"{source}: a proxy looks like http://host:port or socks5://host:port; "
                "none is used."
            )
        case "offline" if (answer := _truth(value)) is not None:
            values[name] = answer
        case "offline":
            notices.append(f"{source}: offline is true or false.")
        case "credit_server" if isinstance(value, str) and len(value) <= 300:
            values[name] = value.strip()  # what is wrong with it is said where it is used
        case "credit_server":
            notices.append(f"{source}: a credit server looks like https://credits.example.")
        case _:
            notices.append(f"{source}: there is no setting “{name}”.")


def _is_proxy(value: str) -> bool:
    return value == "" or (
        value.lower().startswith(PROXY_SCHEMES) and bool(value.split("://", 1)[1].strip("/"))
    )


def _truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    word = str(value).lower()
    if word in _YES:
        return True
    return False if word in _NO else None
