"""What the entries of a calendar say: a VEVENT's times, and whether it blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from ketasched.domain.busy import Busy
from ketasched.files.busy_calendar.lines import Broken, Component, Line
from ketasched.files.busy_calendar.repeats import BusyEntry
from ketasched.files.busy_calendar.times import (
    DayOrTime,
    Duration,
    TimeReader,
    length_until,
    read_duration,
)

_DAY = timedelta(days=1)
TRAVEL = "X-APPLE-TRAVEL-DURATION"
TIMES = frozenset(("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID"))
SAYS = frozenset(("STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"))
PROSE = frozenset(("DURATION", "SEQUENCE", "UID"))
_ONCE = (*sorted(TIMES), "UID", "STATUS", "TRANSP", "SEQUENCE")


def uid_of(component: Component) -> str:
    """Its UID; empty if it has none."""
    line = component.first("UID")
    return line.value if line else ""


def read_entry(component: Component, times: TimeReader, series: Sequence[BusyEntry]) -> BusyEntry:
    """What a VEVENT says, which may change an occurrence of a series.

    Raises:
        Broken: that is not clear.
    """
    lines: dict[str, list[Line]] = defaultdict(list)
    for line in component.lines:
        lines[line.name].append(line)
    _leave_out_text(lines)
    first = {name: alike[0] for name, alike in lines.items()}
    _refuse_unclear(lines)
    start = times.when(component, first["DTSTART"])
    original = first.get("RECURRENCE-ID")
    later = original is not None and original.parameter("RANGE").upper() == "THISANDFUTURE"
    sequence = first["SEQUENCE"].value if "SEQUENCE" in first else ""
    changed = series[0].start if series else start
    return BusyEntry(
        # Entries without a UID have nothing to do with each other.
        uid=uid_of(component) or f"\0{component.line}",
        line=component.line,
        start=start,
        zone=times.zone_of(start),
        length=_length(component, start, first, times),
        travel=_travel(first),
        blocks=_blocks(first),
        sequence=int(sequence) if sequence.isdecimal() else 0,
        original=times.when(component, original, start=changed) if original else None,
        and_later=later,
        rules=tuple(lines.get("RRULE", ())),
        added=tuple(times.listed(component, lines.get("RDATE", ()), start)),
        excepted=tuple(times.each(component, lines.get("EXDATE", ()), start)),
        day_of=partial(times.day_of, component.calendar),
    )


def _leave_out_text(lines: dict[str, list[Line]]) -> None:
    """What may be a line of a text is none of the entry's if the entry says it elsewhere.

    So `Duration: 2 hours` does not refuse an entry that has its end.
    """
    for name in PROSE & lines.keys():
        certain = [line for line in lines[name] if not line.doubtful]
        lines[name] = certain or lines[name][:1]
    if "DTEND" in lines and "DURATION" in lines and lines["DURATION"][0].doubtful:
        del lines["DURATION"]


def _refuse_unclear(lines: Mapping[str, list[Line]]) -> None:
    twice = next((name for name in _ONCE if len(lines.get(name, ())) > 1), None)
    if twice:
        raise Broken(f"it has {twice} twice", lines[twice][1].number)
    if "EXRULE" in lines:
        number = lines["EXRULE"][0].number
        raise Broken("its EXRULE is of an older standard and not understood", number)
    if "DTSTART" not in lines:
        raise Broken("it has no DTSTART")


def _travel(first: Mapping[str, Line]) -> timedelta:
    """The time Apple's calendar keeps free for the way to an entry."""
    line = first.get(TRAVEL)
    if line is None or not line.value:
        return timedelta(0)
    length = read_duration(line)
    if length.wall + length.exact < timedelta(0):
        raise Broken(f"its {TRAVEL} is below nothing", line.number)
    return length.wall + length.exact


def _blocks(first: Mapping[str, Line]) -> bool:
    says = {name: first[name].value.upper() for name in SAYS if name in first}
    # Outlook's word counts only where the standard's own is missing.
    free = says.get("TRANSP", says.get("X-MICROSOFT-CDO-BUSYSTATUS"))
    return says.get("STATUS") != "CANCELLED" and free not in {"TRANSPARENT", "FREE"}


def _length(
    component: Component, start: DayOrTime, first: Mapping[str, Line], times: TimeReader
) -> Duration:
    all_day = not isinstance(start, datetime)
    end, duration = first.get("DTEND"), first.get("DURATION")
    if end and duration:
        raise Broken("it has both DTEND and DURATION", max(end.number, duration.number))
    if duration:
        length = read_duration(duration)
        if all_day and length.exact % _DAY:
            raise Broken("it starts on a whole day but lasts part of one", duration.number)
    elif end is None:
        return Duration(_DAY if all_day else timedelta(0))
    else:
        length = length_until(start, times.when(component, end, start=_timed(start)), end.number)
    if length.wall + length.exact < timedelta(0):
        raise Broken("it ends before it starts", (end or duration or first["DTSTART"]).number)
    # A whole day that ends where it starts is one day, as programs show it.
    return Duration(max(_DAY, length.wall + length.exact)) if all_day else length


def free_busy(component: Component, times: TimeReader) -> list[Busy]:
    """The periods of a VFREEBUSY that are not free."""
    periods = []
    for line in component.lines:
        if line.name == "FREEBUSY" and line.parameter("FBTYPE").upper() != "FREE":
            for start, length in times.periods(component, line):
                zone = times.zone_of(start)
                entry = BusyEntry("", component.line, start, zone, length)
                periods.append(entry.stretch(entry.wall(start)))
    return [busy for busy in periods if busy.start < busy.end]


def _timed(start: DayOrTime) -> DayOrTime | None:
    """A start that an end without a zone follows; beside a whole day a time is a mistake."""
    return start if isinstance(start, datetime) else None
