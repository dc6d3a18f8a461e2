"""What is wrong with a webhook, whichever processor it names."""

from __future__ import annotations


class SignatureRefused(Exception):
    """A webhook that nobody who knows the secret has signed just now."""
