"""A record and a calendar on a server: what is there, what goes there, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ketasched.calendar.entry_text import Audience
from ketasched.errors import FileTrouble, NetworkTrouble
from ketasched.progress import counting
from ketasched.publishing.edits import JudgedEdit
from ketasched.publishing.our_entries import OurEntries
from ketasched.publishing.server import CalendarServer
from ketasched.publishing.sync import Action, Edit, Sync, SyncResult
from ketasched.records.following import content_of, drift_of
from ketasched.records.open import Opened
from ketasched.records.record import PublishedEntry, ToldEntry
from ketasched.records.told_calendars import calendar_of, view_for
from ketasched.records.write import after_writing, write_with


class PublishChoices(NamedTuple):
    """For whom, and what to do about what somebody else changed."""

    audience: Audience
    only_look: bool = False
    accept: bool = False
    overwrite: bool = False
    remove: bool = False


def entries_of(opened: Opened, audience: Audience) -> OurEntries:
    """The entries of a record for an audience, each with the bytes of the calendar file."""
    view = view_for(opened.task, audience)
    calendar = calendar_of(opened.task, opened.record.course, opened.record.told, view)
    return OurEntries(calendar, opened.task.zone.tzinfo)


class Work(NamedTuple):
    """What is to do for a record: ``entries`` are all it has for the audience, ``ours`` those that
    should be on the server, ``actions`` what brings them there.
    """

    opened: Opened
    sync: Sync
    entries: OurEntries
    ours: OurEntries
    actions: list[Action]


class Desk:
    """Work with one calendar on a server."""

    def __init__(self, address: str, server: CalendarServer, listing: dict[str, str]) -> None:
        self.address = address
        self.server = server
        self.listing = listing

    def compare(self, opened: Opened, choices: PublishChoices) -> tuple[Work, list[Edit]]:
        """What is to do for a record, and what somebody else did."""
        published = dict(opened.record.published.get(self.address, {}))
        entries = entries_of(opened, choices.audience)
        if choices.remove:  # also what was sent by another copy of the record
            for uid in entries.resources:
                published.setdefault(uid, PublishedEntry(sent=entries.digest(uid)))
        if choices.overwrite:  # also what was let stand before
            published = {uid: _taken_back(entry) for uid, entry in published.items()}
        return self._work(opened, choices, entries, published, {})

    def decide(
        self,
        opened: Opened,
        choices: PublishChoices,
        work: Work,
        judged: Sequence[JudgedEdit],
    ) -> tuple[Work, list[Edit]]:
        """What is to do after a decision about edits, and those that need another now that ours
        has changed. In the place of what somebody wrote goes an entry with a higher SEQUENCE than
        theirs; what is put back has a higher one than it had, since who took it away must see that
        it is new.
        """
        settled = [edit for edit in judged if edit.done]
        decided = {edit.edit.uid: edit.edit for edit in settled if not edit.let_stand}
        put_back = {edit.edit.uid for edit in settled if edit.done == "overwritten"}
        floors = {
            entry.uid: entry.sequence + 1
            for entry in opened.record.told
            if entry.audience == choices.audience and entry.uid in put_back
        }
        for uid, theirs in ((uid, edit.theirs) for uid, edit in decided.items()):
            if theirs:
                floors[uid] = max(floors.get(uid, 0), theirs.sequence + 1)
        opened = outranking(opened, choices.audience, floors)
        entries = entries_of(opened, choices.audience)
        now = _wanted(entries, choices)
        for edit in judged:
            if edit.let_stand:
                # Who deletes a session's entry does not want it back as a cancelled one; words
                # stand only where ours have not changed with what was accepted.
                deleted = edit.kind == "deleted" and edit.handle
                shown = now if deleted else work.ours
                work.sync.let_stand(edit.edit, shown.digest(edit.edit.uid))
        return self._work(opened, choices, entries, work.sync.published, decided)

    def _work(
        self,
        opened: Opened,
        choices: PublishChoices,
        entries: OurEntries,
        published: Mapping[str, PublishedEntry],
        decided: Mapping[str, Edit],
    ) -> tuple[Work, list[Edit]]:
        sync = Sync(self.server, self.listing, opened.task.zone.tzinfo)
        ours = _wanted(entries, choices)
        actions, edits = sync.compare(ours, published, decided)
        if not choices.only_look:
            # Whoever raised it: SEQUENCE falls below nothing that a server shows.
            floors = {
                action.uid: sync.shown[action.uid] + (action.kind == "changed")
                for action in actions
                if action.uid in sync.shown
            }
            raised = outranking(opened, choices.audience, floors)
            if raised is not opened:
                entries = entries_of(raised, choices.audience)
                return self._work(raised, choices, entries, published, decided)
        return Work(opened, sync, entries, ours, actions), edits

    def carry_out(self, work: Work, result: SyncResult) -> None:
        """Send what is to be sent. The record says first what that is, and afterwards what came of
        it, also when it is stopped half way; what stopped it is in the result.

        Raises:
            FileTrouble: the record was changed by somebody else meanwhile; nothing was sent then.
        """
        opened, sync = work.opened, work.sync
        if any(action.kind != "unchanged" for action in work.actions):
            sync.announce(work.actions, work.ours)
            opened = self._keep(opened, sync)
        try:
            with counting("publishing", opened.record.name) as progress:
                sync.carry_out(work.actions, work.ours, result, progress)
        except NetworkTrouble as trouble:
            result.troubles.append(trouble)
        finally:
            try:
                self._keep(opened, sync)
            except FileTrouble as trouble:
                hint = "what was sent is there: publish again, and it is known again"
                result.troubles.append(FileTrouble(trouble.message, hint, trouble.file))

    def _keep(self, opened: Opened, sync: Sync) -> Opened:
        """The record, knowing what the server has."""
        if dict(opened.record.published.get(self.address, {})) == sync.published:
            return opened
        published = {**opened.record.published, self.address: dict(sync.published)}
        if not sync.published:
            del published[self.address]
        record = opened.record._replace(published=published)
        record = write_with(opened, record, opened.path, {}, keep_before=False)
        return after_writing(opened, record)


def _wanted(entries: OurEntries, choices: PublishChoices) -> OurEntries:
    return OurEntries(None, entries.place) if choices.remove else entries


def _taken_back(entry: PublishedEntry) -> PublishedEntry:
    """An entry in which nobody else's words are to stand any more."""
    return entry._replace(theirs=False, etag="", octets="") if entry.theirs else entry


def outranking(opened: Opened, audience: Audience, floors: Mapping[str, int]) -> Opened:
    """A record in which no SEQUENCE of an audience is lower than it must be, by UID. If one rises
    it is written, with those of its calendars that nobody altered.
    """

    def raised(entry: ToldEntry) -> ToldEntry:
        floor = floors.get(entry.uid, 0)
        if entry.audience != audience or floor <= entry.sequence:
            return entry
        return entry._replace(sequence=floor, modified=max(opened.now, entry.modified))

    told = tuple(raised(entry) for entry in opened.record.told)
    if told == opened.record.told:
        return opened
    record = opened.record._replace(told=told)
    written = {
        file.path: content_of(opened.task, record, file)
        for file in record.following
        if not drift_of(opened.path, file)
    }
    record = write_with(opened, record, opened.path, written, keep_before=False)
    return after_writing(opened, record)
