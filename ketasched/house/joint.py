"""All of a list together: days for all, then the times of each day; what does not fit a day is
forbidden, and the days are looked for again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from ketasched.domain.room import Held, Room
from ketasched.house import solver
from ketasched.house.bounds import Bounds
from ketasched.house.day_limits import Allowance
from ketasched.house.days import Chosen, DaysSearch
from ketasched.house.kind import Kind, Start
from ketasched.house.one_by_one import advised, one_by_one
from ketasched.house.question import Question
from ketasched.house.room_for_visits import RoomForVisits
from ketasched.house.settling import Settling
from ketasched.house.starts import Starts
from ketasched.house.times import DayTimes, Times
from ketasched.house.waiting import (
    Admitted,
    Answer,
    Wish,
    beside,
    merit,
)

LATER_LOOKS = 3
"""How often earlier starts are looked for where the times of the earliest do not fit."""


class _Timed(NamedTuple):
    """Days with their times: what each wish that fits would hold, and the days that do not fit."""

    held: dict[int, list[Held]]
    unfit: dict[date, list[tuple[int, Kind]]]


def together(
    wishes: Sequence[Wish], room: Room, standing: Sequence[Held], effort: solver.Effort
) -> Answer:
    """Plan a list together beside what is ``standing``, at least as well as one by one."""
    effort.begin()
    starts, total = Starts(), len(wishes)
    alone = one_by_one(
        wishes, room, standing, starts, lambda done: effort.say(f"one by one, {done} of {total}")
    )
    empty = beside(room, standing)
    effort.stopped = alone.stopped
    plans = _Plans(Question(wishes, empty, starts), Settling(wishes, empty, starts), alone, effort)
    for part in (plans.look_for_better, plans.prove_times, plans.advise):
        with plans.minding_ctrl_c():
            part()
    return plans.best._replace(stopped=effort.stopped, was_cut=effort.was_cut)


class _Plans:
    """The best plan so far, and the search for a better one."""

    def __init__(
        self, question: Question, settling: Settling, best: Answer, effort: solver.Effort
    ) -> None:
        self.best = best
        self._times = Times(question, effort)
        self._effort = effort
        self._settling = settling
        self._bounds = self._bounds_of({})
        self._has_kept = False

    def _bounds_of(self, least: Mapping[int, int]) -> Bounds:
        return Bounds(self._settling, least)

    @contextlib.contextmanager
    def minding_ctrl_c(self) -> Iterator[None]:
        """Let Ctrl-C end the body, with the best plan so far."""
        try:
            yield
        except KeyboardInterrupt:
            self._effort.stopped = True

    def look_for_better(self) -> None:
        """Look for a better plan than one by one."""
        if self._effort.stopped:
            return
        if not self._times.question.beginnings:
            nobody = Chosen({}, admitted_is_best=True, most=0, is_best=True, bound=0)
            self.best = self._bounds_of({}).judged(self.best, nobody)
            return
        third = self._effort.steps / 3
        search = DaysSearch(self._times.question, self._effort, self.best.places, third)
        self._bounds = self._bounds_of(search.least)
        self.best = self._bounds.judged(self.best, None)
        self._search_days(search)

    def prove_times(self) -> None:
        """Note of how many days the times are proved best."""
        self.best = _proved_times(self._times, self.best, self._effort)

    def advise(self) -> None:
        """Tell who has no place what works."""
        settling = self._settling
        self.best = advised(settling.wishes, self.best, settling.room, settling.starts)

    def _search_days(self, search: DaysSearch) -> None:
        """The nearest days whose times fit, then the earliest that are as near."""
        ideal = search.all_ideal()
        if ideal is None:
            rough = search.most_ideal()
            if rough:
                self._keep(rough, _timed(self._times, rough, self._effort))
                search.begin_at(self.best.places)
        nearest = self._nearest(search, ideal)
        if nearest is None or not nearest.is_best:
            return
        for _ in range(LATER_LOOKS):
            earliest = search.earliest(nearest)
            if earliest is None or self._effort.ran_out():
                return
            if self._keep_if_it_fits(search, earliest):
                return

    def _nearest(self, search: DaysSearch, ideal: Chosen | None) -> Chosen | None:
        """The nearest days, if not those that are ``ideal``; None if their times were not found."""
        chosen = ideal
        while not self._effort.ran_out():
            chosen = chosen or search.nearest()
            if chosen is None:
                return None
            if chosen.is_best:
                far = chosen.distance // chosen.unit
                self._effort.say(f"no days are nearer than {far} from ideal; looking for times")
            if self._keep_if_it_fits(search, chosen):
                return chosen
            chosen = None
        return None

    def _keep_if_it_fits(self, search: DaysSearch, chosen: Chosen) -> bool:
        """Whether there are times for all days; what does not fit is forbidden, if that is proved,
        and is settled as well as may be.
        """
        timed = _timed(self._times, chosen, self._effort)
        cuts = list(_cuts(self._times, timed.unfit, len(self._settling.wishes)))
        if not cuts or not self._has_kept or self._effort.ran_out():
            self._keep(chosen, timed)
        search.forbid(cuts)
        return not cuts

    def _keep(self, chosen: Chosen, timed: _Timed) -> None:
        """Keep a plan if it is the best so far, and what its days prove of any plan."""
        wishes, best = self._settling.wishes, self.best
        self._has_kept = True
        places = self._settling.settled(chosen, timed.held)
        if not self._effort.stopped:
            places = RoomForVisits(self._settling, self._times).made(places)
        if merit(wishes, places) < merit(wishes, best.places):
            best = best._replace(places=places)
        self.best = self._bounds.judged(best, chosen)
        if self.best.bound is not None:
            self._effort.tell(self.best.cost.squares, self.best.bound)


def _timed(times: Times, chosen: Chosen, effort: solver.Effort) -> _Timed:
    """The times of each day, of which some may not fit."""
    held: dict[int, list[Held]] = {}
    unfit: dict[date, list[tuple[int, Kind]]] = {}
    loose: set[int] = set()
    for day, comers in chosen.of_day().items():
        kinds = [kind for _, kind in comers]
        of_day = DayTimes(None, proved=False) if effort.stopped else times.best(day, kinds)
        starts: Sequence[Start | None] = of_day.starts or ()
        if of_day.starts is None:
            unfit[day] = comers
            starts = [None] * len(kinds) if effort.stopped else times.most(day, kinds).starts
        for (wish, kind), start in zip(comers, starts, strict=True):
            if start is None:
                loose.add(wish)
            else:
                held.setdefault(wish, []).extend(kind.held(start))
    return _Timed({wish: own for wish, own in held.items() if wish not in loose}, unfit)


def _proved_times(times: Times, answer: Answer, effort: solver.Effort) -> Answer:
    """The plan, with on how many days no other times would change less."""
    comers: dict[date, list[Kind | None]] = {}
    minutes: dict[date, int] = {}
    for wish, place in enumerate(answer.places):
        if isinstance(place, Admitted):
            for visit in times.question.visits_of(wish, place.course):
                comers.setdefault(visit.day, []).append(visit.kind)
                minutes[visit.day] = minutes.get(visit.day, 0) + visit.start.change
    proved = 0
    for day, kinds in comers.items():
        known = [kind for kind in kinds if kind]
        if not minutes[day]:
            proved += 1
        elif len(known) == len(kinds) and not effort.stopped:
            of_day = times.best(day, known)
            least = sum(abs(start.change) for start in of_day.starts or ())
            proved += of_day.proved and least == minutes[day]
    return answer._replace(days=len(comers), proved=proved)


def _cuts(
    times: Times, unfit: Mapping[date, Sequence[tuple[int, Kind]]], wishes: int
) -> Iterator[Allowance]:
    """What shows that days do not fit, for these and all other plans."""
    everybody = frozenset(range(wishes))
    for day, comers in unfit.items():
        kinds = [kind for _, kind in comers]
        number = times.most(day, kinds).number
        if number is None or number >= len(comers):
            continue
        for kind in dict.fromkeys(kinds):
            own = [each for each in kinds if each == kind]
            alike = times.most(day, own).number if len(own) > 1 else None
            if alike is not None and alike < len(own):
                yield Allowance(day, everybody, frozenset([kind]), alike)
        yield Allowance(day, frozenset(wish for wish, _ in comers), frozenset(kinds), number)
