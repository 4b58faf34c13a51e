"""What a patient is handed: their appointments in plain words, as months too, and what changed."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple

from ketasched.calendar.changed_words import changed_lines, changes_to_tell, hours_text, was_text
from ketasched.calendar.entry_text import Entry, View, patient_title
from ketasched.calendar.paper import Change, Paper, last_that_differs, told_of
from ketasched.calendar.uid import uid
from ketasched.domain.course import (
    ATTENDED,
    CANCELLED,
    MISSED,
    TENTATIVE,
    Course,
    LinkedVisit,
    Session,
    is_gone,
)
from ketasched.domain.day_place import first_and_last
from ketasched.domain.giveaways import gives_away
from ketasched.domain.instructions import general_text, timed_text
from ketasched.domain.protocol import Instruction
from ketasched.languages.language import Language

State = Literal["fixed", "tentative", "done", "missed", "off"]


class Setting(NamedTuple):
    """What stands around the appointments: whose they are, where, whom to call, in which zone the
    times are, and the address of a calendar to follow; empty where there is none.
    """

    person: str = ""
    places: Sequence[str] = ()
    phone: str = ""
    zone: str = ""
    feed: str = ""


class Appointment(NamedTuple):
    """A session or linked visit in a patient's words; ``short`` is what a cell of a month has room
    for, and ``day`` has its year where that is not the one of the appointment before. ``was``: what
    paper said of it, or that it is new; ``before`` and ``after`` are what to do: of a day with
    several sessions with the first and with the last.
    """

    title: str
    short: str
    start: datetime
    end: datetime
    day: str
    begins: str
    hours: str
    state: State
    is_session: bool
    is_past: bool
    remarks: Sequence[str]
    before: Sequence[str]
    after: Sequence[str]
    was: str

    @property
    def is_off(self) -> bool:
        """Whether it does not take place, or did not."""
        return self.state in ("missed", "off")


class MonthDay(NamedTuple):
    """A day of a month, with what is on it."""

    day: date
    appointments: Sequence[Appointment]


class Month(NamedTuple):
    """A month by weeks; a day of another month is None."""

    name: str
    weeks: Sequence[Sequence[MonthDay | None]]


class Handout(NamedTuple):
    """All that a patient is handed. ``changed`` is what differs from the paper of the day
    ``changed_since``; ``to_do`` is what to do for each session; ``more_to_come``:
    not every date is known yet.
    """

    setting: Setting
    language: Language
    today: str
    next: Appointment | None
    appointments: Sequence[Appointment]
    changed_since: str
    changed: Sequence[str]
    months: Sequence[Month]
    to_do: Sequence[str]
    more_to_come: bool


def handout_of(
    course: Course,
    view: View,
    setting: Setting,
    now: datetime,
    papers: Sequence[Paper] = (),
) -> Handout:
    """What a patient is handed of a course at a moment in its zone, who has some papers already."""
    view = view._replace(title=_unless_it_gives_away(course, view.title))
    language = view.language
    told = told_of(course, view)
    paper = last_that_differs(told, papers)
    changed = changes_to_tell(told, paper, now)
    appointments: list[Appointment] = []
    for entry in course.entries():
        change = changed.get(uid(view, course, entry))
        if change or not getattr(entry, "undone", False):
            before = appointments[-1].start.year if appointments else None
            appointment = _appointment(course, entry, view, now, change)
            day = language.day(entry.start.date(), long=True, year=entry.start.year != before)
            appointments.append(appointment._replace(day=day))
    ahead = [each for each in appointments if not (each.is_off or each.is_past)]
    return Handout(
        _discreet(course, setting),
        language,
        language.day(now.date(), long=True),
        ahead[0]._replace(day=_day(ahead[0].start, now, language)) if ahead else None,
        appointments,
        language.day_in_a_sentence(paper.at.astimezone(now.tzinfo).date())
        if paper and changed
        else "",
        [*changed_lines(course, view, told, changed, language)],
        _months(appointments, now.date(), language),
        [*_to_do(course, now, language)],
        bool(course.left_out) or any(unplaced.number for unplaced in course.unplaced),
    )


def _day(start: datetime, now: datetime, language: Language) -> str:
    """A day in full, with its year if that is not this one."""
    return language.day(start.date(), long=True, year=start.year != now.year)


def _discreet(course: Course, setting: Setting) -> Setting:
    """The same without what gives the treatment away."""
    texts = (_unless_it_gives_away(course, text) for text in setting.places)
    return setting._replace(
        person=_unless_it_gives_away(course, setting.person),
        places=[*dict.fromkeys(filter(None, texts))],
        phone=_unless_it_gives_away(course, setting.phone),
        feed=_unless_it_gives_away(course, setting.feed),
    )


def _unless_it_gives_away(course: Course, text: str) -> str:
    return "" if gives_away(course.protocol, text) else text


# Appointments


def _appointment(
    course: Course, entry: Entry, view: View, now: datetime, change: Change | None
) -> Appointment:
    language = view.language
    visit = entry if isinstance(entry, LinkedVisit) else None
    has_to_do = visit is None and not is_gone(entry) and entry.start > now
    first = last = True
    if isinstance(entry, Session):
        first, last = first_and_last(course, entry)
    to_do = [
        (
            timed_text(instruction, entry.start, entry.end, language, year=False),
            _is_after(instruction),
        )
        for instruction in (course.protocol.instructions if has_to_do else ())
    ]
    state = _state(entry)
    said = {"tentative": [language.text("not fixed yet")], "off": [language.text("called off")]}
    said["missed"] = [language.text("did not take place")]
    return Appointment(
        patient_title(course, entry, view),
        _short(course, entry, view),
        entry.start,
        entry.end,
        _day(entry.start, now, language),
        language.clock(entry.start.timetz()),
        hours_text(language, entry.start, entry.end),
        state,
        visit is None,
        entry.start <= now,
        [*said.get(state, ()), *_besides(entry, language)],
        [text for text, is_after in to_do if first and not is_after],
        [text for text, is_after in to_do if last and is_after],
        was_text(change, entry, language),
    )


def _besides(entry: Entry, language: Language) -> Iterator[str]:
    """What else a patient is to know of an appointment: a make-up has a number past the total."""
    if isinstance(entry, LinkedVisit):
        if entry.by_video:
            yield language.text("by video")
    elif entry.instead_of and not is_gone(entry):
        yield language.text("in place of appointment {number}", number=entry.instead_of)


def _short(course: Course, entry: Entry, view: View) -> str:
    """What a cell of a month calls an entry."""
    if isinstance(entry, LinkedVisit):
        return patient_title(course, entry, view)
    if entry.number > course.total:
        return str(entry.number)
    language = view.language
    return language.text("{number} of {total}", number=entry.number, total=course.total)


def _to_do(course: Course, now: datetime, language: Language) -> Iterator[str]:
    """What to do for each session to come: with clock times where these are the same for all."""
    ahead = [session for session in course.live if session.start > now]
    for instruction in course.protocol.instructions if ahead else ():
        timed = {
            timed_text(instruction, session.start, session.end, language, year=False)
            for session in ahead
        }
        yield timed.pop() if len(timed) == 1 else general_text(instruction, language)


def _state(entry: Entry) -> State:
    states: dict[str, State] = {
        TENTATIVE: "tentative", ATTENDED: "done", MISSED: "missed", CANCELLED: "off",
    }  # fmt: skip
    return states.get(entry.status, "fixed")


def _is_after(instruction: Instruction) -> bool:
    """Whether it speaks of the time after a session."""
    when = instruction.when
    return when is not None and (when.minutes is None or when.minutes > 0)


# Months


def _months(
    appointments: Sequence[Appointment], today: date, language: Language
) -> Sequence[Month]:
    """The months from that of the first appointment to come; all, if none is to come."""
    by_day: dict[date, list[Appointment]] = {}
    for each in appointments:
        by_day.setdefault(each.start.date(), []).append(each)
    days = [day for day in by_day if day >= today] or list(by_day)
    counted = range(_month_number(min(days)), _month_number(max(days)) + 1)
    held = {_month_number(day) for day in days}
    weeks = calendar.Calendar(language.first_weekday)
    return [
        Month(
            language.month(year, index + 1),
            [
                [
                    MonthDay(day, by_day.get(day, ())) if day.month == index + 1 else None
                    for day in week
                ]
                for week in weeks.monthdatescalendar(year, index + 1)
            ],
        )
        for year, index in (divmod(number, 12) for number in counted if number in held)
    ]


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1
