"""The report of `check FILE --starts`: what becomes of each protocol from every start."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from ketasched.domain.wording import WEEKDAYS
from ketasched.planning.all_starts import KeptStart, RefusedStart
from ketasched.reports.report_text import SCHEMA


class StartsOf(NamedTuple):
    """The starts of a protocol, or of one of its arms, in order."""

    protocol: str
    title: str
    arm: str
    starts: Sequence[KeptStart | RefusedStart]

    @property
    def kept(self) -> list[KeptStart]:
        """Those from which it can be kept."""
        return [start for start in self.starts if isinstance(start, KeptStart)]

    @property
    def refused(self) -> list[RefusedStart]:
        """Those from which it cannot."""
        return [start for start in self.starts if isinstance(start, RefusedStart)]

    def on(self, weekday: int) -> StartsOf:
        """Those on a weekday, of which Monday is 0."""
        on = [start for start in self.starts if start.start.weekday() == weekday]
        return self._replace(starts=on)


class HolidayMoves(NamedTuple):
    """How many ``starts`` have sessions that holidays move, how many sessions of all, and by how
    many days: in all, and at most.
    """

    starts: int
    sessions: int
    of: int
    days: int
    most: int


def moves_by_holidays(kept: Iterable[KeptStart]) -> HolidayMoves:
    """What holidays do to the courses of some starts."""
    kept = list(kept)
    days = [abs(days) for start in kept for days in start.by_holiday]
    return HolidayMoves(
        sum(bool(start.by_holiday) for start in kept),
        len(days),
        sum(start.sessions for start in kept),
        sum(days),
        max(days, default=0),
    )


def all_starts_report(
    protocols: Sequence[StartsOf], first: date, last: date, holidays: str
) -> dict[str, Any]:
    """The report of all starts; ``holidays`` is whose are kept."""
    return {
        "schema": SCHEMA,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "holidays": holidays or None,
        "protocols": [_protocol(starts) for starts in protocols],
    }


def _protocol(starts: StartsOf) -> dict[str, Any]:
    return {
        "protocol": starts.protocol,
        "arm": starts.arm or None,
        "starts": len(starts.starts),
        "kept": len(starts.kept),
        "with_pause": sum(start.pauses for start in starts.kept),
        "weekdays": {
            name.lower(): {"starts": len(on.starts), "kept": len(on.kept)}
            for weekday, name in enumerate(WEEKDAYS)
            for on in [starts.on(weekday)]
        },
        "moved_by_holidays": moves_by_holidays(starts.kept)._asdict(),
        "refused": [
            {
                "start": start.start.isoformat(),
                "phase": start.phase or None,
                "session": start.session or None,
                "reasons": list(start.kinds),
                "why": start.text,
            }
            for start in starts.refused
        ],
    }
