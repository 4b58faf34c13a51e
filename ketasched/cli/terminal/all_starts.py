"""What becomes of a protocol from every start of a range."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from ketasched.cli.suggested import setting_facts
from ketasched.cli.terminal.page import NARROW, Page, titled_table
from ketasched.domain.wording import WEEKDAY_NAMES, count_text, day_text
from ketasched.reports.all_starts_report import StartsOf, moves_by_holidays

if TYPE_CHECKING:
    from rich.table import Table

    from ketasched.asking.intake import Understood
    from ketasched.planning.all_starts import RefusedStart


def all_starts_page(tried: Sequence[tuple[Understood, StartsOf]], first: date, last: date) -> str:
    """How many starts can be kept, by weekday; why the others cannot; what holidays do."""
    page = Page()
    for number, (terms, starts) in enumerate(tried):
        if number:
            page.add("")
        arm = f", arm {starts.arm}" if starts.arm else ""
        page.add_title(f"{starts.title}{arm}")
        page.add_facts(setting_facts(terms))
        page.add_facts([("Starts", f"{day_text(first)} to {day_text(last)}")])
        page.add("", _by_weekday(starts, narrow=page.width < NARROW), "", *_totals(starts))
        refused = list(_refusals(starts.refused))
        if refused:
            page.add("", "Not from:")
            page.add_items(refused)
    return page.text()


def _by_weekday(starts: StartsOf, *, narrow: bool) -> Table:
    more = ("Pause", "Moved") if narrow else ("With a pause", "Moved by holidays")
    counts = ("Kept", "Of", *more)
    table = titled_table("Start", *counts, right=counts, whole=("Start",))
    for weekday, name in enumerate(WEEKDAY_NAMES):
        on = starts.on(weekday)
        if on.starts:
            pauses = sum(start.pauses for start in on.kept)
            moves = moves_by_holidays(on.kept)
            figures = (len(on.kept), len(on.starts), pauses, moves.sessions)
            table.add_row(name, *map(str, figures))
    return table


def _totals(starts: StartsOf) -> Iterator[str]:
    kept, moves = starts.kept, moves_by_holidays(starts.kept)
    count = count_text(len(starts.starts), "start")
    yield f"{len(kept)} of {count} can be kept."
    if moves.sessions:
        mean = moves.days / moves.sessions
        yield (
            f"Holidays move {moves.sessions:,} of {moves.of:,} sessions, by {mean:.1f} days on the "
            f"average and {moves.most} at most, in {count_text(moves.starts, 'course')}."
        )
    elif kept:
        yield "No session is moved by a holiday."


def _refusals(refused: Sequence[RefusedStart]) -> Iterator[str]:
    """Each phase that has no place, and each reason against a start itself, with how many starts
    there are of it, and the first of these.
    """
    alike: dict[str, list[RefusedStart]] = {}
    for start in refused:
        alike.setdefault(f"phase {start.phase}" if start.phase else start.text, []).append(start)
    for what, starts in sorted(alike.items(), key=lambda each: -len(each[1])):
        first = starts[0]
        count = "1 start," if len(starts) == 1 else f"{len(starts)} starts, the first"
        then = f"; then session {first.session} has {first.text}" if first.phase else ""
        yield f"{count} {day_text(first.start)}: {what}{then}"
