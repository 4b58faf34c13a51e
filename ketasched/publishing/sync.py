"""What a calendar on a server lacks of a course, and what somebody else changed there.

An entry is ours as long as a reader sees in it what we last sent, or were about to send when we
were stopped: servers write entries anew in words of their own, and their ETags change with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ketasched.errors import KetaschedError, NetworkTrouble
from ketasched.publishing.server import CalendarServer, Conflict, Refused, Resource
from ketasched.publishing.server_entry import Seen, see

CREATE, REPLACE, REMOVE = "created", "changed", "removed"
UNCHANGED = "unchanged"


_UNREADABLE = Seen(None, None, (), repeats=False, sequence=0)


class State(NamedTuple):
    """What we know of an entry on a server: its ETag (empty: not known, or it is not there), what
    we last sent (by what a reader sees, empty: nothing yet) and what we were about to send.
    ``theirs``: somebody else's words stand there, and were let stand. ``octets``: a digest of the
    very bytes that we sent, empty if only what a reader sees is known.
    """

    etag: str = ""
    sent: str = ""
    sending: str = ""
    theirs: bool = False
    octets: str = ""


class Step(NamedTuple):
    """Something to do with an entry, if its ETag is still that one."""

    uid: str
    what: str
    etag: str = ""


class Edit(NamedTuple):
    """What somebody else did to an entry: it is ``theirs`` now, or gone (None)."""

    uid: str
    theirs: Seen | None
    etag: str = ""


class Mine(NamedTuple):
    """The entries as they should be: by UID, the resource, and what a reader sees in it."""

    data: Mapping[str, bytes]
    seen: Mapping[str, Seen]

    def digest(self, uid: str) -> str:
        """What a reader should see, as `Seen.digest`; empty for an entry that should not be."""
        return self.seen[uid].digest if uid in self.seen else ""

    def octets(self, uid: str) -> str:
        """A digest of the bytes of an entry; empty for one that should not be."""
        return hashlib.sha256(self.data[uid]).hexdigest()[:32] if uid in self.data else ""


class Outcome(NamedTuple):
    """What came of a run: how many entries were created, changed, removed and left, those that the
    server refused with why, edits that came in between, and what went wrong besides.
    """

    counts: dict[str, int]
    refused: dict[str, str]
    edits: list[Edit]
    troubles: list[KetaschedError]


def file_name(uid: str) -> str:
    """What an entry is called on a server."""
    return f"{uid.partition('@')[0]}.ics"


def see_ours(data: bytes, place: ZoneInfo) -> Seen:
    """What a reader sees in a resource of ours."""
    found = see(data.decode(), place)
    if found is None:
        raise TypeError(data)
    return found


class Sync:
    """One course and one calendar. ``states`` is kept up while the work goes on."""

    def __init__(self, server: CalendarServer, listing: Mapping[str, str], place: ZoneInfo) -> None:
        self.server = server
        self.listing = dict(listing)
        self.place = place
        self.states: dict[str, State] = {}

    def compare(
        self, mine: Mine, states: Mapping[str, State], decided: Mapping[str, Edit]
    ) -> tuple[list[Step], list[Edit]]:
        """What is to do, and what somebody else did; entries that only have to be known again are
        noted in ``states``. Where it was ``decided`` so, ours takes the place of theirs.

        Raises:
            NetworkTrouble: the server cannot be asked.
        """
        self.states = dict(states)
        steps: list[Step] = []
        edits: list[Edit] = []
        for uid in dict.fromkeys((*mine.data, *states)):
            if uid in decided:
                steps.append(self._overruling(decided[uid], mine))
                continue
            found = self._compare(uid, mine)
            if isinstance(found, Step):
                steps.append(found)
            else:
                edits.append(found)
        return steps, edits

    def _compare(self, uid: str, mine: Mine) -> Step | Edit:
        wanted = mine.digest(uid)
        state = self.states.get(uid, State())
        there = self.listing.get(file_name(uid), "")
        if there and state.etag == there:
            if state.theirs and state.sent == wanted:
                return Step(uid, UNCHANGED)
            if not state.theirs:
                same = wanted and state.octets == mine.octets(uid)
                return Step(uid, UNCHANGED if same else REPLACE if wanted else REMOVE, there)
        kept_out = state.theirs and not state.etag and state.sent == wanted
        known = state.sent or state.sending
        if file_name(uid) not in self.listing and (kept_out or not known):
            return Step(uid, UNCHANGED if kept_out or not wanted else CREATE)
        # A list may be cut short: what it lacks is gone only if it is not to be had either.
        resource = self.server.read(file_name(uid))
        if resource is None:
            return self._not_there(uid, mine, state)
        etag = there if resource.etag.startswith("W/") and there else resource.etag or there
        if not etag:
            raise NetworkTrouble(
                f"{self.server.address} gives no ETags, so nothing can be written safely",
                "publish to another server, or serve the calendar with feed",
            )
        return self._changed_there(uid, mine, state, resource._replace(etag=etag))

    def _changed_there(self, uid: str, mine: Mine, state: State, resource: Resource) -> Step | Edit:
        """An entry whose ETag we do not know: ours in other words, or somebody else's."""
        wanted = mine.digest(uid)
        theirs = see(resource.text, self.place) or _UNREADABLE
        ours = {wanted} if state.theirs else {wanted, state.sent, state.sending}
        if theirs.digest not in ours:
            return Edit(uid, theirs, resource.etag)
        if theirs.digest == wanted and theirs.sequence >= mine.seen[uid].sequence:
            self.states[uid] = State(resource.etag, wanted, octets=mine.octets(uid))
            return Step(uid, UNCHANGED)
        return Step(uid, REPLACE if wanted else REMOVE, resource.etag)

    def _not_there(self, uid: str, mine: Mine, state: State) -> Step | Edit:
        wanted = mine.digest(uid)
        if not wanted:
            self.states.pop(uid, None)
            return Step(uid, UNCHANGED)
        if not state.sent:
            return Step(uid, CREATE)
        if mine.seen[uid].is_cancelled:  # who took it out need not be told that it is off
            self.states[uid] = State("", wanted, theirs=True)
            return Step(uid, UNCHANGED)
        return Edit(uid, None)

    def _overruling(self, edit: Edit, mine: Mine) -> Step:
        """The step that puts ours in the place of what somebody did."""
        wanted = mine.digest(edit.uid)
        if edit.theirs is None:
            return Step(edit.uid, CREATE if wanted else UNCHANGED)
        return Step(edit.uid, REPLACE if wanted else REMOVE, edit.etag)

    def let_stand(self, edit: Edit, wanted: str) -> None:
        """What somebody did stands, until ours is no longer what was ``wanted`` then."""
        self.states[edit.uid] = State(edit.etag, wanted, theirs=True)

    def announce(self, steps: list[Step], mine: Mine) -> None:
        """Note what is about to be sent, so that it is known again if we are stopped."""
        for step in steps:
            if step.what in (CREATE, REPLACE):
                before = self.states.get(step.uid, State())
                self.states[step.uid] = before._replace(sending=mine.digest(step.uid))

    def carry_out(
        self, steps: list[Step], mine: Mine, outcome: Outcome, tell: Callable[[int, int], None]
    ) -> None:
        """Do the steps, one after the other; ``outcome`` and ``states`` grow with each, so they
        hold also when it is stopped half way. ``tell`` is told how far it is.

        Raises:
            NetworkTrouble: the server cannot be reached any more, or refuses everything.
        """
        work = [step for step in steps if step.what != UNCHANGED]
        outcome.counts[UNCHANGED] += len(steps) - len(work)
        for done, step in enumerate(work):
            tell(done, len(work))
            try:
                self._do_or_look(step, mine, outcome)
            except Refused as refusal:
                outcome.refused[step.uid] = str(refusal)
            else:
                outcome.counts[step.what] += 1

    def _do_or_look(self, step: Step, mine: Mine, outcome: Outcome) -> None:
        try:
            self._do(step, mine)
        except Conflict:
            edit = self._look_again(step, mine)
            if edit:
                outcome.edits.append(edit)
                outcome.counts[step.what] -= 1  # it was not done after all

    def _do(self, step: Step, mine: Mine) -> None:
        name = file_name(step.uid)
        if step.what == REMOVE:
            self.server.remove(name, step.etag)
            self.states.pop(step.uid, None)
            return
        data, wanted = mine.data[step.uid], mine.digest(step.uid)
        if step.what == CREATE:
            etag = self.server.create(name, data)
        else:
            etag = self.server.replace(name, data, step.etag)
        if not etag:  # it may have written the entry anew, or somebody else already did
            resource = self.server.read(name)
            seen = see(resource.text, self.place) if resource else None
            ours = seen is not None and seen.at_a_glance == mine.seen[step.uid].at_a_glance
            etag = resource.etag if resource and ours else ""
        self.states[step.uid] = State(etag, wanted, octets=mine.octets(step.uid))

    def _look_again(self, step: Step, mine: Mine) -> Edit | None:
        """What stands in the way of a step: ours after all, sent before we were cut off, or not."""
        resource = self.server.read(file_name(step.uid))
        wanted = mine.digest(step.uid)
        if resource is None:
            if step.what == REMOVE:
                self.states.pop(step.uid, None)
                return None
            return Edit(step.uid, None)
        theirs = see(resource.text, self.place) or _UNREADABLE
        if theirs.digest == wanted:
            self.states[step.uid] = State(resource.etag, wanted, octets=mine.octets(step.uid))
            return None
        state = self.states.get(step.uid, State())
        if not state.theirs and theirs.digest in (state.sent, state.sending):
            raise Refused("the server's ETags do not let us write, though nobody changed the entry")
        return Edit(step.uid, theirs, resource.etag)


def resources(parts: Iterator[tuple[str, bytes]], place: ZoneInfo) -> Mine:
    """Entries with what a reader sees in them."""
    data = dict(parts)
    return Mine(data, {uid: see_ours(one, place) for uid, one in data.items()})
