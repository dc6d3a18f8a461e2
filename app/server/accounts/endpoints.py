"""The endpoints of accounts, joined from one file for each subject."""

from __future__ import annotations

from fastapi import APIRouter

from app.server.accounts import (
    endpoints_account,
    endpoints_email,
    endpoints_keys,
    endpoints_sign_in,
)

router = APIRouter()
for _part in (endpoints_sign_in, endpoints_email, endpoints_keys, endpoints_account):
    router.include_router(_part.router)
