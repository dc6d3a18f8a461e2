"""The endpoints of accounts, joined from one file for each subject."""

from __future__ import annotations

from fastapi import APIRouter

from app.server.accounts import endpoints_email, endpoints_sign_in

router = APIRouter()
for _part in (endpoints_sign_in, endpoints_email):
    router.include_router(_part.router)
