"""What is told of a waiting list that was planned, and the records that are kept of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from ketasched.asking.waiting_list import Waiting
    from ketasched.cli.terminal.admission import Admission
    from ketasched.domain.house import House
    from ketasched.domain.room import Held, Room
    from ketasched.house.waiting import Answer, Refused
    from ketasched.planning.refusals import Failure
    from ketasched.records.others import OtherRecords
    from ketasched.reports.admission_report import NewCourse, NoCourse


MOST_REASONS = 3
"""How many reasons are told of who has no place."""


class Sharing(NamedTuple):
    """What all of a list share: the house, its room, what stands in it, and whose that is."""

    house: House
    room: Room
    standing: Sequence[Held]
    others: OtherRecords


def admission_of(waiting: Sequence[Waiting], answer: Answer, sharing: Sharing) -> Admission:
    """What is told of the plan."""
    from ketasched.cli.terminal.admission import Admission
    from ketasched.domain.wording import count_text
    from ketasched.house.waiting import Admitted, held_of
    from ketasched.house.week_load import week_loads
    from ketasched.reports.admission_report import NewCourse

    admitted: list[NewCourse] = []
    refused: list[NoCourse] = []
    held, days = list(sharing.standing), list[date]()
    for each, place in zip(waiting, answer.places, strict=True):
        if isinstance(place, Admitted):
            admitted.append(NewCourse(each.wish.name, each.request.save, place.course))
            held += held_of(sharing.house, place.course)
            days += [entry.start.date() for entry in place.course.entries()]
        else:
            refused.append(_no_course(each, place))
    clinic = waiting[0].task.order.clinic
    loads = week_loads(sharing.house, clinic, held, _mondays(days))
    beside = f"{count_text(sharing.others.courses, 'course')} in {sharing.others.folders[0]}"
    return Admission(admitted, refused, answer, loads, beside)


def in_the_past(admission: Admission, now: datetime) -> Iterator[str]:
    """Whose session is over by now, of those who only wait: a day of the list may be mistyped."""
    from ketasched.domain.wording import count_text, day_text

    for new in admission.admitted:
        over = [session for session in new.course.sessions if session.start < now]
        if over:
            first = day_text(over[0].start.date())
            many = "" if len(over) == 1 else f", {count_text(len(over), 'session')} in all"
            yield f"{new.name} is given a time in the past: {first}{many}"


def _mondays(days: Sequence[date]) -> list[date]:
    if not days:
        return []
    first = min(days) - timedelta(days=min(days).weekday())
    weeks = (max(days) - first).days // 7 + 1
    return [first + timedelta(weeks=week) for week in range(weeks)]


def _no_course(each: Waiting, place: Refused) -> NoCourse:
    from ketasched.cli.to_paste import plan_command
    from ketasched.domain.wording import day_text
    from ketasched.reports.admission_report import NoCourse

    if not place.asked:
        return NoCourse(each.wish.name, "it was stopped before", [])
    why = _why(place.failure) if place.failure else "no start has a course"
    advice = []
    if place.works:
        command = plan_command(each.starting(place.works))
        advice.append((f"start on {day_text(place.works)}", command))
    return NoCourse(each.wish.name, why, advice)


def _why(failure: Failure) -> str:
    """Why there is no course, with the first few reasons against its days."""
    from ketasched.asking.refusals import failure_text

    reasons = [reason.full for refused in failure.refused for reason in refused.reasons]
    few = [each for each in dict.fromkeys(reasons) if each not in failure.message][:MOST_REASONS]
    return "; ".join([failure_text(failure), *few])


@contextlib.contextmanager
def written(waiting: Sequence[Waiting], answer: Answer, now: datetime) -> Iterator[None]:
    """Keep the records of all who have a place, or none."""
    from ketasched.asking.intake import understand
    from ketasched.calendar.uid import drawn
    from ketasched.cli.closed_days_beside import without_days_beside
    from ketasched.house.waiting import Admitted
    from ketasched.records.open import new_record
    from ketasched.records.write import refuse_twin
    from ketasched.records.write_new import write_new

    news = []
    for each, place in zip(waiting, answer.places, strict=True):
        if isinstance(place, Admitted):
            request = each.starting(place.course.start)
            task = understand(request, now)._replace(uid_source=drawn())
            path = Path(request.save)
            record = new_record(request, task, place.course, now, ())
            record = without_days_beside(record, path.parent)
            refuse_twin(path, record)
            news.append((path, record, task))
    if news:
        write_new(news)
    yield
