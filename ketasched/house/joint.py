"""All of a list together: days for all, then the times of each day; what does not fit a day is
forbidden, and the days are looked for again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from ketasched.domain.room import Held, Room
from ketasched.house import solver
from ketasched.house.days import Chosen, DaysSearch
from ketasched.house.days_model import DaysModel
from ketasched.house.one_by_one import best_place, one_by_one, place_at, with_advice
from ketasched.house.question import Kind, Question
from ketasched.house.times import DayTimes, best_times, most_that_fit
from ketasched.house.waiting import (
    Admitted,
    Answer,
    Place,
    Refused,
    Wish,
    beside,
    held_of,
    merit,
)

DAYS_SHARE = 20.0
"""The most of the solver's seconds for one search of days."""


class _Timed(NamedTuple):
    """Days with their times: what each wish would hold, and the days that do not fit."""

    held: dict[int, list[Held]]
    unfit: dict[date, list[tuple[int, Kind]]]


def together(
    wishes: Sequence[Wish], room: Room, standing: Sequence[Held], effort: solver.Effort
) -> Answer:
    """Plan a list together beside what is ``standing``, at least as well as one by one."""
    best = one_by_one(wishes, room, standing)
    question = Question(wishes, beside(room, standing))
    if not question.beginnings:
        nobody = Chosen({}, admitted_is_best=True, most=0, is_best=True, bound=0)
        return _judged(wishes, best, nobody)
    model = DaysModel(question)
    search = DaysSearch(model, effort)
    model.begin_at(best.places)
    effort.begin()
    try:
        while not effort.is_over:
            chosen = search.solve(DAYS_SHARE)
            if chosen is None:
                break
            timed = _timed(question, chosen, effort)
            places = _settled(wishes, room, standing, chosen, timed)
            if best.status == "one-by-one" or merit(wishes, places) < merit(wishes, best.places):
                kept = min(places, best.places, key=lambda each: merit(wishes, each))
                best = Answer(kept, "bound")
            best = _judged(wishes, best, chosen)
            if not timed.unfit or best.status == "optimal" or not _forbid(search, timed.unfit):
                break
    except KeyboardInterrupt:  # between two searches
        effort.stopped = True
    best = _advised(wishes, _proved_times(question, best, effort), room, standing)
    return best._replace(stopped=effort.stopped)


def _timed(question: Question, chosen: Chosen, effort: solver.Effort) -> _Timed:
    """The times of each day, of which some may not fit."""
    held: dict[int, list[Held]] = {}
    unfit: dict[date, list[tuple[int, Kind]]] = {}
    for day, comers in chosen.of_day().items():
        kinds = [kind for _, kind in comers]
        times = DayTimes(None, proved=False)
        if not effort.stopped:
            times = best_times(question, day, kinds, effort)
        if times.starts is None:
            unfit[day] = comers
            continue
        for (wish, kind), start in zip(comers, times.starts, strict=True):
            held.setdefault(wish, []).extend(kind.held(start))
    return _Timed(held, unfit)


def _settled(
    wishes: Sequence[Wish],
    room: Room,
    standing: Sequence[Held],
    chosen: Chosen,
    timed: _Timed,
) -> tuple[Place, ...]:
    """The courses, each planned at its start beside all others: those who fit first, in the order
    of the list; who does not fit a day, and who was left out, then take the best that is left.
    """
    loose = {wish for comers in timed.unfit.values() for wish, _ in comers}
    held = {wish: own for wish, own in timed.held.items() if wish not in loose}
    places: dict[int, Place] = {}

    def left(but: int) -> Room:
        others = (each for wish, own in held.items() if wish != but for each in own)
        return beside(room, [*standing, *others])

    for wish in [number for number in range(len(wishes)) if number in held]:
        start = chosen.beginnings[wish][0].start
        place = place_at(wishes[wish].starting(start, left(wish)))
        places[wish] = place
        held.pop(wish)
        if isinstance(place, Admitted):
            held[wish] = held_of(room.house, place.course)
    _take_what_is_left(wishes, places, held, room, standing)
    return tuple(places[number] for number in range(len(wishes)))


def _take_what_is_left(
    wishes: Sequence[Wish],
    places: dict[int, Place],
    held: dict[int, list[Held]],
    room: Room,
    standing: Sequence[Held],
) -> None:
    """Who has no place yet takes the best that is left, the most urgent first."""
    without = [
        number for number in range(len(wishes)) if not isinstance(places.get(number), Admitted)
    ]
    for wish in sorted(without, key=lambda number: (wishes[number].priority, number)):
        taken = [*standing, *(each for own in held.values() for each in own)]
        places[wish] = place = best_place(wishes[wish], beside(room, taken))
        if isinstance(place, Admitted):
            held[wish] = held_of(room.house, place.course)


def _proved_times(question: Question, answer: Answer, effort: solver.Effort) -> Answer:
    """The plan, with on how many days no other times would change less."""
    comers: dict[date, list[Kind | None]] = {}
    minutes: dict[date, int] = {}
    for wish, place in enumerate(answer.places):
        if isinstance(place, Admitted):
            for session in place.course.sessions:
                day = session.start.date()
                kind = question.kind_of(wish, place.course.start, session.number, day)
                comers.setdefault(day, []).append(kind)
                minutes[day] = minutes.get(day, 0) + abs(session.moved_minutes)
    proved = 0
    for day, kinds in comers.items():
        known = [kind for kind in kinds if kind]
        if not minutes[day]:
            proved += 1
        elif len(known) == len(kinds) and not effort.stopped:
            times = best_times(question, day, known, effort)
            least = sum(abs(start.change) for start in times.starts or ())
            proved += times.proved and least == minutes[day]
    return answer._replace(days=len(comers), proved=proved)


def _judged(wishes: Sequence[Wish], answer: Answer, chosen: Chosen) -> Answer:
    """The plan, with what the days prove of any plan. A pause may admit who has no place without
    one; nothing is proved of that.
    """
    most = min(chosen.most, len(wishes))
    refused = [
        wish
        for wish, place in zip(wishes, answer.places, strict=True)
        if isinstance(place, Refused)
    ]
    pausing = any(
        stretch.phase.pause for wish in refused for stretch in wish.order.layout.stretches
    )
    admitted = len(answer.admitted)
    comparable = chosen.admitted_is_best and admitted == most and not pausing
    bound = chosen.bound if comparable and not answer.cost.weeks else None
    far = answer.cost.squares, answer.cost.moved
    least = divmod(chosen.distance, chosen.unit)
    proved = bound is not None and chosen.is_best and far == least
    return answer._replace(status="optimal" if proved else "bound", bound=bound, most=most)


def _forbid(search: DaysSearch, unfit: Mapping[date, Sequence[tuple[int, Kind]]]) -> bool:
    """Forbid what does not fit; whether anything was."""
    model, effort, forbidden = search.model, search.effort, False
    for day, comers in unfit.items():
        kinds = [kind for _, kind in comers]
        number = most_that_fit(model.question, day, kinds, effort)
        if number is None or number >= len(comers):
            continue
        forbidden = True
        for kind in dict.fromkeys(kinds):
            own = [each for each in kinds if each == kind]
            alike = most_that_fit(model.question, day, own, effort)
            if alike is not None and alike < len(own):
                model.allow(day, alike, range(len(model.question.wishes)), [kind])
        model.allow(day, number, [wish for wish, _ in comers], kinds)
    return forbidden


def _advised(
    wishes: Sequence[Wish], answer: Answer, room: Room, standing: Sequence[Held]
) -> Answer:
    """The plan in which who has no place is told what would work beside all the others."""
    held = [*standing]
    for place in answer.admitted:
        held += held_of(room.house, place.course)
    left = beside(room, held)
    places = tuple(
        with_advice(wish, place, left) for wish, place in zip(wishes, answer.places, strict=True)
    )
    return answer._replace(places=places)
