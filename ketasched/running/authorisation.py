"""What an insurer's approval covers of a course."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ketasched.domain.course import Course
from ketasched.domain.wording import count_text, day_text

SOON = timedelta(days=28)
"""How long before an approval ends it is warned about."""


def uncovered(course: Course, until: date | None, most: int, today: date) -> Iterator[str]:
    """What an approval does not cover, and that it runs out soon.

    Args:
        course: its sessions.
        until: the last day it covers, if it has one.
        most: how many sessions it covers; 0 if it does not say.
        today: the day it is looked at.
    """
    live = course.live
    if until:
        later = [str(session.number) for session in live if session.start.date() > until]
        if later or until - today <= SOON:
            what = f": sessions {', '.join(later)} are later" if later else ""
            what = f": session {later[0]} is later" if len(later) == 1 else what
            yield f"authorised until {day_text(until)}{what}"
    if most and len(live) > most:
        first = live[most]
        yield (
            f"authorised for {count_text(most, 'session')}, and there are {len(live)}: it runs out "
            f"before session {first.number}, {day_text(first.start.date())}"
        )
