"""Progress: seen by a person who waits, and by nobody else."""

import io
import re

import pytest
from helpers import plan_once

from ketasched import progress
from ketasched.cli import app
from ketasched.cli.terminal import progress as shown

CLEAR_LINE = "\x1b[2K"


class Stream(io.StringIO):
    """Standard error that is a terminal, or is not."""

    encoding = "utf-8"

    def __init__(self, *, terminal):
        super().__init__()
        self.terminal = terminal

    def isatty(self):
        return self.terminal


LONG = [
    (
        ("suggest", "iv", "--from", "2027-01-04", "--to", "2027-01-08", "--tz", "UTC"),
        "trying starts",
    ),
    (("status", "."), "reading records"),
    (("status", ".", "--calls"), "reading records"),
    (("agenda", ".", "--day", "2027-01-04"), "reading records"),
    (("check", "."), "proving records"),
    (("feed", ".", "--to", "feeds"), "making feeds"),
    (("close-day", "2027-01-04", ".", "--dry-run"), "reading records"),
]


def run(ketasched, monkeypatch, arguments, stream):
    for name in ("alex", "berta", "carl"):
        plan_once(ketasched, "iv", "--start", "2027-01-04", "--tz", "UTC", "--save", name)
    monkeypatch.setattr("sys.stderr", stream)
    assert app.run(list(arguments)) == 0
    return stream.getvalue()


@pytest.mark.parametrize(("arguments", "said"), LONG)
def test_it_is_shown_and_goes(ketasched, monkeypatch, capfdbinary, arguments, said):
    monkeypatch.setattr(shown, "PATIENCE", -1.0)
    monkeypatch.setenv("TERM", "xterm")
    text = run(ketasched, monkeypatch, arguments, Stream(terminal=True))
    assert said in text
    assert re.search(r"[0-3]/[35]", text)
    assert "/?" not in text
    assert CLEAR_LINE in text[text.rindex(said) :]
    assert said.encode() not in capfdbinary.readouterr().out


@pytest.mark.parametrize(
    ("terminal", "term", "patience"),
    [(False, "xterm", -1.0), (True, "dumb", -1.0), (True, "xterm", 600.0)],
)
@pytest.mark.parametrize(("arguments", "said"), LONG)
def test_nobody_else_sees_it(ketasched, monkeypatch, arguments, said, terminal, term, patience):
    monkeypatch.setattr(shown, "PATIENCE", patience)
    monkeypatch.setenv("TERM", term)
    text = run(ketasched, monkeypatch, arguments, Stream(terminal=terminal))
    assert said.split()[0] not in text
    assert "\x1b" not in text


def test_only_the_outer_work_is_shown(monkeypatch):
    monkeypatch.setattr(shown, "PATIENCE", -1.0)
    monkeypatch.setenv("TERM", "xterm")
    stream = Stream(terminal=True)
    monkeypatch.setattr("sys.stderr", stream)
    with shown.counting("reading", "records") as outer:
        outer(0, 2)
        with shown.counting("reading", "busy.ics") as inner:
            inner(1, 2)
        outer(1, 2)
    with shown.counting("making", "a\x1b[2Jb") as tell:
        tell(1, 2)
    text = stream.getvalue()
    assert "busy.ics" not in text
    assert "making" in text
    assert "a\x1b[2Jb" not in text


def test_work_that_fails_leaves_no_bar(monkeypatch):
    monkeypatch.setattr(shown, "PATIENCE", -1.0)
    monkeypatch.setenv("TERM", "xterm")
    stream = Stream(terminal=True)
    monkeypatch.setattr("sys.stderr", stream)
    progress.shown_by(shown.counting)
    with pytest.raises(KeyboardInterrupt):
        work_that_is_interrupted()
    assert CLEAR_LINE in stream.getvalue()


def work_that_is_interrupted():
    with progress.through("reading", "records", [1, 2]) as items:
        for item in items:
            if item == 2:
                raise KeyboardInterrupt
