"""The entries of a course as rows: what is noted beside or below; stacked where it is narrow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from ketasched.calendar.entry_text import Entry
from ketasched.cli.entry_words import entry_title, hours_text, number_text
from ketasched.cli.terminal import page, windows
from ketasched.cli.terminal.noted_rows import NotedRow, noted_rows, stacked_rows
from ketasched.cli.terminal.styles import (
    LOOKS,
    Meaning,
    Note,
    is_moved,
    notes_text,
    row_style,
    with_signs,
)
from ketasched.domain.candidate import reasons_text
from ketasched.domain.course import TENTATIVE, LinkedVisit, Session
from ketasched.domain.day_place import day_place
from ketasched.domain.wording import count_text, duration_text, moment_text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from ketasched.domain.course import Course

NARROW = 50
"""Below this width a row becomes stacked lines."""
BY_VIDEO = "by video"
TELLTALE = Note(TENTATIVE, "tentative")
TITLES = ("#", "Entry", "Day", "From–to")


class EntryRow(NamedTuple):
    """An entry, what matters about it, and its notes; a line ``before`` it, if there is one."""

    entry: Entry
    meaning: Meaning | None
    notes: Sequence[Note]
    before: str = ""


def entry_rows(course: Course, rows: Sequence[EntryRow], width: int) -> Iterable[RenderableType]:
    """The rows, in parts to print one after the other. Where it is narrow, a line below says once
    what the sign of many says.
    """
    rows = list(_once_a_day(course, rows))
    if width < page.NARROW and any(TELLTALE in row.notes for row in rows):
        short = [row._replace(notes=_without_sign(row)) for row in rows]
        yield from _laid_out(course, short, width)
        if short != list(rows):
            yield Text(f"{LOOKS['tentative'].sign} {TENTATIVE}", style=LOOKS["tentative"].style)
    else:
        yield from _laid_out(course, rows, width)


def _once_a_day(course: Course, rows: Sequence[EntryRow]) -> Iterable[EntryRow]:
    """The rows; what is noted of all sessions of a treatment day to come stands at its first."""
    told: tuple[str, int] | None = None
    notes: Sequence[Note] = ()
    for row in rows:
        entry = row.entry
        place = day_place(course, entry) if isinstance(entry, Session) else None
        if (
            not isinstance(entry, Session)
            or not place
            or entry.status not in ("planned", TENTATIVE)
        ):
            yield row
            continue
        again = notes if told == (entry.phase, place.day) else ()
        told, notes = (entry.phase, place.day), row.notes
        yield row._replace(
            notes=[note for note in row.notes if note == TELLTALE or note not in again]
        )


def _without_sign(row: EntryRow) -> list[Note]:
    """Its notes but for what its sign says."""
    return [note for note in row.notes if row.meaning != "tentative" or note != TELLTALE]


def _laid_out(course: Course, rows: Sequence[EntryRow], width: int) -> Iterable[RenderableType]:
    labels = [number_text(course, row.entry) for row in rows]
    numbers = with_signs(labels, [row.meaning for row in rows])
    if width < NARROW:
        return [_stacked(course, rows, numbers)]
    extra = windows.TITLES if course.shows_windows and width >= windows.NARROW else ()
    noted: list[NotedRow] = []
    for row, number in zip(rows, numbers, strict=True):
        if row.before:
            blank = [Text()] * (len(TITLES) + len(extra) - 2)
            noted.append(NotedRow((Text(), _between(row), *blank)))
        cells = (
            number,
            Text(_title(course, row.entry)),
            Text(day_column(row.entry)),
            Text(hours_text(row.entry)),
            *(windows.window_cells(row.entry, width) if extra else ()),
        )
        notes = row.notes if extra else [*_window_notes(course, row.entry), *row.notes]
        noted.append(NotedRow(cells, notes_text(notes), row_style(row.meaning)))
    return noted_rows((*TITLES, *extra), noted, width)


def _window_notes(course: Course, entry: Entry) -> list[Note]:
    text = windows.window_text(entry) if course.shows_windows else ""
    return [Note(text)] if text else []


def _stacked(course: Course, rows: Sequence[EntryRow], numbers: Sequence[Text]) -> Table:
    lines: list[tuple[Text, list[Text]]] = []
    for row, number in zip(rows, numbers, strict=True):
        if row.before:
            lines.append((Text(), [_between(row)]))
        texts = [f"{day_column(row.entry)}  {hours_text(row.entry)}", _title(course, row.entry)]
        texts += windows.window_lines(row.entry) if course.shows_windows else []
        style = row_style(row.meaning)
        told = [Text(text, style=style) for text in texts]
        told += [Text(style=style).append_text(notes_text([note])) for note in row.notes]
        lines.append((number, told))
    return stacked_rows(lines)


def _title(course: Course, entry: Entry) -> str:
    """What an entry is called; of a day with several sessions with which day that is, where its
    name does not say it.
    """
    place = day_place(course, entry) if isinstance(entry, Session) else None
    named = isinstance(entry, Session) and entry.name
    return f"{entry_title(entry)}, day {place.day}" if place and not named else entry_title(entry)


def _between(row: EntryRow) -> Text:
    return Text(row.before, style=f"bold {LOOKS['moved'].style}")


def day_column(session: Entry) -> str:
    """The day of an entry, its numbers under each other in a column."""
    return windows.aligned_day(session.start.date())


def remarks(entry: Entry) -> list[str]:
    """What is not as asked about an entry, and why."""
    return [note.text for note in notes_of(entry)]


def notes_of(entry: Entry) -> list[Note]:
    """The same, with what it means."""
    moved: Meaning | None = "moved" if is_moved(entry) else None
    texts = _session_remarks(entry) if isinstance(entry, Session) else _visit_remarks(entry)
    notes = [Note(text, None if text == BY_VIDEO else moved) for text in texts]
    return [*notes, TELLTALE] if entry.status == TENTATIVE else notes


def _session_remarks(session: Session) -> Iterable[str]:
    why = reasons_text(session.reasons)
    moves = []
    if session.moved_days:
        side = "earlier" if session.moved_days < 0 else "later"
        moves.append(f"{count_text(abs(session.moved_days), 'day')} {side}")
    if session.moved_minutes:
        side = "earlier" if session.moved_minutes < 0 else "later"
        moves.append(f"{duration_text(abs(session.moved_minutes))} {side}")
    if moves:
        yield " and ".join(moves) + (f": {why}" if why else "")
    elif why:
        skipped = all(reason.kind in ("closed", "holiday") for reason in session.reasons)
        yield f"skips: {why}" if skipped else why


def _visit_remarks(visit: LinkedVisit) -> Iterable[str]:
    if visit.by_video:
        yield BY_VIDEO
    if visit.reasons:
        ideal = moment_text(visit.ideal)
        yield f"ideally {ideal}: {reasons_text(visit.reasons)}"
