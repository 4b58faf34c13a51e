"""A change to a running course is proved legal, or refused, or breaks a rule that was named."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from ketasched.domain.course import Course
from ketasched.planning.placement import NoPlacement
from ketasched.planning.plan_input import Order
from ketasched.running.broken_rules import Fault, faults
from ketasched.running.replan import settle


class Refusal(NamedTuple):
    """A change that would break rules, or for which there is no place. ``for_good``: no rule may
    be broken to have it all the same.
    """

    faults: tuple[Fault, ...] = ()
    no_place: NoPlacement | None = None
    for_good: bool = False


class Setting(NamedTuple):
    """What every change needs to know: the rules, the moment (in the clinic's zone), and the rules
    broken on purpose. No session is placed on the days to ``avoid``.
    """

    order: Order
    now: datetime
    override: frozenset[str] = frozenset()
    avoid: frozenset[date] = frozenset()

    @property
    def today(self) -> date:
        """The day of the moment."""
        return self.now.date()


def proved(setting: Setting, course: Course, numbers: Collection[int]) -> Course | Refusal:
    """The course, if some of its sessions stand where the rules allow or where a person wants them
    in spite of these.
    """
    found = [
        one for one in unwanted(setting.order, course, numbers) if one.rule not in setting.override
    ]
    return Refusal(tuple(found)) if found else accepted(setting, course, numbers)


def unwanted(order: Order, course: Course, numbers: Collection[int]) -> list[Fault]:
    """The rules that some sessions break, but for those that a person broke on purpose."""
    return [
        one
        for one in faults(order, course, numbers)
        if one.rule not in course.session(one.session).broken
    ]


def accepted(setting: Setting, course: Course, numbers: Collection[int] = ()) -> Course:
    """The course in which the sessions to come, and some others, know what rules were broken for
    them on purpose.
    """
    if not setting.override:
        return course
    ahead = {one.number for one in course.live if one.start > setting.now} | set(numbers)
    broken: dict[int, set[str]] = {}
    for fault in faults(setting.order, course, ahead):
        if fault.rule in setting.override:
            broken.setdefault(fault.session, set()).add(fault.rule)
    known = [course.session(number) for number in broken]
    return course.changing(
        [replace(one, broken=tuple(sorted({*one.broken, *broken[one.number]}))) for one in known]
    )


def undecided(setting: Setting, course: Course) -> Refusal | None:
    """The refusal to plan on where a person must first decide how to go on after a lapse."""
    if "lapse" in setting.override:
        return None
    ahead = {one.number for one in course.live if one.start > setting.now}
    found = [one for one in unwanted(setting.order, course, ahead) if one.rule == "lapse"]
    return Refusal(tuple(found)) if found else None


def settled(
    setting: Setting, course: Course, free: Collection[int], by_hand: Collection[int] = ()
) -> Course | Refusal:
    """The course with its ``free`` sessions on the best legal days; they and those that a person
    put ``by_hand`` are proved.
    """
    found = settle(setting.order, course, free, setting.now, setting.avoid)
    if isinstance(found, NoPlacement):
        return Refusal(no_place=found)
    return proved(setting, found, {*free, *by_hand})
