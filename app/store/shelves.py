"""Everything the store offers, opened together over one database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.clock import Clock
from app.store.assistants import Assistants
from app.store.attachments import Attachments
from app.store.books import Books
from app.store.budgets import Budgets
from app.store.chat_setups import ChatSetups
from app.store.chats import Chats
from app.store.checkouts import Checkouts
from app.store.database import Database
from app.store.drafts import Drafts
from app.store.generations import Generations
from app.store.holds import Holds
from app.store.hosted_calls import HostedCalls
from app.store.keys import Keys
from app.store.licenses import Licenses
from app.store.messages import Messages
from app.store.model_marks import ModelMarks
from app.store.search import Search
from app.store.servers import Servers
from app.store.settings import Settings
from app.store.tool_permits import ToolPermits
from app.store.usage import UsageCache
from app.store.usage_assistants import UsageAssistants
from app.store.usage_calls import UsageCalls
from app.store.usage_days import UsageDays
from app.store.usage_draws import UsageDraws


@dataclass(frozen=True, slots=True)
class Shelves:
    """The store's parts; all of them live on the thread that opened the database."""

    database: Database
    chats: Chats
    messages: Messages
    holds: Holds
    generations: Generations
    books: Books
    drafts: Drafts
    attachments: Attachments
    search: Search
    usage: UsageCache
    usage_days: UsageDays
    usage_calls: UsageCalls
    usage_draws: UsageDraws
    usage_assistants: UsageAssistants
    settings: Settings
    keys: Keys
    marks: ModelMarks
    budgets: Budgets
    servers: Servers
    hosted_calls: HostedCalls
    checkouts: Checkouts
    licenses: Licenses
    assistants: Assistants
    setups: ChatSetups
    tool_permits: ToolPermits


def open_shelves(folder: Path, clock: Clock) -> Shelves:
    """Open the database in `folder`, mending or making it as needed; raises StoreError."""
    return shelves_over(Database.open(folder, clock), folder, clock)


def shelves_over(database: Database, folder: Path, clock: Clock) -> Shelves:
    """The store's parts over a database that is open already."""
    assistants, settings = Assistants(database, clock), Settings(database)
    return Shelves(
        database=database,
        chats=Chats(database, clock),
        messages=Messages(database, clock),
        holds=Holds(database, clock),
        generations=Generations(database),
        books=Books(database),
        drafts=Drafts(database),
        attachments=Attachments(database, folder),
        search=Search(database),
        usage=UsageCache(database),
        usage_days=UsageDays(database),
        usage_calls=UsageCalls(database),
        usage_draws=UsageDraws(database),
        usage_assistants=UsageAssistants(database),
        settings=settings,
        keys=Keys(database),
        marks=ModelMarks(database),
        budgets=Budgets(database),
        servers=Servers(database),
        hosted_calls=HostedCalls(database),
        checkouts=Checkouts(database),
        licenses=Licenses(database),
        assistants=assistants,
        setups=ChatSetups(database, assistants),
        tool_permits=ToolPermits(settings),
    )
