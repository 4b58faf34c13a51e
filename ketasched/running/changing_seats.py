"""Of whom no one chair is free all the while, though there are enough: who changes, and when."""

from __future__ import annotations

from collections.abc import Sequence

from ketasched.domain.house import House, moment_at
from ketasched.domain.seat import Stay, is_free
from ketasched.domain.wording import clock_text
from ketasched.running.agenda import Coming
from ketasched.running.full_house import Sitting, number_on_their_day, sittings, taken_by


def with_changes(house: House, shown: Sequence[Coming]) -> list[Coming]:
    """Those who come on a day; of who has no seat of their own and could change seats it is due
    that they do.
    """
    coming = list(shown)
    places = [house.place_of(taken_by(house, visitor)) for visitor in shown]
    for name in dict.fromkeys(filter(None, places)):
        seated = sittings(house, shown, name)
        number = number_on_their_day(house.resource(name), shown)
        taken = {
            seat: [stay for each in seated if each.number == seat for stay in each.stays]
            for seat in range(1, number + 1)
        }
        for sitting in seated:
            if sitting.number is None and places[sitting.place] == name:
                changes = _changes(sitting, taken)
                if len(changes) > 1:
                    visitor = coming[sitting.place]
                    text = _text(name, changes, visitor)
                    coming[sitting.place] = visitor._replace(due=(*visitor.due, text))
    return coming


def _changes(sitting: Sitting, taken: dict[int, list[Stay]]) -> list[tuple[int, Stay]]:
    """Each seat and when, as few as can be; nothing if at some minute none is free. They are taken
    then.
    """
    changes: list[tuple[int, Stay]] = []
    for stay in sitting.stays:
        begins = stay.begins
        while begins < stay.ends:
            until, seat = max(
                ((_free_until(taken[seat], begins), -seat) for seat in taken), default=(begins, 0)
            )
            if until <= begins:
                return []
            changes.append((-seat, Stay(begins, min(until, stay.ends))))
            begins = changes[-1][1].ends
    for seat, stay in changes:
        taken[seat].append(stay)
    return changes


def _free_until(others: Sequence[Stay], minute: int) -> int:
    """When a seat is taken next, if it is free at a minute; else that minute."""
    if not is_free(others, (Stay(minute, minute + 1),)):
        return minute
    return min((other.begins for other in others if other.begins > minute), default=minute + 1440)


def _text(name: str, changes: Sequence[tuple[int, Stay]], visitor: Coming) -> str:
    zone = visitor.entry.start.tzinfo
    *before, (last, _) = changes
    times = [
        f"{name} {seat} until {clock_text(moment_at(stay.ends, zone).timetz())}"
        for seat, stay in before
        if zone
    ]
    return f"no one {name} is free all the while: {', then '.join([*times, f'{name} {last}'])}"
