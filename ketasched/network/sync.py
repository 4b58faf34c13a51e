"""What a calendar on a server lacks of a course, and what somebody else changed there.

An entry is ours as long as a reader sees in it what we last sent, or were about to send when we
were stopped: servers write entries anew in words of their own, and their ETags change with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ketasched.errors import NetworkTrouble
from ketasched.network.calendar_server import CalendarServer, Conflict, Refused, Resource
from ketasched.reader.server_entry import Seen, see

CREATE, REPLACE, REMOVE = "created", "changed", "removed"
UNCHANGED = "unchanged"


_UNREADABLE = Seen(None, None, (), repeats=False, sequence=0)


class State(NamedTuple):
    """What we know of an entry on a server: its ETag (empty: not known, or it is not there), what
    we last sent (by what a reader sees, empty: nothing yet) and what we were about to send.
    ``theirs``: somebody else's words stand there, and were let stand.
    """

    etag: str = ""
    sent: str = ""
    sending: str = ""
    theirs: bool = False


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


class Outcome(NamedTuple):
    """What came of a run: how many entries were created, changed, removed and left, those that the
    server refused with why, and edits that came in between.
    """

    counts: dict[str, int]
    refused: dict[str, str]
    edits: list[Edit]


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
        there = self.listing.get(file_name(uid))
        if there is None:
            return self._not_there(uid, wanted, state)
        if state.etag and state.etag == there:
            if state.sent == wanted:
                return Step(uid, UNCHANGED)
            if not state.theirs:
                return Step(uid, REPLACE if wanted else REMOVE, there)
        resource = self.server.read(file_name(uid))
        if resource is None:
            return self._not_there(uid, wanted, state)
        etag = resource.etag or there
        if not etag:
            raise NetworkTrouble(
                f"{self.server.address} gives no ETags, so nothing can be written safely",
                "publish to another server, or serve the calendar with feed",
            )
        return self._changed_there(uid, wanted, state, resource._replace(etag=etag))

    def _changed_there(
        self, uid: str, wanted: str, state: State, resource: Resource
    ) -> Step | Edit:
        """An entry whose ETag we do not know: ours in other words, or somebody else's."""
        theirs = see(resource.text, self.place) or _UNREADABLE
        ours = {wanted} if state.theirs else {wanted, state.sent, state.sending}
        if theirs.digest not in ours:
            return Edit(uid, theirs, resource.etag)
        if theirs.digest == wanted:
            self.states[uid] = State(resource.etag, wanted)
            return Step(uid, UNCHANGED)
        return Step(uid, REPLACE if wanted else REMOVE, resource.etag)

    def _not_there(self, uid: str, wanted: str, state: State) -> Step | Edit:
        if not wanted:
            self.states.pop(uid, None)
            return Step(uid, UNCHANGED)
        if not state.sent:
            return Step(uid, CREATE)
        if state.theirs and not state.etag and state.sent == wanted:
            return Step(uid, UNCHANGED)
        return Edit(uid, None)

    def _overruling(self, edit: Edit, mine: Mine) -> Step:
        """The step that puts ours in the place of what somebody did."""
        wanted = mine.digest(edit.uid)
        if edit.theirs is None:
            return Step(edit.uid, CREATE if wanted else UNCHANGED)
        if edit.theirs.digest == wanted:
            self.states[edit.uid] = State(edit.etag, wanted)
            return Step(edit.uid, UNCHANGED)
        return Step(edit.uid, REPLACE if wanted else REMOVE, edit.etag)

    def let_stand(self, edit: Edit, mine: Mine) -> None:
        """What somebody did stands, until ours changes again."""
        self.states[edit.uid] = State(edit.etag, mine.digest(edit.uid), theirs=True)

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
                self._do(step, mine)
            except Refused as refusal:
                outcome.refused[step.uid] = str(refusal)
            except Conflict:
                edit = self._look_again(step, mine)
                if edit:
                    outcome.edits.append(edit)
                else:
                    outcome.counts[step.what] += 1
            else:
                outcome.counts[step.what] += 1

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
            etag = resource.etag if resource and seen and seen.digest == wanted else ""
        self.states[step.uid] = State(etag, wanted)

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
            self.states[step.uid] = State(resource.etag, wanted)
            return None
        return Edit(step.uid, theirs, resource.etag)


def resources(parts: Iterator[tuple[str, bytes]], place: ZoneInfo) -> Mine:
    """Entries with what a reader sees in them."""
    data = dict(parts)
    return Mine(data, {uid: see_ours(one, place) for uid, one in data.items()})
