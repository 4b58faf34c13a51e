"""The sets of weekdays that give so many sessions a week."""

from __future__ import annotations

from itertools import combinations

from ketasched.domain.cadence import Gap, PerWeek


def weekday_patterns(
    cadence: PerWeek,
    gap: Gap,
    first_weekday: int,
    open_weekdays: frozenset[int],
    *,
    running: bool = False,
) -> list[tuple[int, ...]]:
    """The sets of weekdays that give a cadence, the first weekday first; the most even set first.

    Most even is the least sum of squared gaps round one week; ties go to the days that come
    earliest counted from the first weekday. Up to three a week never use two days ``running``,
    unless that is asked for.
    """
    if first_weekday not in open_weekdays:
        return []
    later = sorted((day - first_weekday) % 7 for day in open_weekdays - {first_weekday})
    offsets = [
        (0, *rest)
        for rest in combinations(later, cadence.sessions - 1)
        if keeps_gaps((0, *rest), cadence, gap)
        and (
            running or cadence.sessions > 3 or min(_gaps_round((0, *rest), 7 * cadence.every)) >= 2
        )
    ]
    offsets.sort(key=lambda o: (sum(days**2 for days in _gaps_round(o, 7)), o))
    return [tuple((first_weekday + offset) % 7 for offset in spread) for spread in offsets]


def keeps_gaps(offsets: tuple[int, ...], cadence: PerWeek, gap: Gap) -> bool:
    """Whether days counted from the first weekday keep minimum and maximum gap round the cycle."""
    return all(gap.holds(days) for days in _gaps_round(offsets, 7 * cadence.every))


def _gaps_round(offsets: tuple[int, ...], cycle: int) -> list[int]:
    return [
        later - earlier
        for earlier, later in zip(offsets, (*offsets[1:], cycle + offsets[0]), strict=True)
    ]
