"""What to look at in a saved course and in the calendars that follow it, with what to type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ketasched.asking.request import RECORD_ENDING
from ketasched.calendar.entry_text import unplaced_in
from ketasched.cli.cannot_follow import other_place
from ketasched.domain.visit_handle import handle_of
from ketasched.domain.wording import day_text
from ketasched.mailing.due import mailed_tellings
from ketasched.records import not_told
from ketasched.records.following import anew_command, drift_of
from ketasched.records.not_told import InHand, Telling
from ketasched.records.open import Opened, name_of
from ketasched.records.record import CourseRecord
from ketasched.running.broken_rules import BrokenRule
from ketasched.running.concerns import CALLS, Agreed, Concern, concerns
from ketasched.running.legal_change import Conditions
from ketasched.shell import paste


def concerns_of(opened: Opened) -> Iterator[Concern]:
    """What somebody should look at."""
    task = opened.task
    agreed = Agreed(task.authorised_until, task.authorised_visits, _is_stopped(opened.record))
    conditions = Conditions(task.order, opened.here)
    for concern in concerns(conditions, opened.record.course, agreed):
        more = _decision(opened, concern.broken)
        if concern.lacks:
            command = f"ketasched done {name_of(opened.path)} {paste([concern.lacks])}"
            more = f"; once it is there: {command}"
        yield concern._replace(text=f"{concern.text}{more}")
    yield from _without_place(opened)
    if task.zone.version < task.zone_rules:
        yield Concern(
            "zone-rules",
            f"the zone rules here are those of {task.zone.version}, older than those of "
            f"{task.zone_rules} it was written with: nothing is changed until they are newer",
        )
    for calendar in opened.record.following:
        state = drift_of(opened.path, calendar)
        if state:
            file = opened.path.parent / calendar.path
            anew = anew_command(opened.path, calendar)
            yield Concern("calendar-file", f"{file} {state}; write it again: {anew}")


def calls_of(opened: Opened, feeds_told: Mapping[str, Telling]) -> list[Concern]:
    """Why the patient is to be rung up; ``feeds_told`` is what each course's feed shows."""
    found = [*concerns_of(opened), *_not_told(opened, feeds_told)]
    return [concern for kind in CALLS for concern in found if concern.kind == kind]


def _not_told(opened: Opened, feeds_told: Mapping[str, Telling]) -> Iterator[Concern]:
    """What the patient was told something else of, or nothing after a day was closed."""
    from ketasched.publishing.told import published

    record = opened.record
    servers = dict(published(opened)) if record.published else {}
    in_hand = InHand(
        [*not_told.exported(opened), *servers.values(), *mailed_tellings(opened).values()],
        feeds_told.get(record.told[0].uid),
        not_told.on_paper(opened),
        not_told.moved_by_closed_days(opened),
    )
    behind = not_told.not_told(opened, in_hand)
    if not behind:
        return
    since = "the patient's calendar was sent"
    if in_hand.paper is not None:
        day = record.papers[-1].at.astimezone(opened.here.tzinfo).date()
        since = f"the patient was handed the page of {day_text(day)}"
    news = f"changed since {since}"
    if in_hand.paper is None and any(entry in in_hand.closed for entry in behind):
        news = "moved by a closed day, and not told"
    text = not_told.not_told_text(behind)
    yield Concern("not-told", f"{news}: {text}; {_telling(opened, in_hand, servers)}")


def _telling(opened: Opened, in_hand: InHand, servers: Mapping[str, Telling]) -> str:
    """How to tell the patient, as a command."""
    name = name_of(opened.path)
    if mailed_tellings(opened):
        return f"to send it: ketasched invite {name} --send smtps://HOST"
    if servers:
        return f"to send it: ketasched publish {name} --to {paste([next(iter(servers))])}"
    if in_hand.paper is not None or (in_hand.closed and not in_hand.sent):
        page = paste([str(_beside(opened.path, ".html"))])
        return f"to hand it out: ketasched status {name} --format html -o {page} --force"
    if in_hand.feed and not in_hand.closed:
        return f"to send it: ketasched feed {paste([str(opened.path.parent)])} --to DIR"
    changes = paste([str(_beside(opened.path, "-changes.ics"))])
    return f"to send it: ketasched export {name} --changes --ics {changes} --force"


def _beside(path: Path, ending: str) -> Path:
    """A file of the name of the record at a path, with an ending of its own."""
    return path.with_name(f"{path.name.removesuffix(RECORD_ENDING)}{ending}")


def _is_stopped(record: CourseRecord) -> bool:
    """Whether the last thing decided at a review was to stop there."""
    decisions = [
        change.what
        for change in record.history
        if change.can_be_undone and change.what.startswith("review ")
    ]
    return bool(decisions) and decisions[-1].endswith(": stop")


def _without_place(opened: Opened) -> Iterator[Concern]:
    """What has no place, and how to say that a linked visit needs none."""
    course = opened.record.course
    for unplaced in course.unplaced:
        text = unplaced_in(course, unplaced)
        if not unplaced.number:
            command = f"ketasched cancel {name_of(opened.path)} {handle_of(course, unplaced)}"
            text += f"; to leave it off: {command}"
        yield Concern("no-place", text)


def _decision(opened: Opened, broken: BrokenRule | None) -> str:
    """The commands that a decision comes to: after a lapse, or on a visit outside its window."""
    course = opened.record.course
    if broken is None or broken.visit:
        return ""
    if broken.name == "window" and course.protocol.counts_days:
        return other_place(opened, course.session(broken.session))
    if broken.name != "lapse":
        return ""
    stands = course.session(broken.session).start
    when = f'"{stands:%Y-%m-%d %H:%M}"'
    name = name_of(opened.path)
    return (
        f"; to resume: ketasched move {name} {broken.session} {when} --override lapse; to begin "
        "again: cancel what is to come, and plan a new course"
    )
