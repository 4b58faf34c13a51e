"""The day of each instance: chains of timings followed to one baseline."""

from __future__ import annotations

import heapq
from collections import defaultdict
from typing import NamedTuple

from ketasched.domain.wording import count_text
from ketasched.files.study_design.ledger import Ledger, called
from ketasched.files.study_design.lengths import DAY
from ketasched.files.study_design.study import Timeline, Timing

_MOST_TRIED = 20


class Moment(NamedTuple):
    """When an instance is: days from the baseline, and minutes within that day or to it from the
    day before (pre-dose is minus 30 minutes, on the day of the dose). ``timing`` says so, and
    counts from ``other``; ``backwards``: it is the timing of the other, which counts from this.
    """

    day: int
    minutes: int
    timing: Timing
    other: str
    backwards: bool = False

    @property
    def total(self) -> int:
        """Minutes from the baseline."""
        return self.day * DAY + self.minutes


class Days(NamedTuple):
    """The first day of the list (0, or 1 where there is no day 0), and when each instance is."""

    first_day: int
    moments: dict[str, Moment]


def days_of(timeline: Timeline, ledger: Ledger) -> Days | None:
    """When each instance is that can be reached from the baseline; what is contradictory, or
    turns in a circle, is noted as wrong, and the others are listed.
    """
    fixed = [
        timing
        for timing in timeline.timings
        if timing.kind == "baseline" and timing.instance in timeline.instances
    ]
    if not fixed:
        message = "no timing of the main timeline is a Fixed Reference: which day is the baseline?"
        hint = "give the timing of the baseline the type Fixed Reference"
        timeline.part.fault("timings", message, hint)
        return None
    tried = [(baseline, _moments(timeline, baseline)) for baseline in fixed[:_MOST_TRIED]]
    baseline, moments = max(tried, key=lambda pair: len(pair[1]))
    _check_agreement(timeline, moments)
    _list_hours(timeline, moments, ledger)
    _list_unplaced(timeline, moments, ledger)
    _list_other_anchors(fixed, baseline, moments, ledger)
    first_day = 1 if baseline.minutes == DAY else 0
    if baseline.minutes not in (0, DAY):
        ledger.note(
            f"{called(baseline)} says {baseline.value} of the baseline itself: here it is day 0",
            baseline.id,
        )
    return Days(first_day, moments)


def _moments(timeline: Timeline, baseline: Timing) -> dict[str, Moment]:
    """Follow the timings from the baseline: those that count from what is known first, and only
    where there are none those of what is known that count from what is not.
    """
    counting_from: dict[str, list[Timing]] = defaultdict(list)
    of_instance: dict[str, list[Timing]] = defaultdict(list)
    for timing in timeline.timings:
        if timing.kind != "baseline" and timing.minutes is not None:
            counting_from[timing.counts_from].append(timing)
            of_instance[timing.instance].append(timing)
    moments: dict[str, Moment] = {}
    waiting = [(0, 0, baseline.instance, Moment(0, 0, baseline, ""))]
    count = 0
    while waiting:
        turns, _, instance, moment = heapq.heappop(waiting)
        if instance in moments or instance not in timeline.instances:
            continue
        moments[instance] = moment
        for backwards, timings in ((False, counting_from), (True, of_instance)):
            for timing in timings[instance]:
                count += 1
                there = timing.instance if not backwards else timing.counts_from
                after = _after(moment, timing, instance, backwards=backwards)
                heapq.heappush(waiting, (turns + backwards, count, there, after))
    return moments


def _after(moment: Moment, timing: Timing, instance: str, *, backwards: bool) -> Moment:
    sign = -1 if (timing.kind == "before") != backwards else 1
    days, minutes = divmod(timing.minutes or 0, DAY)
    day, rest = moment.day + sign * days, moment.minutes + sign * minutes
    while abs(rest) >= DAY:
        step = 1 if rest > 0 else -1
        day, rest = day + step, rest - step * DAY
    return Moment(day, rest, timing, instance, backwards)


# What cannot be


def _check_agreement(timeline: Timeline, moments: dict[str, Moment]) -> None:
    for timing in timeline.timings:
        if timing.instance == timing.counts_from and timing.kind != "baseline":
            timing.part.fault("relativeToScheduledInstanceId", "the timing counts from itself")
            continue
        this, other = (moments.get(name) for name in (timing.instance, timing.counts_from))
        if timing.kind == "baseline" or timing.minutes is None or not (this and other):
            continue
        said = _after(other, timing, "", backwards=False)
        if said.total != this.total:
            name = timeline.instances[timing.instance].name
            where = f"{count_text(abs(this.day), 'day')} {'before' if this.day < 0 else 'after'}"
            timing.part.fault(
                "value",
                f"two timings of `{name}` contradict each other: by {this.timing.name} it is "
                f"{where} the baseline, by this another",
            )


def _list_unplaced(timeline: Timeline, moments: dict[str, Moment], ledger: Ledger) -> None:
    timings: dict[str, Timing] = {}
    for timing in timeline.timings:
        timings.setdefault(timing.instance, timing)
    in_circle: set[str] = set()
    for instance in timeline.instances.values():
        if instance.id in moments or instance.kind == "decision":
            continue
        chain = _chain(instance.id, timings)
        if len(set(chain)) < len(chain):
            if not in_circle.intersection(chain):
                names = [timeline.instances[name].name for name in chain if name in timings]
                circle = ", ".join(f"`{name}`" for name in dict.fromkeys(names))
                message = f"the timings turn in a circle: {circle}"
                timings[chain[-1]].part.fault("relativeToScheduledInstanceId", message)
            in_circle.update(chain)
            continue
        ledger.note(f"{called(instance)} {_why(instance.id, timings)}", instance.id)
    for timing in timeline.timings:
        if timing.kind != "baseline" and timing.instance not in moments:
            if timing.minutes is None:
                reason = "counts months or years, which differ in length"
            else:
                reason = "counts from what has no day of its own"
            ledger.note(f"{called(timing)}, {timing.value}, {reason}", timing.id)


def _chain(name: str, timings: dict[str, Timing]) -> list[str]:
    """An instance and those it counts from, to the last, or to the first that comes twice."""
    chain = [name]
    while (timing := timings.get(chain[-1])) and timing.kind != "baseline":
        chain.append(timing.counts_from)
        if chain.count(chain[-1]) > 1:
            break
    return chain


def _why(name: str, timings: dict[str, Timing]) -> str:
    timing = timings.get(name)
    if timing is None:
        return "has no timing: it is unscheduled, and not in the protocol"
    if timing.kind == "baseline":
        return "is a fixed point whose distance to the baseline is not said: not in the protocol"
    if timing.minutes is None:
        return f"is {timing.value} from another, and months differ in length: not in the protocol"
    return "counts from what has no day of its own: not in the protocol"


# What is not said as it was


def _list_hours(timeline: Timeline, moments: dict[str, Moment], ledger: Ledger) -> None:
    for name, moment in moments.items():
        timing = moment.timing
        if timing.minutes and timing.minutes % DAY and timing.kind != "baseline":
            ledger.note(
                f"{timeline.instances[name].name}: {called(timing)} says "
                f"{timing.value}, and the protocol counts whole days",
                timing.id,
            )
        if timing.relation and timing.relation.casefold() != "start to start":
            ledger.note(
                f"{called(timing)} counts {timing.relation.lower()}: "
                "here days count from day to day",
                timing.id,
            )


def _list_other_anchors(
    fixed: list[Timing], baseline: Timing, moments: dict[str, Moment], ledger: Ledger
) -> None:
    for timing in fixed:
        if timing is not baseline:
            where = "by another timing it has its day" if timing.instance in moments else "left out"
            ledger.note(
                f"{called(timing)} is another Fixed Reference, and days count from one "
                f"baseline: {where}",
                timing.id,
            )
    if baseline.counts_from not in ("", baseline.instance):
        ledger.note(
            f"{called(baseline)} is a Fixed Reference and names another instance: "
            "it is the baseline here",
            baseline.id,
        )
