"""The endpoints of proxy."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter

from app.server.bounded import Asgi
from app.server.services import Services

router = APIRouter()


def raw_paths(services: Services) -> Mapping[tuple[str, str], Asgi]:
    """What is answered past the framework, by method and path."""
    return {}
