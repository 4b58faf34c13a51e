"""Linked visits as a protocol file writes them."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from ketasched.domain import protocol as core
from ketasched.domain.giveaways import gives_away
from ketasched.domain.linked_visit_rule import (
    VISIT_KINDS,
    WAKING,
    Anchor,
    Offset,
    Side,
    VisitKind,
    VisitRule,
)
from ketasched.domain.typed_protocol import Distance, read_anchor, read_distance
from ketasched.domain.wording import count_text, duration_text
from ketasched.reading.fields import Key, Reading, Record, Text, one_of
from ketasched.reading.texts import LINE, MINUTES


def check_visits(protocol: core.Protocol, reading: Reading) -> None:
    """Note what is wrong with the linked visits of a protocol as a whole."""
    total = sum(phase.sessions or 0 for phase in protocol.phases)
    open_ended = any(phase.sessions is None for phase in protocol.phases)
    names: set[str] = set()
    for rule in protocol.visits:
        if rule.name.casefold() in names:
            hint = "give one of them a `name`"
            key = "name" if rule.name != rule.kind else "kind"
            reading.fault_in(rule, key, f"two linked visits are called `{rule.name}`", hint)
        names.add(rule.name.casefold())
        if rule.anchor.number > total and not open_ended:
            message = f"the protocol has only {count_text(total, 'session')}"
            reading.fault_in(rule, rule.anchor.side, message)
        if rule.anchor.which == "review" and not any(phase.reviews for phase in protocol.phases):
            reading.fault_in(rule, rule.anchor.side, "the protocol has no review")
        word = gives_away(protocol, rule.name)
        if word:
            message = f"`{word}` gives the treatment away, and the patient's calendar must not"
            reading.fault_in(rule, "name", message, "say it in other words")


def _check_visit(rule: VisitRule, reading: Reading) -> None:
    if rule.anchor is _NO_SIDE:
        message = "a linked visit stands either before or after a session"
        reading.fault_in(rule, "", message, "give it one of the keys `before` and `after`")
    waking = WAKING[1] - WAKING[0]
    if rule.by_video and rule.minutes > waking:
        message = f"by video it lasts longer than a waking day, {duration_text(waking)}"
        reading.fault_in(rule, "length", message)


_NO_SIDE = Anchor("before", "number")
WIDEST = 92
"""Days between the nearest and the furthest time of a linked visit."""


class _Distances(NamedTuple):
    """How far a linked visit is from its session, as written."""

    least: Distance
    ideal: Distance
    most: Distance


def _check_distances(distances: _Distances, reading: Reading) -> None:
    if len({distance.in_days for distance in distances}) > 1:
        message = "days and hours are mixed: write all three in days or weeks, or all in hours"
        reading.fault_in(distances, "", message)
    elif not distances.least.amount <= distances.ideal.amount <= distances.most.amount:
        reading.fault_in(distances, "ideally", "the ideal distance is not between `from` and `to`")
    elif distances.most.amount - distances.least.amount > _widest(distances.most):
        message = f"`from` and `to` are more than {WIDEST} days apart"
        reading.fault_in(distances, "to", message)


def _widest(distance: Distance) -> int:
    return WIDEST * (1 if distance.in_days else 1440)


def _distances(**keys: Any) -> _Distances:
    return _Distances(keys["from"], keys["ideally"], keys["to"])


def _visit(
    kind: VisitKind, name: str, length: int, distance: _Distances, by: str, **sides: Anchor | None
) -> VisitRule:
    anchors = [anchor for anchor in sides.values() if anchor]
    anchor = anchors[0] if len(anchors) == 1 else _NO_SIDE  # `_check_visit` refuses it
    least, ideal, most = (limit.amount for limit in distance)
    offset = Offset(least, ideal, most, distance.ideal.in_days)
    return VisitRule(kind, name or kind, length, anchor, offset, by == "video")


_DISTANCE_TEXT = Text(read_distance, {"type": "string", "examples": ["7 days", "48 h"]})
_DISTANCE = Record(
    _distances,
    {
        "from": Key(_DISTANCE_TEXT, "the nearest, such as 1 day or 24 h"),
        "to": Key(_DISTANCE_TEXT, "the furthest, such as 28 days or 72 h"),
        "ideally": Key(_DISTANCE_TEXT, "the best, such as 7 days or 48 h"),
    },
    _check_distances,
)


def _anchor(side: Side) -> Text:
    return Text(
        partial(read_anchor, side),
        {"type": "string", "examples": ["first session", "each session", "last session"]},
    )


VISIT = Record(
    _visit,
    {
        "kind": Key(one_of(*VISIT_KINDS), "what it is for; --without leaves a kind out"),
        "name": Key(LINE, "its title, if not its kind; it must not give the treatment away", ""),
        "length": Key(MINUTES, "how long it takes, such as 45 min"),
        "before": Key(
            _anchor("before"), "the session it stands before, such as first session", None
        ),
        "after": Key(_anchor("after"), "the session it stands after, such as each session", None),
        "distance": Key(_DISTANCE, "how far: dates count in days, time that passes in hours"),
        "by": Key(
            one_of("clinic", "video"), "video: waking hours instead of clinic hours", "clinic"
        ),
    },
    _check_visit,
)
