"""What a clinic has of chairs, rooms and nurses, and what an appointment takes while it lasts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from ketasched.domain.clinic import Span
from ketasched.domain.linked_visit_rule import VISIT_KINDS
from ketasched.domain.protocol import Protocol, Step
from ketasched.domain.wording import WEEKDAYS, count_text, list_text, minute_of_day

Need = tuple[tuple[str, int], ...]
"""How many of which resources are taken, by name."""
CHAIR = "chair"
"""The resource of which each appointment on site takes one, unless it is said otherwise."""


class Level(NamedTuple):
    """How many there are in a span of a day."""

    span: Span
    number: int


class Resource(NamedTuple):
    """Something of which a clinic has so many: by weekday, Monday first; where nothing is said,
    none. On a day with hours of its own the numbers of its weekday hold.
    """

    name: str
    week: tuple[tuple[Level, ...], ...]

    @classmethod
    def of_number(cls, name: str, number: int) -> Resource:
        """A resource of which there are always as many."""
        return cls(name, ((Level(Span(0, 1440), number),),) * 7)

    @property
    def always(self) -> int | None:
        """How many there are at all times; None if that changes."""
        levels = self.week[0]
        whole = len(levels) == 1 and levels[0].span == Span(0, 1440) and self.week == (levels,) * 7
        return levels[0].number if whole else None

    @property
    def most(self) -> int:
        """How many there are at most."""
        return max((level.number for day in self.week for level in day), default=0)

    def on(self, day: date, zone: tzinfo) -> tuple[tuple[int, int, int], ...]:
        """How many there are from one minute (since 1970) to another, from midnight to midnight in
        a zone, by the wall time of each minute.
        """
        return _levels_on(self.week[day.weekday()], day, zone)

    def __str__(self) -> str:
        if self.always is not None:
            return count_text(self.always, self.name)
        spoken: dict[tuple[Level, ...], list[int]] = {}
        for weekday, levels in enumerate(self.week):
            if levels:
                spoken.setdefault(levels, []).append(weekday)
        texts = [
            f"{_weekdays_text(days)} {', '.join(f'{span} {number}' for span, number in levels)}"
            for levels, days in spoken.items()
        ]
        return f"{self.name}: {'; '.join(texts)}"


class Takes(NamedTuple):
    """What a clinic says that an appointment takes: a protocol by its id, or a linked visit by its
    kind. ``need`` is for all of it, None where ``steps`` say it one by one.
    """

    subject: str
    need: Need | None = None
    steps: tuple[tuple[str, Need], ...] = ()


class Stretch(NamedTuple):
    """Minutes after the start of an appointment, and what they take."""

    begins: int
    ends: int
    need: Need


class House(NamedTuple):
    """The resources of a clinic, and what its appointments take of them."""

    resources: tuple[Resource, ...]
    takes: tuple[Takes, ...] = ()

    def resource(self, name: str) -> Resource | None:
        """The resource of that name, if there is one."""
        return next((resource for resource in self.resources if resource.name == name), None)

    def most_on(self, name: str, weekday: int) -> int:
        """How many of a resource there are at most on a weekday, Monday is 0."""
        resource = self.resource(name)
        levels = resource.week[weekday] if resource else ()
        return max((level.number for level in levels), default=0)

    @property
    def usual(self) -> Need:
        """What an appointment on site takes unless it is said otherwise."""
        return ((CHAIR, 1),) if self.resource(CHAIR) else ()

    def of_session(self, protocol: str, steps: Sequence[Step], minutes: int) -> list[Stretch]:
        """What a session of a protocol (its id) takes. One that is not as long as the steps takes,
        all the time, the most that any of them does.
        """
        said = self._said_of(protocol)
        if said and said.need is not None:
            return self._stretches([(minutes, said.need)])
        named = dict(said.steps) if said else {}
        needs = [(step.minutes, self._of_step(step, named)) for step in steps]
        if sum(step.minutes for step in steps) != minutes:
            needs = [(minutes, _most(need for _, need in needs))]
        return self._stretches(needs)

    def of_session_of(self, protocol: Protocol, minutes: int) -> list[Stretch]:
        """What a session of a protocol takes, by the steps that last as long."""
        return self.of_session(protocol.id, protocol.steps_lasting(minutes), minutes)

    def of_visit(self, kind: str, minutes: int, *, by_video: bool) -> list[Stretch]:
        """What a linked visit takes: nothing, if it is by video."""
        said = self._said_of(kind)
        need = self.usual if said is None or said.need is None else said.need
        return [] if by_video else self._stretches([(minutes, need)])

    def place_of(self, stretches: Sequence[Stretch]) -> str:
        """In what an appointment is, of all that it takes: a chair; else what it has longest; of
        these rather what is always there, as rooms are, than what has hours, as nurses have. Empty
        if in nothing.
        """
        minutes: dict[str, int] = {}
        for stretch in stretches:
            for name, number in stretch.need:
                minutes[name] = minutes.get(name, 0) + (stretch.ends - stretch.begins) * (
                    number > 0
                )
        taken = [resource for resource in self.resources if minutes.get(resource.name)]
        best = max(
            taken,
            key=lambda each: (each.name == CHAIR, minutes[each.name], each.always is not None),
            default=None,
        )
        return best.name if best else ""

    def _of_step(self, step: Step, named: Mapping[str, Need]) -> Need:
        if step.name in named:
            return named[step.name]
        return self.usual if step.takes is None else step.takes

    def _said_of(self, subject: str) -> Takes | None:
        return next((takes for takes in self.takes if takes.subject == subject), None)

    def _stretches(self, needs: Iterable[tuple[int, Need]]) -> list[Stretch]:
        """What is taken of what there is, one stretch after the other."""
        known = {resource.name for resource in self.resources}
        stretches: list[Stretch] = []
        begins = 0
        for minutes, need in needs:
            own = tuple((name, number) for name, number in need if name in known)
            if stretches and stretches[-1].need == own and stretches[-1].ends == begins:
                stretches[-1] = stretches[-1]._replace(ends=begins + minutes)
            elif own:
                stretches.append(Stretch(begins, begins + minutes, own))
            begins += minutes
        return stretches

    @property
    def usual_text(self) -> str:
        """The usual need, in words."""
        return need_text(self.usual)

    def text_of(self, protocol: Protocol) -> str:
        """What a session of a protocol takes, in words."""
        stretches = self.of_session_of(protocol, protocol.minutes)
        whole = len(stretches) == 1 and stretches[0].ends - stretches[0].begins == protocol.minutes
        if not stretches:
            return "nothing"
        if whole:
            return need_text(stretches[0].need)
        return "; ".join(
            f"{need_text(stretch.need)} from minute {stretch.begins} to {stretch.ends}"
            for stretch in stretches
        )


def is_kind(subject: str) -> bool:
    """Whether what is said is of a linked visit by its kind."""
    return subject in VISIT_KINDS


def need_text(need: Need) -> str:
    """What is taken, in words."""
    return list_text([count_text(number, name) for name, number in need]) if need else "nothing"


def minute_at(moment: datetime) -> int:
    """An instant in whole minutes since 1970."""
    return int(moment.timestamp()) // 60


def moment_at(minute: int, zone: tzinfo) -> datetime:
    """The instant of so many minutes since 1970, in a zone."""
    return datetime.fromtimestamp(minute * 60, UTC).astimezone(zone)


def midnight(day: date, zone: tzinfo) -> int:
    """When a day begins in a zone, in minutes since 1970."""
    return minute_at(datetime.combine(day, time(), zone))


def _most(needs: Iterable[Need]) -> Need:
    most: dict[str, int] = {}
    for need in needs:
        for name, number in need:
            most[name] = max(number, most.get(name, 0))
    return tuple(sorted(most.items()))


@lru_cache(maxsize=4096)  # many candidates ask for the same day
def _levels_on(
    levels: tuple[Level, ...], day: date, zone: tzinfo
) -> tuple[tuple[int, int, int], ...]:
    begins, ends = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    if ends - begins == 1440:
        minutes: Iterator[tuple[int, int]] = ((begins + wall, wall) for wall in _turns(levels))
    else:  # a clock change: some wall times are skipped, or happen twice
        walls = (minute_of_day(moment_at(minute, zone).time()) for minute in range(begins, ends))
        minutes = ((minute, wall) for minute, wall in enumerate(walls, start=begins))
    runs: list[tuple[int, int, int]] = []
    for minute, wall in minutes:
        number = next((level.number for level in levels if level.span.has(wall)), 0)
        if runs and runs[-1][2] == number:
            continue
        if runs:
            runs[-1] = (runs[-1][0], minute, runs[-1][2])
        runs.append((minute, ends, number))
    return tuple(runs)


def _turns(levels: tuple[Level, ...]) -> list[int]:
    """The minutes of an ordinary day at which the number may change."""
    edges = {0} | {edge for level in levels for edge in (level.span.opens, level.span.closes)}
    return sorted(edge for edge in edges if edge < 1440)


def _weekdays_text(days: list[int]) -> str:
    names = [WEEKDAYS[day] for day in days]
    row = len(days) > 2 and days == list(range(days[0], days[-1] + 1))
    return f"{names[0]}-{names[-1]}" if row else ",".join(names)
