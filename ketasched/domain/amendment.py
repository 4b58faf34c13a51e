"""What another version of a protocol says otherwise, in words that who treats reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ketasched.domain.apart import session_text
from ketasched.domain.cadence import NamedSession
from ketasched.domain.protocol import Phase, Protocol, Step, minutes_of
from ketasched.domain.wording import count_text, duration_text, list_text

Facts = Mapping[str, str]
"""What is said, by what it is about."""


class Difference(NamedTuple):
    """What one version says ``before`` and the next one ``after`` of something: of a ``phase``, or
    if that is empty of all. None: one of them says nothing of it.
    """

    phase: str
    subject: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        where = f"{self.phase}, {self.subject}" if self.phase else self.subject
        where = where if self.subject else self.phase
        if self.before is None:
            return f"{where}: new: {self.after}" if self.after else f"{where}: new"
        if self.after is None:
            return f"{where}: no longer: {self.before}" if self.before else f"{where}: no longer"
        return f"{where}: {self.before} becomes {self.after}"


def differences(before: Protocol, after: Protocol) -> list[Difference]:
    """What the later version says otherwise than the one ``before``."""
    found = list(_of(_facts(before), _facts(after), ""))
    called = renamed_phases(before, after)
    earlier = {called.get(phase.name, phase.name): phase for phase in before.phases}
    later = {phase.name: phase for phase in after.phases}
    for name, phase in earlier.items():
        if name not in later:
            found.append(Difference("", f"phase {name}", _summary(phase), None))
    for name, phase in later.items():
        old = earlier.get(name)
        if old is None:
            found.append(Difference("", f"phase {name}", None, _summary(phase)))
            continue
        if old.name != name:
            found.append(Difference("", "a phase is renamed", old.name, name))
        found += _of(_phase_facts(old, before), _phase_facts(phase, after), name)
    common = [name for name in earlier if name in later]
    if common != [name for name in later if name in earlier]:
        found.append(
            Difference("", "order of the phases", list_text([*earlier]), list_text([*later]))
        )
    return found


def renamed_phases(before: Protocol, after: Protocol) -> dict[str, str]:
    """By its name before, what a phase is called now that is as it was, in the same place, but for
    its name.
    """
    old, new = ({phase.name for phase in each.phases} for each in (before, after))
    return {
        was.name: phase.name
        for was, phase in zip(before.phases, after.phases, strict=False)
        if was.name not in new and phase.name not in old and replace(was, name=phase.name) == phase
    }


# Parts


def _of(before: Facts, after: Facts, phase: str) -> Iterator[Difference]:
    for subject in dict.fromkeys((*before, *after)):
        old, new = before.get(subject), after.get(subject)
        if old != new:
            yield Difference(phase, subject, old, new)


def _facts(protocol: Protocol) -> Facts:
    """What a protocol says beside its phases."""
    plain = {
        "version": protocol.version, "title": protocol.title, "label": protocol.label,
        "drug": protocol.drug, "route": protocol.route, "use": protocol.use,
    }  # fmt: skip
    facts = {subject: text for subject, text in plain.items() if text}
    facts["a session"] = _steps_text(protocol.steps)
    facts |= {f"visit {visit.name}": f"{visit.kind}, {visit}" for visit in protocol.visits}
    facts |= {
        f"duty {duty.name}": str(duty).removeprefix(f"{duty.name}, ") for duty in protocol.duties
    }
    facts |= {
        f"needs {gate.what}": f"before {session_text(gate.before)}" for gate in protocol.needs
    }
    facts |= {f"arm {arm.name}": arm.title for arm in protocol.arms}
    facts |= {
        f"instruction {each.text!r}": str(each).removeprefix(each.text).strip(" ,")
        for each in protocol.instructions
    }
    reminders = [duration_text(int(each.total_seconds()) // 60) for each in protocol.reminders]
    facts |= {"reminders": f"{list_text(reminders)} before"} if reminders else {}
    return facts | {
        f"source of {each.fact}": f"{each.source} ({each.grade})" for each in protocol.sources
    }


def _steps_text(steps: Sequence[Step]) -> str:
    parts = []
    for step in steps:
        takes = [f"{number} {resource}" for resource, number in step.takes or ()]
        with_them = f" with {list_text(takes)}" if takes else ""
        parts.append(f"{step.name} {duration_text(step.minutes)}{with_them}")
    return f"{duration_text(minutes_of(steps))} ({list_text(parts)})"


def _summary(phase: Phase) -> str:
    count = count_text(phase.sessions, "session") if phase.sessions else "open-ended"
    return f"{count}, {phase.cadence}"


def _phase_facts(phase: Phase, protocol: Protocol) -> Facts:
    facts = {subject: text for subject, says in _PHASE.items() if (text := says(phase))}
    facts |= {f"review {each.name}": f"after {phase.reviewed(each)}" for each in phase.reviews}
    facts |= {f"length of session {place}": duration_text(m) for place, m in phase.lengths}
    facts |= {f"steps of session {place}": _steps_text(steps) for place, steps in phase.steps}
    return facts | {named.name: _named_text(named, protocol) for named in phase.listed}


def _named_text(named: NamedSession, protocol: Protocol) -> str:
    when = f"{named.day} days after {named.follows}" if named.follows else f"day {named.day}"
    parts = [when, duration_text(named.minutes or protocol.minutes)]
    parts += [str(named.window)] if named.window else []
    parts += [_steps_text(named.steps)] if named.steps else []
    parts += [str(apart) for apart in named.apart]
    return ", ".join([*parts, *_arms(named.arms)])


def _arms(names: Sequence[str]) -> list[str]:
    return [f"only in {list_text(list(names))}"] if names else []


def _pause_text(phase: Phase) -> str:
    return f"up to {count_text(phase.pause, 'week')}" if phase.pause else ""


def _after_text(phase: Phase) -> str:
    if phase.after is None:
        return ""
    after = count_text(phase.after, "day") if isinstance(phase.after, int) else str(phase.after)
    return f"{after} after the phase before"


def _cadence_text(phase: Phase) -> str:
    cadence = phase.cadence
    counts = getattr(cadence, "counts_from", "")
    return f"{cadence}, counted as {counts}" if counts else str(cadence)


_PHASE: Mapping[str, Callable[[Phase], str]] = {
    "sessions": lambda phase: str(phase.sessions or "open-ended"),
    "may have": lambda phase: f"{phase.choice} sessions" if phase.choice else "",
    "cadence": _cadence_text,
    "a day": lambda phase: str(phase.per_day or ""),
    "window": lambda phase: str(phase.window),
    "gap": lambda phase: str(phase.gap),
    "pause": _pause_text,
    "begins": _after_text,
    "other cadences": lambda phase: "; ".join(
        f"{other.cadence} ({other.window}, {other.gap})" for other in phase.alternatives
    ),
    "a missed session": lambda phase: phase.missed or "",
    "lapse": lambda phase: count_text(phase.lapse, "day") if phase.lapse is not None else "",
    "apart": lambda phase: "; ".join(map(str, phase.apart)),
    "arms": lambda phase: list_text(list(phase.arms)) if phase.arms else "",
}
"""What a phase says, by what it is about; empty where it says nothing of it."""
