"""A record and a calendar on a server: what is there, what goes there, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ketasched.errors import FileTrouble, NetworkTrouble
from ketasched.progress import counting
from ketasched.publishing.edits import DELETED, Judged
from ketasched.publishing.server import CalendarServer
from ketasched.publishing.sync import UNCHANGED, Edit, Mine, Outcome, State, Step, Sync, resources
from ketasched.records.open import Opened
from ketasched.records.record import Audience, Published, ToldEntry
from ketasched.records.told_calendars import calendar_of, view_for
from ketasched.records.write import after_writing, write, write_with


class Wishes(NamedTuple):
    """For whom, and what to do about what somebody else changed."""

    audience: Audience
    only_look: bool = False
    accept: bool = False
    overwrite: bool = False
    remove: bool = False


def entries_of(opened: Opened, wishes: Wishes) -> Mine:
    """The entries that should be on the server, each with the bytes of the calendar file."""
    if wishes.remove:
        return Mine({}, {})
    view = view_for(opened.task, wishes.audience)
    calendar = calendar_of(opened.task, opened.record.course, opened.record.told, view)
    alone = ((uid, calendar.resource(uid)) for uid in calendar.entries)
    return resources(alone, opened.task.zone.tzinfo)


class Work(NamedTuple):
    """What is to do for a record: the entries as they should be, and the steps to it."""

    opened: Opened
    sync: Sync
    mine: Mine
    steps: list[Step]


class Desk:
    """Work with one calendar on a server."""

    def __init__(self, address: str, server: CalendarServer, listing: dict[str, str]) -> None:
        self.address = address
        self.server = server
        self.listing = listing

    def compare(self, opened: Opened, wishes: Wishes) -> tuple[Work, list[Edit]]:
        """What is to do for a record, and what somebody else did."""
        known = opened.record.published.get(self.address, {})
        states = {uid: State(*one) for uid, one in known.items()}
        if wishes.remove:  # also what was sent by another copy of the record
            whole = entries_of(opened, wishes._replace(remove=False))
            for uid in whole.data:
                states.setdefault(uid, State("", whole.digest(uid)))
        if wishes.overwrite:  # also what was let stand before
            states = {
                uid: one._replace(theirs=False, etag="", octets="") if one.theirs else one
                for uid, one in states.items()
            }
        return self._work(opened, wishes, states, {})

    def decide(
        self, opened: Opened, wishes: Wishes, work: Work, judged: Sequence[Judged]
    ) -> tuple[Work, list[Edit]]:
        """What is to do after a decision about edits, and those that need another now that ours
        has changed. In the place of what somebody wrote goes an entry with a higher SEQUENCE than
        theirs.
        """
        decided = {one.edit.uid: one.edit for one in judged if one.done and not one.let_stand}
        opened = outranked(opened, wishes.audience, list(decided.values()))
        mine = entries_of(opened, wishes)
        for one in judged:
            if one.let_stand:
                # Who deletes a session's entry does not want it back as a cancelled one; words
                # stand only where ours have not changed with what was accepted.
                told = mine if one.what == DELETED and one.number else work.mine
                work.sync.let_stand(one.edit, told.digest(one.edit.uid))
        return self._work(opened, wishes, work.sync.states, decided)

    def _work(
        self,
        opened: Opened,
        wishes: Wishes,
        states: Mapping[str, State],
        decided: Mapping[str, Edit],
    ) -> tuple[Work, list[Edit]]:
        sync = Sync(self.server, self.listing, opened.task.zone.tzinfo)
        mine = entries_of(opened, wishes)
        steps, edits = sync.compare(mine, states, decided)
        return Work(opened, sync, mine, steps), edits

    def carry_out(self, work: Work, outcome: Outcome) -> None:
        """Send what is to be sent. The record says first what that is, and afterwards what came of
        it, also when it is stopped half way; what stopped it is in the outcome.

        Raises:
            FileTrouble: the record was changed by somebody else meanwhile; nothing was sent then.
        """
        opened, sync, mine, steps = work
        if any(step.what != UNCHANGED for step in steps):
            sync.announce(steps, mine)
            opened = self._keep(opened, sync)
        try:
            with counting("publishing", opened.record.name) as tell:
                sync.carry_out(steps, mine, outcome, tell)
        except NetworkTrouble as trouble:
            outcome.troubles.append(trouble)
        finally:
            try:
                self._keep(opened, sync)
            except FileTrouble as trouble:
                hint = "what was sent is there: publish again, and it is known again"
                outcome.troubles.append(FileTrouble(trouble.message, hint, trouble.file))

    def _keep(self, opened: Opened, sync: Sync) -> Opened:
        """The record, knowing what the server has."""
        entries = {uid: Published(*state) for uid, state in sync.states.items()}
        if dict(opened.record.published.get(self.address, {})) == entries:
            return opened
        published = {**opened.record.published, self.address: entries}
        if not entries:
            del published[self.address]
        record = opened.record._replace(published=published)
        record = write_with(opened, record, opened.path, {}, keep_before=False)
        return after_writing(opened, record)


def outranked(opened: Opened, audience: str, edits: Sequence[Edit]) -> Opened:
    """A record with a SEQUENCE for each edited entry above the one it has on the server, written
    with its calendars if need be.
    """
    theirs = {one.uid: one.theirs.sequence for one in edits if one.theirs}

    def above(one: ToldEntry) -> ToldEntry:
        if one.audience != audience or theirs.get(one.uid, -1) < one.sequence:
            return one
        later = max(opened.now, one.modified)
        return one._replace(sequence=theirs[one.uid] + 1, modified=later)

    kept = tuple(above(one) for one in opened.record.told)
    if kept == opened.record.told:
        return opened
    record = opened.record._replace(told=kept)
    return after_writing(opened, write(opened, record, opened.path, opened.task))
