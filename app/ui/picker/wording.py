"""What stands in the picker's columns, and what a screen reader says of a line."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.seam.hosted_views import HostedModelView
from app.seam.quote_views import ModelCostView
from app.seam.views import Certainty, ModelRow
from app.ui import words

DEMO = "demo"
_ABILITIES = {
    "images": str(QT_TRANSLATE_NOOP("picker", "images")),
    "tools": str(QT_TRANSLATE_NOOP("picker", "tools")),
    "thinks": str(QT_TRANSLATE_NOOP("picker", "thinks")),
}

_AUDIENCES = {
    "Beginners": str(QT_TRANSLATE_NOOP("picker", "for beginners")),
    "Power users": str(QT_TRANSLATE_NOOP("picker", "for power users")),
    "Developers": str(QT_TRANSLATE_NOOP("picker", "for developers")),
}


def tr(text: str) -> str:
    """A word of this file in the user's language."""
    return QCoreApplication.translate("picker", text)


def one_line(text: str) -> str:
    """A foreign name as one line: no line breaks and no other control characters."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def abilities(row: ModelRow) -> str:
    """`images, tools`."""
    return ", ".join(tr(_ABILITIES[name]) for name in row.abilities if name in _ABILITIES)


def context_size(tokens: int | None) -> str:
    """`128k`, `1.05M`; empty where unknown."""
    if tokens is None or tokens <= 0:
        return ""
    # 131,072 and 1,048,576 are what vendors call 128k and 1M; 128,000 is 128k as well.
    base = 1024 if tokens % 1000 and tokens % 1024 == 0 else 1000
    for step, sign in ((base**2, "M"), (base, "k")):
        if tokens >= step:
            whole, rest = divmod(tokens, step)
            part = f"{rest * 100 // step:02}".rstrip("0") if whole < 10 else ""
            return f"{whole}.{part}{sign}" if part else f"{whole}{sign}"
    return str(tokens)


def price(row: ModelRow) -> str:
    """`$2.50 / $10.00` per million tokens, `5× tokens`, `free` or `price unknown`."""
    if row.free:
        return tr("free")
    if row.hosted is not None:
        from app.ui.hosted.wording import drawn_by

        if drawn := drawn_by(row.hosted):
            return drawn
    if row.input_rate is None and row.output_rate is None:
        return tr("price unknown")
    return f"{words.rate(row.input_rate)} / {words.rate(row.output_rate)}"


def message_cost(cost: ModelCostView | None) -> str:
    """What the message would cost: `~$0.0042`, `free`, `too long`; empty where unknown."""
    if cost is None:
        return ""
    if cost.blocked:
        return tr("too long") if cost.blocked == "length" else tr("no images")
    if cost.likely_pusd is None:
        return ""
    return words.short_cost(cost.likely_pusd, Certainty.ESTIMATED)


def side_note(row: ModelRow) -> str:
    """The second line of a row: why it cannot be used, or what its price hides."""
    if not row.available:
        return one_line(row.why_not) or tr("not available now")
    hosted = "" if row.hosted is None else _hosted_note(row.hosted)
    return " · ".join(filter(None, (hosted, one_line(row.price_note))))


def _hosted_note(hosted: HostedModelView) -> str:
    """`for beginners · Free: 8,412 of 10,000 left · resets in 10 d 4 h`."""
    from app.ui.hosted.wording import left_line

    parts = [
        tr(_AUDIENCES[each]) if each in _AUDIENCES else one_line(each)
        for each in hosted.recommended
    ]
    parts += [one_line(left_line(left)) for left in hosted.left]
    return " · ".join(filter(None, (*parts, one_line(hosted.note))))


def spoken(row: ModelRow, cost: ModelCostView | None = None) -> str:
    """The whole line as a sentence."""
    parts = [one_line(row.name), one_line(row.provider_name)]
    if row.favorite:
        parts.append(tr("favorite"))
    if good_at := abilities(row):
        parts.append(tr("good at {0}").format(good_at))
    if row.context_tokens:
        parts.append(tr("context {0} tokens").format(words.count(row.context_tokens)))
    parts.append(_spoken_price(row))
    if said := _spoken_cost(cost):
        parts.append(said)
    if row.payer:
        parts.append(tr("paid by {0}").format(one_line(row.payer)))
    if note := side_note(row):
        parts.append(note if row.available else tr("not available: {0}").format(note))
    return ", ".join(parts)


def tooltip(row: ModelRow, cost: ModelCostView | None = None) -> str:
    """The id and the full figures, for those who want to know exactly."""
    lines = [f"{one_line(row.name)} · {row.ref.partition('/')[2]}"]
    if row.context_tokens:
        lines.append(tr("Reads up to {0} tokens").format(words.count(row.context_tokens)))
    if said := _spoken_cost(cost):
        lines.append(said)
    if note := side_note(row):
        lines.append(note)
    return "\n".join(lines)


def _spoken_cost(cost: ModelCostView | None) -> str:
    if cost is None:
        return ""
    if cost.blocked == "length":
        return tr("this conversation is too long for it")
    if cost.blocked:
        return tr("it reads no images")
    if cost.likely_pusd is None:
        return ""
    said = words.cost(cost.likely_pusd, Certainty.ESTIMATED)
    if cost.most_pusd:
        said = f"{said}, {words.tr('at most {0}').format(words.money(cost.most_pusd))}"
    if cost.input_tokens:
        tokens = words.count(words.rounded(cost.input_tokens))
        said = f"{words.tr('about {0}').format(words.tr('{0} tokens').format(tokens))}, {said}"
    return tr("this message: {0}").format(said)


def _spoken_price(row: ModelRow) -> str:
    hosted = row.hosted
    drawn = hosted is not None and (hosted.free or hosted.weight is not None)
    if row.free or drawn or (row.input_rate is None and row.output_rate is None):
        return price(row)
    return tr("{0} in and {1} out per million tokens").format(
        words.rate(row.input_rate), words.rate(row.output_rate)
    )
