"""The log file: one JSON object a line, rotating, with every secret taken out.

Redaction works on the finished line's values, exceptions included, so that no caller has to
think of it. What must be kept for people belongs in the store, not here.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

LOG_FILE = "tuppence.log"
FILE_BYTES_MAX = 2_000_000
FILES_KEPT = 3
HIDDEN = "[hidden]"
SECRET_LENGTH_MIN = 8  # shorter ones would blot out ordinary words

# Begins where a word begins and looks so far into it: from everywhere to everywhere, a long text
# without a space would take minutes.
_SECRET_NAME = (
    r"(?<![\w.-])[\w.-]{0,200}(?:key(?!ring|chain|board|word)|token|password|passphrase|secret"
    r"|authorization|cookie)"
    r"(?!s\b)"
)
# What takes its place is a function where something of it stays: a template would be read anew for
# each text, and every upstream's name of a call is looked through.
_PATTERNS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r"\b(Bearer|Basic)\s+[^\s\"',;]+", re.I),
        lambda found: f"{found[1]} {HIDDEN}",
    ),
    (re.compile(r"\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{8,}"), HIDDEN),
    (re.compile(r"\b(?:gsk_|xai-|hf_|r8_|ghp_|pplx-|fw_|nvapi-)[A-Za-z0-9_-]{8,}"), HIDDEN),
    (re.compile(r"\bAIza[A-Za-z0-9_-]{20,}"), HIDDEN),
    (re.compile(r"(://)[^/\s:@]*:[^/\s@]+@"), lambda found: f"{found[1]}{HIDDEN}@"),
    (
        re.compile(
            rf"({_SECRET_NAME}[\w-]{{0,60}}[\"']?\s{{0,9}}[:=]\s{{0,9}}[\"']?)"
            r"(?!\[hidden\])[^\s\"',;&}]+",
            re.I,
        ),
        lambda found: f"{found[1]}{HIDDEN}",
    ),
)
# No pattern finds anything where this does not: six times through a text cost four times as much.
_MAY_FIND = re.compile(r"[:=\s]|[spr]k[-_]|gsk_|xai-|hf_|r8_|ghp_|pplx-|fw_|nvapi-|AIza")
_NAMES_A_SECRET = re.compile(rf"^{_SECRET_NAME}[\w-]*$", re.I)
_OWN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Redactor:
    """Takes secrets out of text: those it was told about, and whatever looks like one."""

    def __init__(self) -> None:
        self._known: tuple[str, ...] = ()  # the longest first

    def register(self, secret: str) -> None:
        """Hide this secret from now on. Very short ones are left to the patterns."""
        if len(secret) >= SECRET_LENGTH_MIN:
            self._known = tuple(sorted({*self._known, secret}, key=len, reverse=True))

    def clean(self, text: str) -> str:
        """The same text without secrets."""
        for secret in self._known:
            text = text.replace(secret, HIDDEN)
        if _MAY_FIND.search(text) is None:
            return text
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text

    def clean_value(self, name: str, value: object) -> object:
        """A field of a record: hidden where its name says so, else cleaned."""
        if value is None or isinstance(value, bool | int | float):
            return value
        if _NAMES_A_SECRET.match(name):
            return HIDDEN
        return self.clean(str(value))


class JsonLines(logging.Formatter):
    """One record as one line of JSON: at, level, where, message, error, and its own fields."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "where": record.name,
            "thread": record.threadName,
            "message": self._redactor.clean(_message(record)),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = self._redactor.clean(self.formatException(record.exc_info))
        for name, value in vars(record).items():
            if name not in _OWN_FIELDS:
                line[name] = self._redactor.clean_value(name, value)
        return json.dumps(line, ensure_ascii=False)


class RotatingFile(logging.FileHandler):
    """A log file that starts anew at a size and keeps the last few.

    The standard library's own rotating handler pulls in sockets and pickle, which costs the
    window milliseconds before its first paint.
    """

    def __init__(self, path: Path, *, bytes_max: int, kept: int) -> None:
        super().__init__(path, encoding="utf-8", delay=True)
        self._path = path
        self._bytes_max = bytes_max
        self._kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        try:
            full = self._path.stat().st_size >= self._bytes_max
        except FileNotFoundError:
            full = False
        if full:
            self._rotate()
        super().emit(record)

    def _open(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - typeshed's wrapper class
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8")

    def _rotate(self) -> None:
        self.close()
        names = [self._path, *(self._numbered(n) for n in range(1, self._kept))]
        for older, newer in zip(reversed(names[1:]), reversed(names[:-1]), strict=True):
            if newer.exists():
                newer.replace(older)

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


_redactor = Redactor()


def register_secret(secret: str) -> None:
    """Keep this secret out of every log line from now on."""
    _redactor.register(secret)


def redact(text: str) -> str:
    """The text without secrets, for what is shown or copied elsewhere."""
    return _redactor.clean(text)


def start_logging(folder: Path, level: str, *, secrets: Iterable[str] = ()) -> Path:
    """Write the log to `folder` from now on; calling it again moves it. Returns the file.

    `level` is one of `app.config.LOG_LEVELS`.
    """
    for secret in secrets:
        register_secret(secret)
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, RotatingFile):
            root.removeHandler(handler)
            handler.close()
    path = folder / LOG_FILE
    handler = RotatingFile(path, bytes_max=FILE_BYTES_MAX, kept=FILES_KEPT)
    handler.setFormatter(JsonLines(_redactor))
    root.addHandler(handler)
    root.setLevel(level.upper())
    return path


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        # A log call with the wrong arguments must not lose what it wanted to say.
        return f"{record.msg} {record.args!r}"
