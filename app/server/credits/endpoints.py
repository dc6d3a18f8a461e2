"""The endpoints of credits."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
