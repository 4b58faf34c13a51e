"""The computer on a clinic's desk: no Linux there, files that others hold open, two at a time."""

import subprocess
import sys
from pathlib import Path

import pytest
from helpers import plan_once, record_of

ALEX = Path("alex.course.json")
RUN = """
import sys
for name in {hidden!r}:
    sys.modules[name] = None
sys.argv = ["ketasched", *{words!r}]
from ketasched.__main__ import main
main()
"""
ONLY_ON_UNIX = ("fcntl", "pwd", "grp", "resource", "termios", "tty")
HIDDEN = {"as it is": (), "without fcntl": ("fcntl",)}


def started(hidden, *words):
    """A process of our program that lacks some modules."""
    code = RUN.format(hidden=hidden, words=words)
    return subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def ended(process):
    out, err = process.communicate(timeout=120)
    assert b"mistake in ketasched" not in err
    assert b"Traceback" not in err
    return process.returncode, out, err


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_two_programs_on_one_record_lose_no_change(ketasched, hidden):
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex", "--ics", "alex.ics")
    done = 0
    for turn in range(3):
        days = [f"2027-01-{day} 1{turn}:00" for day in ("08", "11")]
        pair = [
            started(hidden, "move", "alex", str(number), day)
            for number, day in zip((2, 3), days, strict=True)
        ]
        codes = [ended(process)[0] for process in pair]
        assert set(codes) <= {0, 1}
        done += codes.count(0)
        assert len(record_of()["history"]) == 1 + done
    assert done >= 3


def test_a_program_that_was_killed_with_a_lock_without_fcntl_is_not_waited_for(ketasched):
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex")
    code = (
        "import sys, os; sys.modules['fcntl'] = None; from filelock import FileLock;"
        "FileLock('.alex.course.json.held.lock').acquire(); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    returned, _, err = ended(started(("fcntl",), "move", "alex", "2", "2027-01-08"))
    assert returned == 0, err


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "iv", "--start", "2027-01-04", "--ics", "one.ics"),
        ("plan", "iv", "--start", "2027-01-04", "--save", "bo", "--ics", "bo.ics"),
        ("move", "alex", "2", "2027-01-08"),
        ("undo", "alex"),
        ("export", "alex", "--ics", "out.ics"),
        ("agenda",),
        ("feed", ".", "--to", "feeds"),
        ("publish", "--help"),
    ],
    ids=" ".join,
)
def test_commands_run_without_what_only_unix_has(ketasched, words):
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex", "--ics", "alex.ics")
    assert ketasched("move", "alex", "3", "2027-01-12").code == 0
    returned, _, err = ended(started(ONLY_ON_UNIX, *words))
    assert returned == 0, err


def test_every_module_is_imported_without_what_only_unix_has():
    root = Path(__file__).parent.parent / "ketasched"
    names = [
        ".".join(path.relative_to(root.parent).with_suffix("").parts)
        for path in root.rglob("*.py")
        if path.name != "__main__.py"
    ]
    code = "import sys, importlib\n" + "".join(
        f"sys.modules[{name!r}] = None\n" for name in ONLY_ON_UNIX
    )
    code += "".join(
        f"importlib.import_module({name.removesuffix('.__init__')!r})\n" for name in names
    )
    outcome = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
