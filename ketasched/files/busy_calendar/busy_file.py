"""The patient's own calendar: when an .ics file of any program says they are busy, never why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ketasched.domain.busy import Busy
from ketasched.errors import FileProblems, Problem
from ketasched.files.busy_calendar.lines import Broken, Component, Line, Scanner, read_file
from ketasched.files.busy_calendar.repeats import Entry, Length, Repeats, When
from ketasched.files.busy_calendar.times import ONSET, Times, length_until, read_duration
from ketasched.reading.source import name_of
from ketasched.zone import load_loosely

MAX_STEPS_TOGETHER = 20_000_000
MAX_STRETCHES = 200_000
MAX_PROBLEMS = 20

_DAY = timedelta(days=1)
_HINT = "correct the entry in the calendar program, or leave that entry out of the export"
_TIMES = frozenset(("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID"))
_SAYS = frozenset(("STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"))
_ONCE = (*sorted(_TIMES), "UID", "STATUS", "TRANSP", "SEQUENCE")
_WANTED = {
    "VCALENDAR": frozenset(("VERSION", "CALSCALE", "X-WR-TIMEZONE")),
    "VTIMEZONE": frozenset(("TZID", "X-LIC-LOCATION")),
    "STANDARD": ONSET,
    "DAYLIGHT": ONSET,
    "VFREEBUSY": frozenset(("UID", "FREEBUSY")),
    "VEVENT": _TIMES | _SAYS | {"UID", "RRULE", "RDATE", "EXDATE", "EXRULE", "SEQUENCE"},
}


def load(
    path: str, zone: ZoneInfo, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> BusyCalendar:
    """Read a calendar; ``-`` is standard input. ``progress`` is told lines done and their total.

    Args:
        path: an .ics file.
        zone: the clinic's, in which whole days and floating times are taken.
        progress: called now and then.

    Raises:
        FileTrouble: the file cannot be read or is no calendar.
        FileProblems: entries that cannot be understood, all at once.
    """
    return BusyCalendar(name_of(path), read_file(path), zone, progress)


class BusyCalendar:
    """What a calendar file says about when its owner is busy."""

    def __init__(
        self, file: str, text: str, zone: ZoneInfo, progress: Callable[[int, int], None]
    ) -> None:
        self._file = file
        self._zone = zone
        self._single: list[Busy] = []
        self._repeated: list[Repeats] = []
        # Half of the work is to read the lines, half to make entries of them.
        total = 2 * text.count("\n") + 2
        scanner = Scanner(_WANTED)
        scanner.scan(text, lambda line: progress(line, total))
        self._problems = scanner.problems
        times = Times(file, zone, load_loosely, scanner.components)
        entries: dict[str, list[Entry]] = defaultdict(list)
        for count, component in enumerate(scanner.components):
            if count % 512 == 0:
                progress(total // 2 + component.line, total)
            with self._naming(_uid(component), component.line):
                if component.name == "VEVENT":
                    entry = _entry(component, times)
                    entries[entry.uid].append(entry)
                elif component.name == "VFREEBUSY":
                    self._single += _free_busy(component, times)
        for series in entries.values():
            self._arrange(series)
        progress(total, total)
        self._refuse()

    def between(self, first: date, last: date) -> list[Busy]:
        """The stretches that touch the days from first to last, both included, sorted.

        Raises:
            FileProblems: a rule expands without end, or the calendar is too full.
        """
        begins = datetime.combine(first, time(), self._zone).astimezone(UTC)
        ends = datetime.combine(last + timedelta(days=1), time(), self._zone).astimezone(UTC)
        found = {one for one in self._single if one.start < ends and one.end > begins}
        steps = 0
        for repeats in self._repeated:
            with self._naming(repeats.core.uid, repeats.core.line):
                for one in repeats.between(begins, ends):
                    if one.start < ends and one.end > begins and one.start < one.end:
                        found.add(one)
            steps += repeats.steps
            if len(found) > MAX_STRETCHES or steps > MAX_STEPS_TOGETHER:
                with self._naming(repeats.core.uid, repeats.core.line):
                    raise Broken("up to here the calendar repeats too often to be read")
                break
            if len(self._problems) > MAX_PROBLEMS:
                break
        self._refuse()
        return sorted(found)

    def _arrange(self, entries: list[Entry]) -> None:
        """Put the entries of one UID together; of two alike, the higher SEQUENCE holds.

        Of equal ones all block: some programs give unrelated entries one UID.
        """
        changes: dict[str, list[Entry]] = defaultdict(list)
        for one in entries:
            changes[str(one.original or "")].append(one)
        newest = {key: max(one.sequence for one in same) for key, same in changes.items()}
        kept = [one for key, same in changes.items() for one in same if one.sequence == newest[key]]
        moved = {str(one.original): one for one in reversed(kept) if one.original is not None}
        used = list(moved.values()) if newest.keys() & {""} else []
        inside = {id(one) for one in used}
        for one in kept:
            with self._naming(one.uid, one.line):
                if one.original is None and (used or one.repeats):
                    self._repeated.append(Repeats(one, used))
                elif id(one) not in inside and one.blocks:
                    stretch = one.stretch(one.wall(one.start))
                    self._single += [stretch] if stretch.start < stretch.end else []

    @contextmanager
    def _naming(self, uid: str, line: int) -> Iterator[None]:
        """Make a problem of what goes wrong with the entry that begins at a line."""
        try:
            yield
        except Broken as error:
            self._add_problem(error.message, uid, line, error.line)
        except Exception as error:  # noqa: BLE001 - whatever the libraries trip over is an entry's
            self._add_problem(f"it cannot be read ({type(error).__name__})", uid, line, 0)

    def _add_problem(self, message: str, uid: str, line: int, at: int) -> None:
        shown = "".join(
            mark if mark.isprintable() else "?"
            for mark in uid.encode("latin-1", "replace").decode("utf-8", "replace")[:60]
        )
        name = f"entry `{shown}`" if shown else "entry without a UID"
        self._problems.append(Problem(f"{name} (line {line}): {message}", at or line, hint=_HINT))

    def _refuse(self) -> None:
        """Raise the problems found so far, if any."""
        found, self._problems = sorted(self._problems, key=lambda one: one.line), []
        if len(found) > MAX_PROBLEMS:
            more = f"and {len(found) - MAX_PROBLEMS} more"
            found = [*found[:MAX_PROBLEMS], Problem(more)]
        if found:
            raise FileProblems(self._file, found)


def _uid(component: Component) -> str:
    line = component.first("UID")
    return line.value if line else ""


def _entry(component: Component, times: Times) -> Entry:
    """What a VEVENT says; Broken if that is not clear."""
    lines: dict[str, list[Line]] = defaultdict(list)
    for line in component.lines:
        lines[line.name].append(line)
    one = {name: found[0] for name, found in lines.items()}
    twice = next((name for name in _ONCE if len(lines.get(name, ())) > 1), None)
    if twice:
        raise Broken(f"it has {twice} twice", lines[twice][1].number)
    if "EXRULE" in one:
        raise Broken("its EXRULE is of an older standard and not understood", one["EXRULE"].number)
    if "DTSTART" not in one:
        raise Broken("it has no DTSTART")
    start = times.when(component, one["DTSTART"])
    original = one.get("RECURRENCE-ID")
    later = original is not None and original.parameter("RANGE").upper() == "THISANDFUTURE"
    sequence = one["SEQUENCE"].value if "SEQUENCE" in one else ""
    return Entry(
        # Entries without a UID have nothing to do with each other.
        uid=_uid(component) or f"\0{component.line}",
        line=component.line,
        start=start,
        zone=times.zone_of(start),
        length=_length(component, start, one, times),
        blocks=_blocks(one),
        sequence=int(sequence) if sequence.isdecimal() else 0,
        original=times.when(component, original) if original else None,
        and_later=later,
        rules=tuple(lines.get("RRULE", ())),
        added=tuple(times.listed(component, lines.get("RDATE", ()))),
        excepted=tuple(times.each(component, lines.get("EXDATE", ()))),
    )


def _blocks(one: Mapping[str, Line]) -> bool:
    says = {name: one[name].value.upper() for name in _SAYS if name in one}
    # Outlook's word counts only where the standard's own is missing.
    free = says.get("TRANSP", says.get("X-MICROSOFT-CDO-BUSYSTATUS"))
    return says.get("STATUS") != "CANCELLED" and free not in {"TRANSPARENT", "FREE"}


def _length(component: Component, start: When, one: Mapping[str, Line], times: Times) -> Length:
    all_day = not isinstance(start, datetime)
    end, duration = one.get("DTEND"), one.get("DURATION")
    if end and duration:
        raise Broken("it has both DTEND and DURATION", max(end.number, duration.number))
    if duration:
        length = read_duration(duration)
        if all_day and length.exact % _DAY:
            raise Broken("it starts on a whole day but lasts part of one", duration.number)
    elif end is None:
        return Length(_DAY if all_day else timedelta(0))
    else:
        length = length_until(start, times.when(component, end), end.number)
    if length.wall + length.exact < timedelta(0):
        raise Broken("it ends before it starts", (end or duration or one["DTSTART"]).number)
    # A whole day that ends where it starts is one day, as programs show it.
    return Length(max(_DAY, length.wall + length.exact)) if all_day else length


def _free_busy(component: Component, times: Times) -> list[Busy]:
    """The periods of a VFREEBUSY that are not free."""
    found = []
    for line in component.lines:
        if line.name == "FREEBUSY" and line.parameter("FBTYPE").upper() != "FREE":
            for start, length in times.periods(component, line):
                zone = times.zone_of(start)
                entry = Entry("", component.line, start, zone, length)
                found.append(entry.stretch(entry.wall(start)))
    return [one for one in found if one.start < one.end]
