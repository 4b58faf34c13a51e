"""The computer on a clinic's desk: no Linux there, files that others hold open, two at a time."""

import json
import subprocess
import sys

import pytest
from helpers import plan_once, record_of

RUN = """
import json, sys
for name in {hidden!r}:
    sys.modules[name] = None
from ketasched.cli import app
codes = [app.run(words) for words in {commands!r}]
print(json.dumps(codes), file=sys.stderr)
"""
HIDDEN = {"as it is": (), "without fcntl": ("fcntl",)}


def started(hidden, *commands):
    """A process of our program that lacks some modules and runs some commands."""
    code = RUN.format(hidden=hidden, commands=[list(words) for words in commands])
    return subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def ended(process):
    """The exit codes of its commands, and what it said last."""
    _, err = process.communicate(timeout=120)
    assert b"mistake in ketasched" not in err
    assert b"Traceback" not in err
    assert process.returncode == 0, err
    return json.loads(err.splitlines()[-1]), err


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_two_programs_on_one_record_lose_no_change(ketasched, hidden):
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex", "--ics", "alex.ics")
    moves = [
        [("move", "alex", number, f"2027-01-{day} 1{turn}:00") for turn in range(3)]
        for number, day in (("2", "08"), ("3", "11"))
    ]
    pair = [started(hidden, *commands) for commands in moves]
    codes = [code for process in pair for code in ended(process)[0]]
    assert set(codes) <= {0, 1}
    assert len(record_of()["history"]) == 1 + codes.count(0)
    assert codes.count(0) >= 3


def test_a_program_that_was_killed_with_a_lock_without_fcntl_is_not_waited_for(ketasched):
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex")
    code = (
        "import sys, os; sys.modules['fcntl'] = None; from filelock import FileLock;"
        "FileLock('.alex.course.json.held.lock').acquire(); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    codes, err = ended(started(("fcntl",), ("move", "alex", "2", "2027-01-08")))
    assert codes == [0], err
