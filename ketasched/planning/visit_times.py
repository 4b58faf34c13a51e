"""Where one linked visit may stand beside its session: nearest its ideal time, or why nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from ketasched.domain.candidate import (
    DAY_HAS_PASSED,
    TIME_HAS_PASSED,
    Candidate,
    Constraint,
    Reason,
    lasting,
    session_end,
)
from ketasched.domain.course import PLANNED, TENTATIVE, Course, LinkedVisit, Session, Unplaced
from ketasched.domain.linked_visit_rule import VisitKey, VisitRule
from ketasched.domain.notice import ShortNotice
from ketasched.domain.wording import duration_text, moment_text

if TYPE_CHECKING:
    from ketasched.domain.room import Room

STEP = timedelta(minutes=15)
"""The distance between two starts that are tried, counted from the ideal time."""


class Beside(NamedTuple):
    """What decides where linked visits may stand.

    ``at_clinic`` refuses a visit at the clinic, ``by_video`` one from home. None of a course that
    begins ``today`` or later is placed before today, nor before ``now``, which is a moment in the
    clinic's zone; and none of a course that is ``running``. None is placed within a ``notice``. Of
    two places as near, one where the patient expects it already is taken, else the earlier, or with
    ``later_first`` the later. None takes more than there is ``room`` for.
    """

    at_clinic: Sequence[Constraint]
    by_video: Sequence[Constraint]
    today: date | None
    now: datetime | None = None
    notice: ShortNotice | None = None
    running: bool = False
    later_first: bool = False
    room: Room | None = None

    def promised(self, start: datetime) -> bool:
        """Whether the patient expects to come at a time."""
        return self.notice is not None and start in self.notice.promised

    def past(self, start: datetime, course: Course) -> Reason | None:
        """Why nothing new is put at a time that is over; None where it is not, or may be."""
        today = self.now.date() if self.now else self.today
        if today is None or (course.start < today and not self.running):
            return None
        if start.date() < today:
            return DAY_HAS_PASSED
        return TIME_HAS_PASSED if self.now and start < self.now else None

    def too_near(self, question: VisitQuestion, start: datetime) -> Reason | None:
        """Why nothing new is put at a time that is too near. What has its ideal time is not new in
        a course that is typed when it has begun already.
        """
        reason = self.notice.refusal(start) if self.notice else None
        if self.notice is None or reason is None or self.running:
            return reason
        typed = question.course.start <= self.notice.now.date()
        return None if typed and start == ideal_start(question.rule, question.session) else reason


class Taken:
    """What stands already, by the days it takes something of."""

    def __init__(self, entries: Sequence[Session | LinkedVisit]) -> None:
        self._by_day: dict[date, list[Session | LinkedVisit]] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Session | LinkedVisit) -> None:
        """Take its time."""
        for day in {entry.start.date(), entry.end.date()}:
            self._by_day.setdefault(day, []).append(entry)

    def between(self, start: datetime, end: datetime) -> list[Session | LinkedVisit]:
        """What overlaps a time."""
        days = sorted({start.date(), end.date()})
        near = dict.fromkeys(entry for day in days for entry in self._by_day.get(day, ()))
        return [entry for entry in near if entry.start < end and start < entry.end]


class VisitQuestion(NamedTuple):
    """One linked visit to place: the rule, its session, and all that stands already."""

    rule: VisitRule
    session: Session
    course: Course
    taken: Taken
    beside: Beside

    @property
    def key(self) -> VisitKey:
        """What tells it from the other linked visits of its course."""
        return self.rule.key(self.session.number)

    @property
    def following(self) -> Session | None:
        """The next session, which what comes with a review is over before."""
        if self.rule.anchor.which != "review":
            return None
        later = (session for session in self.course.sessions if session.start > self.session.start)
        return min(later, key=lambda session: session.start, default=None)

    @property
    def sign(self) -> int:
        """1 if it stands after its session, else -1."""
        return 1 if self.rule.anchor.side == "after" else -1

    def unplaced(self, days: tuple[date, date], reasons: tuple[Reason, ...]) -> Unplaced:
        """The visit as one that has no place on any of the days."""
        rule = self.rule
        return Unplaced(rule.kind, rule.name, self.session.number, rule.anchor.side, days, reasons)


def place_visit(question: VisitQuestion) -> LinkedVisit | Unplaced:
    """The legal place nearest the ideal time, or why there is none."""
    rule, session = question.rule, question.session
    ideal = ideal_start(rule, session)
    days = _days(question, ideal)
    if question.beside.past(datetime.combine(days[1], time.max, ideal.tzinfo), question.course):
        return question.unplaced(days, (DAY_HAS_PASSED,))
    start = next(legal_starts(question), None)
    if start is not None:
        reasons = tuple(each_refusal(question, ideal)) if start != ideal else ()
        return visit_at(rule, session, start, reasons)
    refused: dict[date, list[tuple[Reason, ...]]] = {}
    for start in _starts(question, ideal):  # why is asked for only now: most have a place
        refused.setdefault(start.date(), []).append(tuple(each_refusal(question, start)))
    whys = [reason for day in sorted(refused) for reason in _of_day(refused[day])]
    whys += _edge(question, refused)
    return question.unplaced((min(refused), max(refused)), tuple(dict.fromkeys(whys)))


def legal_starts(question: VisitQuestion) -> Iterator[datetime]:
    """All its legal places, nearest the ideal time first."""
    starts = _starts(question, ideal_start(question.rule, question.session))
    return (start for start in starts if next(each_refusal(question, start), None) is None)


def visit_at(
    rule: VisitRule, session: Session, start: datetime, reasons: tuple[Reason, ...]
) -> LinkedVisit:
    """The linked visit of a session, at a time (aware)."""
    return LinkedVisit(
        rule.kind,
        rule.name,
        session.number,
        rule.anchor.side,
        rule.anchor.which,
        ideal_start(rule, session),
        start,
        session_end(start, rule.minutes),
        rule.by_video,
        reasons,
        TENTATIVE if session.status == TENTATIVE else PLANNED,
    )


def stays(visit: LinkedVisit, question: VisitQuestion) -> LinkedVisit:
    """A linked visit where a person put it, beside its session as that stands now."""
    now = visit_at(question.rule, question.session, visit.start, visit.reasons)
    return now._replace(by_hand=True, broken=visit.broken)


def ideal_start(rule: VisitRule, session: Session) -> datetime:
    """Where a linked visit of a session would best start."""
    offset, sign = rule.offset, 1 if rule.anchor.side == "after" else -1
    if offset.in_days:
        day = session.start.date() + timedelta(days=sign * offset.ideal)
        return datetime.combine(day, session.start.time(), session.start.tzinfo)
    edge = session.end if sign > 0 else session.start
    moment = edge.astimezone(UTC) + sign * timedelta(minutes=offset.ideal)
    return moment.astimezone(edge.tzinfo)


def _of_day(tried: Sequence[tuple[Reason, ...]]) -> tuple[Reason, ...]:
    """What refuses a day: what holds at all times that were tried, else what refuses those that are
    not over, and of these those within the hours, if there are any.
    """
    left = tried
    for kind in ("past", "hours"):
        others = [reasons for reasons in left if all(reason.kind != kind for reason in reasons)]
        left = others or left
    return lasting(tried) or lasting(left) or tuple(dict.fromkeys(chain.from_iterable(left)))


def _edge(
    question: VisitQuestion, refused: Mapping[date, list[tuple[Reason, ...]]]
) -> list[Reason]:
    """Why the farthest day is not tried to its end, where the distance is in hours and something
    else does not refuse all of the day.
    """
    offset, session = question.rule.offset, question.session
    after = question.sign > 0
    if offset.in_days or lasting(refused[(max if after else min)(refused)]):
        return []
    edge = session.end if after else session.start
    moment = edge.astimezone(UTC) + question.sign * timedelta(minutes=offset.most)
    local = moment.astimezone(edge.tzinfo)
    at = moment_text(local)
    side, far = "after" if after else "before", duration_text(offset.most)
    return [Reason("gap", f"{side} {at} it is more than {far} from session {session.number}")]


def _days(question: VisitQuestion, ideal: datetime) -> tuple[date, date]:
    """The first and the last day on which a start is tried."""
    offset, sign = question.rule.offset, question.sign
    if offset.in_days:
        day = question.session.start.date()
        ends = [day + timedelta(days=sign * days) for days in (offset.least, offset.most)]
        return min(ends), max(ends)
    step_minutes = STEP / timedelta(minutes=1)
    steps = [int((bound - offset.ideal) / step_minutes) for bound in (offset.least, offset.most)]
    ends = [_stepped(question.rule, ideal, sign * step * STEP).date() for step in steps]
    return min(ends), max(ends)


def _starts(question: VisitQuestion, ideal: datetime) -> Iterator[datetime]:
    """Every start within the distance of the session, nearest the ideal time first."""
    signs = (1, -1) if question.beside.later_first else (-1, 1)
    expected = _expected(question, ideal)
    near, far = [ideal], timedelta()
    while near:
        while expected and abs(expected[0] - ideal) <= far:
            yield expected.pop(0)
        starts = dict.fromkeys(_stepped(question.rule, ideal, sign * far) for sign in signs)
        near = [start for start in starts if is_near_enough(question, start)]
        yield from sorted(near, key=lambda start: not question.beside.promised(start))
        far += STEP


def _expected(question: VisitQuestion, ideal: datetime) -> list[datetime]:
    """The times within the notice at which the patient is to come already, nearest first: they may
    be kept, also between two that are tried.
    """
    notice = question.beside.notice
    soon = notice.promised_soon if notice else ()
    near = [start for start in soon if is_near_enough(question, start)]
    return sorted(near, key=lambda start: (abs(start - ideal), start))


def _stepped(rule: VisitRule, ideal: datetime, by: timedelta) -> datetime:
    if rule.offset.in_days:  # on the wall clock
        return ideal + by
    return (ideal.astimezone(UTC) + by).astimezone(ideal.tzinfo)


def is_near_enough(question: VisitQuestion, start: datetime) -> bool:
    """Whether a start is within the distance of the session that the rule allows."""
    session, offset = question.session, question.rule.offset
    if offset.in_days:
        distance = question.sign * (start.date() - session.start.date()).days
        return offset.least <= distance <= offset.most
    edge = session.end if question.sign > 0 else session.start
    passed = question.sign * (start.astimezone(UTC) - edge.astimezone(UTC))
    return timedelta(minutes=offset.least) <= passed <= timedelta(minutes=offset.most)


def each_refusal(question: VisitQuestion, start: datetime) -> Iterator[Reason]:
    """What refuses a start, but for its distance from the session."""
    rule, anchor, course, taken, beside = question
    past = beside.past(start, course) or beside.too_near(question, start)
    if past:
        yield past
        return
    candidate = Candidate(start.date(), start.time(), rule.minutes)
    constraints = beside.by_video if rule.by_video else beside.at_clinic
    for constraint in constraints:
        reason = constraint(candidate)
        if reason:
            yield reason
    full = beside.room.visit_refusal(rule, candidate) if beside.room else None
    if full:
        yield full
    end = session_end(start, rule.minutes)
    if (start < anchor.end) if question.sign > 0 else (end > anchor.start):
        yield Reason("taken", f"not {rule.anchor.side} session {anchor.number}")
    for other in taken.between(start, end):
        if isinstance(other, LinkedVisit):
            yield Reason("taken", f"at the time of the {other.name}")
        elif other is not anchor:
            yield Reason("taken", f"at the time of session {other.number}")
    if question.following is not None and end > question.following.start:
        number = question.following.number
        yield Reason("taken", f"the review comes before session {number}")
