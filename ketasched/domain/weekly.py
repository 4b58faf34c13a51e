"""What holds for the patient every week: when they can come, and when they are away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo
from itertools import groupby
from typing import NamedTuple

from ketasched.domain.candidate import Candidate, Constraint, Reason
from ketasched.domain.clinic import ALL_DAY, WHOLE_WEEK, Span, Spans, Week
from ketasched.domain.wording import WEEKDAY_NAMES, WEEKDAYS, clock_of, day_text, list_text


class WeeklyAbsence(NamedTuple):
    """Times of the week at which the patient is away, for good or up to and with a day."""

    week: Week
    until: date | None = None

    def __str__(self) -> str:
        text = f"away {week_text(self.week)}"
        return f"{text} until {day_text(self.until)}" if self.until else text

    @property
    def typed(self) -> str:
        """It as it is typed: ``every mon,wed 12:00-14:00 until 2027-03-01``."""
        spans, weekdays = _days_by_spans(self.week)[0]
        words = ["every", ",".join(WEEKDAYS[weekday].lower() for weekday in weekdays)]
        words += [] if spans == ALL_DAY else [",".join(map(str, spans))]
        words += ["until", self.until.isoformat()] if self.until else []
        return " ".join(words)


def can_come(week: Week, zone: tzinfo) -> Constraint:
    """Refuse what does not lie whole inside one stretch at which the patient can come."""
    reason = Reason("can", can_text(week))

    def refuse(candidate: Candidate) -> Reason | None:
        for day, begins, ends in candidate.parts(zone):
            if not any(span.holds(begins, ends) for span in week[day.weekday()]):
                return reason
        return None

    return refuse


def away_weekly(absences: Sequence[WeeklyAbsence], zone: tzinfo) -> Constraint:
    """Refuse what overlaps the patient's weekly absences, which are wall times in ``zone``."""

    def refuse(candidate: Candidate) -> Reason | None:
        for absence in absences:
            for day, begins, ends in candidate.parts(zone):
                spans = absence.week[day.weekday()]
                is_over = absence.until is not None and day > absence.until
                if not is_over and any(span.overlaps(begins, ends) for span in spans):
                    return Reason("away", str(absence))
        return None

    return refuse


def free_week(can: Week | None, absences: Sequence[WeeklyAbsence]) -> Week:
    """When the patient can come every week: absences that end some day are left aside."""
    week = can or WHOLE_WEEK
    for absence in absences:
        if absence.until is None:
            week = tuple(map(_without, week, absence.week))
    return week


def _without(spans: Spans, gone: Spans) -> Spans:
    for away in gone:
        spans = tuple(
            rest
            for span in spans
            for rest in (
                Span(span.opens, min(span.closes, away.opens)),
                Span(max(span.opens, away.closes), span.closes),
            )
            if rest.opens < rest.closes
        )
    return spans


def can_text(week: Week) -> str:
    """``the patient can come Tuesdays and Thursdays from 15:00``."""
    return f"the patient can come {week_text(week)}"


def week_text(week: Week) -> str:
    """Times of a week: ``Tuesdays and Thursdays from 15:00, Saturdays 09:00-12:00``."""
    return ", ".join(
        " ".join(filter(None, (_weekdays_text(weekdays), _spans_text(spans))))
        for spans, weekdays in _days_by_spans(week)
    )


def _days_by_spans(week: Week) -> list[tuple[Spans, list[int]]]:
    """The weekdays with the same times, those first that have the earliest weekday."""
    open_days = sorted((day for day in range(7) if week[day]), key=lambda day: week[day])
    grouped = groupby(open_days, key=lambda day: week[day])
    return sorted(((spans, list(days)) for spans, days in grouped), key=lambda group: group[1])


def _weekdays_text(weekdays: Sequence[int]) -> str:
    names = [f"{WEEKDAY_NAMES[weekday]}s" for weekday in weekdays]
    if len(weekdays) == 7:
        return "every day"
    if len(weekdays) > 2 and weekdays[-1] - weekdays[0] == len(weekdays) - 1:
        return f"{names[0]} to {names[-1]}"
    return list_text(names)


def _spans_text(spans: Spans) -> str:
    return "" if spans == ALL_DAY else list_text([_span_text(span) for span in spans])


def _span_text(span: Span) -> str:
    if span.closes == 1440:
        return f"from {clock_of(span.opens)}"
    return str(span) if span.opens else f"until {clock_of(span.closes)}"
