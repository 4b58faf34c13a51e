"""The lines of an iCalendar file that say when, each with its number; titles are never kept.

Only the components and properties asked for are stored. What is never read cannot refuse a file:
a text that is folded badly, what stands outside the calendar, or in a component nobody asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

_HEAD = re.compile(r"[ \t]*([A-Za-z0-9_-]+)[ \t]*(?=[:;])")
_PARAMETERS = re.compile(r'(?:[^:"]|"[^"]*")*')
_NOTHING: frozenset[str] = frozenset()
UNREAD: frozenset[str] = frozenset(("",))
"""What is wanted of a component of which only its presence counts."""
_TOP = {"VCALENDAR", "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "VAVAILABILITY"}
_SAYS_WHEN = {"VEVENT", "VFREEBUSY"}
_JOINED = re.compile(r"(VCALENDAR|VEVENT|VFREEBUSY)[^A-Z0-9-]")
_COMPONENT = re.compile(r"V[A-Z]+|X-[A-Z0-9-]+|STANDARD|DAYLIGHT|AVAILABLE|PARTICIPANT")
# Written so, a line may as well be one of a text that was broken without indenting.
_LOOSE = re.compile(r"[^:;]*[ \t](?=[:;])|[^:;]+:[ \t]")
_PADDING = " \t\r\0\x1a"
_EVERY = 4096
MAX_DEPTH = 100


class Line:
    """A property: its line in the file, its name in capitals, and what follows the name.

    ``doubtful``: it may as well be a line of the text before, which was broken without indenting.
    """

    __slots__ = ("_pieces", "doubtful", "name", "number")

    def __init__(self, number: int, name: str, rest: str, *, doubtful: bool = False) -> None:
        self.number = number
        self.name = name
        self.doubtful = doubtful
        self._pieces = [rest]

    def fold_in(self, piece: str) -> None:
        """Add what follows on a folded line."""
        self._pieces.append(piece)

    @property
    def rest(self) -> str:
        """All that follows the name."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0]

    @property
    def value(self) -> str:
        """The text after the parameters; empty if there is none."""
        return self.rest[self._colon() + 1 :].strip()

    def parameter(self, name: str) -> str:
        """The parameter of that name without its quotes, or an empty string."""
        if self.rest.startswith(":"):
            return ""
        match = re.search(
            rf';\s*{name}\s*=\s*("[^"]*"|[^;]*)', self.rest[: self._colon()], re.IGNORECASE
        )
        return match[1].strip('" ') if match else ""

    def _colon(self) -> int:
        if self.rest.startswith(":"):
            return 0
        if self.name == "UID":
            match = _PARAMETERS.match(self.rest)
            return match.end() if match else 0
        # No time or rule has a colon, but some write a TZID such as (UTC-06:00) unquoted.
        return self.rest.rfind(":")


class Component(NamedTuple):
    """A component asked for, with its lines.

    ``calendar`` counts the VCALENDARs of the file; 0 is outside of them all.
    """

    name: str
    line: int
    calendar: int
    lines: list[Line]

    def first(self, name: str) -> Line | None:
        """The first property of that name, a doubtful one only if there is no other."""
        alike = (line for line in self.lines if line.name == name)
        return min(alike, key=lambda line: line.doubtful, default=None)


class Damage(NamedTuple):
    """A line that cannot stand where it does, and the component it stands in, if that says when."""

    message: str
    line: int
    component: Component | None = None


class Scanner:
    """Goes through the lines of a file once.

    Args:
        wanted: the properties to keep of each component; sub-components named here, such as
            STANDARD, give their lines to the component around them.
        words: properties of one word that a person's text could hold as well, such as STATUS:
            those that may be a text's are not kept.
        prose: more such, which are kept as doubtful.

    ``damaged_zones`` are the lines of VTIMEZONEs that cannot be read.
    """

    def __init__(
        self,
        wanted: Mapping[str, frozenset[str]],
        words: frozenset[str],
        prose: frozenset[str] = _NOTHING,
    ) -> None:
        self.wanted = wanted
        self.words = words
        self.prose = prose
        self.components: list[Component] = []
        self.damages: list[Damage] = []
        self.damaged_zones: set[int] = set()
        self._open: list[tuple[str, int]] = []
        self._target: list[Line] = []
        self._calendar: list[Line] = []
        self._calendars = 0
        # Whether the property before is one that nobody reads, so that its text may go on here.
        self._in_text = False

    def scan(self, text: str, progress: Callable[[int], None]) -> None:
        """Read all lines; ``progress`` is told the number of the line now and then."""
        last: Line | None = None
        keep = _NOTHING
        for number, line in enumerate(text.split("\n"), 1):
            if number % _EVERY == 0:
                progress(number)
            if line[:1] in {" ", "\t"}:
                if last is not None:
                    last.fold_in(line[1:].rstrip("\r"))
                continue
            if not line.strip(_PADDING):
                continue
            head = _HEAD.match(line)
            name = head[1].upper() if head else ""
            if head is None or self._is_text(name, line):
                self._check_text(keep, number)
            elif name in {"BEGIN", "END"}:
                last = None
                keep = self._turn(name, line[head.end() + 1 :].strip(_PADDING).upper(), number)
            else:
                loose = self._in_text and name in self.prose and _LOOSE.match(line) is not None
                self._in_text = loose or name not in keep
                rest = line[head.end() :].rstrip("\r")
                last = Line(number, name, rest, doubtful=loose) if name in keep else None
                self._target += [last] if last else []
        for part, line_number in self._open if self._is_read() else ():
            self._damage(f"BEGIN:{_shown(part)} has no END: the file is cut off", line_number)

    def _is_text(self, name: str, line: str) -> bool:
        """Whether a line is part of the text before, though it begins like a property."""
        if not self._in_text:
            return False
        if name in {"BEGIN", "END"}:
            return not _COMPONENT.fullmatch(line.partition(":")[2].strip().upper())
        return name in self.words and _LOOSE.match(line) is not None

    def _check_text(self, keep: frozenset[str], number: int) -> None:
        """A line that is no property: harmless where nothing is read, damage where it is."""
        if self._open and keep is not UNREAD and not self._in_text:
            self._damage("this line is no property; is the file damaged?", number)

    def _turn(self, name: str, part: str, number: int) -> frozenset[str]:
        """Enter or leave a component; the properties to keep from here on."""
        self._in_text = False
        (self._begin if name == "BEGIN" else self._end)(part, number)
        if part in self.wanted and part not in _TOP:
            self._target.append(Line(number, name, f":{part}"))
        return self.wanted.get(self._open[-1][0], UNREAD) if self._open else _NOTHING

    def _begin(self, part: str, number: int) -> None:
        if part in _TOP:
            if part == "VCALENDAR":
                self._calendars += 1
            self._close_down_to(1 if part != "VCALENDAR" and self._in_calendar() else 0)
        outside = part != "VCALENDAR" and not self._in_calendar()
        if len(self._open) == MAX_DEPTH:
            message = f"components are nested more than {MAX_DEPTH} deep here"
            self.damages.append(Damage(message, number))
            del self._open[1:]
        if part not in _TOP and (joined := _JOINED.match(part)):
            self.damages.append(Damage(f"BEGIN:{joined[1]} does not end its line", number))
        self._open.append((part, number))
        if part in self.wanted and part in _TOP:
            self._target = []
            calendar = 0 if outside else self._calendars
            self.components.append(Component(part, number, calendar, self._target))
            if part == "VCALENDAR":
                self._calendar = self._target
        if part in _SAYS_WHEN and outside:
            self._damage(f"BEGIN:{part} stands outside a calendar", number)

    def _end(self, part: str, number: int) -> None:
        names = [name for name, _ in self._open]
        if part not in names:
            if self._is_read():
                self._damage(f"END:{_shown(part)} has no BEGIN", number)
            return
        place = len(names) - 1 - names[::-1].index(part)
        self._close_down_to(place + 1)
        self._open.pop()
        if part in _TOP:
            self._target = self._calendar

    def _close_down_to(self, depth: int) -> None:
        for part, number in self._open[depth:] if self._is_read() else ():
            self._damage(f"BEGIN:{_shown(part)} has no END", number)
        del self._open[depth:]

    def _in_calendar(self) -> bool:
        return bool(self._open) and self._open[0][0] == "VCALENDAR"

    def _is_read(self) -> bool:
        """Whether what is open says when, or stands in a calendar."""
        return self._in_calendar() or any(name in _SAYS_WHEN for name, _ in self._open)

    def _damage(self, message: str, number: int) -> None:
        inside = {name: line for name, line in self._open if name != "VCALENDAR"}
        if "VTIMEZONE" in inside:
            self.damaged_zones.add(inside["VTIMEZONE"])  # it matters only to those who use it
        elif inside.keys() & _SAYS_WHEN:
            self.damages.append(Damage(message, number, self.components[-1]))
        elif not inside:
            self.damages.append(Damage(message, number))


def _shown(part: str) -> str:
    return part if re.fullmatch(r"[A-Z0-9-]{1,40}", part) else "?"


class Broken(Exception):
    """What is wrong with one entry, at a line of its file (0: where the entry begins)."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
