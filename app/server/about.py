"""What a client asks first: is this a credit server, does it speak my language, whose is it?

`INTERFACE` rises when an old client could misread an answer. New fields and endpoints leave it.
"""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.config import VERSION
from app.server.caller import TheServices

PRODUCT = "tuppence-server"
INTERFACE = 1

router = APIRouter(tags=["server"])


class RecommendedShown(BaseModel):
    audience: str = Field(description="For whom, in words")
    models: list[str]


class ServerShown(BaseModel):
    """`at` is the server's clock. `recommended` names models of the catalog, the best first."""

    product: str = PRODUCT
    interface: int = INTERFACE
    version: str = VERSION
    catalog: str
    title: str
    demo: bool
    at: datetime
    least_output_tokens: int = Field(description="A shorter answer is not begun")
    recommended: list[RecommendedShown]
    free_models: list[str]


@router.get("/api/server", summary="What this server is, its interface and its clock")
async def about(services: TheServices) -> ServerShown:
    catalog = services.catalog
    return ServerShown(
        catalog=catalog.name,
        title=catalog.title,
        demo=services.settings.demo,
        at=services.clock.now(),
        least_output_tokens=catalog.least_output_tokens,
        recommended=[
            RecommendedShown(audience=each.audience, models=list(each.models))
            for each in catalog.recommended
        ],
        free_models=list(catalog.free_models()),
    )
