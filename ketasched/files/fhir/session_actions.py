"""The sessions of a phase as actions of a PlanDefinition: what each is made of, and single ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from ketasched.domain.apart import Apart
from ketasched.domain.cadence import Cycles, DayList, NamedDays, NamedSession, Window
from ketasched.domain.instructions import general_text
from ketasched.domain.protocol import Duty, Instruction, Phase, Protocol, Step
from ketasched.files.fhir.parts import Resource, duration, duration_range, filled
from ketasched.files.fhir.phase_rules import apart_rules, arm_rules, window_rule

Relationship = Literal["before-start", "after-start", "after-end"]


def related(name: str, relationship: Relationship, offset: Resource | None = None) -> Resource:
    """That an action stands beside another, and how far from it."""
    return filled({"actionId": name, "relationship": relationship, "offsetDuration": offset})


def lasting(minutes: int) -> Resource:
    """How long something takes, as a Timing; nothing if that is not said."""
    return {"repeat": {"duration": minutes, "durationUnit": "min"}} if minutes else {}


def each_session(protocol: Protocol, name: str) -> Resource:
    """What every session of a phase is made of, and what goes with it."""
    parts = [
        *_steps(protocol.steps, name),
        *_instructions(protocol.instructions, name),
        *_duties(protocol.duties, name),
    ]
    takes = lasting(protocol.minutes)
    return filled({"id": name, "title": "each session", "timingTiming": takes, "action": parts})


def _steps(steps: Sequence[Step], session: str) -> Iterator[Resource]:
    for number, step in enumerate(steps, 1):
        before = related(f"{session}-step-{number - 1}", "after-end")
        yield filled(
            {
                "id": f"{session}-step-{number}",
                "title": step.name,
                "relatedAction": [before] if number > 1 else [],
                "timingTiming": lasting(step.minutes),
            }
        )


def _instructions(instructions: Sequence[Instruction], session: str) -> Iterator[Resource]:
    for instruction in instructions:
        when = instruction.when
        minutes = when.minutes if when else None
        offset = duration(abs(minutes), "min") if minutes else None
        relationship: Relationship = "before-start" if minutes and minutes < 0 else "after-end"
        yield filled(
            {
                "title": instruction.text,
                "textEquivalent": general_text(instruction),
                "relatedAction": [related(session, relationship, offset)] if when else [],
            }
        )


def _duties(duties: Sequence[Duty], session: str) -> Iterator[Resource]:
    for duty in duties:
        within = {"offsetRange": duration_range(0, duty.days, "d")}
        beside = related(session, "after-end") | within
        yield {"title": duty.name, "textEquivalent": str(duty), "relatedAction": [beside]}


class _Single(NamedTuple):
    """A session with something of its own: a day, so many ``days`` from the one that ``origin``
    names; a length; a window; what it stays apart from.
    """

    title: str
    days: int = 0
    origin: str = ""
    minutes: int = 0
    window: Window | None = None
    apart: tuple[Apart, ...] = ()
    arms: tuple[str, ...] = ()


def single_sessions(phase: Phase, session: str) -> Iterator[Resource]:
    """The sessions of a phase that have a day, a length or steps of their own; ``session`` is the
    name of the action that all have in common.
    """
    steps, singles = phase.own_steps, _days(phase, session)
    for place, minutes in phase.own_minutes.items():
        name = f"{session}-{place}"
        singles[name] = singles.get(name, _Single(f"session {place}"))._replace(minutes=minutes)
    own_steps = {f"{session}-{place}": own for place, own in steps.items()}
    for name, single in singles.items():
        window = [window_rule(single.window)] if single.window else []
        yield filled(
            {
                "id": name,
                "extension": [*window, *apart_rules(single.apart), *arm_rules(single.arms)],
                "title": single.title,
                "relatedAction": [_counted(single)] if single.origin not in ("", name) else [],
                "timingTiming": lasting(single.minutes),
                "action": list(_steps(own_steps.get(name, ()), name)),
            }
        )


def _counted(single: _Single) -> Resource:
    relationship: Relationship = "before-start" if single.days < 0 else "after-start"
    return related(single.origin, relationship, duration(abs(single.days), "d"))


def _days(phase: Phase, session: str) -> dict[str, _Single]:
    """By the names of their actions, the sessions whose days are listed."""
    cadence = phase.cadence
    if isinstance(cadence, NamedDays):
        return _named_days(cadence, session)
    if isinstance(cadence, DayList | Cycles):
        first = cadence.days[0]
        of_each = " of each cycle" if isinstance(cadence, Cycles) else ""
        return {
            f"{session}-day-{day}": _Single(
                f"day {day}{of_each}", day - first, f"{session}-day-{first}"
            )
            for day in cadence.days
        }
    return {}


def _named_days(cadence: NamedDays, session: str) -> dict[str, _Single]:
    """They count from the baseline, or from the session that they follow."""
    names = {named.name: f"{session}-{place}" for place, named in enumerate(cadence.sessions, 1)}
    listed = [named for named in cadence.sessions if not named.follows]
    baseline = next((named for named in listed if named.day == cadence.first_day), listed[0])
    start = cadence.offset(baseline.day)

    def single(named: NamedSession) -> _Single:
        days = named.day if named.follows else cadence.offset(named.day) - start
        origin = names[named.follows or baseline.name]
        minutes = named.minutes or 0
        own = (named.window, named.apart, named.arms)
        return _Single(named.name, days, origin, minutes, *own)

    return {names[named.name]: single(named) for named in cadence.sessions}
