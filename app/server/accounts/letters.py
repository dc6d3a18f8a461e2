"""The words of the mails that accounts sends."""

from __future__ import annotations

from app.server.accounts.mail import Mail

_NOT_YOU = "If it was not you who asked, nothing has happened: ignore this mail."


def code_to_add(email: str, code: str, minutes: int) -> Mail:
    return Mail(
        email,
        "Your code for Tuppence",
        f"{code} is the code that adds this address to your account. It works for {minutes}"
        f" minutes.\n\nNobody of us will ever ask you for it. {_NOT_YOU}\n",
    )


def code_to_recover(email: str, code: str, minutes: int) -> Mail:
    return Mail(
        email,
        "Your code for Tuppence",
        f"{code} is the code that adds a device to your account. It works for {minutes} minutes."
        "\n\nWhoever has it can spend your tokens: nobody of us will ever ask you for it."
        f" {_NOT_YOU}\n",
    )


def in_use(email: str) -> Mail:
    """For an address that an account has already, and another one asked for."""
    return Mail(
        email,
        "This address has an account already",
        "Somebody wanted to add this address to a new Tuppence account, but it belongs to one."
        " To come back to that account, choose “I have an account” on the new device."
        f"\n\n{_NOT_YOU}\n",
    )


def not_known(email: str) -> Mail:
    """For an address that no account has: so that no answer tells which addresses are known."""
    return Mail(
        email,
        "No account has this address",
        "Somebody looked for a Tuppence account with this address, and there is none. Perhaps"
        f" you used another address.\n\n{_NOT_YOU}\n",
    )


def replaced(old: str) -> Mail:
    """To the address that an account had before."""
    return Mail(
        old,
        "Your account has another address now",
        "The address of your Tuppence account was changed, and this one opens it no longer. If it"
        " was not you, remove devices that you do not know and tell whoever runs the server.\n",
    )
