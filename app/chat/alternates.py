"""Other routes to the same model: kept keys whose providers list it too.

Only what the user turned on in the settings is ever used; see `rerouting` for when.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from app.chat.hosted_routes import HostedRoutes, hosted_ref
from app.chat.preferences import Preferences
from app.chat.routes import Route, Routes
from app.providers.hosts import HOSTS
from app.store.keys import Keys
from app.store.records import KeyRecord

_UNUSABLE = ("refused", "missing")


@dataclass(frozen=True, slots=True)
class Alternates:
    """Finds them. Prices are those of the moment of asking: they are frozen with the call."""

    keys: Keys
    routes: Routes
    preferences: Preferences
    hosted: HostedRoutes

    def of(self, route: Route, chat_id: str = "") -> tuple[Route, ...]:
        """The other routes for a chat, in the order of the keys; none while failover is off."""
        if not self.preferences.view().failover:
            return ()
        if not route.needs_secret and route.hosted is None:
            return ()
        return tuple(self._find(route, chat_id))

    def _find(self, route: Route, chat_id: str) -> Iterator[Route]:
        wanted = same_model_name(route.model_id)
        for key in self.keys.rows():
            # What a server of the user's own calls by a model's name may be anything.
            if key.id == route.key_id or key.state in _UNUSABLE or key.provider not in HOSTS:
                continue
            for model_id in _listed(key):
                if same_model_name(model_id) == wanted:
                    yield self.routes.find(f"{key.id}/{model_id}")
                    break
        if route.hosted is None:
            yield from self._hosted(wanted, chat_id)

    def _hosted(self, wanted: str, chat_id: str) -> Iterator[Route]:
        for target in self.hosted.targets():
            if same_model_name(target.model.id) == wanted and not target.model.trouble:
                ref = hosted_ref(target.record.id, target.model.id)
                yield self.routes.find(ref, chat_id=chat_id)
                return

    def own_keys_for(self, model_id: str) -> Iterator[Route]:
        """The kept keys that the same model can be asked with, whatever is set."""
        for key in self.keys.rows():
            if key.state in _UNUSABLE or key.provider not in HOSTS:
                continue
            for listed in _listed(key):
                if same_model_name(listed) == same_model_name(model_id):
                    yield self.routes.find(f"{key.id}/{listed}")
                    break


def same_model_name(model_id: str) -> str:
    """A model's name as all providers have it: `openai/gpt-4o` is `gpt-4o`.

    Gateways write `claude-sonnet-4.5` for what its vendor calls `claude-sonnet-4-5`.
    """
    return model_id.lower().rpartition("/")[2].replace(".", "-")


def _listed(key: KeyRecord) -> list[str]:
    return [str(model[0]) for model in json.loads(key.models_json)]
