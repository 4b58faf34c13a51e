"""``ketasched check NEW --against OLD``: what an amendment changes, and what of running courses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ketasched import clock
from ketasched.cli.amend import Version, take_over, taken_notes, version_in, version_notes
from ketasched.cli.result import Result
from ketasched.domain.amendment import Difference, differences
from ketasched.domain.wording import count_text, list_text
from ketasched.errors import KetaschedError
from ketasched.records.amended import Choices
from ketasched.records.folder import no_record, open_folder, unread_text
from ketasched.records.open import name_of
from ketasched.reports.running_report import Call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ketasched.domain.protocol import Protocol
    from ketasched.records.folder import Unread
    from ketasched.records.open import Opened


class NotEverywhere(KetaschedError):
    """A running course cannot take the new version over, or cannot be read."""

    code = "not-everywhere"
    exit_code = 1


class Compared(NamedTuple):
    """A protocol that both files have, and what the new one says otherwise."""

    before: Protocol
    after: Protocol
    differences: list[Difference]


class Amendment(NamedTuple):
    """What a file says otherwise than another: of the protocols that both have, and which only one
    has.
    """

    compared: list[Compared]
    added: list[str]
    gone: list[str]


class Running(NamedTuple):
    """What the running courses of a folder would come to: what moves, or why it cannot be; how many
    others there are, and what could not be read.
    """

    calls: list[Call]
    notes: list[str]
    others: int
    unread: list[Unread]

    @property
    def refused(self) -> list[Call]:
        """Those that cannot take it over."""
        return [call for call in self.calls if call.after is None]


def checked_against(new: str, old: str, folder: str) -> Result:
    """What one protocol file says otherwise than another, and with a ``folder`` what of its
    running courses would move. Nothing is written.

    Raises:
        FileTrouble, FileProblems: a file cannot be read, or is not sound.
        UsageProblem: there is no such folder, or no record in it.
    """
    version = version_in(new)
    amendment = _amendment(version_in(old), version)
    running = _running(Path(folder), version, amendment) if folder else None

    def page() -> str:
        from ketasched.cli.terminal.amendment import amendment_page

        return amendment_page(f"{new} against {old}", amendment, running)

    def report() -> dict[str, object]:
        from ketasched.reports.amendment_report import amendment_report

        compared = [(each.before, each.after, each.differences) for each in amendment.compared]
        courses = running and (running.calls, running.others, running.unread)
        return amendment_report(compared, amendment.added, amendment.gone, courses)

    return Result(
        page,
        report,
        notes=[*_notes(amendment), *(running.notes if running else ())],
        trouble=_trouble(running) if running else None,
    )


def _amendment(old: Version, new: Version) -> Amendment:
    before, after = ({k: v.protocol for k, v in each.protocols.items()} for each in (old, new))
    compared = [
        Compared(before[name], protocol, differences(before[name], protocol))
        for name, protocol in after.items()
        if name in before
    ]
    added = [name for name in after if name not in before]
    return Amendment(compared, added, [name for name in before if name not in after])


def _notes(amendment: Amendment) -> Iterator[str]:
    for before, after, found in amendment.compared:
        for note in version_notes(before.version, after.version, found):
            yield note if len(amendment.compared) == 1 else f"{note} ({after.id})"


def _running(folder: Path, version: Version, amendment: Amendment) -> Running:
    opened, unread = open_folder(folder, clock.now())
    if not opened and not unread:
        raise no_record(folder)
    calls: list[Call] = []
    notes: list[str] = []
    others = 0
    for each in opened:
        known = each.record.protocol.id in {*version.protocols, *amendment.gone}
        if known and _is_running(each):
            calls.append(_call(each, version, notes))
        else:
            others += 1
    return Running(calls, notes, others, unread)


def _is_running(opened: Opened) -> bool:
    return any(session.start > opened.here for session in opened.record.course.live)


def _call(opened: Opened, version: Version, notes: list[str]) -> Call:
    name, course = name_of(Path(opened.path.name)), opened.record.course
    try:
        taken = take_over(opened, version, Choices())
    except KetaschedError as error:
        return Call(name, course, None, f"{error.message}; {error.hint}".removesuffix("; "))
    notes += [f"{name}: {note}" for note in taken_notes(opened, taken)]
    return Call(name, course, taken.after.course)


def _trouble(running: Running) -> NotEverywhere | None:
    if not running.refused and not running.unread:
        return None
    names = list_text([call.name for call in running.refused])
    count = count_text(len(running.refused), "running course")
    message = f"{count} cannot take it over: {names}" if running.refused else "not all can be read"
    return NotEverywhere(message, unread_text(running.unread), shown=True)
