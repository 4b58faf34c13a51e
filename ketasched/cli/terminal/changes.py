"""What a change does to a course: old and new dates of every entry that it touches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from ketasched.calendar.entry_text import Entry, unplaced_in
from ketasched.cli.entry_words import entry_title, hours_text, number_text
from ketasched.cli.terminal.course import pause_text
from ketasched.cli.terminal.entry_rows import day_column, remarks
from ketasched.cli.terminal.noted_rows import stacked_rows
from ketasched.cli.terminal.page import NARROW, Page, titled_table
from ketasched.cli.terminal.styles import LOOKS, Meaning, meaning_of, with_signs
from ketasched.cli.terminal.windows import window_lines
from ketasched.domain.course import ATTENDED, TENTATIVE, Course, LinkedVisit, Session, is_gone
from ketasched.domain.wording import count_text
from ketasched.reports.running_report import Call

if TYPE_CHECKING:
    from rich.table import Table

    from ketasched.house.closing import Closed


class _Row(NamedTuple):
    """An entry that a change touches: its number, what it is, and lines on before and after."""

    number: str
    title: str
    before: Sequence[str]
    after: Sequence[str]
    meaning: Meaning | None


def changes_page(before: Course, after: Course, what: str, told: Sequence[str] = ()) -> str:
    """What was done, a table of before and after, and what is ``told`` of those that stay."""
    page = Page()
    page.add_title(what[0].upper() + what[1:])
    rows = [
        _row(entry, old, new, before, after)
        for old, new in changed_entries(before, after)
        if (entry := new or old)
    ]
    if rows:
        page.add("", _stacked(rows) if page.width < NARROW else _table(rows))
    else:
        page.add("No date changes.")
    for pause in after.pauses:
        if pause not in before.pauses:
            page.add(pause_text(pause))
    for unplaced in after.unplaced:
        if unplaced not in before.unplaced:
            page.add(f"{unplaced_in(after, unplaced)}.")
    for text in told:
        page.add_told(f"Look: {text}")
    return page.text()


def _row(entry: Entry, old: Entry | None, new: Entry | None, before: Course, after: Course) -> _Row:
    noted = remarks(new) if new and not is_gone(new) else []
    why = "; ".join(remark for remark in noted if remark != TENTATIVE)
    windows_before, windows_after = _windows(old, new, shown=after.shows_windows)
    row = _moved(entry, old, new, after if new else before)
    whys = [why] if why else []
    return row._replace(
        before=[*row.before, *windows_before], after=[*row.after, *windows_after, *whys]
    )


def _moved(entry: Entry, old: Entry | None, new: Entry | None, course: Course) -> _Row:
    """When an entry of a course was and is."""
    number = number_text(course, entry)
    return _Row(number, entry_title(entry), [_moment(old)], [_moment(new)], _meaning(old, new))


def _meaning(old: Entry | None, new: Entry | None) -> Meaning | None:
    """What a change means: another time goes before how it stands to its ideal one."""
    if new is None:
        return "missed"
    if is_gone(new) or new.status == ATTENDED:
        return meaning_of(new)
    if old and (old.start, old.end) != (new.start, new.end):
        return "moved"
    return "tentative" if new.status == TENTATIVE else None


def _table(rows: Sequence[_Row]) -> Table:
    table = titled_table("#", "Entry", "Before", "After", right=("#",), whole=("#",))
    for number, row in zip(_numbers(rows), rows, strict=True):
        before = Text("\n".join(row.before), style=LOOKS["past"].style)
        table.add_row(number, Text(row.title), before, Text("\n").join(_after(row)))
    return table


def _numbers(rows: Sequence[_Row]) -> list[Text]:
    return with_signs([row.number for row in rows], [row.meaning for row in rows])


def _after(row: _Row) -> list[Text]:
    """What is so now: the moment stands out, and what is noted of it does not."""
    style = LOOKS[row.meaning].style if row.meaning in ("moved", "missed") else ""
    return [Text(row.after[0], style=style), *map(Text, row.after[1:])]


def _stacked(rows: Sequence[_Row]) -> Table:
    """The same for a narrow terminal."""
    return stacked_rows(
        (
            number,
            [
                Text(row.title),
                Text(f"before {'; '.join(row.before)}", style=LOOKS["past"].style),
                Text("after  ").append_text(Text("; ").join(_after(row))),
            ],
        )
        for number, row in zip(_numbers(rows), rows, strict=True)
    )


def _windows(old: Entry | None, new: Entry | None, *, shown: bool) -> tuple[list[str], list[str]]:
    """The windows of a session before and after, where it has another one now."""
    if not (shown and isinstance(old, Session) and isinstance(new, Session)):
        return [], []
    before, after = window_lines(old), window_lines(new)
    return (before, after) if _window(old) != _window(new) and not is_gone(new) else ([], [])


def _window(session: Session) -> tuple[date, date]:
    return session.window_start, session.window_end


def changed_entries(before: Course, after: Course) -> Iterator[tuple[Entry | None, Entry | None]]:
    """Pairs of an entry before and after, where its time or status differs; or its window, if it is
    due by day numbers.
    """
    old = {_key(entry): entry for entry in before.entries()}
    new = {_key(entry): entry for entry in after.entries()}
    for key in sorted({*old, *new}, key=lambda key: (new.get(key) or old[key]).start):
        earlier, later = old.get(key), new.get(key)
        if earlier is None or later is None or _shown(earlier, after) != _shown(later, after):
            yield earlier, later


def _key(entry: Entry) -> tuple[str, int]:
    return entry.key if isinstance(entry, LinkedVisit) else ("", entry.number)


def _shown(entry: Entry, course: Course) -> tuple[object, ...]:
    window = _window(entry) if isinstance(entry, Session) and course.shows_windows else ()
    return entry.start, entry.end, entry.status, window


def _moment(entry: Entry | None) -> str:
    if entry is None:
        return "not there"
    status = "" if entry.status == "planned" else f", {entry.status}"
    return f"{day_column(entry)} {hours_text(entry)}{status}"


def proof_text(closed: Closed) -> str:
    """What was proved of courses that were planned again together, in words."""
    number, cost = closed.calls, closed.cost.squares
    if closed.status == "one-by-one":
        return f"{number} to call, planned one by one; nothing is proved."
    days = distance_text(cost)
    if closed.status == "optimal":
        return f"{number} to call, proved the fewest; {days}, proved the least."
    far = cost - closed.bound if closed.bound is not None else 0
    least = f", within {far} of the best possible {closed.bound}" if far else ""
    return f"{number} to call, the best that was found; {days}{least}."


def distance_text(squares: int) -> str:
    """How far sessions are from their ideal days: two that are a day off are nearer than one that
    is two days off.
    """
    return f"the days from ideal, squared, add up to {squares}"


def calls_page(calls: Sequence[Call], what: str, proofs: Sequence[str] = ()) -> str:
    """Whom to call because of what was done to a folder's records, and what to tell them; and what
    was proved.
    """
    page = Page()
    to_call = not calls or any(map(_is_told, calls))
    ending = " to call about" if to_call else ""
    page.add_title(f"{what[0].upper()}{what[1:]}: {count_text(len(calls), 'course')}{ending}")
    rows = [(call, _call_rows(call)) for call in calls]
    if page.width < NARROW:
        for call, moved in rows:
            page.add("", Text(call.name, style="bold"), _stacked(moved) if moved else _stays(call))
    elif calls:
        page.add("", _calls_table(rows, "Call" if to_call else "Name"))
    for call in calls:
        for pause in call.after.pauses if call.after else ():
            if pause not in call.before.pauses:
                page.add(f"{call.name}: {pause_text(pause)}")
        if call.why:
            page.add_told(f"{call.name}: {call.why}", ending=".")
    if calls:
        page.add(*proofs)
    return page.text()


def _call_rows(call: Call) -> list[_Row]:
    after = call.after
    return [
        _moved(entry, old, new, after if after and new else call.before)
        for old, new in (changed_entries(call.before, after) if after else ())
        if (entry := new or old)
    ]


def _stays(call: Call) -> str:
    return "" if call.after else "has begun" if call.begun else "not moved"


def _calls_table(calls: Sequence[tuple[Call, list[_Row]]], name_title: str) -> Table:
    table = titled_table(name_title, "Entry", "Before", "After")
    for call, rows in calls:
        names = [call.name, *[""] * len(rows)]
        for name, row in zip(names, rows, strict=False):
            entry = Text(f"{row.number}: {row.title}")
            before = Text(row.before[0], style=LOOKS["past"].style)
            table.add_row(Text(name), entry, before, *_after(row))
        if not call.after:
            table.add_row(Text(call.name), "", "", Text(_stays(call), LOOKS["missed"].style))
    return table


def _is_told(call: Call) -> bool:
    """Whether somebody must hear of it: it is on another day or hour, or could not be moved."""
    if call.after is None:
        return True
    return any(
        old is None or new is None or (old.start, old.end) != (new.start, new.end)
        for old, new in changed_entries(call.before, call.after)
    )
