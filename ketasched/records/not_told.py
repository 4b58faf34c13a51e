"""What is to come of a record that its patient was told something else of, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ketasched.calendar.entry_text import Entry
from ketasched.calendar.paper import changes, told_of
from ketasched.calendar.uid import uid
from ketasched.domain.course import LinkedVisit, Status, is_gone
from ketasched.domain.wording import moment_text
from ketasched.records.came_about import steps
from ketasched.records.closed_days import closes_a_day
from ketasched.records.history import State
from ketasched.records.open import Opened, snapshot
from ketasched.records.told_calendars import sequences, view_for

Telling = Mapping[str, int]
"""By UID, the SEQUENCE that a calendar in a patient's hands shows; any other if it is behind."""
MOST_NAMED = 3
_Key = int | tuple[str, int]
"""The number of a session, or the name and session of a linked visit."""
BEHIND = -1
"""The SEQUENCE of what shows something else than is so: no entry has it."""


class InHand(NamedTuple):
    """What a patient has: calendars that were sent, the feed and the last paper, if there are any;
    and the entries that a closed day moved.
    """

    sent: Sequence[Telling]
    feed: Telling | None
    paper: Telling | None
    closed: Sequence[Entry] = ()

    def is_behind(self, entry: Entry, name: str, sequence: int | None) -> bool:
        """Whether nothing the patient has shows an entry of a UID as it is. A feed that was made
        may be read by nobody: it corrects no paper, nor does it tell whom a closed day moved.
        """
        reached = [*self.sent, *([] if self.paper is None else [self.paper])]
        if any(telling.get(name) == sequence for telling in reached):
            return False
        if entry in self.closed:
            return True
        feed = self.feed or {}
        if is_gone(entry) and not any(name in telling for telling in (*reached, feed)):
            return False
        return bool(reached or feed) and (self.paper is not None or feed.get(name) != sequence)


def not_told(opened: Opened, in_hand: InHand) -> list[Entry]:
    """The entries to come of which a patient who was told of any, or is moved by a closed day, was
    not told as they are. What is off and was never told of needs no telling.
    """
    view, now_told = view_for(opened.task, "patient"), sequences(opened.record.told, "patient")
    course = opened.record.course
    named = ((entry, uid(view, course, entry)) for entry in course.entries())
    return [
        entry
        for entry, name in named
        if entry.start > opened.now and in_hand.is_behind(entry, name, now_told.get(name))
    ]


def on_paper(opened: Opened) -> Telling | None:
    """What the paper that was last handed out shows; None if none was."""
    if not opened.record.papers:
        return None
    paper = opened.record.papers[-1].told
    now = told_of(opened.record.course, view_for(opened.task, "patient"))
    changed, now_told = changes(now, paper), sequences(opened.record.told, "patient")
    return {
        told.uid: BEHIND if told.uid in changed else now_told.get(told.uid, BEHIND)
        for told in paper
    }


class _Place(NamedTuple):
    """Where an entry stands in a state, a wall time as it is kept, and whether it holds."""

    start: str
    status: Status


def moved_by_closed_days(opened: Opened) -> list[Entry]:
    """What stands where closing a day put it, or was called off by that."""
    now, moved = _places(snapshot(opened.record)), set[_Key]()
    for change, after, before in steps(opened.record):
        if change.can_be_undone and closes_a_day(change.what):
            was = _places(before)
            moved |= {
                key
                for key, place in _places(after).items()
                if now.get(key) == place and _is_news(place, was.get(key))
            }
    return [entry for entry in opened.record.course.entries() if _key(entry) in moved]


def _is_news(place: _Place, was: _Place | None) -> bool:
    """Whether somebody who knows where an entry was does not know where it is."""
    return place != was and not (is_gone(place) and (was is None or is_gone(was)))


def _places(state: State) -> Mapping[_Key, _Place]:
    return {
        (each.get("number") or (each["name"], each["session"])): _Place(
            each["start"], each["status"]
        )
        for each in (*state["sessions"], *state["visits"])
    }


def _key(entry: Entry) -> _Key:
    return (entry.name, entry.session) if isinstance(entry, LinkedVisit) else entry.number


def not_told_text(entries: Sequence[Entry]) -> str:
    """What the patient should hear of."""
    named = list(map(_said, entries[:MOST_NAMED]))
    more = len(entries) - MOST_NAMED
    return "; ".join([*named, f"and {more} more"] if more > 0 else named)


def _said(entry: Entry) -> str:
    name = f"session {getattr(entry, 'number', 0)}"
    if isinstance(entry, LinkedVisit):
        name = f"{entry.name} {entry.side} session {entry.session}"
    if is_gone(entry):
        return f"{name} is {entry.status}"
    return f"{name} is on {moment_text(entry.start)}"


def exported(opened: Opened) -> Iterator[Telling]:
    """The calendar that was last exported for the patient, if any was."""
    telling = opened.record.exported.get("patient")
    if telling is not None:
        yield telling
