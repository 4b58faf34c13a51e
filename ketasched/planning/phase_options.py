"""What the user chose of a protocol: session counts, cadences, where to begin, how far to go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple, TypeVar

from ketasched.domain.cadence import Cadence, Cycles, Window, is_same_cadence
from ketasched.domain.choice import Choice, ChoiceRefused
from ketasched.domain.protocol import MAX_SESSIONS, Phase, Protocol, SessionRange
from ketasched.domain.wording import count_text, list_text
from ketasched.errors import did_you_mean
from ketasched.planning.target import Stretch

Value = TypeVar("Value")


class Choices(NamedTuple):
    """The choices a protocol leaves to the clinician.

    Args:
        sessions: sessions by phase name; the empty name is the one phase that leaves a choice.
        cycles: cycles by phase name, as sessions.
        cadences: one of the protocol's alternatives by phase name.
        windows: another window by phase name.
        until: lay out the open-ended phase up to the targets on this day.
        already: sessions that took place elsewhere, left out at the front.
        pause: the most weeks of pause, instead of what each phase allows; None leaves it at that.
    """

    sessions: Mapping[str, int] = {}
    cycles: Mapping[str, int] = {}
    cadences: Mapping[str, Cadence] = {}
    windows: Mapping[str, Window] = {}
    until: date | None = None
    already: int = 0
    pause: int | None = None


class Layout(NamedTuple):
    """The stretches to lay out, the phases left out, and the last number that has a total."""

    stretches: tuple[Stretch, ...]
    left_out: tuple[str, ...]
    total: int

    @property
    def lengths(self) -> frozenset[int]:
        """The minutes that its sessions last."""
        return frozenset(
            minutes
            for stretch in self.stretches
            for minutes in [named.minutes or stretch.minutes for named in stretch.named()]
            or stretch.own_minutes
        )


def lay_out(protocol: Protocol, choices: Choices) -> Layout:
    """Apply the user's choices to a protocol.

    Raises:
        ChoiceRefused: a choice that the protocol does not leave, or that would change nothing.
    """
    counts = _counts(protocol, choices)
    cadences = _by_phase(protocol, "cadence", choices.cadences)
    windows = _by_phase(protocol, "window", choices.windows)
    phases = [
        _with_window(_with_cadence(phase, cadences.get(phase.name)), windows.get(phase.name))
        for phase in pausing(protocol.phases, choices.pause)
    ]
    open_ended = [phase for phase in phases if counts[phase.name] is None]
    if choices.until and not open_ended:
        raise ChoiceRefused(
            f"{protocol.id} has no open-ended phase left to lay out",
            choice="until",
            remedy="leave it out",
        )
    stretches: list[Stretch] = []
    to_skip = choices.already
    minutes = protocol.minutes
    for phase in phases:
        count = counts[phase.name]
        if count is None:
            if choices.until:
                stretches.append(Stretch(phase, 1 + to_skip, None, choices.until, minutes))
            elif phase.name in cadences:
                raise ChoiceRefused(
                    f"the phase {phase.name} is open-ended and is left out",
                    choice="cadence",
                    remedy="a last day for the phase",
                )
            to_skip = 0
        elif count > to_skip:
            stretches.append(Stretch(phase, 1 + to_skip, count - to_skip, None, minutes))
            to_skip = 0
        else:
            to_skip -= count
            if phase.name in cadences:
                raise ChoiceRefused(
                    f"all of the phase {phase.name} took place already", choice="cadence"
                )
    total = sum(count or 0 for count in counts.values())
    if not stretches:
        raise _nothing_left(protocol, total, choices, is_open_ended=bool(open_ended))
    if total > MAX_SESSIONS:
        raise ChoiceRefused(f"that makes {total} sessions; a course has at most {MAX_SESSIONS}")
    _refuse_idle_windows(windows, stretches)
    left_out = () if choices.until else tuple(phase.name for phase in open_ended)
    return Layout(tuple(stretches), left_out, total)


def _nothing_left(
    protocol: Protocol, total: int, choices: Choices, *, is_open_ended: bool
) -> ChoiceRefused:
    """Why no session is laid out."""
    if is_open_ended and not choices.already:
        return ChoiceRefused(
            f"{protocol.id} is open-ended, and nobody says how far to go",
            remedy="a last day for the phase",
        )
    return ChoiceRefused(
        f"{protocol.id} has {count_text(total, 'session')}, so none is left to plan",
        choice="already",
        value=str(choices.already),
        remedy="a last day for the open-ended phase" if is_open_ended else "a smaller number",
    )


def pausing(phases: Sequence[Phase], weeks: int | None) -> tuple[Phase, ...]:
    """The phases with a pause of up to so many weeks; None leaves theirs."""
    if weeks is None:
        return tuple(phases)
    return tuple(replace(phase, pause=weeks) for phase in phases)


def _counts(protocol: Protocol, choices: Choices) -> dict[str, int | None]:
    counts = {phase.name: phase.sessions for phase in protocol.phases}
    chosen: list[tuple[Phase, Choice, int, int]] = []
    for name, number in choices.sessions.items():
        phase = _phase(protocol, name) if name else _only_choice(protocol, "sessions")
        chosen.append((phase, "sessions", number, number))
    for name, number in choices.cycles.items():
        phase = _phase(protocol, name) if name else _only_choice(protocol, "cycles")
        chosen.append((phase, "cycles", number, number * _in_a_cycle(protocol, phase)))
    seen: dict[str, Choice] = {}
    for phase, choice, number, sessions in chosen:
        if seen.get(phase.name) == choice:
            raise _twice(choice, phase)
        if phase.name in seen:
            said = f"the number of {seen[phase.name]} of the phase {phase.name} is chosen already"
            raise ChoiceRefused(said, choice=choice, remedy="leave it out")
        seen[phase.name] = choice
        _refuse_number(protocol, phase, choice, number, sessions)
        counts[phase.name] = sessions * phase.a_day
    return counts


def _in_a_cycle(protocol: Protocol, phase: Phase) -> int:
    """How many sessions a cycle of a phase has."""
    if isinstance(phase.cadence, Cycles):
        return len(phase.cadence.days)
    raise ChoiceRefused(
        f"the phase {phase.name} of {protocol.id} has no cycles",
        choice="cycles",
        remedy="leave it out",
    )


def _refuse_number(
    protocol: Protocol, phase: Phase, choice: Choice, number: int, sessions: int
) -> None:
    """Refuse a ``number`` of sessions or cycles that a phase may not have."""
    unit: Choice = "cycles" if isinstance(phase.cadence, Cycles) else "sessions"
    each = _in_a_cycle(protocol, phase) if unit == "cycles" else 1
    if phase.sessions is not None and phase.choice is None:
        raise ChoiceRefused(
            f"the phase {phase.name} of {protocol.id} leaves no choice, "
            f"it has {count_text(phase.days or 0, counted_in(phase)[:-1])}",
            choice=choice,
            remedy="leave it out or write a protocol",
        )
    if phase.choice and not (
        phase.choice.fewest <= sessions <= phase.choice.most and sessions % each == 0
    ):
        may = SessionRange(phase.choice.fewest // each, phase.choice.most // each)
        of_each = f" of {count_text(each, 'session')}" if choice != unit else ""
        counted = counted_in(phase) if unit == "sessions" else unit
        wrong = f"{number} {choice}" if choice != unit else number
        raise ChoiceRefused(
            f"the phase {phase.name} of {protocol.id} has {may} {counted}{of_each}, not {wrong}",
            "choose a number the protocol allows, or write a protocol of your own",
            choice=choice,
        )


def counted_in(phase: Phase) -> str:
    """What the length of a phase is counted in."""
    return "treatment days" if phase.per_day else "sessions"


def _only_choice(protocol: Protocol, choice: Choice) -> Phase:
    """The one phase that leaves a choice of sessions, or of cycles."""
    with_choice = [
        phase
        for phase in protocol.phases
        if phase.choice and (choice == "sessions" or isinstance(phase.cadence, Cycles))
    ]
    if len(with_choice) == 1:
        return with_choice[0]
    if not with_choice:
        raise ChoiceRefused(
            f"{protocol.id} leaves no choice of the number of {choice}",
            choice=choice,
            remedy="leave it out or write a protocol",
        )
    names = list_text([phase.name for phase in with_choice], "or")
    raise ChoiceRefused(f"say for which phase, {names}", choice=choice, remedy="the phase")


def _phase(protocol: Protocol, name: str) -> Phase:
    for phase in protocol.phases:
        if phase.name.casefold() == name.casefold():
            return phase
    names = [phase.name for phase in protocol.phases]
    raise ChoiceRefused(
        f"{protocol.id} has no phase `{name}`",
        did_you_mean(name, names) or f"its phases are {list_text(names)}",
    )


def _by_phase(protocol: Protocol, choice: Choice, chosen: Mapping[str, Value]) -> dict[str, Value]:
    by_name: dict[str, Value] = {}
    for name, value in chosen.items():
        phase = _phase(protocol, name)
        if phase.name in by_name:
            raise _twice(choice, phase)
        by_name[phase.name] = value
    return by_name


def _twice(choice: Choice, phase: Phase) -> ChoiceRefused:
    sentence = f"is given twice for the phase {phase.name}"
    return ChoiceRefused(sentence, choice=choice, is_subject=True)


def _with_cadence(phase: Phase, wanted: Cadence | None) -> Phase:
    if wanted is None or is_same_cadence(wanted, phase.cadence):
        return phase
    for alternative in phase.alternatives:
        if is_same_cadence(alternative.cadence, wanted):
            return phase.using(alternative)
    offered = [
        str(phase.cadence),
        *(str(alternative.cadence) for alternative in phase.alternatives),
    ]
    hint = f"choose {list_text(offered, 'or')}"
    raise ChoiceRefused(
        f"the phase {phase.name} is not offered {wanted}",
        hint if phase.alternatives else f"it is always {offered[0]}",
        choice="cadence",
    )


def _with_window(phase: Phase, window: Window | None) -> Phase:
    return replace(phase, window=window) if window else phase


def _refuse_idle_windows(windows: Mapping[str, Window], stretches: list[Stretch]) -> None:
    for name in windows:
        stretch = next((stretch for stretch in stretches if stretch.phase.name == name), None)
        if stretch is None:
            raise ChoiceRefused(f"no session of the phase {name} is laid out", choice="window")
        named = stretch.named()
        if named and all(session.window for session in named):
            raise ChoiceRefused(f"each session of {name} has a window of its own", choice="window")
