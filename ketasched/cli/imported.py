"""A table of courses that already run, taken in: what is new, what has grown, what is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ketasched.asking.into_folder import IntoFolder
from ketasched.asking.moving_in import (
    Known,
    Newcomer,
    Told,
    newcomer,
    protocol_called,
    told_of,
)
from ketasched.cli.known_courses import Grown, grown
from ketasched.cli.moving_in import Arrival, arrivals, records_of
from ketasched.records.acts import new_folder_act
from ketasched.records.places import as_it_is_there, why_no_name
from ketasched.reports.import_report import GrownCourse, ImportedCourse, KeptSession, NotImported

if TYPE_CHECKING:
    from ketasched.domain.protocol import Protocol
    from ketasched.files.course_table.course_table import CourseTable


class Imported(NamedTuple):
    """What a table comes to: courses that move in, and records of which it says more, or not."""

    into: IntoFolder
    file: str
    arrivals: Sequence[Arrival]
    known: Sequence[Grown]

    @property
    def reported(
        self,
    ) -> tuple[list[ImportedCourse], list[GrownCourse], list[str], list[NotImported]]:
        """What is told of it: new courses, grown ones, the names of those that are as they were,
        and those that cannot be planned on.
        """
        new = [
            ImportedCourse(
                each.newcomer.told.name,
                str(each.newcomer.told.path),
                each.moved.course,
                list(_kept(each)),
                each.moved.notes,
            )
            for each in self.arrivals
            if each.moved
        ]
        changed = [
            GrownCourse(each.after.name, str(each.opened.path), each.whats)
            for each in self.known
            if each.whats
        ]
        same = [each.after.name for each in self.known if not each.whats]
        out = [NotImported(each.newcomer.told.name, each.why) for each in self.arrivals if each.why]
        return new, changed, same, out


def imported(table: CourseTable, into: IntoFolder) -> Imported:
    """What a table comes to; nothing is written.

    Raises:
        FileProblems: all that is wrong with its lines.
        KetaschedError: a record that it speaks of cannot be read.
    """
    newcomers: list[Newcomer] = []
    known: list[Grown] = []
    called: dict[str, Protocol | None] = {}
    terms: Known = {}
    act = new_folder_act()
    for told in told_of(table, into):
        protocol = _protocol(table, told, into, called)
        if why := why_no_name(told.path.name):
            table.fault(told.lines[0].name, why, "write the name otherwise")
            continue
        path = as_it_is_there(told.path)
        if protocol and path.exists():
            record = grown(table, told._replace(path=path), protocol.id, into, act)
            known += [record] if record else []
        elif protocol:
            new = newcomer(table, told, protocol, into, terms)
            newcomers += [new] if new else []
    table.table.finish()
    there = arrivals(newcomers, into.folder, into.now)
    return Imported(into, table.table.file, there, known)


def write(outcome: Imported) -> None:
    """Write the records of all that is new: first what has grown, then what moved in; of each all
    or none.

    Raises:
        FileTrouble, NoRoom: they cannot be written.
    """
    from ketasched.records.write import write_all
    from ketasched.records.write_new import write_new

    changed = [(each.opened, each.after) for each in outcome.known if each.whats]
    news = records_of(outcome.arrivals, f"moved in from {outcome.file}", outcome.into.now)
    if changed:
        write_all(changed)
    if news:
        write_new(news)


def _protocol(
    table: CourseTable, told: Told, into: IntoFolder, called: dict[str, Protocol | None]
) -> Protocol | None:
    """The protocol of a course, as some are ``called``; None after noting that there is none."""
    if told.protocol not in called:
        try:
            called[told.protocol] = protocol_called(told.protocol, into)
        except ValueError as error:
            message, hint = error.args
            written = (line.protocol for line in told.lines if line.protocol.text)
            cell = next(written, told.lines[0].name)
            table.fault(cell, message, hint)
            called[told.protocol] = None
    return called[told.protocol]


def _kept(arrival: Arrival) -> Iterator[KeptSession]:
    for rule in arrival.moved.broken if arrival.moved else ():
        session = arrival.moved.course.session(rule.session) if arrival.moved else None
        if session:
            yield KeptSession(rule.session, session.start, session.status, rule.name, rule.text)
