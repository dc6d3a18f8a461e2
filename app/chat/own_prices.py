"""What the user says that a server of their own charges, by key, for every model behind it.

Kept as exact text among the settings. Servers whose prices are published take none: one figure for
all of their models would be wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from app.catalog.prices import Price
from app.clock import Clock
from app.errors import CatalogError, TuppenceError
from app.providers.hosts import CUSTOM_HOST
from app.store.settings import JsonValue, Settings

SOURCE = "your own price"
USD_MAX = 1_000_000
_FIGURE = re.compile(r"[0-9]{1,7}(?:[.,][0-9]+)?|[.,][0-9]+")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")


class PriceFormError(TuppenceError):
    """What was typed is no price."""


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """Dollars per million tokens as exact decimal text; cached input empty: as other input."""

    input_usd: str
    output_usd: str
    cache_read_usd: str
    dated: date

    def price(self, provider: str, model: str) -> Price:
        """As the rates of one model's call."""
        price = Price.from_user(
            provider,
            model,
            input_usd=self.input_usd,
            output_usd=self.output_usd,
            cache_read_usd=self.cache_read_usd or None,
            dated=self.dated,
        )
        return replace(price, source=f"{SOURCE}, {self.dated.day} {self.dated:%B %Y}")


def read_own_price(input_usd: str, output_usd: str, cached_usd: str, at: date) -> OwnPrice | None:
    """The price in three fields of a form; None where all are empty: it is unknown.

    Raises PriceFormError in the user's words.
    """
    if not (input_usd.strip() or output_usd.strip() or cached_usd.strip()):
        return None
    if not (input_usd.strip() and output_usd.strip()):
        raise PriceFormError(
            "A price needs a figure for input and one for output.",
            "Fill in both, or leave both empty if you do not know them.",
        )
    price = OwnPrice(
        _figure("input", input_usd),
        _figure("output", output_usd),
        _figure("cached input", cached_usd) if cached_usd.strip() else "",
        at,
    )
    try:
        price.price("", "")
    except CatalogError as error:
        raise PriceFormError(
            "This price has more digits than can be counted exactly.",
            "Six digits behind the point are the most.",
        ) from error
    return price


class OwnPrices:
    """The prices that were set, by key."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        # Asked for each line of the model picker; nobody else writes these settings.
        self._known: dict[str, OwnPrice | None] = {}

    def read(self, input_usd: str, output_usd: str, cached_usd: str) -> OwnPrice | None:
        """`read_own_price`, dated today."""
        return read_own_price(input_usd, output_usd, cached_usd, self._clock.now().date())

    def of(self, key_id: str) -> OwnPrice | None:
        """The price of a key; None where none was set or what was kept cannot be read."""
        if key_id not in self._known:
            self._known[key_id] = self._read(key_id)
        return self._known[key_id]

    def _read(self, key_id: str) -> OwnPrice | None:
        kept = self._settings.get(_name(key_id))
        if not isinstance(kept, dict):
            return None
        try:
            dated = date.fromisoformat(str(kept["dated"]))
            return read_own_price(
                str(kept["input"]), str(kept["output"]), str(kept["cached"]), dated
            )
        except (KeyError, ValueError, PriceFormError):
            return None

    def set(self, key_id: str, price: OwnPrice | None) -> None:
        """Keep a price; None: it is unknown again."""
        if price != self.of(key_id):
            self._settings.set(_name(key_id), None if price is None else _plain(price))
            self._known[key_id] = price


def takes_own_price(provider: str) -> bool:
    """Whether a host of this id may be given one: it is nobody's whose prices are published."""
    return provider == CUSTOM_HOST


def _name(key_id: str) -> str:
    return f"prices/{key_id}"


def _plain(price: OwnPrice) -> JsonValue:
    return {
        "input": price.input_usd,
        "output": price.output_usd,
        "cached": price.cache_read_usd,
        "dated": price.dated.isoformat(),
    }


def _figure(part: str, text: str) -> str:
    """A figure as a decimal with a point; `0,5` is taken, `1,500` could be either and is not."""
    plain = text.strip().removeprefix("$").removesuffix("$").strip()
    if plain[:1] in ("-", "−"):
        raise PriceFormError(f"The price of {part} cannot be negative: {text.strip()}.")
    if _THOUSANDS.fullmatch(plain):
        raise PriceFormError(
            f"{plain} can be read in two ways.",
            f"Write {plain.replace(',', '.')} or {plain.replace(',', '')}.",
        )
    if not _FIGURE.fullmatch(plain):
        raise PriceFormError(
            f"“{text.strip()[:40]}” is no price for {part}.",
            "Give dollars per million tokens, such as 0.25.",
        )
    whole, _, fraction = plain.replace(",", ".").partition(".")
    if int(whole or "0") > USD_MAX:
        raise PriceFormError(f"No {part} costs {plain} dollars per million tokens.")
    whole, fraction = whole.lstrip("0") or "0", fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole
