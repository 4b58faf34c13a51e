"""Random lives of random courses, sent to every place now and then: `check` says what is behind, and
that all agrees once it is sent.

The lives are those of test_living_machine.py; a failure prints the steps.
"""

import contextlib
import io
import json
import os

import pytest
from servers import Misbehaving
from test_living_machine import Life, live_on

from ketasched.cli import app

FROM = ("--from", "desk@example.org")


class Everywhere(Life):
    """One course, changed at random and sent to every place."""

    server = None

    def __init__(self):
        super().__init__()
        self.server.entries.clear()
        self.sent = {}
        self.invited = set()
        self.changes = 0

    def check(self):
        """After every second change all of it is sent: for staff now and then."""
        super().check()
        self.changes += 1
        if self.changes % 2:
            self.send("staff" if self.changes % 6 == 5 else "patient")

    def check_proof(self, course):
        """Here feeds are behind on purpose."""

    def send(self, who):
        """What was not sent since it changed is behind, and nothing else is; then nothing is."""
        server, calendar = ("--server", self.server.address), ("--ics", f"{who}.ics")
        if who in self.sent:
            last, now = self.sent[who], self.told(who)
            behind = {uid for uid in now if last.get(uid) != now[uid]}
            new = now.keys() - last.keys()  # a calendar need not have what is off
            assert self.differing(*server) == behind, self.typed
            assert behind - new <= self.differing(*calendar) <= behind, self.typed
        self.run("export", "alex", "--for", who, "--ics", f"{who}.ics", "--force")
        self.run("export", "alex", "--for", who, "-o", "alex.json", "-f", "fhir", "--force")
        self.run("feed", ".", "--to", "feeds")
        self.run("publish", "alex", "--to", self.server.address, "--for", who)
        self.invited.add(who)
        for each in self.invited:
            to = ("--to", f"{each}@example.org", "--for", each)
            self.run("invite", "alex", *to, *FROM, "--out", "mail")
        places = ("--fhir", "alex.json", "--feed", "feeds", "--outbox", "mail")
        assert self.differing(*calendar, *server, *places) == set()
        self.sent = {who: self.told(who)}  # a calendar on a server is for one audience

    def differing(self, *places):
        """The UIDs of which `check` tells a difference."""
        os.environ["SOURCE_DATE_EPOCH"] = str(int(self.now.timestamp()))
        out = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            ended = app.run(["check", "alex", *places, "--format", "json"])
        found = json.loads(out.buffer.getvalue())["differences"]
        assert ended == bool(found), (self.typed, found)
        return {each["uid"] for each in found}

    def told(self, who):
        return {
            entry["uid"]: entry["sequence"]
            for entry in self.record["entries"]
            if entry["for"] == who
        }


@pytest.fixture
def everywhere(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))
    Everywhere.server = Misbehaving()
    yield Everywhere
    Everywhere.server.stop()


def test_whatever_happens_all_agree_once_it_is_sent(monkeypatch, everywhere):
    live_on(2, 6, monkeypatch, everywhere)


@pytest.mark.slow
def test_whatever_happens_for_long_all_agree_once_it_is_sent(monkeypatch, everywhere):
    live_on(5, 12, monkeypatch, everywhere)
