"""The handout of a course that is planned or kept, and what its record keeps of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ketasched.calendar.handout import Handout, Setting, handout_of
from ketasched.calendar.paper import Paper, handed, told_of
from ketasched.cli.result import Result
from ketasched.domain.giveaways import gives_away
from ketasched.errors import ChangedMeanwhile, FileTrouble
from ketasched.records.told_calendars import view_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from ketasched.asking.intake import Task
    from ketasched.domain.course import Course
    from ketasched.records.open import Opened
    from ketasched.records.record import CourseRecord


def handout(
    task: Task, course: Course, now: datetime, person: str, papers: tuple[Paper, ...] = ()
) -> Handout:
    """What the patient of a task is handed at a moment, who has some papers already."""
    task = task._replace(language=task.page_language)
    file = task.surroundings.file
    setting = Setting(
        person,
        (file.name if file else "", task.location),
        file.phone if file else "",
        task.zone.name,
        task.feed_url,
    )
    here = now.astimezone(task.zone.tzinfo)
    return handout_of(course, view_for(task, "patient"), setting, here, papers)


def handout_of_record(task: Task, record: CourseRecord, now: datetime) -> Handout:
    """What the patient of a record is handed at a moment."""
    return handout(task, record.course, now, record.name, record.papers)


def with_paper(task: Task, record: CourseRecord, now: datetime) -> CourseRecord:
    """The record after its patient was handed what it says now."""
    told = told_of(record.course, view_for(task, "patient"))
    return record._replace(papers=handed(record.papers, told, now))


def following_page(task: Task, record: CourseRecord) -> bytes:
    """The patient's page that follows a record, as it is to be now."""
    from ketasched import clock
    from ketasched.cli.pages.handout import handout_page

    return handout_page(handout_of_record(task, record, clock.now())).encode()


def note_paper(opened: Opened, path: str) -> list[str]:
    """Keep in a record that its patient was handed a page, which goes to a path; why it cannot be
    kept, nothing if it is. Where it is the page that follows the record, that expects it.

    Raises:
        ChangedMeanwhile: somebody else changed the record: the page says what is no longer so.
    """
    from ketasched.records.write import refuse_changed, rewritten, write_with

    here = Path(path).resolve()
    written = {
        file.path: following_page(opened.task, opened.record)
        for file in opened.record.following
        if file.page and (opened.path.parent / file.path).resolve() == here
    }
    after = with_paper(opened.task, opened.record, opened.now)
    try:
        if after == opened.record and not written:
            refuse_changed(opened)
            return []
        following = (rewritten(opened.path, file, written) for file in after.following)
        after = after._replace(following=tuple(following))
        write_with(opened, after, opened.path, {}, keep_before=False)
    except ChangedMeanwhile:
        raise
    except FileTrouble as trouble:
        return [f"the record does not know that this was handed out: {trouble.message}"]
    return []


def left_out_notes(task: Task, course: Course) -> list[str]:
    """What a page leaves out that the patient's calendar has, for it gives the treatment away: the
    user's own title, and the address of a calendar.
    """
    return [
        f"the page leaves out {text}: it gives the treatment away"
        for text in (task.title, task.feed_url)
        if gives_away(course.protocol, text)
    ]


class _Handed:
    """A handout that is made anew where its record is changed before it is noted there."""

    def __init__(self, opened: Opened, reopened: Callable[[], Opened]) -> None:
        self.opened = opened
        self._reopened = reopened
        self.notes = left_out_notes(opened.task, opened.record.course)

    @property
    def shown(self) -> Handout:
        return handout_of_record(self.opened.task, self.opened.record, self.opened.now)

    def page(self) -> str:
        from ketasched.cli.terminal.month import months_page

        return months_page(self.shown)

    def html(self) -> str:
        from ketasched.cli.pages.handout import handout_page

        return handout_page(self.shown)

    def written(self, form: str, path: str) -> None:
        if form != "html":
            return
        try:
            self.notes.extend(note_paper(self.opened, path))
        except ChangedMeanwhile:
            self.opened = self._reopened()
            raise


def handed_result(opened: Opened, reopened: Callable[[], Opened]) -> Result:
    """A handout that is printed or written; its record keeps what it says once it is in a file.
    ``reopened`` reads the record again, where somebody changes it before that.
    """
    made = _Handed(opened, reopened)
    return Result(made.page, html=made.html, notes=made.notes, written=made.written)
