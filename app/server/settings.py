"""What the operator of a server sets: environment variables, with the command line before them.

Every variable is explained in `.env.sample`. Payment keys and price ids are named by the catalog,
so the environment itself is kept and asked by name.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path

from app.config import resources_folder
from app.errors import ConfigError
from app.money import PICODOLLARS_PER_USD

PREFIX = "TUPPENCE_SERVER_"
SECRET_LENGTH_MIN = 32
_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
# What stands in examples all over the world, and in ours.
_SAMPLES = re.compile(
    r"change[-_ ]?me|example|sample|secret|password|placeholder|x{8,}|0{16,}", re.I
)
# Read by the domains that they are for, out of the environment that is kept.
_OF_DOMAINS = ("DEFAULT_WORKSPACE_PLAN",)
_YES = ("1", "true", "yes", "on")
_NO = ("", "0", "false", "no", "off")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that keep one caller from taking what is everybody's. All are counted in the database
    where they concern more than one worker."""

    body_bytes: int = 20 * 1024 * 1024
    requests_per_minute: int = 100  # of one API key or session
    devices_per_address_day: int = 5  # free accounts of one IPv4 address or IPv6 /64
    free_day_pusd: int = (
        5 * PICODOLLARS_PER_USD
    )  # all free accounts together, what they cost the operator
    streams: int = 500  # of one worker at once
    queue: int = 200  # waiting for a stream, of one worker
    queue_s: float = 20.0
    drains: int = 32
    drain_s: float = 120.0
    answer_kept_s: float = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """`database_url` is empty for SQLite in `data`. `public_url` is how clients reach the server,
    without a slash at its end. `secret` is empty where the server makes one in `data`."""

    data: Path
    database_url: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = 8700
    public_url: str = ""
    behind_tls: bool = False
    trusted_proxies: tuple[Network, ...] = ()
    catalog: Path = Path()
    secret: str = field(default="", repr=False)
    operator_password: str = field(default="", repr=False)
    metrics_token: str = field(default="", repr=False)
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    demo: bool = False
    workers: int = 1
    limits: Limits = field(default_factory=Limits)
    strange: tuple[str, ...] = ()  # what is wrong with variables that nobody reads
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def address(self) -> str:
        """How clients reach the server."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def address_file(self) -> Path:
        """Where a server that runs writes its address, which its command line may have chosen."""
        return self.data / "address"

    @property
    def running_address(self) -> str:
        """The address of the server that was started last over these data, for commands."""
        if self.public_url or not self.address_file.is_file():
            return self.address
        return self.address_file.read_text("utf-8").strip() or self.address

    def variable(self, name: str) -> str:
        """The value of a variable that the catalog names; empty where it is not set."""
        return self.environment.get(name, "").strip()


def load_settings(env: Mapping[str, str], *, data: Path, demo: bool = False) -> ServerSettings:
    """The settings from the environment; raises ConfigError naming the variable that is wrong."""
    take, usual = _Reader(env), Limits()
    limits = Limits(
        body_bytes=take.whole("BODY_BYTES_MAX", usual.body_bytes, least=1024),
        requests_per_minute=take.whole("REQUESTS_PER_MINUTE", usual.requests_per_minute, least=1),
        devices_per_address_day=take.whole(
            "DEVICES_PER_ADDRESS_DAY", usual.devices_per_address_day, least=1
        ),
        free_day_pusd=take.dollars("FREE_DAY_USD", usual.free_day_pusd),
        streams=take.whole("STREAMS_MAX", usual.streams, least=1),
        queue=take.whole("QUEUE_MAX", usual.queue, least=0),
    )
    settings = ServerSettings(
        data=Path(take.text("DATA", str(data))).expanduser().absolute(),
        database_url=take.database("DATABASE_URL"),
        host=take.text("HOST", "127.0.0.1"),
        port=take.whole("PORT", 8700, least=0, most=65_535),
        public_url=take.text("PUBLIC_URL", "").rstrip("/"),
        behind_tls=take.yes("BEHIND_TLS"),
        trusted_proxies=take.networks("TRUSTED_PROXIES"),
        catalog=_catalog_path(take.text("CATALOG", "tuppence")),
        secret=take.secret("SECRET"),
        operator_password=take.secret("OPERATOR_PASSWORD", length_min=12),
        metrics_token=take.secret("METRICS_TOKEN"),
        smtp_url=take.text("SMTP_URL", ""),
        mail_from=take.text("MAIL_FROM", ""),
        demo=demo or take.yes("DEMO"),
        workers=take.whole("WORKERS", 1, least=1, most=64),
        limits=limits,
        environment=dict(env),
    )
    settings = replace(settings, strange=take.strange())
    refuse_unsafe(settings)
    return settings


def refuse_unsafe(settings: ServerSettings) -> None:
    """Raise ConfigError for what would put money or keys at risk."""
    is_local = _is_loopback(settings.host)
    if not is_local and not settings.behind_tls:
        raise ConfigError(
            f"{settings.host} can be reached from outside, and nothing says that TLS is in front.",
            f"Put a reverse proxy with TLS before the server and set {PREFIX}BEHIND_TLS=true, "
            f"or bind to 127.0.0.1.",
        )
    if settings.public_url and not _ADDRESS.fullmatch(settings.public_url):
        raise ConfigError(
            f"{PREFIX}PUBLIC_URL is no address of a server.",
            "Write how clients reach it, such as https://tokens.example.org.",
        )
    # Links in mails, return addresses and the cookies' own safety hang on it.
    if settings.behind_tls and not settings.public_url.startswith("https://"):
        raise ConfigError(
            f"TLS is in front, and {PREFIX}PUBLIC_URL does not begin with https://.",
            "Write the address that clients use, with https://.",
        )
    live = [name for name, value in settings.environment.items() if _is_live_key(value)]
    lemon = settings.variable("LEMONSQUEEZY_API_KEY")
    if lemon and settings.variable("LEMONSQUEEZY_MODE").lower() != "test":
        live.append("LEMONSQUEEZY_API_KEY")
    if settings.demo and live:
        raise ConfigError(
            f"The demo never runs beside live payment keys, and {live[0]} holds one.",
            "Take it out of the environment, or start without --demo.",
        )


def _is_live_key(value: str) -> bool:
    return value.strip().startswith(("sk_live_", "rk_live_"))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _catalog_path(name: str) -> Path:
    """A shipped catalog's name, or a file of the operator's own."""
    if name.endswith(".toml") or "/" in name:
        return Path(name).expanduser().absolute()
    return resources_folder() / "catalogs" / f"{name}.toml"


class _Reader:
    """Variables into values, with an error that names the variable."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._known = set(_OF_DOMAINS)

    def strange(self) -> tuple[str, ...]:
        """Words about each variable of ours that was not asked for: it may be a slip."""
        ours = [name.removeprefix(PREFIX) for name in self._env if name.startswith(PREFIX)]
        return tuple(self._warning(name) for name in sorted(ours) if name not in self._known)

    def _warning(self, name: str) -> str:
        like = difflib.get_close_matches(name, sorted(self._known), n=1)
        meant = f" Did you mean {PREFIX}{like[0]}?" if like else ""
        return f"{PREFIX}{name} is no setting of the server and changes nothing.{meant}"

    def text(self, name: str, default: str) -> str:
        self._known.add(name)
        return self._env.get(PREFIX + name, "").strip() or default

    def database(self, name: str) -> str:
        """An address of PostgreSQL, or empty. No error repeats it: it holds a password."""
        url = self.text(name, "")
        if url and not url.startswith(("postgresql://", "postgres://")):
            raise ConfigError(
                f"{PREFIX}{name} is no address of PostgreSQL.",
                "Write postgresql://name:password@host/database, or leave it out for SQLite.",
            )
        return url

    def yes(self, name: str) -> bool:
        value = self.text(name, "").lower()
        if value not in (*_YES, *_NO):
            raise ConfigError(f"{PREFIX}{name} is {value!r}.", "Write true or false.")
        return value in _YES

    def whole(self, name: str, default: int, *, least: int, most: int = 2**53) -> int:
        value = self.text(name, str(default))
        if not re.fullmatch(r"[0-9]{1,16}", value) or not least <= int(value) <= most:
            raise ConfigError(
                f"{PREFIX}{name} is {value!r}.", f"Write a whole number from {least} to {most}."
            )
        return int(value)

    def dollars(self, name: str, default: int) -> int:
        """An amount in dollars as picodollars."""
        value = self.text(name, "")
        if not value:
            return default
        try:
            amount = Decimal(value)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or amount < 0 or amount > 1_000_000:
            raise ConfigError(f"{PREFIX}{name} is {value!r}.", "Write dollars, such as 5 or 2.50.")
        return int(amount * PICODOLLARS_PER_USD)

    def secret(self, name: str, *, length_min: int = SECRET_LENGTH_MIN) -> str:
        """Not set: empty. Set: long enough and nobody's example."""
        self._known.add(name)
        if PREFIX + name not in self._env:
            return ""
        value = self._env[PREFIX + name].strip()
        if len(value) < length_min or _SAMPLES.search(value) or len(set(value)) < 8:
            raise ConfigError(
                f"{PREFIX}{name} is empty, too short or an example.",
                f"Make one with at least {length_min} characters: "
                'python3 -c "import secrets; print(secrets.token_hex(32))"',
            )
        return value

    def networks(self, name: str) -> tuple[Network, ...]:
        found = []
        for word in self.text(name, "").replace(",", " ").split():
            try:
                found.append(ipaddress.ip_network(word, strict=False))
            except ValueError as error:
                raise ConfigError(
                    f"{PREFIX}{name} holds {word!r}.", "Write addresses such as 10.0.0.0/8."
                ) from error
        return tuple(found)
