"""How things look: at 80 and 40 columns, piped, in color and without."""

import json
from pathlib import Path

import pytest
from conftest import run_process
from helpers import be_at, plan_once, writer
from rich.cells import cell_len
from texts import MINE, TRIAL

from ketasched.domain.signs import printable

write = writer("mine.yaml")
IV = ("plan", "iv", "--start", "2026-12-21", "--closed", "2026-12-24..2027-01-03")
COMMANDS = [
    ("list",),
    ("show", "spravato"),
    ("show", "pain-ten-day"),
    IV,
    (*IV, "--format", "month"),
    ("plan", "pain-ten-day", "--start", "2027-01-04", "--until", "2028-12-31"),
    ("plan", "spravato", "--start", "2027-01-05", "--until", "2027-06-01", "--format", "month"),
]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("columns", [24, 40, 66, 80, 200])
@pytest.mark.parametrize("arguments", COMMANDS)
def test_every_width(ketasched, monkeypatch, arguments, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    outcome = ketasched(*arguments)
    assert outcome.code == 0
    assert max(map(len, outcome.out.splitlines())) <= columns
    assert not any(line.endswith(" ") for line in outcome.out.splitlines())


NAMES = {
    "long": "x" * 500,
    "long words": "Vrouwenpolder " * 35,
    "wide": "\u8a3a\u7642\u6240" * 160,
    "emoji": "\U0001f469\u200d\u2695\ufe0f\U0001f600" * 100,
    "from right to left": "\u0645\u0631\u0643\u0632 " * 90,
    "escapes": "\x1b[2J\x1b[1;1H\x1b]0;x\x07" * 40,
    "turned round": "\u202ea\u2066b\u2069\u202c" * 120,
}
SHOWN = [
    ("status", "alex"),
    ("status", "alex", "--history"),
    ("status", "."),
    ("status", ".", "--calls"),
    ("status", ".", "--deviations"),
    ("agenda", ".", "--day", "2027-01-04"),
    ("move", "alex", "2", "fri", "--dry-run"),
    ("cancel", "alex", "2", "--dry-run"),
    ("close-day", "2027-01-11", ".", "--dry-run"),
    ("done", ".", "--until", "2027-01-04", "--dry-run"),
    ("check", "."),
    ("check", "clinic.yaml", "--year", "2027"),
    ("show", "mine", "--protocols", "mine.yaml"),
    ("list", "--protocols", "mine.yaml"),
    (
        "plan",
        "mine",
        "--start",
        "2027-01-04",
        "--protocols",
        "mine.yaml",
        "--clinic",
        "clinic.yaml",
    ),
]


@pytest.mark.sampled(5)
@pytest.mark.parametrize("columns", [24, 40, 60, 80])
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_names_of_any_kind_stay_inside(ketasched, monkeypatch, name, columns):
    text = json.dumps(name)
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--tz", "UTC", "--save", "alex")
    record = json.loads(Path("alex.course.json").read_text("utf-8"))
    record["name"] = record["history"][0]["what"] = name
    for session in record["sessions"]:
        session["name"] = name
    Path("alex.course.json").write_text(json.dumps(record), "utf-8")
    Path("clinic.yaml").write_text(f"version: 1\nname: {text}\ntimezone: UTC\n", "utf-8")
    write(MINE.replace("title: ", f"title: {text} # ", 1))
    monkeypatch.setenv("COLUMNS", str(columns))
    be_at(monkeypatch, "2027-01-05T09:00")
    for command in SHOWN:
        outcome = ketasched(*command)
        assert outcome.code in (0, 1, 3), command
        assert "mistake in ketasched" not in outcome.err
        for stream in (outcome.out, outcome.err):
            assert printable(stream) == stream, command
        for line in outcome.out.splitlines():
            assert cell_len(line) <= columns or "ketasched " in line or command[0] == "check", (
                command
            )


@pytest.mark.parametrize("columns", ["1", "0", "-5", "x", ""])
def test_a_width_that_makes_no_sense(ketasched, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    assert ketasched(*IV).code == 0
    assert ketasched(*IV, "--format", "month").code == 0


def test_the_table(ketasched):
    assert ketasched(*IV).out == TABLE


TABLE = """\
IV ketamine, six infusions in three weeks
Start      Mon 21 Dec 2026, 09:00, America/Chicago (this computer's zone)
Holidays   no holidays considered
Protocol   iv, version 1, from built-in protocols.yaml

   #  Entry                Day              From–to
  c1  consultation         Mon 14 Dec 2026  09:00–09:45
   1  induction            Mon 21 Dec 2026  09:00–11:00
~  2  induction            Wed 23 Dec 2026  09:00–11:00
      1 day earlier: closed Thu 24 Dec 2026 to Sun 3 Jan 2027
      pause of 1 week
   3  induction            Mon  4 Jan 2027  09:00–11:00
   4  induction            Thu  7 Jan 2027  09:00–11:00
  a4  early assessment     Fri  8 Jan 2027  11:00–11:30
   5  induction            Mon 11 Jan 2027  09:00–11:00
   6  induction            Thu 14 Jan 2027  09:00–11:00
  r6  response assessment  Fri 15 Jan 2027  09:00–09:30
  c6  check-in             Thu 11 Feb 2027  09:00–09:30

Pause: from session 3 on, the course is put off by 1 week. The clinician must
agree to it. Why: no legal day for session 3 in its window, Sun 27 Dec 2026 to
Thu 31 Dec 2026; closed on Sundays; closed Thu 24 Dec 2026 to Sun 3 Jan 2027.
Review after session 6: response review.
Left out: maintenance, which is open-ended; lay it out with --until DATE.
An example: confirm with the treating clinician.
"""


def test_a_narrow_table_is_stacked(ketasched, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    assert ketasched(*IV).out.splitlines()[9:18] == [
        "  c1 Mon 14 Dec 2026  09:00–09:45",
        "     consultation",
        "   1 Mon 21 Dec 2026  09:00–11:00",
        "     induction",
        "~  2 Wed 23 Dec 2026  09:00–11:00",
        "     induction",
        "     1 day earlier: closed Thu 24 Dec",
        "     2026 to Sun 3 Jan 2027",
        "     pause of 1 week",
    ]


@pytest.mark.parametrize(("columns", "said"), [(24, 1), (49, 1), (60, 1), (66, 9), (80, 9)])
def test_where_it_is_narrow_what_a_sign_says_is_said_once(ketasched, monkeypatch, columns, said):
    monkeypatch.setenv("COLUMNS", str(columns))
    plan = ("plan", "spravato", "--start", "2027-01-05", "--until", "2027-04-15")
    table = ketasched(*plan).out.partition("Review")[0]
    assert table.count("? ") == 9 + (said == 1)
    assert table.count("tentative") == said
    assert ("? tentative\n" in table) == (said == 1)


@pytest.mark.parametrize(
    ("columns", "lines"), [(40, 4), (50, 2), (60, 2), (71, 2), (72, 1), (120, 1)]
)
def test_windows_stand_beside_below_or_in_lines(ketasched, monkeypatch, columns, lines):
    write(TRIAL)
    monkeypatch.setenv("COLUMNS", str(columns))
    out = ketasched("plan", "trial", "--start", "2027-01-04", "--protocols", "mine.yaml").out
    rows = out.partition("\n\n")[2].partition("\n\n")[0].splitlines()
    sessions = sum(" 09:00–" in line for line in rows)
    assert len(rows) == sessions * lines + (columns >= 50)
    assert (out.count("earliest "), out.count("Earliest")) == (
        (0, 1) if lines == 1 else (sessions, 0)
    )


@pytest.mark.parametrize("columns", [40, 65, 66, 80])
def test_a_change_is_said_whole_at_any_width(at, monkeypatch, columns):
    for name, protocol in (("alexandra", "spravato"), ("bo", "kap")):
        whose = ("--name", name.title(), "--save", name)
        at("2026-12-28", "plan", protocol, "--start", "2027-01-04", *whose)
    monkeypatch.setenv("COLUMNS", str(columns))
    words = {
        ("done", ".", "--until", "today"): ["induction", "dosing", "4 Jan 2027", "09:00–11:30"],
        ("undo", "."): ["Alexandra", "09:00–11:30", "attended"],
        ("move", "bo", "i2", "wed 11:00"): ["integration", "11:00–11:50", "moved by hand"],
        ("close-day", "2027-01-11", "."): ["Alexandra", "after Tue 12 Jan 2027 09:00–12:00"],
        ("close-day", "2027-01-11", ".", "--reopen"): [
            "dosing",
            "after Mon 11 Jan 2027 09:00–11:30",
        ],
    }
    for command, said in words.items():
        out = at("2027-01-05T18:00", *command).out
        assert "…" not in out
        for word in said:
            assert word in " ".join(out.split()) or columns >= 66, (command, word)
        assert max(map(len, out.splitlines())) <= columns or "  ketasched " in out


def test_the_month_grid(ketasched):
    out = ketasched(
        "plan", "im", "--start", "2027-01-05", "--sessions", "4", "--format", "month",
        "--without", "check-in", "--without", "consultation",
    ).out  # fmt: skip
    assert out == MONTH


MONTH = """\
                                 January 2027
┌──────────┬──────────┬──────────┬──────────┬──────────┬──────────┬──────────┐
│Sun       │Mon       │Tue       │Wed       │Thu       │Fri       │Sat       │
├──────────┼──────────┼──────────┼──────────┼──────────┼──────────┼──────────┤
│          │          │          │          │          │ 1        │ 2        │
├──────────┼──────────┼──────────┼──────────┼──────────┼──────────┼──────────┤
│ 3        │ 4        │ 5        │ 6        │ 7        │ 8        │ 9        │
│          │          │1 of 4    │          │          │2 of 4    │          │
│          │          │9:00\N{NO-BREAK SPACE}AM   │          │          │9:00\N{NO-BREAK SPACE}AM   │          │
├──────────┼──────────┼──────────┼──────────┼──────────┼──────────┼──────────┤
│10        │11        │12        │13        │14        │15        │16        │
│          │          │3 of 4    │          │          │4 of 4    │          │
│          │          │9:00\N{NO-BREAK SPACE}AM   │          │          │9:00\N{NO-BREAK SPACE}AM   │          │
├──────────┼──────────┼──────────┼──────────┼──────────┼──────────┼──────────┤
│17        │18        │19        │20        │21        │22        │23        │
│          │Response  │          │          │          │          │          │
│          │assessment│          │          │          │          │          │
│          │8:00\N{NO-BREAK SPACE}AM   │          │          │          │          │          │
├──────────┼──────────┼──────────┼──────────┼──────────┼──────────┼──────────┤
│24        │25        │26        │27        │28        │29        │30        │
├──────────┼──────────┼──────────┼──────────┼──────────┼──────────┼──────────┤
│31        │          │          │          │          │          │          │
└──────────┴──────────┴──────────┴──────────┴──────────┴──────────┴──────────┘

Appointment 1 of 4: Tuesday, January 5, 2027, 9:00–10:30\N{NO-BREAK SPACE}AM
Appointment 2 of 4: Friday, January 8, 9:00–10:30\N{NO-BREAK SPACE}AM
Appointment 3 of 4: Tuesday, January 12, 9:00–10:30\N{NO-BREAK SPACE}AM
Appointment 4 of 4: Friday, January 15, 9:00–10:30\N{NO-BREAK SPACE}AM
Response assessment: Monday, January 18, 8:00–8:30\N{NO-BREAK SPACE}AM
Later dates are not fixed yet.

For each numbered appointment:
No food after 3:00\N{NO-BREAK SPACE}AM
Clear drinks are allowed until 7:00\N{NO-BREAK SPACE}AM
Arrange a ride home
No driving until the next day, after a restful sleep

All times are those of America/Chicago.
"""


@pytest.mark.parametrize("name", ["iv", "im", "spravato", "kap", "pain"])
def test_a_month_grid_can_be_handed_to_a_patient(ketasched, name):
    out = ketasched("plan", name, "--start", "2027-01-04", "--format", "month").out.casefold()
    for word in ("ketamin", "ketasched", "spravato", "infusion", "induction", "nasal", "--"):
        assert word not in out


def test_a_session_past_midnight_says_on_which_day_it_ends(ketasched):
    assert (
        "23:30–01:30 Tue" in ketasched("plan", "iv", "--start", "2027-01-04", "--at", "23:30").out
    )


def test_times_by_weekday_stand_in_the_head(ketasched):
    out = ketasched("plan", "iv", "--start", "2027-01-04", "--at", "9:00,thu=13:30").out
    assert "Mon 4 Jan 2027, Mon 09:00, Thu 13:30, America/Chicago" in out


@pytest.mark.parametrize(
    ("environment", "colored"),
    [
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": "", "FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, False),  # piped
    ],
)
def test_color(ketasched, monkeypatch, environment, colored):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    good = ketasched("list")
    bad = ketasched("plan", "zzz", "--start", "x")
    assert ("\x1b[" in good.out) == colored
    assert ("\x1b[" in bad.err) == colored
    if colored:
        assert bad.err.startswith("\x1b[1;31merror\x1b[0m: ")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
@pytest.mark.parametrize("arguments", COMMANDS[:5])
def test_every_encoding(ketasched, arguments, encoding):
    assert ketasched(*arguments, encoding=encoding).code == 0


@pytest.mark.parametrize("encoding", ["ascii", pytest.param("cp1252", marks=pytest.mark.slow)])
def test_a_program_of_its_own_prints_in_the_encoding_of_its_terminal(encoding):
    outcome = run_process(*IV, env={"PYTHONIOENCODING": encoding})
    assert outcome.returncode == 0
    assert ("09:00-11:00" if encoding == "ascii" else "09:00–11:00") in outcome.stdout.decode(
        encoding
    )


def test_plain_signs_where_the_encoding_has_no_others(ketasched):
    out = ketasched(*IV, "--format", "month", encoding="ascii").out
    assert "?" not in out
    assert "+----------+" in out
    assert ketasched(*IV, "--format", "json", encoding="ascii").out.startswith("{")


def test_user_text_is_never_markup(ketasched):
    write(MINE.replace("title: My protocol", "title: 'My [bold]protocol[/] :smile:'"))
    outcome = ketasched("show", "mine", "--protocols", "mine.yaml")
    assert outcome.out.startswith("My [bold]protocol[/] :smile:\n")
