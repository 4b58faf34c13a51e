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
from ketasched.files.busy_calendar.repeats import BusyEntry, DayOrTime, Duration, RepeatingEntry
from ketasched.files.busy_calendar.times import ONSET, TimeReader, length_until, read_duration
from ketasched.reading.file_text import name_of
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
        self._repeated: list[RepeatingEntry] = []
        # Half of the work is to read the lines, half to make entries of them.
        total = 2 * text.count("\n") + 2
        scanner = Scanner(_WANTED)
        scanner.scan(text, lambda line: progress(line, total))
        self._problems = scanner.problems
        times = TimeReader(file, zone, load_loosely, scanner.components)
        entries: dict[str, list[BusyEntry]] = defaultdict(list)
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
        stretches = {busy for busy in self._single if busy.start < ends and busy.end > begins}
        steps = 0
        for repeats in self._repeated:
            with self._naming(repeats.core.uid, repeats.core.line):
                for busy in repeats.between(begins, ends):
                    if busy.start < ends and busy.end > begins and busy.start < busy.end:
                        stretches.add(busy)
            steps += repeats.steps
            if len(stretches) > MAX_STRETCHES or steps > MAX_STEPS_TOGETHER:
                with self._naming(repeats.core.uid, repeats.core.line):
                    raise Broken("up to here the calendar repeats too often to be read")
                break
            if len(self._problems) > MAX_PROBLEMS:
                break
        self._refuse()
        return sorted(stretches)

    def _arrange(self, entries: list[BusyEntry]) -> None:
        """Put the entries of one UID together; of two alike, the higher SEQUENCE holds.

        Of equal ones all block: some programs give unrelated entries one UID.
        """
        changes: dict[str, list[BusyEntry]] = defaultdict(list)
        for entry in entries:
            changes[str(entry.original or "")].append(entry)
        newest = {key: max(entry.sequence for entry in same) for key, same in changes.items()}
        kept = [
            entry
            for key, same in changes.items()
            for entry in same
            if entry.sequence == newest[key]
        ]
        moved = {str(entry.original): entry for entry in reversed(kept) if entry.original}
        used = list(moved.values()) if newest.keys() & {""} else []
        inside = {id(entry) for entry in used}
        for entry in kept:
            with self._naming(entry.uid, entry.line):
                if entry.original is None and (used or entry.repeats):
                    self._repeated.append(RepeatingEntry(entry, used))
                elif id(entry) not in inside and entry.blocks:
                    stretch = entry.stretch(entry.wall(entry.start))
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
        problems, self._problems = sorted(self._problems, key=lambda problem: problem.line), []
        if len(problems) > MAX_PROBLEMS:
            more = f"and {len(problems) - MAX_PROBLEMS} more"
            problems = [*problems[:MAX_PROBLEMS], Problem(more)]
        if problems:
            raise FileProblems(self._file, problems)


def _uid(component: Component) -> str:
    line = component.first("UID")
    return line.value if line else ""


def _entry(component: Component, times: TimeReader) -> BusyEntry:
    """What a VEVENT says; Broken if that is not clear."""
    lines: dict[str, list[Line]] = defaultdict(list)
    for line in component.lines:
        lines[line.name].append(line)
    first = {name: alike[0] for name, alike in lines.items()}
    twice = next((name for name in _ONCE if len(lines.get(name, ())) > 1), None)
    if twice:
        raise Broken(f"it has {twice} twice", lines[twice][1].number)
    if "EXRULE" in first:
        raise Broken(
            "its EXRULE is of an older standard and not understood", first["EXRULE"].number
        )
    if "DTSTART" not in first:
        raise Broken("it has no DTSTART")
    start = times.when(component, first["DTSTART"])
    original = first.get("RECURRENCE-ID")
    later = original is not None and original.parameter("RANGE").upper() == "THISANDFUTURE"
    sequence = first["SEQUENCE"].value if "SEQUENCE" in first else ""
    return BusyEntry(
        # Entries without a UID have nothing to do with each other.
        uid=_uid(component) or f"\0{component.line}",
        line=component.line,
        start=start,
        zone=times.zone_of(start),
        length=_length(component, start, first, times),
        blocks=_blocks(first),
        sequence=int(sequence) if sequence.isdecimal() else 0,
        original=times.when(component, original) if original else None,
        and_later=later,
        rules=tuple(lines.get("RRULE", ())),
        added=tuple(times.listed(component, lines.get("RDATE", ()))),
        excepted=tuple(times.each(component, lines.get("EXDATE", ()))),
    )


def _blocks(first: Mapping[str, Line]) -> bool:
    says = {name: first[name].value.upper() for name in _SAYS if name in first}
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
        length = length_until(start, times.when(component, end), end.number)
    if length.wall + length.exact < timedelta(0):
        raise Broken("it ends before it starts", (end or duration or first["DTSTART"]).number)
    # A whole day that ends where it starts is one day, as programs show it.
    return Duration(max(_DAY, length.wall + length.exact)) if all_day else length


def _free_busy(component: Component, times: TimeReader) -> list[Busy]:
    """The periods of a VFREEBUSY that are not free."""
    periods = []
    for line in component.lines:
        if line.name == "FREEBUSY" and line.parameter("FBTYPE").upper() != "FREE":
            for start, length in times.periods(component, line):
                zone = times.zone_of(start)
                entry = BusyEntry("", component.line, start, zone, length)
                periods.append(entry.stretch(entry.wall(start)))
    return [busy for busy in periods if busy.start < busy.end]
