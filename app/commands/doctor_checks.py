"""Checks of what the program itself keeps and ships: files, prices, database, keyring, proxy."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from app.clock import now
from app.commands.doctor_report import Finding, fine, note, wrong
from app.config import Config, Paths, resources_folder
from app.errors import CatalogError, TuppenceError
from app.logs import redact

INSTALL_AGAIN = "Install Tuppence again."
PRICES_OLD = timedelta(days=90)
FREE_BYTES_MIN = 200 * 1024**2
FREE_BYTES_LOW = 1024**3
KEYRING_TIMEOUT_S = 10.0
_FOLDERS = ("fonts", "icons", "themes", "prices", "tokenizers")
_FONTS = ("Inter-Regular.ttf", "JetBrainsMono-Regular.ttf")
# The sums of the vocabularies, tiktoken's by the names under which it looks for them.
_VOCABULARIES = {
    "fb374d419588a4632f3f557e76b4b70aebbca790": (
        "o200k_base",
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
    "9b5ad71b2ce5302211f9c61530b329a4922fc6a4": (
        "cl100k_base",
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
    "tekken_240911.tiktoken": (
        "tekken",
        "64a081edb3cbb8639a4eea9a7135ab9a0467c50676c672b217ba655f4d50e127",
    ),
}


def check_resources(folder: Path | None = None) -> list[Finding]:
    """Fonts, icons and the other shipped folders."""
    folder = folder or resources_folder()
    missing = [name for name in _FOLDERS if not any((folder / name).glob("*"))]
    missing += [f"fonts/{name}" for name in _FONTS if not (folder / "fonts" / name).is_file()]
    if missing:
        return [
            wrong("Shipped files", f"missing in {folder}: {', '.join(missing)}.", INSTALL_AGAIN)
        ]
    return [fine("Shipped files", str(folder))]


def check_tokenizers(folder: Path | None = None) -> list[Finding]:
    """The vocabularies that tokens are counted with, to the last byte."""
    folder = folder or resources_folder() / "tokenizers"
    broken = [
        name for file, (name, sha256) in _VOCABULARIES.items() if _sum(folder / file) != sha256
    ]
    if broken:
        words = f"{' and '.join(broken)} missing or damaged, so tokens are counted less exactly."
        return [wrong("Tokenizers", words, INSTALL_AGAIN)]
    return [fine("Tokenizers", " and ".join(name for name, _ in _VOCABULARIES.values()))]


def check_prices(folder: Path | None = None, at: datetime | None = None) -> list[Finding]:
    """The price book, and how old it is."""
    from app.catalog.pricebook import load_price_book

    at = at or now()
    try:
        book = load_price_book(folder or resources_folder() / "prices")
    except CatalogError as error:
        return [wrong("Prices", error.message, error.advice or INSTALL_AGAIN)]
    dated = _newest(book.source_line)
    if dated is not None and at.date() - dated > PRICES_OLD:
        words = f"{book.source_line}; newer models may have no price."
        return [note("Prices", words, "Update Tuppence for newer ones.")]
    return [fine("Prices", book.source_line)]


def check_clock(folder: Path | None = None, at: datetime | None = None) -> list[Finding]:
    """A clock that is behind the shipped prices is wrong: days and months would be as well."""
    from app.catalog.pricebook import load_price_book

    at = at or now()
    try:
        shipped = _newest(load_price_book(folder or resources_folder() / "prices").source_line)
    except CatalogError:
        return []  # said where the prices are checked
    shown = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if shipped is not None and at.date() < shipped - timedelta(days=1):
        words = f"it says {shown}, which is before this version was made ({shipped})."
        return [wrong("Clock", words, "Set the computer's date and time.")]
    return [fine("Clock", shown)]


def check_sqlite() -> list[Finding]:
    from app.store.inspection import SQLITE_VERSION_SAFE, sqlite_version

    version = ".".join(map(str, sqlite_version()))
    if sqlite_version() < SQLITE_VERSION_SAFE:
        safe = ".".join(map(str, SQLITE_VERSION_SAFE))
        words = f"{version}; before {safe} two connections at once can damage a database. "
        return [note("SQLite", words + "Tuppence holds exactly one, so nothing has to be done.")]
    return [fine("SQLite", version)]


def check_folders(paths: Paths) -> list[Finding]:
    """Each folder, by writing into it."""
    found = []
    places = {
        "data": paths.data,
        "settings": paths.config,
        "cache": paths.cache,
        "log": paths.logs,
    }
    for name, folder in places.items():
        try:
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(b"x")
            found.append(fine(f"Folder for {name}", str(folder)))
        except OSError as error:
            words = f"{folder} cannot be written: {error.strerror or error}."
            found.append(wrong(f"Folder for {name}", words, "Check its rights."))
    return found


def check_disk(paths: Paths) -> list[Finding]:
    free = shutil.disk_usage(paths.data).free
    words = f"{free / 1024**3:,.1f} GB free"
    if free < FREE_BYTES_MIN:
        advice = "Make room: without it nothing can be kept."
        return [wrong("Disk", f"only {free / 1024**2:,.0f} MB free.", advice)]
    if free < FREE_BYTES_LOW:
        return [note("Disk", f"{words}; that is little.", "Make room before it is full.")]
    return [fine("Disk", words)]


def check_database(folder: Path) -> list[Finding]:
    """The database's integrity, read-only, where no other Tuppence is using it."""
    from app.instance import Kind, read_holder, take

    place = take(folder, Kind.COMMAND)
    if place is None:
        holder = read_holder(folder)
        who = f"the {holder.kind} with process {holder.pid}" if holder else "another Tuppence"
        words = f"in use by {who}; it was checked when that started."
        return [note("Database", words, "Close it to check the database here.")]
    try:
        return [_database(folder)]
    finally:
        place.release()


def check_ledger(folder: Path) -> list[Finding]:
    """Every row of the ledger, read-only, where no other Tuppence is using it."""
    from app.instance import Kind, take
    from app.store.inspection import ledger_troubles

    place = take(folder, Kind.COMMAND)
    if place is None:
        return [note("Ledger", "in use by another Tuppence.", "Type: tuppence ledger check")]
    try:
        troubles = ledger_troubles(folder)
    finally:
        place.release()
    if troubles is None:
        return [note("Ledger", "there is none yet; it comes with the first start.")]
    advice = "Type: tuppence ledger rebuild. Where that does not mend it, keep the file and report."
    return [wrong("Ledger", trouble, advice) for trouble in troubles] or [
        fine("Ledger", "every posting, hold and balance adds up")
    ]


def check_keyring(folder: Path) -> list[Finding]:
    """Where keys go on this computer."""
    from app.store.keychain import Keychain
    from app.store.keychain_calls import KeychainCalls

    calls = KeychainCalls(Keychain(folder), timeout_s=KEYRING_TIMEOUT_S)
    try:
        place = asyncio.run(calls.place())
    except TuppenceError as error:
        return [wrong("Keyring", error.message, error.advice)]
    if place.where == "keyring":
        return [fine("Keyring", place.name)]
    if place.where == "vault":
        return [fine("Keyring", "none; keys are in the vault with a passphrase")]
    return [note("Keyring", place.trouble)]


def check_proxy(config: Config) -> list[Finding]:
    if config.offline:
        return [
            note("Network", "the setting “offline” is on, so nothing but this computer is asked.")
        ]
    if config.proxy_url:
        return [fine("Proxy", redact(config.proxy_url))]
    return [fine("Proxy", "none in the settings file")]


def _database(folder: Path) -> Finding:
    from app.store.inspection import database_troubles

    troubles = database_troubles(folder)
    if troubles is None:
        return fine("Database", "none yet")
    if not troubles:
        return fine("Database", "whole")
    advice = "Start Tuppence: it keeps the damaged file and saves what can be read."
    return wrong("Database", f"damaged: {'; '.join(troubles)}.", advice)


def _newest(source_line: str) -> date | None:
    """The newest date in a line such as `genai-prices, 21 August 2026; models.dev, 2 July 2026`."""
    dates = []
    for source in source_line.split(";"):
        try:
            words = source.rpartition(",")[2].strip()
            dates.append(datetime.strptime(words, "%d %B %Y").replace(tzinfo=UTC).date())
        except ValueError:
            continue
    return max(dates, default=None)


def _sum(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
