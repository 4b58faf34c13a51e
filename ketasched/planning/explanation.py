"""Why sessions of a course are not on their target at the asked time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from ketasched.domain.candidate import Reason
from ketasched.domain.wording import count_text, day_text
from ketasched.planning.best_days import Search
from ketasched.planning.distances import Link
from ketasched.planning.standing import Placed

WEEK = timedelta(weeks=1)


class Explanation:
    """What refused the targets of sessions that stand in a row, with the ``gaps`` to the ones
    before them, and the ``links`` to others.

    At the best placement there is a reason for every session that moved: otherwise it could go back
    to its target, and the course would be better.
    """

    def __init__(
        self,
        search: Search,
        placed: Sequence[Placed],
        gaps: Sequence[tuple[int, int | None]],
        links: Sequence[Link] = (),
    ) -> None:
        self.search = search
        self.placed = placed
        self.gaps = gaps
        self.links = links

    def of(self, index: int) -> tuple[Reason, ...]:
        """What refused the target of a step, or else which gap to which neighbour and what moved
        that one; then what refused the days nearer to the target.
        """
        session = self.placed[index]
        reasons = list(session.target.skipped)
        if session.target.number in self.search.fixed:
            return tuple(reasons)
        if session.day != session.target.day:
            in_the_way = self._neighbours_in_the_way(index)
            if self._is_legal(index):
                reasons += [self._with_root(index, *each) for each in in_the_way]
            else:
                reasons += self._why_not(index, session.target.day)
                reasons += self._on_the_way(index)
        return tuple(dict.fromkeys(reasons))

    def of_session(self, session: Placed) -> tuple[Reason, ...]:
        """What refused the target of a session, as of its step, and then what refused its time."""
        index, number = self.search.step_of[session.target.number], session.target.number
        if number in self.search.fixed:
            return session.target.skipped
        reasons = self.of(index)
        if session.moved_minutes:
            reasons += self.search.why_not_asked(index, session.day, number)
        return tuple(dict.fromkeys(reasons))

    def _is_legal(self, index: int) -> bool:
        return self.search.legal_start(index, self.placed[index].target.day) is not None

    def _why_not(self, index: int, day: date) -> tuple[Reason, ...]:
        return self.search.why_none(index, day)

    def _on_the_way(self, index: int) -> Iterator[Reason]:
        """What refused the days between a target and where its session stands, but for what is so
        every week.
        """
        session = self.placed[index]
        first, last = sorted((session.target.day, session.day))
        for day in (first + timedelta(days=number) for number in range(1, (last - first).days)):
            if not self.search.legal_start(index, day):
                around = [self._why_not(index, other) for other in (day - WEEK, day + WEEK)]
                weekly = {reason for reasons in around for reason in reasons}
                yield from (each for each in self._why_not(index, day) if each not in weekly)

    def _neighbours_in_the_way(self, index: int) -> Iterator[tuple[int, Reason]]:
        """Which neighbour is too near or too far for a session to be on its target, and how."""
        day = self.placed[index].target.day
        for neighbour, gap_index in ((index - 1, index), (index + 1, index + 1)):
            if not 0 <= neighbour < len(self.placed):
                continue
            other, name = self._edge(neighbour, index)
            days = (other - day).days if neighbour > index else (day - other).days
            if days == 0:
                yield neighbour, Reason("gap", f"{day_text(day)} is taken by {name}")
            elif days < 0:
                side = "after" if neighbour < index else "before"
                yield neighbour, Reason("gap", f"{day_text(day)} is not {side} {name}")
            else:
                where = f"from {name} ({day_text(other)})"
                reasons = gap_reasons(self.gaps[gap_index], [days], where, f"{day_text(day)} is ")
                yield from ((neighbour, reason) for reason in reasons)
        yield from self._linked_in_the_way(index, day)

    def _edge(self, neighbour: int, index: int) -> tuple[date, str]:
        """The day of the session of a neighbour that is next to a step, and its name."""
        search, place = self.search, -1 if neighbour < index else 0
        reaches = search.reaches(neighbour, self.placed[neighbour].day)
        day = reaches[place] if reaches else self.placed[neighbour].day
        return day, str(search.groups[neighbour][place])

    def _linked_in_the_way(self, index: int, day: date) -> Iterator[tuple[int, Reason]]:
        """Which session that need not be a neighbour is too near or too far, and how."""
        for link in self.links:
            if link.joins(index):
                neighbour = link.other(index)
                other = self.placed[neighbour]
                fault = link.between(index, day, other.day)
                if fault:
                    where = f"{link.side(index)} {other.target} ({day_text(other.day)})"
                    yield neighbour, Reason("apart", f"{day_text(day)} is not {fault} {where}")

    def _with_root(self, index: int, neighbour: int, reason: Reason) -> Reason:
        """The reason with what moved the neighbour, or what moved the one that moved that."""
        seen = {index}
        while neighbour not in seen:
            session = self.placed[neighbour]
            if session.target.number in self.search.fixed or session.day == session.target.day:
                break
            if not self._is_legal(neighbour):
                refused = (
                    *self._on_the_way(neighbour),
                    *self._why_not(neighbour, session.target.day),
                )
                text = f"{reason.text}, which moved: {refused[0].text}"
                return reason._replace(text=text, detail=refused[0].detail)
            seen.add(neighbour)
            further = [other for other, _ in self._neighbours_in_the_way(neighbour)]
            neighbour = next((other for other in further if other not in seen), index)
        return reason


def gap_reasons(
    gap: tuple[int, int | None], days: Sequence[int], where: str, what: str = ""
) -> list[Reason]:
    """What a gap has against all of some distances in days; none if it has nothing."""
    least, most = gap
    faults = []
    if any(number < least for number in days):
        faults.append(f"less than {count_text(least, 'day')}")
    if most is not None and any(number > most for number in days):
        faults.append(f"more than {count_text(most, 'day')}")
    return [Reason("gap", f"{what}{' or '.join(faults)} {where}")] if faults else []
