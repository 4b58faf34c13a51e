"""What a clinic's house has, what is taken of it, and beside whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ketasched.domain.house import need_text
from ketasched.domain.wording import count_text, list_text

if TYPE_CHECKING:
    from ketasched.asking.others import OtherCourses
    from ketasched.domain.house import House, Takes
    from ketasched.domain.protocol import Protocol
    from ketasched.planning.plan_input import Order


def house_facts(order: Order, others: OtherCourses | None) -> Iterator[tuple[str, str]]:
    """What the house has and beside whom it is planned; what a session takes, if not one chair."""
    room = order.rules.beside.room
    if room is None:
        return
    text = resources_text(room.house)
    yield "House", f"{text}, {beside_text(others)}" if others else text
    yield from takes_facts(room.house, order.protocol)


def clinic_house_facts(house: House) -> Iterator[tuple[str, str]]:
    """What the house of a clinic has, and what its file says that appointments take."""
    yield "House", resources_text(house)
    said = [f"{takes.subject}: {_said(takes)}" for takes in house.takes]
    usual = f"all else on site: {need_text(house.usual)}"
    yield (
        "Takes",
        "\n".join([*said, usual] if said else [f"each on site: {need_text(house.usual)}"]),
    )


def _said(takes: Takes) -> str:
    if takes.need is not None:
        return need_text(takes.need)
    return "; ".join(f"{name} {need_text(need)}" for name, need in takes.steps)


def takes_facts(house: House, protocol: Protocol) -> Iterator[tuple[str, str]]:
    """What a session takes, where that is not what is usual."""
    takes = house.text_of(protocol)
    if takes != house.usual_text:
        yield "Takes", takes


def resources_text(house: House) -> str:
    """What a house has."""
    return "; ".join(map(str, house.resources))


def beside_text(others: OtherCourses) -> str:
    """Beside how many courses, and where they are: ``beside 12 courses in patients/``."""
    folders = ["this folder" if name == "." else f"{name.rstrip('/')}/" for name in others.folders]
    return f"beside {count_text(others.courses, 'course')} in {list_text(folders)}"
