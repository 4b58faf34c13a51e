"""What a calendar on a server lacks of a course, and what somebody else changed there.

An entry is ours as long as a reader sees in it what we last sent, or were about to send when we
were stopped: servers write entries anew in words of their own, and their ETags change with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from ketasched.errors import KetaschedError, NetworkTrouble
from ketasched.publishing.our_entries import OurEntries, file_name
from ketasched.publishing.server import CalendarServer, EntryConflict, EntryRefused, Resource
from ketasched.publishing.server_entry import UNREADABLE, Appearance, appearance_of
from ketasched.records.record import PublishedEntry

ActionKind = Literal["created", "changed", "removed", "unchanged"]
ACTION_KINDS: tuple[ActionKind, ...] = ("created", "changed", "removed", "unchanged")

_UNKNOWN = PublishedEntry()


class Action(NamedTuple):
    """Something to do with an entry, if its ETag is still that one."""

    uid: str
    kind: ActionKind
    etag: str = ""


class Edit(NamedTuple):
    """What somebody else did to an entry: it is ``theirs`` now, or gone (None)."""

    uid: str
    theirs: Appearance | None
    etag: str = ""


class SyncResult(NamedTuple):
    """What came of a run: how many entries were created, changed, removed and left, those that the
    server refused with why, edits that came in between, and what went wrong besides.
    """

    counts: dict[ActionKind, int]
    refusals: dict[str, str]
    edits: list[Edit]
    troubles: list[KetaschedError]


class Sync:
    """One course and one calendar. ``published``, what we know of the entries there, is kept up
    while the work goes on; ``shown`` has the SEQUENCE of each entry that was read there.
    """

    def __init__(self, server: CalendarServer, listing: Mapping[str, str], place: ZoneInfo) -> None:
        self.server = server
        self.listing = dict(listing)
        self.place = place
        self.published: dict[str, PublishedEntry] = {}
        self.shown: dict[str, int] = {}

    def compare(
        self,
        ours: OurEntries,
        published: Mapping[str, PublishedEntry],
        decided: Mapping[str, Edit],
    ) -> tuple[list[Action], list[Edit]]:
        """What is to do, and what somebody else did; entries that only have to be known again are
        noted in ``published``. Where it was ``decided`` so, ours takes the place of theirs.

        Raises:
            NetworkTrouble: the server cannot be asked.
        """
        self.published = dict(published)
        actions: list[Action] = []
        edits: list[Edit] = []
        for uid in dict.fromkeys((*ours.resources, *published)):
            if uid in decided:
                actions.append(self._overruling(decided[uid], ours))
                continue
            difference = self._compare(uid, ours)
            if isinstance(difference, Action):
                actions.append(difference)
            else:
                edits.append(difference)
        return actions, edits

    def _compare(self, uid: str, ours: OurEntries) -> Action | Edit:
        entry = self.published.get(uid, _UNKNOWN)
        etag = self.listing.get(file_name(uid), "")
        if etag and entry.etag == etag and not entry.theirs and uid in ours.resources:
            same = entry.octets == ours.octets(uid)
            return Action(uid, "unchanged" if same else "changed", etag)
        wanted = ours.digest(uid)
        if etag and entry.etag == etag and entry.theirs and entry.sent == wanted:
            return Action(uid, "unchanged")
        if etag and entry.etag == etag and not entry.theirs:
            return Action(uid, "removed", etag)
        kept_out = entry.theirs and not entry.etag and entry.sent == wanted
        known = entry.sent or entry.sending
        if file_name(uid) not in self.listing and (kept_out or not known):
            return Action(uid, "unchanged" if kept_out or not wanted else "created")
        return self._compare_resource(uid, ours, entry, etag)

    def _compare_resource(
        self, uid: str, ours: OurEntries, entry: PublishedEntry, listed: str
    ) -> Action | Edit:
        """An entry that must be read: a list may be cut short, and what it lacks is gone only if it
        is not to be had either.
        """
        resource = self.server.read(file_name(uid))
        if resource is None:
            return self._not_there(uid, ours, entry)
        etag = listed if resource.etag.startswith("W/") and listed else resource.etag or listed
        if not etag:
            raise NetworkTrouble(
                f"{self.server.address} gives no ETags, so nothing can be written safely",
                "publish to another server, or serve the calendar with feed",
            )
        return self._changed_there(uid, ours, entry, resource._replace(etag=etag))

    def _changed_there(
        self, uid: str, ours: OurEntries, entry: PublishedEntry, resource: Resource
    ) -> Action | Edit:
        """An entry whose ETag we do not know: ours in other words, or somebody else's."""
        wanted, appearance = ours.digest(uid), ours.appearance(uid)
        theirs = self._appearance(resource)
        self.shown[uid] = theirs.sequence
        own = {wanted} if entry.theirs else {wanted, entry.sent, entry.sending}
        if theirs.digest not in own:
            return Edit(uid, theirs, resource.etag)
        if appearance and theirs.digest == wanted and theirs.sequence >= appearance.sequence:
            self._note_sent(uid, ours, resource.etag)
            return Action(uid, "unchanged")
        return Action(uid, "changed" if wanted else "removed", resource.etag)

    def _not_there(self, uid: str, ours: OurEntries, entry: PublishedEntry) -> Action | Edit:
        appearance = ours.appearance(uid)
        if appearance is None:
            self.published.pop(uid, None)
            return Action(uid, "unchanged")
        if not entry.sent:
            return Action(uid, "created")
        if appearance.is_cancelled:  # who took it out need not be told that it is off
            self.published[uid] = PublishedEntry(sent=appearance.digest, theirs=True)
            return Action(uid, "unchanged")
        return Edit(uid, None)

    def _overruling(self, edit: Edit, ours: OurEntries) -> Action:
        """The action that puts ours in the place of what somebody did."""
        wanted = edit.uid in ours.resources
        if edit.theirs is None:
            return Action(edit.uid, "created" if wanted else "unchanged")
        return Action(edit.uid, "changed" if wanted else "removed", edit.etag)

    def let_stand(self, edit: Edit, wanted: str) -> None:
        """What somebody did stands, until ours is no longer what was ``wanted`` then."""
        self.published[edit.uid] = PublishedEntry(edit.etag, wanted, theirs=True)

    def announce(self, actions: list[Action], ours: OurEntries) -> None:
        """Note what is about to be sent, so that it is known again if we are stopped."""
        for action in actions:
            if action.kind in ("created", "changed"):
                before = self.published.get(action.uid, _UNKNOWN)
                self.published[action.uid] = before._replace(sending=ours.digest(action.uid))

    def carry_out(
        self,
        actions: list[Action],
        ours: OurEntries,
        result: SyncResult,
        progress: Callable[[int, int], None],
    ) -> None:
        """Do what is to do, one entry after the other; ``result`` and ``published`` grow with each,
        so they hold also when it is stopped half way. ``progress`` hears how far it is.

        Raises:
            NetworkTrouble: the server cannot be reached any more, or refuses everything.
        """
        work = [action for action in actions if action.kind != "unchanged"]
        result.counts["unchanged"] += len(actions) - len(work)
        for done, action in enumerate(work):
            progress(done, len(work))
            try:
                self._do_or_look(action, ours, result)
            except EntryRefused as refusal:
                result.refusals[action.uid] = str(refusal)

    def _do_or_look(self, action: Action, ours: OurEntries, result: SyncResult) -> None:
        edit = None
        try:
            self._do(action, ours)
        except EntryConflict:
            edit = self._look_again(action, ours)
        if edit:
            result.edits.append(edit)
        else:
            result.counts[action.kind] += 1

    def _do(self, action: Action, ours: OurEntries) -> None:
        uid, name = action.uid, file_name(action.uid)
        if action.kind == "removed":
            self.server.remove(name, action.etag)
            self.published.pop(uid, None)
            return
        if action.kind == "created":
            etag = self.server.create(name, ours.resources[uid])
        else:
            etag = self.server.replace(name, ours.resources[uid], action.etag)
        if not etag:  # it may have written the entry anew, or somebody else already did
            resource = self.server.read(name)
            etag = self._etag_of_ours(uid, ours, resource) if resource else ""
        self._note_sent(uid, ours, etag)

    def _etag_of_ours(self, uid: str, ours: OurEntries, resource: Resource) -> str:
        """The ETag of an entry that is still what we sent; empty, so that it is looked at the next
        time, if it is another one or was counted up.
        """
        sent, theirs = ours.appearance(uid), self._appearance(resource)
        same = sent is not None and sent.at_a_glance == theirs.at_a_glance
        return resource.etag if sent and same and theirs.sequence <= sent.sequence else ""

    def _look_again(self, action: Action, ours: OurEntries) -> Edit | None:
        """What stands in the way of an action: ours after all, sent before we were cut off, or not.

        Raises:
            EntryRefused: nobody else has written there.
        """
        uid = action.uid
        resource = self.server.read(file_name(uid))
        if resource is None:
            if action.kind == "removed":
                self.published.pop(uid, None)
                return None
            return Edit(uid, None)
        theirs = self._appearance(resource)
        if theirs.digest == ours.digest(uid):
            self._note_sent(uid, ours, self._etag_of_ours(uid, ours, resource))
            return None
        entry = self.published.get(uid, _UNKNOWN)
        if not entry.theirs and theirs.digest in (entry.sent, entry.sending):
            raise EntryRefused(
                "the server's ETags do not let us write, though nobody changed the entry"
            )
        return Edit(uid, theirs, resource.etag)

    def _note_sent(self, uid: str, ours: OurEntries, etag: str) -> None:
        octets = ours.octets(uid)
        self.published[uid] = PublishedEntry(etag, ours.digest(uid), octets=octets)

    def _appearance(self, resource: Resource) -> Appearance:
        return appearance_of(resource.text, self.place) or UNREADABLE
