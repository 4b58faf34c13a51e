"""Random lives of courses whose patients are invited by mail now and then: a calendar program that
does what the messages say shows what the record says.
"""

import email
from email.policy import default
from pathlib import Path

import icalendar
import pytest
from hypothesis.stateful import precondition, rule
from test_living_machine import Life, live_on

from ketasched.mailing.outbox import read_outbox

TO = "alex@example.org"
SEEN = ("SUMMARY", "STATUS", "DESCRIPTION", "LOCATION", "DTSTART", "DTEND")


def seen(event):
    return {name: event.get(name) and event[name].to_ical() for name in SEEN}


class Program:
    """A calendar program: it takes in invitations by UID, SEQUENCE and METHOD (RFC 5546)."""

    def __init__(self):
        self.read = set()
        self.entries = {}
        self.sequences = {}

    def receive(self, path):
        self.read.add(path)
        mail = email.message_from_bytes(path.read_bytes(), policy=default)
        (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
        calendar = icalendar.Calendar.from_ical(part.get_content())
        (event,) = calendar.events
        name, sequence = str(event["UID"]), event["SEQUENCE"]
        assert sequence > self.sequences.get(name, -1), path
        self.sequences[name] = sequence
        if calendar["METHOD"] == "CANCEL":
            del self.entries[name]
        else:
            assert calendar["METHOD"] == "REQUEST"
            self.entries[name] = event


class MailedLife(Life):
    """A life whose patient has a calendar program of their own."""

    def __init__(self):
        super().__init__()
        self.program = Program()

    def check(self):
        super().check()
        if len(self.typed) % 2:
            self.mail()

    @precondition(lambda self: self.record)
    @rule()
    def mail(self):
        people = ("--to", TO, "--from", "Lakeside <desk@example.org>")
        self.run("invite", "alex", *people, "--out", "outbox")
        self.record = self.read()
        new = set(Path("outbox").glob("*.eml")) - self.program.read
        for path in sorted(new):
            self.program.receive(path)
        self.compare()
        before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
        self.run("invite", "alex", "--out", "outbox")
        assert before == {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}

    def compare(self):
        ours = icalendar.Calendar.from_ical(Path("alex.ics").read_bytes())
        shown = dict(self.program.entries)
        for event in ours.events:
            theirs = shown.pop(str(event["UID"]), None)
            ahead = event["DTSTART"].dt > self.now
            if event["STATUS"] == "CANCELLED":
                assert theirs is None, self.typed
            elif theirs is None:
                assert not ahead, (event, self.typed)
            elif ahead:
                assert seen(theirs) == seen(event), self.typed
            else:
                assert theirs["DTSTART"].dt == event["DTSTART"].dt, self.typed
        assert not shown, self.typed
        told = read_outbox(Path("outbox")).get(TO, {})
        assert {name: each.sequence for name, each in told.items()} == self.program.sequences
        live = {name for name, each in told.items() if not each.is_cancelled}
        assert live == set(self.program.entries)
        for name, event in self.program.entries.items():
            assert (told[name].start, told[name].end) == (event["DTSTART"].dt, event["DTEND"].dt)


def test_whatever_happens_the_messages_tell(monkeypatch):
    live_on(1, 10, monkeypatch, MailedLife)


@pytest.mark.slow
def test_whatever_happens_for_long_the_messages_tell(monkeypatch):
    live_on(15, 16, monkeypatch, MailedLife)
