"""Accounts, wallets and refusals as a server says them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.seam.hosted import AccountsShown, SendOutOfTokens
from app.seam.hosted_views import (
    AccountsView,
    GrantView,
    HostedModelView,
    InsteadView,
    OfferView,
    OutOfTokensView,
    ServerView,
    ShortView,
    WalletView,
)
from app.seam.views import ModelRow
from tests.ui.shell.recording import CLAUDE, model

ADDRESS = "https://tokens.example.com"
SERVER = ServerView("s1", ADDRESS, "Example tokens", False, "signed_in", "a1", "", True)
LLAMA = "hosted:s1/llama-3-70b"


def soon(**span: int) -> datetime:
    """A moment ahead, with half a minute to spare."""
    return datetime.now(UTC) + timedelta(seconds=30, **span)


def grant(name: str, left: int, granted: int, unit: str = "plan_tokens") -> GrantView:
    return GrantView(
        name, "free", unit, "month", granted, granted - left, 0, left, soon(days=10, hours=4),
        (), False,
    )  # fmt: skip


def wallet() -> WalletView:
    """A free allowance, a pack, and two free models."""
    pack = replace(
        grant("Starter pack", 200_000, 200_000), source="pack", window="", resets=None,
    )  # fmt: skip
    turbo = replace(grant("Qwen Turbo", 961_000, 1_000_000, "tokens"), only=True)
    gemini = replace(
        grant("Gemini 2.5 Pro", 47, 50, "requests"), only=True, window="day",
        resets=soon(hours=3, minutes=20),
    )  # fmt: skip
    return WalletView(
        server_id="s1", server="Example tokens", account="a1", name="", kind="person", role="",
        email="", plan="free", plan_name="Free", plan_price="Free",
        grants=(grant("Free", 8_412, 10_000), pack, turbo, gemini), available=208_412,
        next_reset=soon(days=10, hours=4), used_this_month=1_588, month_limit=None, flags=(),
        in_debt=False, as_of=datetime.now(UTC), online=True,
    )  # fmt: skip


def signed_in(shown: WalletView | None = None) -> AccountsShown:
    return AccountsShown(AccountsView((SERVER,), "s1", "", shown or wallet()))


def nobody(address: str = ADDRESS) -> AccountsShown:
    return AccountsShown(AccountsView((), "", address, None))


def hosted_row() -> ModelRow:
    row = model(LLAMA, "Llama 3 70B", "meta", "Free allowance", "tools")
    return replace(row, hosted=HostedModelView("Example tokens", 1, False, (), ("Beginners",)))


PACK = OfferView(
    "starter", "pack", "Starter", "$5", False, True, "plan_tokens", 200_000, price_cents=500
)


def out_of_tokens(message_id: str = "", **changes: object) -> SendOutOfTokens:
    view = OutOfTokensView(
        reason="used_up", message="Your tokens do not cover this.", model="gpt-4o",
        short=(ShortView("Free", "plan_tokens", 1_746, soon(days=10, hours=4)),),
        resets=soon(days=10, hours=4),
        free_models=(InsteadView("hosted:s1/qwen-turbo", "Qwen Turbo", "Free models"),),
        own_keys=(
            InsteadView(CLAUDE, "Claude Sonnet", "your Anthropic key", "$3.00 in, $15.00 out"),
        ),
        offers=(PACK, replace(PACK, id="gone", name="Gone", available=False)),
    )  # fmt: skip
    return SendOutOfTokens("c1", 0, replace(view, **changes), message_id)  # type: ignore[arg-type]
