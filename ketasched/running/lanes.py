"""The lanes of a day: who has which chair or room, and beside them who has none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from ketasched.domain.course import LinkedVisit, is_gone
from ketasched.domain.house import CHAIR, House, moment_at
from ketasched.running.agenda import Coming
from ketasched.running.full_house import Sitting, number_on_their_day, sittings, taken_by

LaneKind = Literal["place", "lacking", "on site", "video", "gone"]
"""A chair or a room; those who should have one; those who need none; those who are seen by video;
those who do not come.
"""


class Block(NamedTuple):
    """An entry in a lane, and from when to when it has it: as long as it lasts, unless it gives its
    chair up.
    """

    visitor: Coming
    start: datetime
    end: datetime


class Lane(NamedTuple):
    """What stands one after the other. ``resource`` and ``number`` say which chair or room it is;
    without one the resource is empty, and such lanes are numbered among those of their kind.
    """

    kind: LaneKind
    resource: str
    number: int
    blocks: tuple[Block, ...]


def lanes_of(house: House | None, shown: Sequence[Coming]) -> list[Lane]:
    """The lanes of who comes on a day: all chairs, and what else somebody is in, by number, as
    `sittings` gives them out; then who lacks one; then the others, as many lanes as of them are
    there at once.
    """
    places = [house.place_of(taken_by(house, visitor)) if house else "" for visitor in shown]
    lanes = list(_places(house, shown, places)) if house else []
    rest = [visitor for visitor, place in zip(shown, places, strict=True) if not place]
    kinds: tuple[LaneKind, ...] = ("on site", "video", "gone")
    for kind in kinds:
        lanes += beside_each_other(kind, map(_whole, (who for who in rest if _kind(who) == kind)))
    return lanes


def beside_each_other(kind: LaneKind, blocks: Iterable[Block], resource: str = "") -> list[Lane]:
    """As many lanes as there are entries at once: each stands in the first that is free."""
    lanes: list[list[Block]] = []
    for block in sorted(blocks, key=_begin):
        free = next((own for own in lanes if _is_over(own[-1], block)), None)
        if free is None:
            lanes.append([block])
        else:
            free.append(block)
    return [Lane(kind, resource, number, tuple(own)) for number, own in enumerate(lanes, 1)]


def _is_over(before: Block, block: Block) -> bool:
    return before.end.astimezone(UTC) <= block.start.astimezone(UTC)


def _kind(visitor: Coming) -> LaneKind:
    if is_gone(visitor.entry):
        return "gone"
    by_video = isinstance(visitor.entry, LinkedVisit) and visitor.entry.by_video
    return "video" if by_video else "on site"


def _whole(visitor: Coming) -> Block:
    return Block(visitor, visitor.entry.start, visitor.entry.end)


def _shown_resources(house: House, places: Sequence[str]) -> Iterator[str]:
    names = [resource.name for resource in house.resources]
    yield from (name for name in sorted(names, key=CHAIR.__ne__) if name in {CHAIR, *places})


def _places(house: House, shown: Sequence[Coming], places: Sequence[str]) -> Iterator[Lane]:
    """Every chair of a day, also one in which nobody is, and what else somebody is in; then who
    lacks one.
    """
    names = list(_shown_resources(house, places))
    given = {
        name: [each for each in sittings(house, shown, name) if places[each.place] == name]
        for name in names
    }
    for name in names:
        for number in range(1, number_on_their_day(house.resource(name), shown) + 1):
            blocks = _blocks(given[name], number, shown)
            yield Lane("place", name, number, tuple(sorted(blocks, key=_begin)))
    for name in names:
        yield from beside_each_other("lacking", _blocks(given[name], None, shown), name)


def _blocks(
    given: Iterable[Sitting], number: int | None, shown: Sequence[Coming]
) -> Iterator[Block]:
    for sitting in given:
        visitor = shown[sitting.place]
        zone = visitor.entry.start.tzinfo or UTC
        for stay in sitting.stays if sitting.number == number else ():
            yield Block(visitor, moment_at(stay.begins, zone), moment_at(stay.ends, zone))


def _begin(block: Block) -> datetime:
    return block.start.astimezone(UTC)
