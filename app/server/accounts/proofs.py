"""Challenges and what a device signs to show that it has its key.

The signed bytes are `tuppence-device-v1\\0` and then purpose, server and challenge with a zero byte
between them. The server's name is in there so that nobody can have a challenge of this server
signed for another one and pass it on.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from app.errors import SigningKeyUnreadable
from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.licensing.keys import SIGNATURE_BYTES, PublicKey
from app.server.errors import Refused, bad_request
from app.server.secret import hash_of
from app.server.settings import ServerSettings

CHALLENGE_PREFIX = "tc_"
CHALLENGE_VALID = timedelta(minutes=2)
_DOMAIN = b"tuppence-device-v1\0"


class Purpose(StrEnum):
    """What a signature is good for, and nothing else."""

    REGISTER = "register"
    SIGN_IN = "sign-in"
    ADD = "add"


@dataclass(frozen=True, slots=True)
class Proof:
    """A device's answer to a challenge; `is_good` says whether the signature is right."""

    key: PublicKey
    challenge: str
    is_good: bool


def signed_bytes(purpose: Purpose, server: str, challenge: str) -> bytes:
    """What a device signs. `server` is host and port of the address it was told to use, in small
    letters, the port left out where it is the scheme's own (`credits.example`, `127.0.0.1:8700`).
    """
    return _DOMAIN + "\0".join((purpose, server, challenge)).encode()


def server_name(settings: ServerSettings, host: str) -> str:
    """The server's own name in a signature: of its public address, else as the client called it
    (`Host`)."""
    if not settings.public_url:
        return host.strip().lower()
    parts = urlsplit(settings.public_url.lower())
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    return parts.netloc.removesuffix(usual) if usual else parts.netloc


def public_key(text: str) -> PublicKey:
    """Raises Refused (400)."""
    try:
        return PublicKey.from_text(text)
    except SigningKeyUnreadable as error:
        raise bad_request(str(error), "public_key") from error


def proof_of(key: str, challenge: str, signature: str, purpose: Purpose, server: str) -> Proof:
    """Look at a signature, base64 with or without its padding. Raises Refused (400) for what is
    none; a wrong one is no error yet, since its challenge has to be taken away."""
    public = public_key(key)
    try:
        raw = base64.b64decode(signature.rstrip("=") + "==", validate=True)
    except (binascii.Error, ValueError) as error:
        raise bad_request("This is not base64.", "signature") from error
    if len(raw) != SIGNATURE_BYTES:
        raise bad_request("A signature has 64 bytes.", "signature")
    return Proof(public, challenge, public.signed(raw, signed_bytes(purpose, server, challenge)))


def keep_challenge(challenge: str, key: PublicKey, now: datetime) -> Steps[None]:
    yield Sql(
        "INSERT INTO challenges (challenge_hash, public_key, expires_ms) VALUES (?, ?, ?)",
        (hash_of(challenge), key.text, ms_from(now + CHALLENGE_VALID)),
    )


def take_challenge(proof: Proof, now: datetime) -> Steps[Refused | None]:
    """Use a challenge up, whatever the signature is worth; None where all is right.

    The refusal is returned and not raised: the challenge must stay used.
    """
    rows = yield Sql(
        "DELETE FROM challenges WHERE challenge_hash = ? AND public_key = ? RETURNING expires_ms",
        (hash_of(proof.challenge), proof.key.text),
    )
    if not rows:
        return Refused(
            401, "challenge_used", "This challenge was used before, or was never given. Ask anew."
        )
    if rows[0][0] <= ms_from(now):
        return Refused(401, "challenge_expired", "This challenge is too old. Ask for a new one.")
    if not proof.is_good:
        return Refused(
            401,
            "signature_wrong",
            "The signature is not this device's, or is for another server or purpose. Behind a "
            "proxy the server has to know its public address.",
        )
    return None


def forget_challenges(now: datetime) -> Steps[None]:
    yield Sql("DELETE FROM challenges WHERE expires_ms <= ?", (ms_from(now),))
