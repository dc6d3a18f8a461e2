"""E-mail addresses: one text for each, and nothing in it that a mail server would not take."""

from __future__ import annotations

import re

from app.server.errors import Refused, bad_request

LENGTH_MAX = 254  # RFC 5321
LOCAL_MAX = 64
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def email_address(text: str) -> str:
    """The address in small letters, its domain as the name system has it (IDNA).

    Raises Refused (400).
    """
    local, at, domain = text.strip().lower().rpartition("@")
    if not at or len(local) > LOCAL_MAX or not _LOCAL.fullmatch(local):
        raise _wrong()
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise _wrong() from error
    labels = domain.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _wrong()
    address = f"{local}@{domain}"
    if len(address) > LENGTH_MAX:
        raise _wrong()
    return address


def _wrong() -> Refused:
    return bad_request("This is no e-mail address: write it as name@example.org.", "email")
