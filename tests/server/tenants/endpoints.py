"""Every endpoint, with how another tenant's ids are put into it.

What stands here is compared with the application's own document and routes: an endpoint, or an id
of one, that is not here fails the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.server.tenants.tenants import CHAT, Tenant

Place = tuple[str, str]  # path, query or body, and the name there


@dataclass(frozen=True)
class Ask:
    """One request, its body as JSON or as a page's form."""

    method: str
    path: str
    body: Any = None
    form: bool = False


@dataclass(frozen=True)
class Endpoint:
    """`ids` says which attribute of a tenant stands in each place; `body` the rest of a body that
    is good. `told` is how the foreign id is refused. `open`: no token is looked at. `keeps` is the
    table in which the one who asks may get a row of their own, for a foreign id as for nobody's."""

    ids: Mapping[Place, str] = field(default_factory=dict)
    body: Any = None
    told: int = 404
    open: bool = False
    form: bool = False
    streams: bool = False
    keeps: str = ""


def ids_in_path(body: Any = None, **names: str) -> Endpoint:
    return Endpoint({("path", name): of for name, of in names.items()}, body)


def _group(of: str, invitation: str, prefix: str) -> Iterator[tuple[tuple[str, str], Endpoint]]:
    path = f"{prefix}/{{group}}"
    yield ("GET", prefix), Endpoint()
    yield ("POST", prefix), Endpoint(body={"name": "Mine"})
    yield ("GET", path), ids_in_path(group=of)
    yield ("PATCH", path), ids_in_path({"name": "Mine now"}, group=of)
    confirm = {("path", "group"): of, ("body", "confirm"): of}
    yield ("DELETE", path), Endpoint(confirm, {})
    yield ("GET", f"{path}/members"), ids_in_path(group=of)
    member = f"{path}/members/{{account}}"
    yield ("PATCH", member), ids_in_path({"role": "viewer"}, group=of, account="member")
    yield ("DELETE", member), ids_in_path(group=of, account="member")
    yield ("GET", f"{path}/invitations"), ids_in_path(group=of)
    yield ("POST", f"{path}/invitations"), ids_in_path({"role": "admin"}, group=of)
    one = f"{path}/invitations/{{invitation}}"
    yield ("DELETE", one), ids_in_path(group=of, invitation=invitation)
    yield ("GET", f"{path}/usage"), ids_in_path(group=of)


_PROOF = {"public_key": "x", "challenge": "x", "signature": "x"}
_KEY = {"provider": "groq", "key": "gsk-0123456789abcdef"}
ENDPOINTS: Mapping[tuple[str, str], Endpoint] = {
    ("GET", "/api/server"): Endpoint(open=True),
    ("GET", "/healthz"): Endpoint(open=True),
    ("GET", "/readyz"): Endpoint(open=True),
    ("GET", "/metrics"): Endpoint(open=True),
    # accounts
    ("GET", "/api/devices"): Endpoint(),
    ("POST", "/api/devices"): Endpoint(body={**_PROOF, "name": "x"}, open=True),
    ("POST", "/api/session"): Endpoint(body=_PROOF, open=True),
    ("DELETE", "/api/session"): Endpoint(),
    ("DELETE", "/api/devices/{device}"): ids_in_path(device="other_device"),
    ("POST", "/api/email"): Endpoint(body={"email": "somebody@example.org"}),
    ("DELETE", "/api/email"): Endpoint(),
    ("POST", "/api/email/confirm"): Endpoint(
        {("body", "request"): "email_request"}, {"code": "123456"}, told=400
    ),
    ("POST", "/api/email/recover"): Endpoint(body={"email": "no@example.org"}, open=True),
    ("POST", "/api/email/recover/confirm"): Endpoint(
        {("body", "request"): "email_request"},
        {**_PROOF, "name": "x", "code": "123456"},
        told=400,
        open=True,
    ),
    ("GET", "/api/keys"): Endpoint(),
    ("POST", "/api/keys"): Endpoint(body={"name": "CI"}),
    ("PATCH", "/api/keys/{key}"): ids_in_path({"name": "Mine now"}, key="api_key"),
    ("DELETE", "/api/keys/{key}"): ids_in_path(key="api_key"),
    ("GET", "/api/account"): Endpoint(),
    ("DELETE", "/api/account"): Endpoint({("body", "confirm"): "account"}, {}, told=400),
    ("GET", "/api/account/export"): Endpoint(),
    ("POST", "/api/account/link"): Endpoint(),
    ("POST", "/api/passphrase"): Endpoint(body={"passphrase": "correct horse battery staple"}),
    ("GET", "/api/events"): Endpoint(streams=True),
    # credits
    ("GET", "/v1/models"): Endpoint(),
    ("GET", "/v1/models/{model}"): Endpoint(),
    ("POST", "/api/quote"): Endpoint(body={"model": "openai/gpt-4o", "input_tokens": 5}),
    ("GET", "/api/me"): Endpoint(),
    ("GET", "/api/usage"): Endpoint(),
    ("GET", "/api/requests"): Endpoint(),
    ("GET", "/api/requests/{request_id}"): ids_in_path(request_id="request"),
    ("POST", "/api/requests/{request_id}/close"): Endpoint(
        {("path", "request_id"): "request"}, told=200, keeps="ledger_holds"
    ),
    # licenses
    ("GET", "/api/license"): Endpoint(),
    ("GET", "/api/license/keys"): Endpoint(open=True),
    # organizations and workspaces
    **dict(_group("org", "org_invitation", "/api/organizations")),
    **dict(_group("workspace", "workspace_invitation", "/api/workspaces")),
    ("GET", "/api/workspaces/{group}/keys"): ids_in_path(group="workspace"),
    ("POST", "/api/workspaces/{group}/keys"): ids_in_path(_KEY, group="workspace"),
    ("DELETE", "/api/workspaces/{group}/keys/{key}"): ids_in_path(
        group="workspace", key="provider_key"
    ),
    ("GET", "/api/workspaces/{group}/statement"): ids_in_path(group="workspace"),
    # An invitation's id is no way in: only its token is.
    ("POST", "/api/invitations/accept"): Endpoint({("body", "token"): "workspace_invitation"}, {}),
    # payments
    ("GET", "/api/tokens/packages"): Endpoint(open=True),
    ("POST", "/api/checkout"): Endpoint(body={"offer": "starter-pack"}),
    ("GET", "/api/checkout/{checkout_id}"): ids_in_path(checkout_id="checkout"),
    ("POST", "/api/checkout/{checkout_id}/cancel"): ids_in_path(checkout_id="checkout"),
    ("POST", "/api/checkout/{checkout_id}/simulate"): Endpoint(
        {("path", "checkout_id"): "checkout"}, {"secret": "sim_of_somebody_else", "pay": True},
        open=True,
    ),
    ("POST", "/api/subscription/subscribe"): Endpoint(body={"action": "cancel"}),
    ("POST", "/api/billing/portal"): Endpoint(body={}),
    ("GET", "/api/purchases"): Endpoint(),
    ("POST", "/api/billing/webhook"): Endpoint(body={}, open=True),
    # models
    ("POST", "/v1/chat/completions"): Endpoint(body=CHAT),
    ("POST", "/v1/responses"): Endpoint(body={"model": "openai/gpt-4o", "input": "Hello"}),
    ("POST", "/v1/embeddings"): Endpoint(body={"model": "openai/gpt-4o", "input": "Hello"}),
    ("POST", "/v1/images/generations"): Endpoint(body={"model": "x", "prompt": "A cat"}),
    ("POST", "/v1/audio/speech"): Endpoint(body={"model": "x", "input": "Hi", "voice": "alloy"}),
    ("POST", "/v1/audio/transcriptions"): Endpoint(body={}),
    ("POST", "/v1/audio/translations"): Endpoint(body={}),
}  # fmt: skip

# Pages, which the document leaves out. What a visit's cookie opens is its own account alone.
PAGES: Mapping[tuple[str, str], Endpoint] = {
    ("GET", "/"): Endpoint(open=True),
    ("GET", "/docs"): Endpoint(open=True),
    ("GET", "/email"): Endpoint(open=True),
    ("GET", "/openapi.json"): Endpoint(open=True),
    ("GET", "/pages.css"): Endpoint(open=True),
    ("GET", "/invitation"): Endpoint(open=True),
    # Whoever comes back from a processor has no cookie: these tell what was bought, to nobody whom.
    ("GET", "/checkout/done"): Endpoint({("query", "checkout"): "checkout"}, open=True, told=200),
    ("GET", "/checkout/cancelled"): Endpoint(
        {("query", "checkout"): "checkout"}, open=True, told=200
    ),
    ("GET", "/checkout/simulated"): Endpoint(
        {("query", "checkout"): "checkout", ("query", "secret"): "="}, open=True
    ),
    ("POST", "/checkout/simulated"): Endpoint(
        {("body", "checkout"): "checkout", ("body", "secret"): "="},
        {"pay": "yes"},
        open=True,
        form=True,
    ),
    ("GET", "/account/enter"): Endpoint(
        {("query", "token"): "account", ("query", "receipt"): "purchase"}, told=401
    ),
    ("GET", "/account"): Endpoint(told=200),
    ("GET", "/account/receipt"): Endpoint({("query", "id"): "purchase"}),
    ("GET", "/account/statement"): Endpoint({("query", "month"): "account"}, told=400),
    ("POST", "/account/leave"): Endpoint(told=200),
}

# Values that are nobody's: words, numbers, and what is a secret of its own.
PLAIN: Mapping[str, frozenset[str]] = {
    "path": frozenset({"model"}),
    "query": frozenset({"by", "start", "end", "format", "before", "limit", "after", "month"}),
    "header": frozenset({"Stripe-Signature", "X-Signature"}),
    "body": frozenset(
        {
            *("name", "email", "code", "role", "caps", "cap_usd", "passphrase", "public_key"),
            *("challenge", "signature", "provider", "key", "replace", "offer", "return", "action"),
            *("seats", "secret", "pay", "model", "input_tokens", "messages", "recent_outputs"),
            *("output_tokens_max", "stream", "stream_options", "max_tokens", "temperature"),
            *("max_completion_tokens", "tools", "input", "instructions", "max_output_tokens"),
            *("prompt", "n", "size", "quality", "voice", "file", "language", "response_format"),
        }
    ),
}


def asks(where: tuple[str, str], endpoint: Endpoint, foreign: Tenant, own: Tenant) -> Iterator[Ask]:
    """The endpoint with foreign ids: all of them, and each alone among one's own."""
    places = list(endpoint.ids)
    yield ask_with(where, endpoint, lambda place: foreign, own)
    if len(places) > 1 and "confirm" not in {name for _, name in places}:
        for alone in places:
            if endpoint.ids[alone] != "=" and alone != ("path", "group"):
                yield ask_with(where, endpoint, _alone(alone, foreign, own), own)


def _alone(foreign_at: Place, foreign: Tenant, own: Tenant) -> Callable[[Place], Tenant]:
    return lambda place: foreign if place == foreign_at else own


def ask_with(
    where: tuple[str, str], endpoint: Endpoint, whose: Callable[[Place], Tenant], own: Tenant
) -> Ask:
    """The endpoint with an id of somebody's at each place."""
    method, path = where
    body = dict(endpoint.body) if isinstance(endpoint.body, dict) else endpoint.body
    query = []
    for place, attribute in endpoint.ids.items():
        value = own.secret if attribute == "=" else str(getattr(whose(place), attribute))
        kind, name = place
        match kind:
            case "path":
                path = path.replace("{" + name + "}", value)
            case "query":
                query.append(f"{name}={value}")
            case _:
                body[name] = value
    path = path.replace("{model}", "openai/gpt-4o") + ("?" + "&".join(query) if query else "")
    return Ask(method, path, body, endpoint.form)
