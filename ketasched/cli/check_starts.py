"""``ketasched check FILE --starts``: from which starts the protocols of a file can be kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from ketasched import clock
from ketasched.asking import library
from ketasched.asking.intake import understand_terms
from ketasched.asking.surroundings import (
    clinic_file,
    clinic_here,
    protocol_folders,
    protocols_file,
)
from ketasched.asking.values import read
from ketasched.cli.result import Result
from ketasched.cli.suggest_request import SuggestRequest
from ketasched.domain.typed_dates import read_span
from ketasched.domain.wording import day_text
from ketasched.errors import KetaschedError, UsageProblem
from ketasched.planning.all_starts import all_starts
from ketasched.planning.suggest import LONGEST_RANGE
from ketasched.progress import counting
from ketasched.reports.all_starts_report import StartsOf, all_starts_report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from ketasched.asking.intake import Understood
    from ketasched.domain.protocol import Protocol


_BEYOND = timedelta(weeks=4)
"""How far beyond the last start a protocol without an end is laid out."""


class NeverKept(KetaschedError):
    """A protocol has no course from any start of the range."""

    code = "no-placement"
    exit_code = 1


def protocol_of(name: str, clinic: str) -> Protocol:
    """The protocol of an id, as `plan` finds it: built in, or of a file that has its name.

    Raises:
        UsageProblem: there is none of that id.
        FileTrouble, FileProblems: a file it might be in, or the clinic's.
    """
    file = clinic_file(clinic) or clinic_here(None)
    folders = protocol_folders("", file)
    return library.find(name, protocols_file("", file), folders).protocol


def checked_starts(
    protocols: Sequence[Protocol], path: str, typed: str, clinic: str, holidays: str = ""
) -> Result:
    """What becomes of the protocols of a file at ``path`` (empty: found by their ids) from every
    start of a range as ``typed``, at the clinic of a file, with the public holidays of a place.

    Raises:
        UsageProblem: the range cannot be read, or is too long; or no such place is known.
        FileTrouble, FileProblems: the clinic's file.
    """
    now = clock.now()
    first, last = read("--starts", lambda text: read_span(text, now.date()), typed)
    if (last - first).days >= LONGEST_RANGE:
        raise UsageProblem("--starts: that is more than three years", "look at less")
    at = SuggestRequest(
        protocol="", protocols=path, clinic=clinic, holidays=holidays, first="", last=""
    )
    tried = list(_tried(protocols, at, (first, last)))
    never = [starts.protocol for _, starts in tried if not starts.kept]
    trouble = None
    if never:
        told = "cannot be kept from any of these starts"
        trouble = NeverKept(f"{', '.join(dict.fromkeys(never))} {told}", shown=True)
    kept = str(tried[0][0].surroundings.holidays or "")
    return Result(
        lambda: _page(tried, first, last),
        lambda: all_starts_report([starts for _, starts in tried], first, last, kept),
        notes=list(dict.fromkeys(_left_out(tried))),
        trouble=trouble,
    )


def _tried(
    protocols: Sequence[Protocol], at: SuggestRequest, span: tuple[date, date]
) -> Iterator[tuple[Understood, StartsOf]]:
    for protocol in protocols:
        endless = all(phase.sessions is None for phase in protocol.phases)
        until = (span[1] + _BEYOND).isoformat() if endless else ""
        for arm in [each.name for each in protocol.arms] or [""]:
            request = replace(at, protocol=protocol.id, arm=arm, until=until)
            terms = understand_terms(request, clock.now())
            with counting("trying", "starts") as tell:
                starts = list(all_starts(terms.order, *span, tell))
            yield terms, StartsOf(protocol.id, protocol.title, arm, starts)


def _page(tried: Sequence[tuple[Understood, StartsOf]], first: date, last: date) -> str:
    from ketasched.cli.terminal.all_starts import all_starts_page

    return all_starts_page(tried, first, last)


def _left_out(tried: Sequence[tuple[Understood, StartsOf]]) -> Iterator[str]:
    for terms, starts in tried:
        names = " and ".join(terms.order.layout.left_out)
        if names:
            yield f"note: {starts.protocol}: {names} is open-ended and left out"
        until = next((each.until for each in terms.order.layout.stretches if each.until), None)
        if until:
            yield f"note: {starts.protocol} is open-ended: tried until {day_text(until)}"
        if not terms.surroundings.holidays:
            yield "note: no holidays are kept; to name them: --holidays US, or --clinic FILE"
