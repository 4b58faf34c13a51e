"""Protocols as a file writes them: their keys, and the rules that look at several of them."""

from __future__ import annotations

import re

from ketasched.domain import cadence as pace
from ketasched.domain import protocol as core
from ketasched.domain.giveaways import gives_away
from ketasched.domain.typed_protocol import read_when
from ketasched.domain.typed_times import read_days
from ketasched.files.protocols.apart import check_distances
from ketasched.files.protocols.arms import ARMS, check_each_arm, check_names_of_arms
from ketasched.files.protocols.gates import NEEDS_BEFORE, check_gates
from ketasched.files.protocols.linked_visits import VISIT, check_visits
from ketasched.files.protocols.listed_sessions import check_lists_of_arm
from ketasched.files.protocols.phases import PHASE
from ketasched.files.protocols.session_steps import STEPS, check_told_apart
from ketasched.files.protocols.several_a_day import check_distances_in_a_day
from ketasched.reading.fields import Key, ListOf, Reading, Record, Text, one_of
from ketasched.reading.texts import (
    IDENTIFIER,
    LINE,
    LONGEST_SESSION,
    REMINDER,
    VERSION,
    length,
    one_line,
)

# The rules that look at several values


def _check_protocol(protocol: core.Protocol, reading: Reading) -> None:
    """Note what is wrong with a protocol, or with what an arm has of it."""
    if not check_names_of_arms(protocol, reading):
        return
    if protocol.arms:
        check_each_arm(protocol, reading, _check_one_arm)
    else:
        _check_one_arm(protocol, reading)


def _check_one_arm(protocol: core.Protocol, reading: Reading) -> None:
    before = len(reading.problems)
    if protocol.arm:
        check_lists_of_arm(protocol, reading)
    if protocol.minutes > LONGEST_SESSION:
        reading.fault_in(protocol, "steps", "the steps of one session take more than a day")
    if sum(phase.sessions or 0 for phase in protocol.phases) > core.MAX_SESSIONS:
        message = f"the phases have more than {core.MAX_SESSIONS} sessions"
        reading.fault_in(protocol, "phases", message)
    _check_order(protocol, reading)
    _check_discretion(protocol, reading)
    check_visits(protocol, reading)
    check_distances(protocol, reading)
    check_gates(protocol, reading)
    check_distances_in_a_day(protocol, reading)
    check_told_apart(protocol, reading)
    if len(reading.problems) == before:
        from ketasched.planning.protocol_check import own_gaps_fault

        fault = own_gaps_fault(protocol)
        if fault:
            phase = next(phase for phase in protocol.phases if phase.name == fault.phase)
            reading.fault_in(phase, fault.key, fault.message, "change the cadence or the gap")


def _check_order(protocol: core.Protocol, reading: Reading) -> None:
    names: set[str] = set()
    for position, phase in enumerate(protocol.phases):
        if phase.name.casefold() in names:
            reading.fault_in(phase, "name", f"two phases are called `{phase.name}`")
        names.add(phase.name.casefold())
        if phase.sessions is None and phase is not protocol.phases[-1]:
            reading.fault_in(phase, "sessions", "only the last phase can be open-ended")
        if position and isinstance(phase.cadence, pace.NamedDays):
            for session in phase.cadence.sessions:
                if session.day < phase.cadence.first_day and not session.follows:
                    message = "only the first phase may have sessions before its first day"
                    reading.fault_in(session, "day", message)
        if phase.after is None:
            continue
        if position == 0:
            message = "the first phase begins on the start itself"
            reading.fault_in(phase, "after", message, "leave `after` out")
        elif (
            isinstance(phase.cadence, pace.PerWeek)
            and isinstance(phase.after, int)
            and phase.after % 7
        ):
            reading.fault_in(phase, "after", f"before {phase.cadence}, write whole weeks")


def _check_discretion(protocol: core.Protocol, reading: Reading) -> None:
    """Instructions stand in the patient's calendar, which gives no treatment away."""
    for instruction in protocol.instructions:
        for key, text in (("text", instruction.text), ("note", instruction.note)):
            word = gives_away(protocol, text)
            if word:
                message = f"`{word}` gives the treatment away, and the patient's calendar must not"
                reading.fault_in(instruction, key, message, "say it in other words")


def _check_ids(protocols: tuple[core.Protocol, ...], reading: Reading) -> None:
    seen: set[str] = set()
    for protocol in protocols:
        if protocol.id in seen:
            reading.fault_in(protocol, "id", f"two protocols have the id `{protocol.id}`")
        seen.add(protocol.id)


# The format, from the inside out


def _stated(text: str) -> str:
    """A fact on one line; empty where its own words say that it is not stated."""
    return "" if text.casefold() == core.NOT_STATED else one_line(text)


def _country(text: str) -> str:
    if not re.fullmatch("[A-Z]{2}", text):
        raise ValueError(f"`{text}` is no country: write its two capitals, such as US")
    return text


def _duty(name: str, within: int, countries: tuple[str, ...]) -> core.Duty:
    return core.Duty(name, within, countries)


_INSTRUCTION = Record(
    core.Instruction,
    {
        "text": Key(LINE, "what to do or leave; it must not give the treatment away"),
        "when": Key(
            Text(read_when, {"type": "string", "pattern": "^(for|until) "}),
            "its time, such as for 6 h before, until 2 h before or until the next day",
            None,
        ),
        "note": Key(LINE, "words that follow the time", ""),
    },
)
_COUNTRY = Text(_country, {"type": "string", "pattern": "^[A-Z]{2}$"})
_DUTY = Record(
    _duty,
    {
        "name": Key(LINE, "what is to be done, such as monitoring form"),
        "within": Key(length(read_days, 1, 366, "days"), "the days it is due in, such as 7 days"),
        "countries": Key(ListOf(_COUNTRY), "where it holds, such as [US]; else in all", ()),
    },
)
_SOURCE = Record(
    core.Source,
    {
        "fact": Key(LINE, "what is known"),
        "source": Key(LINE, "where it comes from"),
        "grade": Key(one_of("A", "B", "convention"), "how sure it is"),
    },
)
_STATED = Text(_stated, {"type": "string", "minLength": 1, "maxLength": 500})
_PROTOCOL = {
    "id": Key(IDENTIFIER, "the name used on the command line, such as iv"),
    "title": Key(LINE, "what the protocol is, in a few words"),
    "label": Key(LINE, "a short name for staff calendars"),
    "version": Key(
        Text(one_line, {"type": ["string", "number"]}), "the version of this protocol, such as 1"
    ),
    "drug": Key(_STATED, "the drug", ""),
    "route": Key(_STATED, "how it is given", ""),
    "use": Key(_STATED, "what it is given for", ""),
    "steps": Key(STEPS, "the parts of one session, in order"),
    "phases": Key(ListOf(PHASE), "the phases, in order"),
    "visits": Key(ListOf(VISIT), "linked visits: what stands beside the sessions", ()),
    "duties": Key(ListOf(_DUTY), "what staff must have done within some days of each session", ()),
    "needs": NEEDS_BEFORE,
    "arms": ARMS,
    "instructions": Key(
        ListOf(_INSTRUCTION), "what the patient should do or leave around a session", ()
    ),
    "reminders": Key(ListOf(REMINDER), "before a session, the most important first", ()),
    "sources": Key(ListOf(_SOURCE), "where the facts come from", ()),
}


PROTOCOL = Record(core.Protocol, _PROTOCOL, _check_protocol)
PROVEN_PROTOCOL = Record(core.Protocol, _PROTOCOL)


def _protocols(version: int, protocols: tuple[core.Protocol, ...]) -> tuple[core.Protocol, ...]:
    del version
    return protocols


def protocols_file(*, proven: bool) -> Record:
    """A whole file of protocols; one that is ``proven`` is not checked for its own gaps."""
    protocol = PROVEN_PROTOCOL if proven else PROTOCOL
    return Record(
        _protocols,
        {
            "version": Key(VERSION, "the version of this file format: 1"),
            "protocols": Key(ListOf(protocol), "the protocols"),
        },
        _check_ids,
    )
