"""What one worker counts while it serves: requests by path and status, what went wrong upstream.

Names of paths are the server's own, never what a client typed; nobody's account is among them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from app.server.credits.records import CallDropped, CallEnd
from app.server.services import OfWorker

_GROUPS = ("/v1/", "/api/", "/account", "/checkout", "/operator")
_KNOWN = frozenset(
    {
        "/v1/chat/completions",
        "/v1/responses",
        "/v1/embeddings",
        "/v1/images/generations",
        "/v1/audio/speech",
        "/v1/audio/transcriptions",
        "/v1/models",
        "/api/quote",
        "/api/me",
        "/api/usage",
        "/api/session",
        "/api/devices",
        "/api/checkout",
        "/api/events",
        "/api/license",
        "/api/passphrase",
        "/api/billing/webhook",
        "/healthz",
        "/readyz",
        "/metrics",
    }
)


@dataclass(slots=True)
class Counts:
    """Of one worker since its start. `requests` is by path and status, `upstream` by route and
    kind of error, `ended` by how calls ended, `credited` by payment processor."""

    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    upstream: Counter[tuple[str, str]] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    credited: Counter[str] = field(default_factory=Counter)
    lost_pusd: int = 0
    commit_s: float = 0.0

    def answered(self, path: str, status: int) -> None:
        """An answer began."""
        self.requests[path_name(path), status] += 1

    def upstream_failed(self, route: str, error: Exception) -> None:
        """A route failed before its first token."""
        self.upstream[route, type(error).__name__] += 1

    def call_ended(self, ended: CallEnd | CallDropped) -> None:
        """A call's end is in the books."""
        if isinstance(ended, CallDropped):
            self.ended["released"] += 1
            self.lost_pusd += ended.lost_pusd
        else:
            self.ended[str(ended.ending)] += 1


counts_of = OfWorker(lambda _: Counts())


def path_name(path: str) -> str:
    """A path as it is counted: one of ours, or the group that it belongs to."""
    if path in _KNOWN:
        return path
    return next((f"{group.rstrip('/')}/*" for group in _GROUPS if path.startswith(group)), "other")
