"""The steps of sessions: of all of a protocol, and of single ones of a phase, by number."""

from __future__ import annotations

from collections.abc import Iterator

from ketasched.domain import protocol as core
from ketasched.domain.cadence import NamedSession
from ketasched.domain.wording import duration_text
from ketasched.reading.by_number import ByNumber
from ketasched.reading.fields import Key, ListOf, Reading, Record
from ketasched.reading.needs import NEEDS
from ketasched.reading.texts import LINE, LONGEST_SESSION, MINUTES


def _step(name: str, length: int, takes: tuple[tuple[str, int], ...] | None) -> core.Step:
    return core.Step(name, length, takes)


STEPS = ListOf(
    Record(
        _step,
        {
            "name": Key(LINE, "what happens"),
            "length": Key(MINUTES, "how long it takes, such as 40 min"),
            "takes": Key(
                NEEDS, "what it takes of a clinic's resources: {nurse: 1, chair: 1}", None
            ),
        },
    )
)
OWN = {
    "lengths": Key(ByNumber(MINUTES), "other lengths of sessions of the phase, {1: 90 min}", ()),
    "steps": Key(ByNumber(STEPS), "other steps of sessions of the phase", ()),
}


def check_own(phase: core.Phase, reading: Reading) -> None:
    """What single sessions have of their own, beside the number that the phase may have."""
    most = phase.choice.most if phase.choice else phase.sessions
    for pairs in (phase.lengths, phase.steps):
        for number, _ in pairs:
            if most is not None and number > most:
                reading.fault_in(pairs, str(number), f"the phase has no session {number}")
    for number, steps in phase.steps:
        if number in dict(phase.lengths):
            message = f"the steps of session {number} say how long it is"
            reading.fault_in(phase.lengths, str(number), message, "leave one of them out")
        if core.minutes_of(steps) > LONGEST_SESSION:
            message = f"the steps of session {number} take more than a day"
            reading.fault_in(phase.steps, str(number), message)


def check_steps(session: NamedSession, reading: Reading) -> None:
    """A listed session that has steps of its own."""
    if reading.says(session, "length"):
        message = "the steps of the session say how long it is"
        reading.fault_in(session, "length", message, "leave one of them out")
    if core.minutes_of(session.steps) > LONGEST_SESSION:
        reading.fault_in(session, "steps", "the steps of the session take more than a day")


def check_told_apart(protocol: core.Protocol, reading: Reading) -> None:
    """Sessions with other steps must be of another length: by that it is known what each takes."""
    steps_of = {protocol.minutes: protocol.steps}
    for record, key, minutes, steps in _own(protocol):
        if steps_of.setdefault(minutes, steps) != steps:
            message = f"other sessions of {duration_text(minutes)} have other steps"
            hint = "a session is known by its length: make it a minute longer"
            reading.fault_in(record, key, message, hint)


def _own(protocol: core.Protocol) -> Iterator[tuple[object, str, int, tuple[core.Step, ...]]]:
    """What sessions have of their own: where it stands, the length and the steps."""
    for phase in protocol.phases:
        for number, steps in phase.steps:
            yield phase.steps, str(number), core.minutes_of(steps), steps
        for session in phase.listed:
            if session.steps:
                yield session, "steps", core.minutes_of(session.steps), session.steps
    for phase in protocol.phases:
        for number, minutes in phase.lengths:
            yield phase.lengths, str(number), minutes, protocol.steps
