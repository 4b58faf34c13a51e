"""A record takes over another version of its protocol; its history keeps the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ketasched.asking.arms import for_arm
from ketasched.domain.amendment import renamed_phases
from ketasched.domain.protocol import Protocol
from ketasched.records.open import Opened, happened, task_of
from ketasched.records.record import CourseRecord
from ketasched.records.versions import version_state, with_former
from ketasched.running.amending import amended
from ketasched.running.legal_change import Conditions, Refusal

if TYPE_CHECKING:
    from ketasched.files.protocols.protocol_file import WrittenProtocol

BY_PHASE = ("sessions", "cycles", "cadence", "window")
"""The choices of a course that name a phase."""


class Choices(NamedTuple):
    """What is chosen anew of what a version leaves open, as typed, and what is chosen no longer."""

    sessions: tuple[str, ...] = ()
    cycles: tuple[str, ...] = ()
    cadence: tuple[str, ...] = ()
    window: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


class TakenOver(NamedTuple):
    """The record by the new version, opened as it then is and as it is to be written, and what the
    version has that the course goes on without: it would have been before now.
    """

    opened: Opened
    after: CourseRecord
    over: tuple[str, ...]


def taken_over(
    opened: Opened, written: WrittenProtocol, choices: Choices, reason: str = ""
) -> TakenOver | Refusal:
    """The record by another version of its protocol.

    Raises:
        UsageProblem: the version does not leave a choice that was made, or has not the arm.
        ChoiceRefused: a phase has no weekdays.
    """
    first = opened.record
    record, renamed = _of_version(opened, written, choices)
    task = task_of(record, opened.now)
    now_opened = opened._replace(record=record, task=task)
    before = Conditions(opened.task.order, opened.here)
    outcome = amended(before._replace(order=task.order), first.course, before.order, renamed)
    if isinstance(outcome, Refusal):
        return outcome
    what = change_text(first.protocol, record.protocol)
    after = happened(now_opened, first, outcome.course, what, reason=reason)
    return TakenOver(now_opened, after, outcome.over)


def change_text(before: Protocol, after: Protocol) -> str:
    """What is done, for the history."""
    if before.version == after.version:
        return f"adjusted: another version {after.version} of {after.id}"
    return f"adjusted: version {after.version} of {after.id}, before {before.version}"


# Parts


def _of_version(
    opened: Opened, written: WrittenProtocol, choices: Choices
) -> tuple[CourseRecord, Mapping[str, str]]:
    """The record with another version of its protocol and its course as it was, and what phases
    are called now, by the name they had.
    """
    record = opened.record
    protocol = for_arm(written.protocol, record.options.get("arm", ""))
    held = {session.phase for session in record.course.sessions}
    renamed = {
        old: new
        for old, new in renamed_phases(record.protocol, protocol).items()
        if new not in held
    }
    ways = [change.back for change in record.history if change.back]
    others = [way["protocol"] for way in ways if "protocol" in way]
    others.append(version_state(record)["protocol"])
    protocol = with_former(protocol, others)
    protocol = replace(protocol, renamed=_names_in_uids(record.protocol, protocol, renamed))
    options = _options(record.options, renamed, choices)
    return record._replace(protocol=protocol, protocol_data=written.data, options=options), renamed


def _names_in_uids(
    before: Protocol, after: Protocol, renamed: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """By its name now, what a phase was called when its sessions got their UIDs; a new one whose
    name another had then gets one of its own.
    """
    known = dict(before.renamed)
    names = {new: known.get(old, old) for old, new in renamed.items()}
    names |= {name: was for name, was in known.items() if name not in renamed}
    earlier = {phase.name for phase in before.known_phases}
    for phase in after.phases:
        if phase.name not in earlier and phase.name not in names:
            name = phase.name
            while name in {*names.values(), *earlier - renamed.keys()}:
                name += "'"
            names |= {phase.name: name} if name != phase.name else {}
    return tuple(sorted((name, was) for name, was in names.items() if name != was))


def _options(
    options: Mapping[str, Any], renamed: Mapping[str, str], choices: Choices
) -> dict[str, Any]:
    """The options of a course with its choices for the phases as they are called now."""
    now = dict(options)
    for kind in BY_PHASE:
        kept = [_called_now(text, renamed) for text in options.get(kind, ())]
        typed = list(getattr(choices, kind))
        subjects = {text.rpartition("=")[0].casefold() for text in typed}
        kept = [text for text in kept if text.rpartition("=")[0].casefold() not in subjects]
        now |= {kind: [*kept, *typed]}
    for dropped in choices.drop:
        kind, _, value = (part.strip() for part in dropped.partition(":"))
        there = now.get(kind, ())
        if isinstance(there, str):
            now.pop(kind, None)
        else:
            now[kind] = [text for text in there if value and not _is(text, value)]
    return {kind: value for kind, value in now.items() if value != []}


def _is(text: str, value: str) -> bool:
    phase = text.rpartition("=")[0].strip()
    return value.casefold() in (text.casefold(), phase.casefold())


def _called_now(text: str, renamed: Mapping[str, str]) -> str:
    phase, sign, value = text.rpartition("=")
    by_fold = {old.casefold(): new for old, new in renamed.items()}
    return f"{by_fold.get(phase.strip().casefold(), phase)}{sign}{value}"
