"""The names of differences in words, for the command line; the window translates its own."""

from __future__ import annotations

from app.metering.reconciliation_rows import Reason

REASONS: dict[str, str] = {
    Reason.OTHER_KEY: "made with the key “{0}”, which Tuppence does not have",
    Reason.OTHER_CALLS: "calls that were not made through Tuppence",
    Reason.FAILED_CALLS: "requests that were refused or failed: counted there, not charged",
    Reason.UNFINISHED: "calls of yours that are not settled yet",
    Reason.ESTIMATED: "calls that Tuppence had to count itself",
    Reason.DAY_BOUNDARY: "calls around midnight that they have on the next day",
    Reason.CACHED: "they read another part of the same input from the cache",
    Reason.ROUNDING: "their amounts are rounded",
    Reason.PRICE_UNKNOWN: "Tuppence knows no price for these calls",
    Reason.PRICE_CHANGED: "the same tokens at another price",
    Reason.FREE: "not charged: free credits or a free tier",
    Reason.NOT_TOKENS: "charged for something else than tokens: {0}",
    Reason.MODEL_ALIAS: "they call the model {0}",
    Reason.NOT_REPORTED_YET: "may not be in their figures yet",
    Reason.NOT_COVERED: "their report does not hold these days",
    Reason.OTHER_ACCOUNT: "made with a key that this account does not list",
    Reason.MISSING_THERE: "they do not list these calls",
    Reason.UNEXPLAINED: "not explained",
}


def reason_words(reason: str, detail: str) -> str:
    """Why, as a part of a sentence."""
    return REASONS[reason].format(detail)
