"""Sending: from what was typed to turns that run.

The message, the empty answer and the hold are committed in one transaction before a byte leaves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.chat.budget_gate import BudgetGate
from app.chat.extras import read_extras
from app.chat.orders import Order
from app.chat.quotes import Admission, Quoter
from app.chat.rounds import waits_for_model
from app.chat.routes import Routes
from app.chat.titles import title_from
from app.chat.turns import Turns
from app.clock import Clock
from app.errors import AttachmentError, TuppenceError
from app.store.records import ChatRecord, MessageRecord, PaneRecord, State
from app.store.shelves import Shelves

CONTINUE_WORDS = "Go on exactly where you stopped. Repeat nothing and add no introduction."


_REQUEST_ID = re.compile(r"[0-9a-f]{32}")


class SentBefore(TuppenceError):
    """The same message arrived a second time: it is stored, and was not sent again."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What was stored for one pane: cards to show and the turn to start."""

    pane: int
    question: MessageRecord | None
    answer: MessageRecord
    admission: Admission


class Sender:
    """Stores messages and starts their turns."""

    def __init__(
        self,
        shelves: Shelves,
        routes: Routes,
        quoter: Quoter,
        gate: BudgetGate,
        turns: Turns,
        clock: Clock,
    ) -> None:
        self._shelves = shelves
        self._routes = routes
        self._quoter = quoter
        self._gate = gate
        self._turns = turns
        self._clock = clock

    async def send(
        self,
        chat: ChatRecord,
        positions: Sequence[int],
        text: str,
        attachment_ids: Sequence[str],
        store_chat: Callable[[str], ChatRecord],
        *,
        confirmed: str = "",
        request_id: str = "",
    ) -> list[Sent]:
        """Send a text to some panes.

        Panes that stand on the same message share the new one. `store_chat` makes a new chat's
        row with the title given. Raises TuppenceError and stores nothing where a pane cannot
        be asked, NeedsConfirmation among them: `confirmed` is its token, once the user said yes.
        `request_id` names this message: a second time it raises SentBefore.
        """
        if not text.strip() and not attachment_ids:
            raise TuppenceError("There is nothing to send yet.", "Write a message first.")
        self._require_new(request_id)
        with self._turns.order(chat.id, positions) as order:
            panes = _panes_at(chat, positions)
            self._require_files(attachment_ids)
            questions = self._questions(chat, panes, text, attachment_ids)
            plans = []
            together = self._quoter.together(panes, chat.id)
            for pane in panes:
                question = questions[pane.leaf_id]
                path = [*self._shelves.messages.path(pane.leaf_id), question]
                name = _call_name(request_id, pane.position, panes)
                admission = await self._quoter.admit(pane.model_ref, path, name, together)
                plans.append((pane, question, admission))
            self._require_wanted(order)
            self._require_new(request_id)
            let = self._gate.let(chat.id, [plan[2] for plan in plans], confirmed)
            sent = []
            with self._shelves.database.transaction():
                store_chat(title_from(text) if text.strip() else "Files")
                for question in questions.values():
                    self._shelves.messages.add(question)
                for (pane, question, _), admission in zip(plans, let, strict=True):
                    answer = self._store_answer(chat, pane, question.id, admission)
                    sent.append(Sent(pane.position, question, answer, admission))
                self._shelves.chats.touch(chat.id, self._clock.now())
        return sent

    async def answer_again(
        self,
        chat: ChatRecord,
        pane: PaneRecord,
        parent: MessageRecord,
        model_ref: str = "",
        *,
        confirmed: str = "",
    ) -> Sent:
        """Another answer to a user message, beside those that are there."""
        _require_role(parent, "user")
        with self._turns.order(chat.id, (pane.position,)) as order:
            path = self._shelves.messages.path(parent.id)
            admission = await self._quoter.admit(model_ref or pane.model_ref, path)
            self._require_wanted(order)
            [admission] = self._gate.let(chat.id, [admission], confirmed)
            with self._shelves.database.transaction():
                answer = self._store_answer(chat, pane, parent.id, admission)
        return Sent(pane.position, None, answer, admission)

    async def edit(
        self,
        chat: ChatRecord,
        pane: PaneRecord,
        message: MessageRecord,
        text: str,
        *,
        confirmed: str = "",
    ) -> Sent:
        """A new version of a user message beside the old one, with an answer to it."""
        _require_role(message, "user")
        if not text.strip() and not message.attachment_ids:
            raise TuppenceError("There is nothing to send yet.", "Write a message first.")
        question = replace(
            message,
            id=self._clock.new_id(),
            text=text,
            created_at=self._clock.now(),
            siblings=(),
        )
        with self._turns.order(chat.id, (pane.position,)) as order:
            path = [*self._shelves.messages.path(message.parent_id), question]
            admission = await self._quoter.admit(pane.model_ref, path)
            self._require_wanted(order)
            [admission] = self._gate.let(chat.id, [admission], confirmed)
            with self._shelves.database.transaction():
                self._shelves.messages.add(question)
                answer = self._store_answer(chat, pane, question.id, admission)
        return Sent(pane.position, question, answer, admission)

    async def go_on(
        self, chat: ChatRecord, pane: PaneRecord, message: MessageRecord, *, confirmed: str = ""
    ) -> Sent:
        """Let the model write on at the end of an answer; the receipt gets one call more."""
        _require_role(message, "assistant")
        with self._turns.order(chat.id, (pane.position,), message.id) as order:
            admission = await self._quoter.admit(pane.model_ref, self._path_to_go_on(message))
            self._require_wanted(order)
            [admission] = self._gate.let(chat.id, [admission], confirmed)
            extras = read_extras(message.extras_json)
            extras.kept = False
            running = replace(
                message, state=State.STREAMING, fault_json=None, extras_json=extras.to_json()
            )
            with self._shelves.database.transaction():
                self._shelves.messages.set_state(message.id, State.STREAMING)
                self._gate.admit(admission, message.id, chat.id)
        return Sent(pane.position, None, running, admission)

    def path_again(self, message: MessageRecord, kind: str, text: str) -> list[MessageRecord]:
        """What edit (with `text`), regenerate or continue would send; raises on any other kind."""
        match kind:
            case "edit":
                question = replace(message, text=text)
                return [*self._shelves.messages.path(message.parent_id), question]
            case "regenerate" if message.role == "user":
                return self._shelves.messages.path(message.id)
            case "regenerate":
                return self._shelves.messages.path(message.parent_id)
            case "continue":
                return self._path_to_go_on(message)
            case _:
                raise TuppenceError("This cannot be done with this message.")

    def start(self, sent: Sent) -> None:
        """Start the turn of something stored."""
        admission = sent.admission
        self._turns.start(sent.answer, sent.pane, admission)

    def _path_to_go_on(self, message: MessageRecord) -> list[MessageRecord]:
        path = self._shelves.messages.path(message.id)
        if waits_for_model(message):
            return path  # the tools have answered; only the model has to go on
        if not message.text.strip():
            return path[:-1]
        words = MessageRecord(
            id="",
            chat_id=message.chat_id,
            parent_id=message.id,
            role="user",
            text=CONTINUE_WORDS,
            state=State.COMPLETE,
            created_at=self._clock.now(),
        )
        return [*path, words]

    def _require_wanted(self, order: Order) -> None:
        """Raise where the user changed their mind while the call was admitted."""
        order.require_wanted()
        chat = self._shelves.chats.get(order.chat_id)
        if chat is not None and chat.hidden_at is not None:
            raise TuppenceError("This chat was deleted.", "Bring it back to write in it.")

    def _require_new(self, request_id: str) -> None:
        """Raise where this message is stored already: it was sent twice, not meant twice."""
        if not request_id:
            return
        if not _REQUEST_ID.fullmatch(request_id):
            raise TuppenceError("This message's id is none.", "Send it again.")
        if self._shelves.holds.get(request_id) is not None:
            raise SentBefore("This message was sent already.", "Its answer is in the chat.")

    def _require_files(self, attachment_ids: Sequence[str]) -> None:
        for id_ in attachment_ids:
            if self._shelves.attachments.get(id_) is None:
                raise AttachmentError(
                    "A file of this message is not there any more.", "Add it again to send it."
                )

    def _questions(
        self,
        chat: ChatRecord,
        panes: Sequence[PaneRecord],
        text: str,
        attachment_ids: Sequence[str],
    ) -> dict[str | None, MessageRecord]:
        """One user message for each place that a pane stands on."""
        return {
            leaf_id: MessageRecord(
                id=self._clock.new_id(),
                chat_id=chat.id,
                parent_id=leaf_id,
                role="user",
                text=text,
                state=State.COMPLETE,
                created_at=self._clock.now(),
                attachment_ids=tuple(attachment_ids),
            )
            for leaf_id in dict.fromkeys(pane.leaf_id for pane in panes)
        }

    def _store_answer(
        self, chat: ChatRecord, pane: PaneRecord, parent_id: str, admission: Admission
    ) -> MessageRecord:
        answer = MessageRecord(
            id=self._clock.new_id(),
            chat_id=chat.id,
            parent_id=parent_id,
            role="assistant",
            text="",
            state=State.STREAMING,
            created_at=self._clock.now(),
            model_ref=admission.route.ref,
            model_name=admission.route.model_name,
        )
        self._shelves.messages.add(answer)
        self._gate.admit(admission, answer.id, chat.id)
        self._shelves.chats.set_leaf(chat.id, pane.position, answer.id)
        self._shelves.marks.used(admission.route.ref, self._clock.now())
        return answer


def _call_name(request_id: str, position: int, panes: Sequence[PaneRecord]) -> str:
    """A name for each pane's call; the first one has the message's own."""
    if not request_id or position == panes[0].position:
        return request_id
    return f"{request_id}-{position}"


def _panes_at(chat: ChatRecord, positions: Sequence[int]) -> list[PaneRecord]:
    panes = [pane for pane in chat.panes if pane.position in positions]
    if not panes or len(panes) < len(set(positions)):
        raise TuppenceError("A pane that this was meant for was closed.", "Send it again.")
    return panes


def _require_role(message: MessageRecord, role: str) -> None:
    if message.role != role:
        raise TuppenceError("This cannot be done with this message.", "Choose another one.")
