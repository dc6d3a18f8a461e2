"""How the network is reached: the proxy of the user, and how long one waits."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Proxy:
    """The user's proxy: `http://`, `https://` or `socks5://` with host and port."""

    url: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. A model may think for minutes before its first token; then silence means trouble."""

    connect_s: float = 15.0
    write_s: float = 60.0
    first_byte_s: float = 600.0
    idle_s: float = 180.0
