"""Opening hours as a file writes them: by weekday, several spans a day."""

from __future__ import annotations

from typing import Any, NamedTuple

import yaml

from ketasched.domain.clinic import Span, Spans
from ketasched.domain.typed_times import read_clock, read_weekdays
from ketasched.domain.typed_week import joined
from ketasched.domain.wording import WEEKDAY_NAMES, list_text, minute_of_day
from ketasched.errors import did_you_mean
from ketasched.reading.fields import MISSING, Reading, Schema, Text


def read_spans(text: str) -> Spans:
    """Read ``08:00-12:00, 13:00-17:30``, ``closed`` or ``all day``.

    Raises:
        ValueError: not opening hours, or hours that end before they start or overlap.
    """
    words = " ".join(text.casefold().split())
    if words == "closed":
        return ()
    if words == "all day":
        return (Span(0, 1440),)
    parts = [part.strip() for part in text.replace("–", "-").split(",")]
    if not all("-" in part for part in parts):
        raise ValueError(
            f"`{text}` is not opening hours",
            "write, say, 08:00-12:00, 13:00-17:30; or closed; or all day",
        )
    return joined(map(_read_span, parts))


def _read_span(text: str) -> Span:
    opens, _, closes = (part.strip() for part in text.partition("-"))
    begins = minute_of_day(read_clock(opens))
    ends = 1440 if closes == "24:00" else minute_of_day(read_clock(closes))
    if ends == begins:
        raise ValueError(f"the hours {opens}-{closes} end when they start")
    if ends < begins:
        raise ValueError(
            f"the hours {opens}-{closes} end before they start",
            "a span lies within one day: 24:00 is its end",
        )
    return Span(begins, ends)


class Hours(NamedTuple):
    """Opening hours by weekday: ``mon: 08:00-12:00, 13:00-17:00`` or ``mon-thu: 09:00-17:00``."""

    spans: Text

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        if not isinstance(node, yaml.MappingNode):
            return reading.fault(node, "expected weekdays here, such as `mon: 08:00-17:00`")
        week: dict[int, Spans] = {}
        sound = True
        for key_node, value_node in node.value:
            spans = self.spans.read(value_node, reading)
            weekdays = _weekdays_of(key_node, reading)
            sound = sound and spans is not MISSING and bool(weekdays)
            twice = [WEEKDAY_NAMES[weekday] for weekday in weekdays if weekday in week]
            if twice:
                have = "has" if len(twice) == 1 else "have"
                reading.fault(key_node, f"{list_text(twice)} {have} hours twice", "keep one")
                sound = False
            week.update(dict.fromkeys(weekdays, spans))
        if sound and not any(week.values()):
            message = "the week is empty: the clinic is never open"
            reading.fault(node, message, "give a weekday opening hours")
            sound = False
        return tuple(week.get(day, ()) for day in range(7)) if sound else MISSING

    def schema(self) -> Schema:
        day = "|".join(
            f"[{name[0]}{name[0].lower()}]{name[1:3]}({name[3:]})?" for name in WEEKDAY_NAMES
        )
        days = f"({day})( ?[-–] ?({day}))?"
        return {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "patternProperties": {f"^{days}(, ?{days})*$": self.spans.schema()},
        }


def _weekdays_of(node: yaml.Node, reading: Reading) -> list[int]:
    """The weekdays a key names; none after a mistake."""
    if not isinstance(node, yaml.ScalarNode):
        reading.fault(node, "a key must be a text")
        return []
    try:
        return read_weekdays(node.value.replace("–", "-"))
    except ValueError as error:
        reading.fault(node, error.args[0], did_you_mean(node.value, WEEKDAY_NAMES))
        return []


SPANS = Text(read_spans, {"type": "string", "examples": ["08:00-12:00, 13:00-17:30", "closed"]})
