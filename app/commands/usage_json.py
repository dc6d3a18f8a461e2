"""Usage as JSON and as rows: amounts are exact decimal dollars as text, None where unknown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from app.chat.spending_csv import harmless
from app.money import usd_text
from app.seam.hosted_views import DrawnView
from app.seam.usage_views import UsageLine, UsageSum, UsageView
from app.seam.views import ReceiptCallView, ReceiptView

Json = dict[str, Any]
LINE_COLUMNS = (
    "id", "label", "note", "cost_usd", "certainty", "estimated_usd", "unpriced_calls", "calls",
    "messages", "input_tokens", "output_tokens", "plan_tokens", "tokens_of_free_models",
    "requests_of_free_models",
)  # fmt: skip


def as_json(value: object) -> str:
    """Text that people can read too."""
    return json.dumps(value, ensure_ascii=False, indent=1)


def usd(amount_pusd: int | None) -> str | None:
    """Exact dollars."""
    return None if amount_pusd is None else usd_text(amount_pusd)


def sum_row(total: UsageSum) -> Json:
    """A sum with what is certain of it, and what hosted credit drew beside it."""
    drawn = {each.unit: each.amount for each in total.drawn}
    return {
        "cost_usd": usd(total.total_pusd),
        "certainty": total.certainty.value,
        "estimated_usd": usd(total.estimated_pusd),
        "unpriced_calls": total.unpriced,
        "calls": total.calls,
        "messages": total.messages,
        "input_tokens": total.input_tokens,
        "output_tokens": total.output_tokens,
        "plan_tokens": drawn.get("plan_tokens", 0),
        "tokens_of_free_models": drawn.get("tokens", 0),
        "requests_of_free_models": drawn.get("requests", 0),
    }


def drawn_rows(drawn: Sequence[DrawnView]) -> list[Json]:
    """What each grant paid; dollars are exact text."""
    return [
        {
            "grant": each.name,
            "unit": each.unit,
            "amount": usd(each.amount) if each.unit == "usd" else each.amount,
        }
        for each in drawn
    ]


def line_row(line: UsageLine) -> Json:
    """A line; its keys are LINE_COLUMNS."""
    return {"id": line.id, "label": line.label, "note": line.note, **sum_row(line.sum)}


def line_cells(line: UsageLine) -> tuple[object, ...]:
    """The same as cells of CSV, with names that no spreadsheet takes for a formula."""
    named = (harmless(line.id), harmless(line.label), harmless(line.note))
    return (*named, *sum_row(line.sum).values())


def summary_object(view: UsageView, days: Sequence[UsageLine]) -> Json:
    """The whole page but its calls."""
    first, last = view.scope.first, view.scope.last
    return {
        "from": first.isoformat() if first else None,
        "to": last.isoformat() if last else None,
        "total": sum_row(view.total),
        "days": [line_row(line) for line in days],
        "models": [line_row(line) for line in view.models],
        "chats": [line_row(line) for line in view.chats],
        "keys": [line_row(line) for line in view.keys],
        "payers": [{**line_row(line), "grants": drawn_rows(line.grants)} for line in view.payers],
        "assistants": [line_row(line) for line in view.assistants],
    }


def receipt_object(receipt: ReceiptView) -> Json:
    """A receipt as the window shows it, with exact dollars."""
    return {
        "message": receipt.message_id,
        "total_usd": usd(receipt.total_pusd),
        "certainty": receipt.certainty.value,
        "rule": receipt.rule,
        "price_source": receipt.price_source or None,
        "quoted_likely_usd": usd(receipt.quoted_likely_pusd),
        "quoted_most_usd": usd(receipt.quoted_most_pusd),
        "payers": [
            {
                "payer": share.payer,
                "cost_usd": usd(share.total_pusd),
                "certainty": share.certainty.value,
                "percent": share.percent,
            }
            for share in receipt.shares
        ],
        "drawn": drawn_rows(receipt.drawn),
        "server_request_id": receipt.server_request_id or None,
        "calls": [call_object(call) for call in receipt.calls],
        "notes": list(receipt.notes),
    }


def call_object(call: ReceiptCallView) -> Json:
    """One call with its parts."""
    return {
        "at": call.at.astimezone(UTC).isoformat(),
        "model": call.model,
        "asked_model": call.asked_model or None,
        "provider": call.provider,
        "payer": call.payer,
        "delivered": call.delivered,
        "request_id": call.request_id,
        "basis": call.basis or None,
        "price_source": call.price_source or None,
        "certainty": call.certainty.value,
        "cost_usd": usd(call.total_pusd),
        "hosted": call.is_hosted,
        "weight": call.weight,
        "parts": [
            {
                "part": part.label,
                "quantity": part.quantity,
                "unit": part.unit,
                "rate": part.rate_text,
                "amount_usd": usd(part.amount_pusd),
            }
            for part in call.parts
        ],
    }
