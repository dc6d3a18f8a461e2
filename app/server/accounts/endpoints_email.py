"""The endpoints of an account's e-mail address."""

from __future__ import annotations

from fastapi import APIRouter, Request

from app.server.accounts.asking import TheAddress, ThePerson, proof_in
from app.server.accounts.email_codes import SentCode
from app.server.accounts.endpoints_sign_in import answer_of
from app.server.accounts.mail import mailer_of
from app.server.accounts.proofs import Purpose
from app.server.accounts.recovery import (
    ask_to_add,
    ask_to_recover,
    confirm_email,
    recover,
    remove_email,
)
from app.server.accounts.schemas import (
    CodeGiven,
    CodeSentAnswer,
    EmailAnswer,
    EmailGiven,
    RecoverGiven,
    SessionAnswer,
    errors,
)
from app.server.caller import TheServices

router = APIRouter(tags=["e-mail"])


@router.post(
    "/api/email",
    status_code=202,
    response_model=CodeSentAnswer,
    responses=errors(400, 401, 403, 409, 429, 503),
    summary="Send a code to an address that is to become your account's",
)
async def post_email(services: TheServices, caller: ThePerson, given: EmailGiven) -> CodeSentAnswer:
    mailer = mailer_of(services.settings)
    return _sent(await ask_to_add(services, mailer, caller, given.email))


@router.post(
    "/api/email/confirm",
    response_model=EmailAnswer,
    responses=errors(400, 401, 403, 409, 429),
    summary="Confirm the address with the code",
)
async def post_confirm(services: TheServices, caller: ThePerson, given: CodeGiven) -> EmailAnswer:
    mailer = mailer_of(services.settings)
    return EmailAnswer(
        email=await confirm_email(services, mailer, caller, given.request, given.code)
    )


@router.delete(
    "/api/email",
    status_code=204,
    responses=errors(401, 403, 429),
    summary="Take the address away from your account",
)
async def delete_email(services: TheServices, caller: ThePerson) -> None:
    await remove_email(services, mailer_of(services.settings), caller)


@router.post(
    "/api/email/recover",
    status_code=202,
    response_model=CodeSentAnswer,
    responses=errors(400, 429, 503),
    summary="Send a code to the address of an account; the answer is the same for any address",
)
async def post_recover(
    services: TheServices, address: TheAddress, given: EmailGiven
) -> CodeSentAnswer:
    mailer = mailer_of(services.settings)
    return _sent(await ask_to_recover(services, mailer, given.email, address))


@router.post(
    "/api/email/recover/confirm",
    status_code=201,
    response_model=SessionAnswer,
    responses=errors(400, 401, 409, 429),
    summary="Add a device to the account that the code was sent for",
)
async def post_recover_confirm(
    services: TheServices, request: Request, address: TheAddress, given: RecoverGiven
) -> SessionAnswer:
    proof = proof_in(services, request, given, Purpose.ADD)
    session = await recover(services, proof, given.name, given.request, given.code, address)
    return answer_of(session)


def _sent(code: SentCode) -> CodeSentAnswer:
    return CodeSentAnswer(request=code.id, expires_at=code.expires_at)
