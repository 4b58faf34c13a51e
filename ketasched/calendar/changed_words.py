"""What changed of a patient's appointments since they were handed paper, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from ketasched.calendar.entry_text import Entry, View, patient_title
from ketasched.calendar.paper import Change, Paper, Told, changes
from ketasched.calendar.uid import uid
from ketasched.domain.candidate import session_end
from ketasched.domain.course import Course
from ketasched.languages.language import Language


def changes_to_tell(
    told: Sequence[Told], paper: Paper | None, now: datetime
) -> Mapping[str, Change]:
    """What differs from paper, without what is past both there and as it is now."""
    if paper is None:
        return {}
    ahead = {each.uid for each in (*told, *paper.told) if each.start > now}
    return {name: each for name, each in changes(told, paper.told).items() if name in ahead}


def was_text(change: Change | None, entry: Entry, language: Language) -> str:
    """What paper says of an appointment that still stands somewhere."""
    if change is None or change.kind == "off":
        return ""
    if change.kind != "moved" or change.before is None:
        texts = {
            "new": language.text("new"),
            "on": language.text("takes place after all"),
            "fixed": language.text("is fixed now"),
            "open": language.text("is no longer fixed"),
        }
        return texts[change.kind]
    start, end = change.before.start, _end(change.before)
    hours = hours_text(language, start, end)
    if start.date() == entry.start.date():
        return language.text("was {when}", when=hours)
    same = (start.timetz(), change.before.minutes) == (entry.start.timetz(), entry.minutes)
    day = language.day(start.date(), year=start.year != entry.start.year)
    return language.text("was {when}", when=day if same else f"{day}, {hours}")


def hours_text(language: Language, start: datetime, end: datetime) -> str:
    """From when to when; an end on another day says which."""
    hours = language.span(start, end)
    if start.date() == end.date():
        return hours
    return f"{hours} ({language.day(end.date(), year=False)})"


def _moment(language: Language, start: datetime, end: datetime) -> str:
    """A day and its hours: ``Tue 5 Jan, 09:30 to 11:30``."""
    return f"{language.day(start.date(), year=False)}, {hours_text(language, start, end)}"


def _end(told: Told) -> datetime:
    return session_end(told.start, told.minutes)


def changed_lines(
    course: Course,
    view: View,
    told: Sequence[Told],
    changed: Mapping[str, Change],
    language: Language,
) -> Iterator[str]:
    """Each change in a line, in the order of time."""
    entries = {uid(view, course, entry): entry for entry in course.entries()}
    before = {name: each.before.start for name, each in changed.items() if each.before}
    starts = before | {each.uid: each.start for each in told}
    for name, change in sorted(changed.items(), key=lambda each: starts[each[0]]):
        entry = entries.get(name)
        title = patient_title(course, entry, view) if entry else _title_on_paper(change, language)
        if change.kind == "off" and change.before:
            when = _moment(language, change.before.start, _end(change.before))
            yield language.text("Called off: {what}, {when}", what=title, when=when)
        elif entry:
            when = _moment(language, entry.start, entry.end)
            was = was_text(change, entry, language)
            yield language.text("{what}: {when} ({was})", what=title, when=when, was=was)


def _title_on_paper(change: Change, language: Language) -> str:
    """What paper calls an appointment that stands nowhere any more."""
    number, name = (change.before.number, change.before.name) if change.before else (0, "")
    if number:
        return f"{language.text('Appointment')} {number}"
    return language.named(name[:1].upper() + name[1:])
