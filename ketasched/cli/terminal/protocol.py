"""Protocols as a clinician would read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.text import Text

from ketasched.cli.terminal.page import Page, advice, untitled_table
from ketasched.domain.apart import session_text
from ketasched.domain.arm import arms_text
from ketasched.domain.baseline import counting_text
from ketasched.domain.cadence import Cycles
from ketasched.domain.house import need_text
from ketasched.domain.protocol import BUILT_IN, NOT_STATED, SessionRange, minutes_of
from ketasched.domain.signs import printable
from ketasched.domain.wording import count_text, duration_text, list_text

if TYPE_CHECKING:
    from ketasched.domain.cadence import NamedSession
    from ketasched.domain.house import House
    from ketasched.domain.protocol import Phase, Protocol, Step

DECIDES_NOTHING = (
    "ketasched lays out dates. It decides no dose, no patient, and not whether to go on."
)


def protocol_list(protocols: Iterable[Protocol]) -> str:
    """Every protocol: its id and title, then its course, then where it comes from."""
    page = Page()
    table = untitled_table(blanks=2)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for protocol in protocols:
        course = "; then ".join(_summary(phase) for phase in protocol.phases)
        lines = Text.assemble(protocol.title, "\n", (course, "dim"))
        if protocol.file != BUILT_IN:
            lines.append(f"\nfrom {printable(protocol.file)}")
        table.add_row(Text(protocol.id, style="bold"), lines)
    page.add(table, "")
    page.add("The built-in protocols are examples: confirm with the treating clinician.")
    page.add(DECIDES_NOTHING)
    return page.text()


def _summary(phase: Phase) -> str:
    if phase.sessions is None:
        return f"{_cadence(phase)}, open-ended"
    return f"{_count(phase)}, {_cadence(phase)}"


def _cadence(phase: Phase) -> str:
    return ", ".join(map(str, filter(None, (phase.cadence, phase.per_day))))


def _count(phase: Phase) -> str:
    """How many sessions or cycles a phase has, or may have."""
    number, word = _counted(phase)
    return count_text(number, word) if isinstance(number, int) else f"{number} {word}s"


def _counted(phase: Phase) -> tuple[int | SessionRange, str]:
    """How many a phase has or may have, and of what: sessions, or cycles with some in each."""
    each, word = 1, "treatment day" if phase.per_day else "session"
    if isinstance(phase.cadence, Cycles):
        each, word = len(phase.cadence.days), "cycle"
    if phase.choice:
        fewest, most = phase.choice
        return SessionRange(fewest // each, most // each), word
    return (phase.days or 0) // each, word


def protocol_page(protocol: Protocol, house: House | None = None) -> str:
    """One protocol in full, sources included; what a session takes of a clinic's house."""
    page = Page()
    page.add_title(protocol.title)
    page.add(f"{advice(protocol)} {DECIDES_NOTHING}", "")
    page.add_facts(
        [
            ("Protocol", f"{protocol.id}, version {protocol.version}, from {protocol.file}"),
            ("Drug", protocol.drug or NOT_STATED),
            ("Route", protocol.route or NOT_STATED),
            ("For", protocol.use or NOT_STATED),
            ("Session", f"{duration_text(protocol.minutes)}: {_steps(protocol.steps)}"),
            *_takes(protocol, house),
            *_needs(protocol),
            *(("Arm", f"{arm.name}: {arm.title}") for arm in protocol.arms),
            ("Reminders", _reminders(protocol)),
        ]
    )
    for number, phase in enumerate(protocol.phases, start=1):
        page.add("")
        of = f" ({arms_text(phase.arms)} only)" if phase.arms else ""
        page.add_title(f"Phase {number}: {phase.name}{of}")
        page.add_facts(_phase_facts(phase))
    if protocol.duties:
        page.add("")
        page.add_title("Duties of the staff")
        page.add_items(map(str, protocol.duties))
    if protocol.visits:
        page.add("")
        page.add_title("Linked visits")
        page.add_items(f"{rule.name}: {rule}" for rule in protocol.visits)
    if protocol.instructions:
        page.add("")
        page.add_title("Instructions")
        page.add_items(map(str, protocol.instructions))
    page.add("")
    page.add_title("Sources")
    if not protocol.sources:
        page.add(NOT_STATED)
        return page.text()
    page.add_items(
        f"{source.grade}: {source.fact} ({source.source})" for source in protocol.sources
    )
    page.add("A: regulator, manufacturer, trial or paper. B: clinics. Convention: our default.")
    return page.text()


def _steps(steps: Iterable[Step]) -> str:
    return ", ".join(f"{step.name} {duration_text(step.minutes)}" for step in steps)


def _takes(protocol: Protocol, house: House | None) -> Iterable[tuple[str, str]]:
    """What a session takes: of a clinic's house, or by the words of the protocol alone."""
    if house:
        yield "Takes", house.text_of(protocol)
        return
    said = [
        f"{step.name} {need_text(step.takes)}" for step in protocol.steps if step.takes is not None
    ]
    if said:
        yield "Takes", "; ".join(said)


def _needs(protocol: Protocol) -> Iterable[tuple[str, str]]:
    for gate in protocol.needs:
        yield "Needs", f"{gate.what}, before {session_text(gate.before)}"


def _reminders(protocol: Protocol) -> str:
    if not protocol.reminders:
        return "none"
    lengths = [duration_text(int(lead.total_seconds()) // 60) for lead in protocol.reminders]
    return f"{list_text(lengths)} before"


def _named(phase: Phase, named: NamedSession) -> str:
    if named.follows:
        day = f"{count_text(named.day, 'day')} after {named.follows}"
    else:
        day = f"day {named.day}"
    steps = f" ({_steps(named.steps)})" if named.steps else ""
    length = f", {duration_text(named.minutes)}{steps}" if named.minutes else ""
    apart = "".join(f", {apart}" for apart in named.apart)
    arms = f", {arms_text(named.arms)} only" if named.arms else ""
    return f"{named.name}: {day}, {named.window or phase.window}{length}{apart}{arms}"


def _length(phase: Phase) -> tuple[str, str]:
    number, word = _counted(replace(phase, choice=None))
    sessions = "open-ended" if phase.sessions is None else str(number)
    may = f" ({_counted(phase)[0]} may be chosen)" if phase.choice else ""
    return f"{word.split()[-1].capitalize()}s", f"{sessions}{may}"


def _own(phase: Phase) -> Iterable[tuple[str, str]]:
    """The sessions with a length or steps of their own, where they are not listed one by one."""
    for place, minutes in phase.lengths:
        yield f"Session {place}", duration_text(minutes)
    for place, steps in phase.steps:
        yield f"Session {place}", f"{duration_text(minutes_of(steps))}: {_steps(steps)}"


def _phase_facts(phase: Phase) -> Iterable[tuple[str, str]]:
    yield _length(phase)
    yield "Cadence", _cadence(phase)
    yield from (("", _named(phase, named)) for named in phase.listed)
    if phase.after is not None:
        wait = duration_text(phase.after * 1440) if isinstance(phase.after, int) else phase.after
        yield "Begins", f"{wait} after the last target of the phase before"
    yield from _own(phase)
    yield "Window", str(phase.window)
    counts_from = counting_text(phase)
    if counts_from:
        yield "", f"counted from {counts_from}"
    yield "Gap", f"{phase.gap} between sessions"
    yield from (("Apart", f"its first session is {apart}") for apart in phase.apart)
    if phase.missed:
        yield "If missed", f"{phase.missed}, unless asked otherwise"
    if phase.lapse:
        yield "Lapse", f"after more than {count_text(phase.lapse, 'day')} a person must decide"
    if phase.pause:
        weeks = count_text(phase.pause, "week")
        yield "Pause", f"up to {weeks}, when nothing else is possible"
    for option in phase.alternatives:
        yield "Or", f"{option.cadence}; window {option.window}; gap {option.gap}"
    for review in phase.reviews:
        yield "Review", f"{review.name}, after {phase.reviewed(review)} of the phase"
