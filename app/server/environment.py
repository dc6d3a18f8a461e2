"""What a process of the server finds around it: its settings and where its files are."""

from __future__ import annotations

import os
from pathlib import Path

from app.server.settings import PREFIX, ServerSettings, load_settings


def settings_of_environment() -> ServerSettings:
    """The settings of this process; raises ConfigError."""
    env = dict(os.environ)
    demo = env.get(PREFIX + "DEMO", "").strip().lower() in ("1", "true", "yes", "on")
    return load_settings(env, data=default_data_folder(demo=demo))


def default_data_folder(*, demo: bool) -> Path:
    """Where the server keeps its files unless told otherwise; the demo has a folder of its own."""
    from platformdirs import PlatformDirs

    home = os.environ.get("TUPPENCE_HOME", "").strip()
    places = PlatformDirs("tuppence-server", appauthor=False, roaming=False)
    folder = Path(home).expanduser() / "server" if home else places.user_data_path
    return folder / "demo" if demo else folder
