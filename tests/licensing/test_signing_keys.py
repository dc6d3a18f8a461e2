"""Keys as text and as files."""

from __future__ import annotations

import subprocess

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st

from app.errors import SigningKeyUnreadable
from app.licensing.keys import PEM_BYTES_MAX, PublicKey, SigningKey
from tests.licensing.issued import CURRENT, DEVICE, NEXT

# RFC 8032, 7.1, test 2.
SEED = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def test_a_key_signs_as_the_standard_says() -> None:
    key = SigningKey.from_seed(SEED)
    assert key.public.raw == PUBLIC
    assert key.signature(b"\x72") == SIGNATURE
    assert key.public.signed(SIGNATURE, b"\x72")
    assert not key.public.signed(SIGNATURE, b"\x73")
    assert not key.public.signed(b"", b"\x72")


def test_the_forms_of_a_key_stay_what_they_are() -> None:
    assert CURRENT.public.text == "ed25519:A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"
    assert CURRENT.id == "df3e31bbef1d5ad2"
    assert CURRENT.id != NEXT.id


@given(st.binary(min_size=32, max_size=32))
def test_a_public_key_comes_back_from_its_text(raw: bytes) -> None:
    key = PublicKey(raw)
    assert PublicKey.from_text(f" {key.text}\n") == key
    assert key.id_bytes.hex() == key.id


def test_a_private_key_comes_back_from_its_file() -> None:
    again = SigningKey.from_pem(CURRENT.to_pem())
    assert again.public == CURRENT.public
    assert again.signature(b"x") == CURRENT.signature(b"x")


def test_other_tools_read_the_file() -> None:
    shown = subprocess.run(
        ["openssl", "pkey", "-pubout", "-outform", "DER"],
        input=CURRENT.to_pem(), capture_output=True, check=True,
    )  # fmt: skip
    assert shown.stdout[-32:] == CURRENT.public.raw


def test_a_private_key_does_not_show_itself() -> None:
    secret = CURRENT.to_pem().split(b"\n")[1].decode()
    shown = repr(CURRENT) + str(CURRENT)
    assert secret not in shown
    assert bytes(range(32)).hex() not in shown
    assert "Ed25519PrivateKey" not in shown


PEM = serialization.Encoding.PEM
PKCS8 = serialization.PrivateFormat.PKCS8
PLAIN = serialization.NoEncryption()
LOCKED = serialization.BestAvailableEncryption(b"x")
FILES = {
    "nothing": (b"", "holds no private key"),
    "something else": (b"hello", "holds no private key"),
    "a cut file": (CURRENT.to_pem()[:60], "holds no private key"),
    "a license": (b"-----BEGIN TUPPENCE LICENSE-----\nAAAA\n", "holds no private key"),
    "far too long": (CURRENT.to_pem() + b" " * PEM_BYTES_MAX, "too long"),
    "another kind of key": (
        ec.generate_private_key(ec.SECP256R1()).private_bytes(PEM, PKCS8, PLAIN),
        "of another kind",
    ),
    "locked with a passphrase": (
        ed25519.Ed25519PrivateKey.from_private_bytes(SEED).private_bytes(PEM, PKCS8, LOCKED),
        "locked with a passphrase",
    ),
}


@pytest.mark.parametrize(("content", "words"), FILES.values(), ids=FILES.keys())
def test_a_file_without_a_key_of_ours_says_what_is_wrong(content: bytes, words: str) -> None:
    with pytest.raises(SigningKeyUnreadable) as told:
        SigningKey.from_pem(content)
    assert words in told.value.message
    assert told.value.advice


TEXTS = {
    "nothing": "",
    "another scheme": DEVICE.text.replace("ed25519", "ssh-ed25519"),
    "a letter short": DEVICE.text[:-1],
    "a letter more": DEVICE.text + "A",
    "padded": DEVICE.text + "=",
    "a blank within": DEVICE.text[:20] + " " + DEVICE.text[20:],
    "a letter of another script": DEVICE.text[:-2] + "éA",
    "spare bits set": DEVICE.text[:-1] + chr(ord(DEVICE.text[-1]) + 1),
    "far too long": "ed25519:" + "A" * 10_000_000,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_text_that_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(SigningKeyUnreadable):
        PublicKey.from_text(text)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(SigningKeyUnreadable):
        PublicKey(bytes(length))
    with pytest.raises(SigningKeyUnreadable):
        SigningKey.from_seed(bytes(length))
