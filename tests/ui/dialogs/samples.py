"""What the tests of the dialogs feed: a bridge that notes the orders, a window, realistic views."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.seam.commands import Command
from app.seam.views import (
    BillingView,
    Certainty,
    DaySpend,
    KeychainView,
    KeyRow,
    ModelRow,
    ProviderRow,
    ReceiptCallView,
    ReceiptPartView,
    ReceiptView,
    SpendLine,
)

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
USD = 10**12
HOSTILE = "<img src='file:///etc/passwd'><b>GPT</b> & \"x\"\n<script>"


class NotingBridge(QObject):
    """Notes what was asked; `event.emit(...)` is what the core would say."""

    event = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[Command] = []

    def submit(self, command: Command) -> None:
        self.orders.append(command)

    def of(self, kind: type) -> list[Command]:
        """The orders of one kind."""
        return [order for order in self.orders if isinstance(order, kind)]


def model(ref: str, name: str, provider: str, **more: object) -> ModelRow:
    """A line of the picker with the usual values."""
    usual = ModelRow(
        ref=ref, name=name, provider=provider.lower(), provider_name=provider,
        abilities=("images", "tools"), context_tokens=128_000, input_rate=2_500_000,
        output_rate=10_000_000, payer=f"your {provider} key",
    )  # fmt: skip
    return replace(usual, **more)  # type: ignore[arg-type]


def sample_models() -> tuple[ModelRow, ...]:
    """Two keys, one model behind both, one refused key, this computer, the demo."""
    used = NOW - timedelta(hours=2)
    return (
        model("k1/gpt-4o", "GPT-4o", "OpenAI", favorite=True, used_at=NOW),
        model("k1/gpt-4o-mini", "GPT-4o mini", "OpenAI", input_rate=150_000, output_rate=600_000),
        model(
            "k1/o3", "o3", "OpenAI", abilities=("images", "tools", "thinks"),
            context_tokens=200_000, input_rate=2_000_000, output_rate=8_000_000,
        ),
        model(
            "k2/claude-sonnet-4-5", "Claude Sonnet 4.5", "Anthropic", used_at=used,
            abilities=("images", "tools", "thinks"), context_tokens=1_000_000,
            input_rate=3_000_000, output_rate=15_000_000,
            price_note="dearer above 200,000 tokens",
        ),
        model("k3/openai/gpt-4o", "GPT-4o", "OpenRouter", input_rate=2_600_000),
        model(
            "k3/new/model-x", "Model X (preview)", "OpenRouter", abilities=(),
            context_tokens=None, input_rate=None, output_rate=None,
        ),
        model(
            "k4/mistral-large", "Mistral Large", "Mistral", available=False,
            why_not="The key was refused: it was revoked", input_rate=2_000_000,
            output_rate=6_000_000,
        ),
        model(
            "local:ollama/gpt-oss:20b", "gpt-oss 20B", "Ollama", abilities=("tools", "thinks"),
            context_tokens=131_072, input_rate=0, output_rate=0, free=True, payer="this computer",
        ),
        model(
            "demo/scripted", "Scripted demo", "Demo", abilities=(), context_tokens=8_192,
            input_rate=0, output_rate=0, free=True, payer="demo, made-up answers",
        ),
    )  # fmt: skip


def many_models(count: int = 500) -> tuple[ModelRow, ...]:
    """As many as a marketplace lists."""
    return tuple(
        model(f"k3/vendor{n % 40}/model-{n}", f"Vendor {n % 40}: Model {n} Instruct", "OpenRouter")
        for n in range(count)
    )


def spend(
    label: str, cents: int | None, certainty: Certainty = Certainty.EXACT, messages: int = 12
) -> SpendLine:
    pusd = None if cents is None else cents * USD // 100
    return SpendLine(label, pusd, certainty, messages * 1_900, messages)


def sample_billing() -> BillingView:
    """A month as a busy person has it."""
    cents = (12, 28, 7, 37, 22, 4, 3, 33, 44, 24, 58, 16, 29, 41)
    first = date(2026, 11, 8)
    estimated = {4, 9, 13}
    return BillingView(
        today=spend("Today", 41, Certainty.ESTIMATED, 14),
        month=spend("November", 618, Certainty.ESTIMATED, 214),
        by_key=(
            spend("OpenAI …f3Qk", 402), spend("Anthropic …9xAA", 216, Certainty.ESTIMATED),
            spend("This computer", 0),
        ),
        by_model=(
            spend("GPT-4o", 311), spend("Claude Sonnet 4.5", 216, Certainty.ESTIMATED),
            spend("o3", 64), spend("GPT-4o mini", 19), spend("gpt-oss 20B", 0),
            spend("Gemini 2.5 Flash", 5), spend("Model X", None, Certainty.UNKNOWN, 3),
        ),
        days=tuple(
            DaySpend(
                first + timedelta(days=n), cent * USD // 100,
                Certainty.ESTIMATED if n in estimated else Certainty.EXACT, cent // 3 + 1,
            )
            for n, cent in enumerate(cents)
        ),
        unpriced_messages=3,
        as_of=datetime.now(UTC),
    )  # fmt: skip


def sample_receipt() -> ReceiptView:
    """An answer that searched the web, then wrote."""
    first = ReceiptCallView(
        "Claude Sonnet 4.5", "Anthropic", "req_011CSHoEeqs5C35K2UUqR7Fy", NOW, Certainty.EXACT,
        (
            ReceiptPartView("Input", 318, "tokens", "$3.00 per million", 954_000_000),
            ReceiptPartView("Read from cache", 9_400, "tokens", "$0.30 per million", 2_820_000_000),
            ReceiptPartView("Answer", 96, "tokens", "$15.00 per million", 1_440_000_000),
            ReceiptPartView("Thinking", 214, "tokens", "$15.00 per million", 3_210_000_000),
            ReceiptPartView("Web search", 1, "searches", "$10.00 per thousand", 10_000_000_000),
        ),
        18_424_000_000,
    )  # fmt: skip
    second = ReceiptCallView(
        "Claude Sonnet 4.5", "Anthropic", None, NOW + timedelta(seconds=4), Certainty.ESTIMATED,
        (
            ReceiptPartView("Input", 2_930, "tokens", "$3.00 per million", 8_790_000_000),
            ReceiptPartView("Answer", 140, "tokens", "$15.00 per million", 2_100_000_000),
        ),
        10_890_000_000,
    )  # fmt: skip
    return ReceiptView(
        "m1", 29_314_000_000, Certainty.ESTIMATED, "your Anthropic key …9xAA",
        "You stopped this answer: you pay for what had arrived.",
        "genai-prices, 21 August 2026", (first, second), 24_000_000_000, 61_000_000_000,
        ("The provider did not say what the second call used; it was counted here.",),
    )  # fmt: skip


def sample_keys() -> tuple[KeyRow, ...]:
    """Three keys: two that work, one that was refused."""
    exact = Certainty.EXACT
    return (
        KeyRow("k1", "openai", "OpenAI", "", "f3Qk", "works", "works, 62 models", 402 * USD // 100,
               exact, "keyring"),
        KeyRow("k2", "anthropic", "Anthropic", "Work", "9xAA", "works", "works, 9 models",
               216 * USD // 100, Certainty.ESTIMATED, "keyring"),
        KeyRow("k4", "mistral", "Mistral", "", "Lm20", "refused", "refused: the key was revoked",
               0, exact, "keyring"),
    )  # fmt: skip


def sample_providers() -> tuple[ProviderRow, ...]:
    """A part of the host table, two with the same beginning."""
    return (
        ProviderRow("openai", "OpenAI", ("sk-proj-",), "https://platform.openai.com/api-keys"),
        ProviderRow("anthropic", "Anthropic", ("sk-ant-",), "https://console.anthropic.com/settings/keys"),
        ProviderRow("google", "Google", ("AIza",), "https://aistudio.google.com/apikey"),
        ProviderRow("openrouter", "OpenRouter", ("sk-or-",), "https://openrouter.ai/keys"),
        ProviderRow("deepseek", "DeepSeek", ("sk-",), "https://platform.deepseek.com/api_keys"),
        ProviderRow("qwen", "Qwen", ("sk-",), "https://example.com/qwen"),
        ProviderRow("mistral", "Mistral", (), "https://console.mistral.ai/api-keys"),
        ProviderRow("custom", "Another address", (), "", needs_url=True, needs_key=False),
    )  # fmt: skip


KEYRING = KeychainView("keyring", "Secret Service", vault_exists=False, vault_open=False)
NO_KEYRING = KeychainView(
    "undecided", "", vault_exists=False, vault_open=False,
    trouble="This computer has no keyring that Tuppence trusts.",
)  # fmt: skip


def make_host() -> QWidget:
    window = QWidget()
    window.resize(1100, 760)
    layout = QVBoxLayout(window)
    button = QPushButton("Below the card")
    button.setObjectName("below")
    layout.addWidget(button)
    layout.addStretch(1)
    return window
