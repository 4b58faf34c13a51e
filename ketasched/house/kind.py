"""What sessions have in common on a day: when they may start, and what they take then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ketasched.domain.house import Stretch
from ketasched.domain.room import Held, held_by


class Start(NamedTuple):
    """When a session may start: the minute (since 1970), and the change from the asked time; of a
    treatment day also when its ``later`` sessions start.
    """

    minute: int
    change: int
    later: tuple[int, ...] = ()


class Kind:
    """What sessions have in common that may start at the same times of a day and take the same. A
    treatment day is one too: ``several`` are its sessions, each by itself. Its ``starts`` are all
    it may have, or where its sessions only stay ``apart``, so many minutes at least, the best.
    """

    __slots__ = ("_hash", "_takes_of", "apart", "first", "last", "several", "starts", "takes")

    def __init__(
        self,
        starts: tuple[Start, ...],
        takes: tuple[Stretch, ...] = (),
        several: tuple[Kind, ...] = (),
        apart: int = 0,
    ) -> None:
        self.starts = starts
        self.takes = takes
        self.several = several
        self.apart = apart
        self.first = min((start.minute for start in starts), default=0)
        self.last = max((start.minute for start in starts), default=0)
        self._takes_of: dict[str, tuple[tuple[int, int, int], ...]] = {}
        self._hash = hash((starts, takes, several))

    def __hash__(self) -> int:
        return self._hash  # asked for again and again

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Kind) or self._hash != other._hash:
            return False
        mine, its = ((each.starts, each.takes, each.several, each.apart) for each in (self, other))
        return mine == its

    @property
    def parts(self) -> tuple[Kind, ...]:
        """Its sessions, each by itself."""
        return self.several or (self,)

    def takes_of(self, resource: str) -> tuple[tuple[int, int, int], ...]:
        """From which minute after its start to which one session takes how many of a resource."""
        if resource not in self._takes_of:
            self._takes_of[resource] = tuple(
                (stretch.begins, stretch.ends, number)
                for stretch in self.takes
                for name, number in stretch.need
                if name == resource
            )
        return self._takes_of[resource]

    def held(self, start: Start) -> Iterator[Held]:
        """What is taken when it starts then."""
        for part, minute in zip(self.parts, (start.minute, *start.later), strict=True):
            yield from held_by(part.takes, minute)

    def only_at(self, start: Start) -> Kind:
        """The same, but with one start."""
        minutes = start.minute, *start.later
        several = tuple(
            Kind((Start(minute, 0),), part.takes)
            for part, minute in zip(self.several, minutes, strict=False)
        )
        return Kind((start,), self.takes, several)
