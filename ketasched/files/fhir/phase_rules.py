"""What a phase says that FHIR has no place for, as extensions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ketasched.domain.apart import Apart
from ketasched.domain.baseline import counting_text
from ketasched.domain.cadence import Window
from ketasched.domain.protocol import Phase
from ketasched.files.fhir.parts import Resource, duration, duration_range, nested, own, value


def phase_rules(phase: Phase) -> list[Resource]:
    """How far a session may move, how far apart two stay, how long a pause may be, after how many
    days without a session a person must decide how to go on, and what its windows count from.
    """
    said = [
        window_rule(phase.window),
        value(own("gap"), "Range", duration_range(phase.gap.min, phase.gap.max, "d")),
    ]
    if phase.pause:
        said.append(value(own("longest-pause"), "Duration", duration(phase.pause, "wk")))
    if phase.lapse:
        said.append(value(own("lapse"), "Duration", duration(phase.lapse, "d")))
    counts = counting_text(phase)
    if counts:
        said.append(value(own("counts-from"), "String", counts))
    return [*said, *_per_day(phase), *apart_rules(phase.apart)]


def _per_day(phase: Phase) -> Iterator[Resource]:
    """How many sessions a day has, where it has several, and how far apart they start."""
    if phase.per_day:
        sessions = value("sessions", "PositiveInt", phase.per_day.sessions)
        yield nested(own("per-day"), [sessions, value("rule", "String", str(phase.per_day))])


def arm_rules(arms: Sequence[str]) -> Iterator[Resource]:
    """Of which arms alone something is; nothing where it is of all."""
    for arm in arms:
        yield value(own("of-arm"), "String", arm)


def window_rule(window: Window) -> Resource:
    """How many days before and after its target a session may be: not always as many."""
    ends = (("early", window.early), ("late", window.late))
    return nested(
        own("window"), [value(end, "Duration", duration(days, "d")) for end, days in ends]
    )


def apart_rules(aparts: Sequence[Apart]) -> Iterator[Resource]:
    """How far a session stays from earlier ones that need not be its neighbours."""
    for apart in aparts:
        days = value("days", "Range", duration_range(apart.min, apart.max, "d"))
        yield nested(own("apart"), [value("from", "String", str(apart.origin)), days])


def more_rules(phase: Phase) -> Iterator[Resource]:
    """What a protocol leaves to the clinician: another cadence, and what follows a missed session;
    and that a phase has no end.
    """
    yield from arm_rules(phase.arms)
    if phase.sessions is None:
        yield value(own("open-ended"), "Boolean", content=True)
    if phase.missed:
        yield value(own("missed"), "String", phase.missed)
    for other in phase.alternatives:
        rules = [rule for rule in phase_rules(phase.using(other)) if rule["url"] != own("apart")]
        yield nested(own("alternative"), [value("cadence", "String", str(other.cadence)), *rules])
