"""The courses beside which one is planned, as what they take of a clinic's house."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ketasched.domain.house import House
    from ketasched.domain.room import Load
    from ketasched.files.clinic.clinic import ClinicFile
    from ketasched.planning.plan_input import Order


class OtherCourses(Protocol):
    """The courses beside which one is planned."""

    @property
    def courses(self) -> int:
        """How many there are."""

    @property
    def folders(self) -> Sequence[str]:
        """The folders they are in, as typed."""

    @property
    def unread(self) -> Sequence[str]:
        """The files that cannot be read."""

    def load(self, house: House) -> Load:
        """What they take of a house."""


def in_its_house(order: Order, file: ClinicFile | None, others: OtherCourses | None) -> Order:
    """The order, of which nothing takes more than the clinic's house has beside the others."""
    house = file.house if file else None
    if house is None:
        return order
    from ketasched.domain.room import Load, Room

    load = partial(others.load, house) if others else Load
    return order.in_room(Room(house, order.clinic.zone, load))
