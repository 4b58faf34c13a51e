"""The patient's own calendar: when an .ics file of any program says they are busy, never why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ketasched.domain.busy import Busy
from ketasched.errors import FileProblems, FileTrouble, Problem
from ketasched.files.busy_calendar.entries import (
    PROSE,
    SAYS,
    TIMES,
    TRAVEL,
    free_busy,
    read_entry,
    uid_of,
)
from ketasched.files.busy_calendar.file_form import read_file
from ketasched.files.busy_calendar.lines import UNREAD, Broken, Component, Scanner
from ketasched.files.busy_calendar.repeats import BusyEntry, RepeatingEntry
from ketasched.files.busy_calendar.times import TimeReader
from ketasched.files.busy_calendar.zone_definition import ONSET
from ketasched.reading.file_text import name_of
from ketasched.zone import load_loosely

MAX_STEPS_TOGETHER = 2_000_000
STEPS_A_LINE = 100
STEPS_A_STRETCH = 5
MAX_STRETCHES = 200_000
MAX_PROBLEMS = 20

_DAY = timedelta(days=1)
_HINT = "correct the entry in the calendar program, or leave that entry out of the export"
_DAMAGED = "export the calendar again; if that does not help, mend or remove this line"
_WANTED = {
    "VCALENDAR": frozenset(("VERSION", "CALSCALE", "METHOD", "X-WR-TIMEZONE")),
    "VTIMEZONE": frozenset(("TZID", "X-LIC-LOCATION")),
    "STANDARD": ONSET,
    "DAYLIGHT": ONSET,
    "VFREEBUSY": frozenset(("UID", "FREEBUSY")),
    "VEVENT": TIMES | SAYS | {"UID", "RRULE", "RDATE", "EXDATE", "EXRULE", "SEQUENCE", TRAVEL},
    "VAVAILABILITY": UNREAD,
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
        self._problems: list[Problem] = []
        lines = text.count("\n") + 1
        # Half of the work is to read the lines, half to make entries of them.
        total = 2 * lines
        self._steps_left = MAX_STEPS_TOGETHER + STEPS_A_LINE * lines
        scanner = Scanner(_WANTED, SAYS, PROSE)
        scanner.scan(text, lambda line: progress(line, total))
        _refuse_unread(file, scanner)
        for damage in scanner.damages:
            self._add_problem(damage.message, damage.component, damage.line)
        damaged = {damage.component.line for damage in scanner.damages if damage.component}
        times = TimeReader(file, zone, load_loosely, scanner)
        called_off = {part.calendar for part in scanner.components if _calls_off(part)}
        entries: dict[str, list[BusyEntry]] = defaultdict(list)
        # A changed occurrence is read by the series it belongs to.
        for count, component in enumerate(sorted(scanner.components, key=_is_change)):
            if count % 512 == 0:
                progress(lines + lines * count // len(scanner.components), total)
            if component.line in damaged:
                continue
            with self._naming(component):
                if component.name == "VEVENT":
                    entry = read_entry(component, times, entries.get(uid_of(component), ()))
                    if component.calendar in called_off:
                        entry = replace(entry, blocks=False)
                    entries[entry.uid].append(entry)
                elif component.name == "VFREEBUSY":
                    self._single += free_busy(component, times)
        for series in entries.values():
            self._arrange(series)
        progress(total, total)
        self._refuse()
        self.notes = tuple(
            f"{file}: {note}"
            for note in dict.fromkeys([*times.notes, *_unread(scanner.components)])
        )

    def between(self, first: date, last: date) -> list[Busy]:
        """The stretches that touch the days from first to last, both included, sorted.

        Raises:
            FileProblems: a rule expands without end, or the calendar is too full.
        """
        begins = datetime.combine(first, time(), self._zone).astimezone(UTC)
        ends = datetime.combine(last + timedelta(days=1), time(), self._zone).astimezone(UTC)
        stretches = {busy for busy in self._single if busy.start < ends and busy.end > begins}
        for series in self._repeated:
            with self._naming(series.core):
                for busy in series.between(begins, ends):
                    self._steps_left -= STEPS_A_STRETCH
                    if busy.start < ends and busy.end > begins and busy.start < busy.end:
                        stretches.add(busy)
            self._steps_left -= series.steps
            if len(stretches) > MAX_STRETCHES or self._steps_left < 0:
                with self._naming(series.core):
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
            changes[entry.key].append(entry)
        newest = {key: max(entry.sequence for entry in same) for key, same in changes.items()}
        kept = [
            entry
            for key, same in changes.items()
            for entry in same
            if entry.sequence == newest[key]
        ]
        moved = {entry.key: entry for entry in reversed(kept) if entry.original}
        used = list(moved.values()) if newest.keys() & {""} else []
        inside = {id(entry) for entry in used}
        for entry in kept:
            with self._naming(entry):
                if entry.original is None and (used or entry.repeats):
                    self._repeated.append(RepeatingEntry(entry, used))
                elif id(entry) not in inside and entry.blocks:
                    stretch = entry.own_stretch()
                    self._single += [stretch] if stretch.start < stretch.end else []

    @contextmanager
    def _naming(self, entry: Component | BusyEntry) -> Iterator[None]:
        """Make a problem of what goes wrong with an entry."""
        try:
            yield
        except Broken as error:
            self._add_problem(error.message, entry, error.line)
        except Exception as error:  # noqa: BLE001 - whatever the libraries trip over is an entry's
            self._add_problem(f"it cannot be read ({type(error).__name__})", entry, 0)

    def _add_problem(self, message: str, entry: Component | BusyEntry | None, at: int) -> None:
        if entry is None:
            self._problems.append(Problem(message, at, hint=_DAMAGED))
            return
        uid = uid_of(entry) if isinstance(entry, Component) else entry.uid
        shown = "".join(
            mark if mark.isprintable() else "?"
            for mark in uid.encode("latin-1", "replace").decode("utf-8", "replace")[:60]
        )
        name = f"entry `{shown}`" if shown else "entry without a UID"
        message = f"{name} (line {entry.line}): {message}"
        self._problems.append(Problem(message, at or entry.line, hint=_HINT))

    def _refuse(self) -> None:
        """Raise the problems found so far, if any."""
        problems, self._problems = sorted(self._problems, key=lambda problem: problem.line), []
        if len(problems) > MAX_PROBLEMS:
            more = f"and {len(problems) - MAX_PROBLEMS} more"
            problems = [*problems[:MAX_PROBLEMS], Problem(more)]
        if problems:
            raise FileProblems(self._file, problems)


def _refuse_unread(file: str, scanner: Scanner) -> None:
    """A file that looks like a calendar, and none begins on any line: it is not an empty one.

    Raises:
        FileTrouble: it is one.
    """
    read = any(part.name == "VCALENDAR" for part in scanner.components)
    if read or any(damage.component for damage in scanner.damages):
        return
    message = f"{file} is a calendar whose lines cannot be told apart, or are indented"
    raise FileTrouble(message, "export the calendar again, and give that .ics file as it is", file)


def _calls_off(component: Component) -> bool:
    """Whether it is a calendar that calls its entries off (RFC 5546, 3.2.5)."""
    method = component.first("METHOD") if component.name == "VCALENDAR" else None
    return method is not None and method.value.upper() == "CANCEL"


def _is_change(component: Component) -> bool:
    return component.first("RECURRENCE-ID") is not None


def _unread(components: Iterable[Component]) -> Iterator[str]:
    """What says when its owner has time, and is not read."""
    for component in components:
        if component.name == "VAVAILABILITY":
            yield (
                f"its working hours (VAVAILABILITY, line {component.line}) are not read: only "
                "its entries and published busy times count"
            )
