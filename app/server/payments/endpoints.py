"""The endpoints of payments."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
