"""Several sessions that took place, of one record or many: chosen, and marked in one act."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from ketasched.asking.request import RECORD_ENDING
from ketasched.asking.values import read
from ketasched.cli.entries import Meant, entries_of, session_meant
from ketasched.domain.course import ATTENDED, PLANNED, TENTATIVE, Course, Session, is_gone
from ketasched.domain.typed_dates import read_date
from ketasched.domain.wording import clock_text, day_text, list_text, moment_text
from ketasched.errors import UsageProblem, did_you_mean
from ketasched.records.folder import Unread
from ketasched.records.open import Opened, happened
from ketasched.records.record import CourseRecord
from ketasched.records.told_calendars import keep_up, told_by_key
from ketasched.running import took_place, visit_changes
from ketasched.running.legal_change import Conditions


class Days(NamedTuple):
    """Which days are meant: one ``day``, or all ``until`` one; as typed."""

    day: str = ""
    until: str = ""

    @property
    def option(self) -> str:
        """The option it was typed with."""
        return "--day" if self.day else "--until"

    def last(self, opened: Opened) -> date:
        """The day, or the last of the days, in the zone of a record.

        Raises:
            UsageProblem: it cannot be read, or is to come.
        """
        text = self.day or self.until
        last = read(self.option, lambda words: read_date(words, opened.today), text)
        if last > opened.today:
            raise UsageProblem(
                f"{self.option} {day_text(last)} is to come",
                f"say of what took place that it did: {self.option} today",
            )
        return last


class Marks(NamedTuple):
    """The sessions of a record to mark, and those of the days that have not begun yet."""

    opened: Opened
    meant: Sequence[Meant]
    to_come: Sequence[Session] = ()


def listed(opened: Opened, text: str) -> Marks:
    """The sessions and linked visits of a list as typed, ``2-5,7``, that are not marked yet.

    Raises:
        UsageProblem: one is not there, or did not take place.
    """
    course = opened.record.course
    meant = entries_of(opened, text)
    sessions = {session.number: session for session in course.sessions}
    visits = {visit.key: visit for visit in course.visits}
    left = []
    for entry in meant:
        known = visits.get(entry.visit) if entry.visit else sessions[entry.number]
        if known and is_gone(known):
            raise UsageProblem(
                f"{entry.title} is {known.status}",
                "leave it out of the list; if it took place all the same, say so of it alone",
            )
        if not entry.has_place:
            raise UsageProblem(
                f"{entry.title} has no place",
                "leave it out of the list, and say of it alone when it took place, with --on",
            )
        if entry.start > opened.now:
            raise UsageProblem(
                f"{entry.title} is on {moment_text(entry.start)}, which is to come",
                "leave it out of the list",
            )
        if known is None or known.status != ATTENDED:
            left.append(entry)
    return Marks(opened, sorted(left, key=lambda entry: entry.start))


def of_days(opened: Opened, days: Days) -> Marks:
    """The sessions of some days that are not marked yet.

    Raises:
        UsageProblem: the days cannot be read, or are to come.
    """
    last = days.last(opened)
    first = last if days.day else date.min
    there = [
        session
        for session in sorted(opened.record.course.sessions, key=lambda session: session.start)
        if session.status in (PLANNED, TENTATIVE) and first <= session.start.date() <= last
    ]
    begun = [session_meant(session) for session in there if session.start <= opened.now]
    return Marks(opened, begun, [session for session in there if session.start > opened.now])


def marked(marks: Marks, act: str, reason: str) -> CourseRecord:
    """The record in which the sessions took place as planned: each an entry of its history.

    Raises:
        ChoiceRefused: one is to come.
    """
    first = marks.opened
    opened = first._replace(act=act)
    conditions = Conditions(opened.task.order, opened.here)
    for entry in marks.meant:
        before = opened.record
        course = _attended(conditions, before.course, entry)
        what = f"{entry.title} took place on {moment_text(entry.start)}"
        opened = opened._replace(record=happened(opened, before, course, what, reason=reason))
    course = opened.record.course
    told = keep_up(opened.task, course, told_by_key(first.record), opened.now)  # of all at once
    return opened.record._replace(told=told)


def _attended(conditions: Conditions, course: Course, entry: Meant) -> Course:
    if entry.visit:
        return visit_changes.attend_visit(conditions, course, entry.visit, entry.start)
    return took_place.attend(conditions, course, entry.number, entry.start)


def marks_text(marks: Marks) -> str:
    """What is marked, in words."""
    numbers = [str(entry.number) for entry in marks.meant if entry.number]
    titles = [entry.title for entry in marks.meant if entry.visit]
    if len(numbers) > 1:
        titles.insert(0, f"sessions {list_text(numbers)}")
    elif numbers:
        titles.insert(0, f"session {numbers[0]}")
    return f"{list_text(titles)} took place as planned"


def to_come_notes(marks: Sequence[Marks]) -> list[str]:
    """Who is still to come on the days that were asked for, and so is not marked."""
    several = len(marks) > 1
    return [
        f"not begun yet, so not marked: {f'{each.opened.record.name}, ' if several else ''}"
        f"session {session.number}, {clock_text(session.start.timetz())}"
        for each in marks
        for session in each.to_come
    ]


def without_names(
    records: Sequence[Opened], unread: Sequence[Unread], text: str, folder: Path
) -> tuple[list[Opened], list[Unread]]:
    """The records of a folder but for those named, by file or by person: ``ben,cleo``.

    Raises:
        UsageProblem: there is no such record.
    """
    wanted = [_plain(word) for word in text.split(",")] if text else []
    files = [_file_name(opened.path) for opened in records]
    names = [*(opened.record.name for opened in records), *files]
    known = {_plain(name) for name in names} | {
        _plain(_file_name(Path(each.file))) for each in unread
    }
    for word in wanted:
        if word not in known:
            raise UsageProblem(
                f"--except: there is no record `{word}` in {folder}",
                did_you_mean(word, names) or f"records are {', '.join(files)}",
            )
    kept = [
        opened
        for opened in records
        if not {_plain(_file_name(opened.path)), _plain(opened.record.name)} & {*wanted}
    ]
    return kept, [each for each in unread if _plain(_file_name(Path(each.file))) not in wanted]


def _file_name(path: Path) -> str:
    return path.name.removesuffix(RECORD_ENDING)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip()).casefold()
