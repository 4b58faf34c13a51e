"""The lines of an iCalendar file that say when, each with its number; titles are never kept.

Only the components and properties asked for are stored. What is between them is checked to be
properties at all, and every BEGIN to have its END, so that nothing of a file is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from ketasched.errors import FileTrouble, Problem
from ketasched.reading.file_text import name_of, read_bytes

MAX_BYTES = 64 * 1024 * 1024

_HEAD = re.compile(r"[ \t]*([A-Za-z0-9-]+)[ \t]*(?=[:;])")
_PARAMETERS = re.compile(r'(?:[^:"]|"[^"]*")*')
_NOTHING: frozenset[str] = frozenset()
_IGNORED: frozenset[str] = frozenset(("",))
_TOP = {"VCALENDAR", "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE"}
_EVERY = 4096


class Line:
    """A property: its line in the file, its name in capitals, and what follows the name."""

    __slots__ = ("_pieces", "name", "number")

    def __init__(self, number: int, name: str, rest: str) -> None:
        self.number = number
        self.name = name
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
    """A component asked for, with its lines; ``calendar`` counts the VCALENDARs of the file."""

    name: str
    line: int
    calendar: int
    lines: list[Line]

    def first(self, name: str) -> Line | None:
        """The first property of that name."""
        return next((line for line in self.lines if line.name == name), None)


def read_file(path: str) -> str:
    """Read a file as one character a byte: lines may be folded inside a UTF-8 character.

    Raises:
        FileTrouble: it cannot be read, is empty, too large, or no calendar.
    """
    name = name_of(path)
    data = read_bytes(path, MAX_BYTES, "give the path of an .ics file")
    if len(data) > MAX_BYTES:
        raise FileTrouble(
            f"{name} is larger than {MAX_BYTES // 1024**2} MiB", "export fewer years", name
        )
    if not data.strip():
        raise FileTrouble(f"{name} is empty", "export the calendar again", name)
    text = data.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    if not re.search(r"^[ \t]*BEGIN[ \t]*:[ \t]*VCALENDAR", text, re.IGNORECASE | re.MULTILINE):
        raise FileTrouble(f"{name} is not a calendar", "give an .ics file", name)
    return text


class Scanner:
    """Goes through the lines of a file once.

    Args:
        wanted: the properties to keep of each component; sub-components named here, such as
            STANDARD, give their lines to the component around them.
    """

    def __init__(self, wanted: Mapping[str, frozenset[str]]) -> None:
        self.wanted = wanted
        self.components: list[Component] = []
        self.problems: list[Problem] = []
        self._open: list[tuple[str, int]] = []
        self._target: list[Line] = []
        self._calendar: list[Line] = []
        self._calendars = 0

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
            last = None
            head = _HEAD.match(line)
            name = head[1].upper() if head else ""
            if head is None:
                self._check_blank(line, keep, number)
            elif name in {"BEGIN", "END"}:
                keep = self._turn(name, line[head.end() + 1 :].strip().upper(), number)
            elif name in keep:
                last = Line(number, name, line[head.end() :].rstrip("\r"))
                self._target.append(last)
        for part, line_number in self._open:
            self._problem(f"BEGIN:{_shown(part)} has no END: the file is cut off", line_number)

    def _check_blank(self, line: str, keep: frozenset[str], number: int) -> None:
        # What an unknown or ignored component holds is its own business.
        if keep is not _IGNORED and line.strip():
            self._problem("this line is no property; is the file damaged?", number)

    def _turn(self, name: str, part: str, number: int) -> frozenset[str]:
        """Enter or leave a component; the properties to keep from here on."""
        (self._begin if name == "BEGIN" else self._end)(part, number)
        if part in self.wanted and part not in _TOP:
            self._target.append(Line(number, name, f":{part}"))
        return self.wanted.get(self._open[-1][0], _IGNORED) if self._open else _NOTHING

    def _begin(self, part: str, number: int) -> None:
        if part in _TOP:
            if part == "VCALENDAR":
                self._calendars += 1
            self._close_down_to(0 if part == "VCALENDAR" else 1)
            if part != "VCALENDAR" and not self._open:
                self._problem(f"BEGIN:{part} stands outside a calendar", number)
        self._open.append((part, number))
        if part in self.wanted and part in _TOP:
            self._target = []
            self.components.append(Component(part, number, self._calendars, self._target))
            if part == "VCALENDAR":
                self._calendar = self._target

    def _end(self, part: str, number: int) -> None:
        names = [name for name, _ in self._open]
        if part not in names:
            self._problem(f"END:{_shown(part)} has no BEGIN", number)
            return
        place = len(names) - 1 - names[::-1].index(part)
        self._close_down_to(place + 1)
        self._open.pop()
        if part in _TOP:
            self._target = self._calendar

    def _close_down_to(self, depth: int) -> None:
        for part, number in self._open[depth:]:
            self._problem(f"BEGIN:{_shown(part)} has no END", number)
        del self._open[depth:]

    def _problem(self, message: str, number: int) -> None:
        self.problems.append(Problem(message, number))


def _shown(part: str) -> str:
    return part if re.fullmatch(r"[A-Z0-9-]{1,40}", part) else "?"


class Broken(Exception):
    """What is wrong with one entry, at a line of its file (0: where the entry begins)."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
