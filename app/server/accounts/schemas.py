"""What the endpoints of accounts take and give, as the server's own document shows it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

Name = Annotated[str, Field(max_length=80, description="What its owner calls it.")]
Email = Annotated[str, Field(min_length=3, max_length=254)]
Code = Annotated[str, Field(pattern=r"^[0-9]{6}$", description="Six digits.")]
Dollars = Annotated[
    Decimal,
    Field(gt=0, le=1_000_000, max_digits=19, decimal_places=12, description="US dollars."),
]


class Given(BaseModel):
    """A body: nothing but what is named."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _without_nul(cls, value: object) -> object:
        # PostgreSQL keeps no text with it, and no name needs it.
        for text in value if isinstance(value, dict) else (value,):
            if isinstance(text, str) and "\0" in text:
                raise ValueError("a text holds no NUL")
        return value


class ErrorFacts(BaseModel):
    message: str
    type: str
    param: str | None = None
    code: str
    details: dict[str, Any] = {}


class ErrorAnswer(BaseModel):
    """Every error has this form, which OpenAI's clients read as well."""

    error: ErrorFacts


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The statuses that an endpoint can answer with, for its documentation."""
    return {status: {"model": ErrorAnswer} for status in statuses}


class DeviceProof(Given):
    """A device, and that it has its key. What is signed: `proofs.signed_bytes`."""

    public_key: Annotated[str, Field(max_length=200, description="`ed25519:` and 43 letters.")]
    name: Name = ""
    challenge: Annotated[str, Field(max_length=200)]
    signature: Annotated[str, Field(max_length=200, description="64 bytes in base64.")]


class SessionGiven(Given):
    """Without `challenge` and `signature`: a challenge is asked for. With both: a session."""

    public_key: Annotated[str, Field(max_length=200, description="`ed25519:` and 43 letters.")]
    challenge: Annotated[str, Field(max_length=200)] = ""
    signature: Annotated[str, Field(max_length=200, description="64 bytes in base64.")] = ""


class ChallengeAnswer(BaseModel):
    """To be signed once, before it expires."""

    challenge: str
    expires_at: datetime


class SessionAnswer(BaseModel):
    """`token` goes into `Authorization: Bearer`."""

    token: str
    expires_at: datetime
    account: str
    device: str


class DeviceAnswer(BaseModel):
    """`key_id` is the first 16 digits of the public half's hash, to compare by eye."""

    id: str
    name: str
    key_id: str
    created_at: datetime
    seen_at: datetime
    current: bool


class DevicesAnswer(BaseModel):
    devices: list[DeviceAnswer]


class EmailGiven(Given):
    email: Email


class CodeSentAnswer(BaseModel):
    """The same, whether the address is known or not. `request` goes with the code."""

    request: str
    expires_at: datetime


class CodeGiven(Given):
    request: Annotated[str, Field(max_length=80)]
    code: Code


class RecoverGiven(DeviceProof):
    """A code and the device that is to be added; what is signed is for the purpose `add`."""

    request: Annotated[str, Field(max_length=80)]
    code: Code


class EmailAnswer(BaseModel):
    email: str


class KeyGiven(Given):
    """`cap_usd` is what the key may draw in a calendar month (UTC); none: no cap of its own."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    cap_usd: Dollars | None = None


class KeyChange(Given):
    """What is not named stays; `cap_usd: null` takes the cap away."""

    name: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    cap_usd: Dollars | None = None


class KeyAnswer(BaseModel):
    """`shown` is how the key begins. Dollars are exact decimals, as text."""

    id: str
    name: str
    shown: str
    made_by: str
    cap_usd: str | None
    drawn_this_month_usd: str
    created_at: datetime


class NewKeyAnswer(KeyAnswer):
    """`token` is shown this once; the server keeps a hash alone."""

    token: str


class KeysAnswer(BaseModel):
    keys: list[KeyAnswer]


class PassphraseGiven(Given):
    passphrase: Annotated[str, Field(min_length=1, max_length=256)]


class PassphraseAnswer(BaseModel):
    """`standing` is `current`, or `in_grace` until `until`: then a newer one is wanted."""

    plan: str
    standing: str
    until: datetime | None


class Membership(BaseModel):
    id: str
    kind: str
    name: str
    role: str


class AccountAnswer(BaseModel):
    """`email` is confirmed, or null. `belongs_to` are organizations and workspaces."""

    id: str
    created_at: datetime
    plan: str
    email: str | None
    devices: int
    belongs_to: list[Membership]
    passphrase: PassphraseAnswer | None


class DeletionGiven(Given):
    """`confirm` is the account's id: what is left of its tokens is lost."""

    confirm: Annotated[str, Field(max_length=80)]
