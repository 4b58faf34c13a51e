"""What no plan can be better than, and so what is proved of one."""

from __future__ import annotations

from collections.abc import Mapping

from ketasched.house.days import Chosen
from ketasched.house.settling import Settling
from ketasched.house.waiting import Admitted, Answer, Refused, Wish, crowded_out, without_a_place


class Bounds:
    """The bounds of all plans of the wishes that are to be settled; ``least``: the least squared
    days of each (by number) that has a course without a pause.
    """

    def __init__(self, settling: Settling, least: Mapping[int, int]) -> None:
        self._settling = settling
        self._least = least

    def judged(self, answer: Answer, chosen: Chosen | None) -> Answer:
        """The plan, with what is proved of it by its wishes alone, and by days that were chosen."""
        refused = {n for n, place in enumerate(answer.places) if isinstance(place, Refused)}
        waiting = {n for n in refused if n in self._least or self._settling.may_pause(n)}
        may_pause = bool(waiting) and any(map(_may_pause, self._settling.wishes))
        admitted = len(answer.admitted)
        most = admitted + len(waiting)
        if chosen and not may_pause:
            most = min(most, chosen.most)
        bound, proved = self._least_of(admitted, answer.cost.weeks), False
        if chosen and not answer.cost.weeks and self._is_as_many(answer, chosen):
            bound = max(bound, chosen.bound)
            far = answer.cost.squares, answer.cost.moved
            is_nearest = chosen.is_best and far == divmod(chosen.distance, chosen.unit)
            proved = is_nearest and admitted == most and not crowded_out(answer.places)
        return answer._replace(status="optimal" if proved else "bound", bound=bound, most=most)

    def _least_of(self, admitted: int, weeks: int) -> int:
        """The least squared days of any plan that admits so many with as few weeks of pause: who
        pauses may be on ideal days.
        """
        return sum(sorted(self._least.values())[: max(0, admitted - weeks)])

    def _is_as_many(self, answer: Answer, chosen: Chosen) -> bool:
        """Whether a plan leaves as many of each priority without a place as chosen days do, and no
        days leave fewer.
        """
        there = {n for n, place in enumerate(answer.places) if isinstance(place, Admitted)}
        own, of_days = (
            without_a_place(self._settling.wishes, each) for each in (there, chosen.beginnings)
        )
        return chosen.admitted_is_best and own == of_days


def _may_pause(wish: Wish) -> bool:
    return any(stretch.phase.pause for stretch in wish.order.layout.stretches)
