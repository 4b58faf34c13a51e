"""Tables of courses that already run: their shapes and words, what is refused, what a second adds."""

import csv
import io
import json
from datetime import date, datetime, time
from pathlib import Path

import helpers
import openpyxl
import pytest

from ketasched.files.course_table.bookings import parts_of, read_booking
from ketasched.files.course_table.headers import field_of
from ketasched.records import codec

LINES = """Name,Protocol,Date,Time,State
Ana,iv,2027-02-15,09:30,attended
Ana,iv,2027-02-18,09:30,attended
Ana,iv,2027-02-22,09:30,missed
Ana,iv,2027-03-01,09:30,attended
Ana,iv,2027-03-08,09:30,booked
"""
HELD = [
    ("2027-02-15 09:30", "attended"),
    ("2027-02-18 09:30", "attended"),
    ("2027-02-22 09:30", "missed"),
    ("2027-03-01 09:30", "attended"),
    ("2027-03-08 09:30", "planned"),
]


@pytest.fixture(autouse=True)
def in_march(monkeypatch):
    """It is Wed 3 March 2027, 15:00 in Chicago."""
    helpers.be_at(monkeypatch, "2027-03-03 21:00")
    Path("p").mkdir()


@pytest.fixture
def taken_in(ketasched):
    """Take a text in as a table, with options; the report."""

    def run(text, *options, code=0, folder="p"):
        Path("t.csv").write_text(text, encoding="utf-8")
        outcome = ketasched("import", "t.csv", "--into", folder, "--format", "json", *options)
        assert outcome.code == code, outcome
        return json.loads(outcome.out)

    return run


def sessions_of(name="Ana", folder="p"):
    course = codec.load(f"{folder}/{name}.course.json").course
    ordered = sorted(course.sessions, key=lambda session: session.start)
    return [(f"{s.start:%Y-%m-%d %H:%M}", s.status) for s in ordered]


def faults(report):
    """Each mistake: its line, its column and what it says."""
    return [(each["line"], each["column"], each["message"]) for each in report["errors"]]


ENDLESS = """\
version: 1
protocols:
  - id: endless
    title: Endless
    label: Endless
    version: 1
    steps: [{name: visit, length: 30 min}]
    phases:
      - name: all
        cadence: %s
%s        window: {early: 1 day, late: 3 days}
        gap: {min: 4 days, max: 40 days}
"""

WIDE = """Patients in March;;;;;;
;;;;;;
Patient;Treatment;Session 1;Session 2;Session 3;Session 4;Session 5
Ana;iv;15.02.2027 9:30 am done;18.02.2027 9:30 am;22.02.2027 9:30 no-show;01.03.2027 9:30;8 mar 2027 9:30
"""
APART = """Patient\tProtocol\tDate 1\tTime 1\tState 1\tDate 2\tState 2\tTime 2\tDate 3\tState 3\tTime 3\tSession 4\tSession 5
Ana\tiv\t2027-02-15\t9:30\tcame\t2027-02-18\tattended\t9.30am\t2027-02-22\tDNA\t09:30\t2027-03-01 09:30 done\t2027-03-08 09:30
"""
IN_A_CELL = """name,protocol,session dates
Ana,iv,"2027-02-15 09:30 done; 2027-02-18 09:30 (came), 22/02/2027 09:30 missed; 2027-03-01T09:30 done; 08/03/2027 9:30"
"""


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (LINES, ()),
        (LINES.replace(",", ";").replace("attended", "Done").replace("missed", "No Show"), ()),
        (LINES.replace("\n", "\r\n").replace("attended", "").replace("missed", "DNA"), ("--unmarked", "attended")),
        (LINES.replace("iv", "IV ketamine, six infusions in three weeks").replace(",", "\t").replace("IV ketamine\t", "IV ketamine,"), ()),
        (LINES.replace(",iv,", ",,"), ("--protocol", "iv")),
        (LINES.replace("Name,", "Pt (initials),"), ("--column", "name=Pt (initials)")),
        ("\n".join([LINES.split("\n", maxsplit=1)[0], *sorted(LINES.split("\n")[1:], key=hash)]), ()),
        (LINES.replace("\nAna,iv,2027-03", "\n,,,,\nAna,iv,2027-03"), ()),
        (WIDE, ("--unmarked", "attended")),
        (APART, ()),
        (IN_A_CELL, ()),
    ],
    ids=["lines", "semicolons", "unmarked", "title", "one-protocol", "column", "any-order", "blank", "wide", "apart", "cell"],
)  # fmt: skip
def test_every_shape_says_the_same(text, options, taken_in):
    report = taken_in(text, *options)
    assert sessions_of()[:5] == HELD
    ((_, status),) = sessions_of()[5:]
    assert status == "planned"
    (course,) = report["imported"]
    assert [each["booked"] for each in course["sessions"]].count(True) == 1
    assert taken_in(text, *options)["unchanged"] == ["Ana"]


def test_a_cell_may_have_several_lines(ketasched):
    """Also with Windows' line ends: the record can be opened again."""
    cells = '"Ana\r\nRuiz","2027-02-15\r\n2027-02-18"'
    Path("t.csv").write_bytes(f"Name,Dates\r\n{cells}\r\n".encode())
    options = ("--protocol", "iv", "--unmarked", "attended")
    assert ketasched("import", "t.csv", "--into", "p", *options).code == 0
    assert [day for day, state in sessions_of("Ana Ruiz") if state == "attended"] == [
        "2027-02-15 09:00",
        "2027-02-18 09:00",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("46307", "`46307` is a day as Excel counts them"),
        ("12/31/26", "`12/31/26` is not a date: write a date as 2027-01-05 or 5 jan 2027"),
    ],
)
def test_what_is_no_date_in_a_table(text, message):
    with pytest.raises(ValueError, match=r".") as refused:
        read_booking(text, None)
    assert refused.value.args[0] == message


def test_a_workbook_has_days_and_times(ketasched):
    book = openpyxl.Workbook()
    rows = [
        ["Patient", "Protocol", "Session date", "Time", "Attended?"],
        ["Ana", "iv", date(2027, 2, 15), time(9, 30), "yes"],
        ["Ana", "iv", datetime(2027, 2, 18, 9, 30), None, "Y"],
        [None] * 5,
        ["Ana", "iv", date(2027, 2, 22), "9:30 AM", "no-show"],
        ["Ana", "iv", "1 March 2027", 0.395833333, "yes"],
    ]
    for row in rows:
        book.active.append(row)
    book.active["D6"].number_format = "HH:MM"
    book.save("t.xlsx")
    assert ketasched("import", "t.xlsx", "--into", "p").code == 0
    assert sessions_of()[:4] == HELD[:4]
    book.active["E6"] = "no"
    book.save("t.xlsx")
    outcome = ketasched("import", "t.xlsx", "--into", "p")
    assert outcome.code == 1
    assert "t.xlsx:Sheet!E6" in outcome.err


def test_a_name_in_two_lines_is_the_same_in_a_workbook(ketasched, taken_in):
    book = openpyxl.Workbook()
    book.active.append(["Name", "Protocol", "Dates"])
    book.active.append(["Bo\nZ ", "iv", "2027-02-15 done\n2027-02-18 done"])
    book.save("t.xlsx")
    assert ketasched("import", "t.xlsx", "--into", "p").code == 0
    text = 'Name,Protocol,Dates\n"Bo\nZ ",iv,"2027-02-15 done\n2027-02-18 done"\n'
    assert taken_in(text)["unchanged"] == ["Bo Z"]


def test_two_columns_of_one_header_are_to_be_told_apart(ketasched, taken_in):
    text = "\nName,Date,date\nA,2027-02-01,2027-02-01\n"
    hint = "give each column a header of its own in line 2"
    assert taken_in(text, code=1)["errors"][0]["hint"] == hint
    outcome = ketasched("import", "t.csv", "--into", "p", "--column", "date=Date")
    assert outcome.code == 2
    assert hint in outcome.err


MISTAKES = {
    "Ana,iv,01/02/2027,,attended": (3, "reads differently in different countries"),
    "Ana,iv,2027-02-30,,attended": (3, "February 2027 has 28 days"),
    "Ana,iv,tomorrow,,": (3, "`tomorrow` is not a date"),
    "Ana,iv,2027-02-01,25:00,attended": (4, "is not a time of day"),
    "Ana,iv,2027-02-01,,vergessen": (5, "says not what became"),
    "Ana,iv,2027-02-01,,": (3, "does not say what became of it"),
    "Ana,iv,2027-02-01,,booked": (5, "does not say what became of it"),
    "Ana,iv,2027-03-04,,attended": (5, "is to come, and the line says attended"),
    "Ana,iv,2027-03-03,16:00,missed": (5, "16:00 is to come"),
    "Ana,iv,2027-02-01 09:00,10:00,attended": (3, "two times"),
    "Ana,iv,2027-02-01 missed,,attended": (3, "says missed and attended"),
    "Ana,ivy,2027-02-01,,attended": (2, "there is no protocol `ivy`"),
    "Ana,,2027-02-01,,attended": (1, "no line of Ana says which protocol"),
    ",iv,2027-02-01,,attended": (1, "the line has no name"),
    "Ana,iv,,,attended": (1, "the line has no date"),
    "=A1,iv,2027-02-01,,attended": (1, "is a formula"),
    "con,iv,2027-02-01,,attended": (1, "Windows has a device"),
    "Ana.course.json,iv,2027-02-01,,attended": (1, "it ends with .json"),
}  # fmt: skip


def test_all_mistakes_are_told_at_once_and_nothing_is_written(taken_in):
    text = "Name,Protocol,Date,Time,State\n"
    lines = list(MISTAKES)
    text += "".join(line.replace("Ana", f"Ana {n}") + "\n" for n, line in enumerate(lines))
    text += "Zoe,iv,2027-02-01,,attended\n"
    found = faults(taken_in(text, code=1))
    assert list(Path("p").iterdir()) == []
    assert [line for line, _, _ in found] == list(range(2, len(lines) + 2))
    for (line, column, message), (cell, words) in zip(found, MISTAKES.values(), strict=True):
        row = text.split("\n")[line - 1]
        assert words in message.replace(f"Ana {line - 2}", "Ana"), message
        assert row[: column - 1].count(",") + 1 == cell, (row, message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("Name,Protocol,Date\n", "headers and no sessions"),
        ("Who,Protocol,When\nA,iv,2027-02-01\n", "no column is known to be the name"),
        ("Name,Protocol,When\nA,iv,2027-02-01\n", "no column is known to be the date"),
        ("Name,Date,Session 1\nA,2027-02-01,2027-02-01\n", "both say when"),
        ("Name,Date,Session date\nA,2027-02-01,2027-02-01\n", "could each be the date"),
        ("Name,Session 1,session #1\nA,2027-02-01,2027-02-01\n", "is there twice"),
    ],
)
def test_what_is_no_such_table(text, message, taken_in):
    assert message in faults(taken_in(text, code=1))[0][2]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("A,iv,2027-02-01,done\na,iv,2027-02-04,done", "`a` is written `A` on line 2"),
        ("A B,iv,2027-02-01,done\nA  B,iv,2027-02-04,done", "is written `A B` on line 2"),
        ("A,iv,2027-02-01,done\nA\u200b,iv,2027-02-04,done", "is written `A` on line 2"),
        ("A/B,iv,2027-02-01,done\nA:B,im,2027-02-04,done", "`A:B` is written `A/B` on line 2"),
        (f"{'A' * 300},iv,2027-02-01,done", "it is longer than 240 bytes"),
        ("A,iv,2027-02-01,done\nA,im,2027-02-04,done", "A has `iv` and `im`"),
        ("A,iv,2027-02-01,done\nA,iv,2027-02-01,missed", "stands on line 2 too"),
    ],
)
def test_what_two_lines_cannot_say(lines, message, taken_in):
    report = taken_in(f"Name,Protocol,Date,State\n{lines}\n", code=1)
    assert message in faults(report)[0][2]


@pytest.mark.parametrize(
    ("header", "lines", "message"),
    [
        ("State,Attended?", "A,iv,2027-02-01,missed,yes", "the line says missed and attended"),
        (
            "State,Start date",
            "A,iv,2027-02-01,done,2027-02-01\nA,iv,2027-02-04,done,2027-01-28",
            "A has two starts: Mon 1 Feb 2027 and Thu 28 Jan 2027",
        ),
    ],
)
def test_what_two_columns_cannot_say(header, lines, message, taken_in):
    report = taken_in(f"Name,Protocol,Date,{header}\n{lines}\n", code=1)
    assert message in faults(report)[0][2]


def test_a_line_that_is_there_twice_counts_once_and_is_told(ketasched):
    Path("t.csv").write_text(f"{LINES}Ana,iv,2027-03-01,09:30,done\n")
    outcome = ketasched("import", "t.csv", "--into", "p")
    assert "on line 7 says again what stands on line 5, and counts once" in outcome.err
    assert len(sessions_of()) == 6


def test_days_and_months_are_read_as_another_date_of_the_table_shows(taken_in):
    text = "Name,Protocol,Date,State\nA,iv,01/02/2027,done\nA,iv,{},done\n"
    taken_in(text.format("13/02/2027"))
    assert [day[:10] for day, _ in sessions_of("A")[:2]] == ["2027-02-01", "2027-02-13"]
    Path("q").mkdir()
    Path("r").mkdir()
    taken_in(text.format("01/13/2027"), folder="q")
    assert [day[:10] for day, _ in sessions_of("A", "q")[:2]] == ["2027-01-02", "2027-01-13"]
    report = taken_in(f"{text.format('13/02/2027')}A,iv,01/13/2027,done\n", code=1, folder="r")
    assert [line for line, _, _ in faults(report)] == [2]


def kept(report):
    return [(each["session"], each["rule"]) for each in report["imported"][0]["kept"]]


def lines_of(protocol, *sessions):
    rows = "".join(f"Ana,{protocol},{session.replace(' ', ',')}\n" for session in sessions)
    return f"Name,Protocol,Date,State\n{rows}"


def test_what_broke_a_rule_is_kept_and_listed(taken_in):
    days = (
        "2027-02-13 done",
        "2027-02-15 done",
        "2027-02-15 done",
        "2027-03-01 done",
        "2027-03-06 booked",
    )
    text = "Name,Protocol,Date,Time,State\n" + "".join(
        f"Ana,im,{day.split()[0]},{9 + place}:00,{day.split()[1]}\n" for place, day in enumerate(days)
    )  # fmt: skip
    report = taken_in(text)
    rules = [(1, "closed"), (3, "window"), (3, "gap"), (4, "window"), (4, "gap"), (5, "closed")]
    assert kept(report) == rules
    assert sessions_of()[:5] == [
        (f"{day.split()[0]} {9 + place:02}:00", "planned" if "booked" in day else "attended")
        for place, day in enumerate(days)
    ]


def test_a_course_that_is_over_has_nothing_to_come(taken_in):
    days = ("01", "04", "08", "11", "15", "18", "22", "25")
    report = taken_in(lines_of("spravato-mdsi", *(f"2027-02-{day} done" for day in days)))
    assert {status for _, status in sessions_of()} == {"attended"}
    assert kept(report) == []
    assert report["imported"][0]["notes"] == []


def test_more_sessions_than_the_protocol_has_are_kept_and_told(taken_in):
    days = ("01", "04", "08", "11", "15", "18", "22", "25")
    text = lines_of("spravato-mdsi", *(f"2027-02-{day} done" for day in days), "2027-03-01 done")
    report = taken_in(text)
    assert len(sessions_of()) == 9
    assert report["imported"][0]["notes"] == ["session 9: spravato-mdsi has 8 sessions"]


def test_one_more_session_makes_up_for_one_that_was_missed(taken_in):
    days = (
        "01 done",
        "04 missed",
        "08 done",
        "11 done",
        "15 done",
        "18 done",
        "22 done",
        "25 done",
    )
    text = lines_of("spravato-mdsi", *(f"2027-02-{day}" for day in days), "2027-03-01 done")
    report = taken_in(text)
    assert [status for _, status in sessions_of()].count("attended") == 8
    assert report["imported"][0]["notes"] == []


OWN = """version: 1
protocols:
  - id: own
    title: Of our own
    label: Own
    version: "1"
    steps: [{name: stay, length: 1 h}]
    arms: {A: one, B: other}
    phases:
      - {name: all, sessions: 4, cadence: 1 per week, window: {early: 1 day, late: 1 day}, gap: {min: 3 days, max: 30 days}, missed: append}
"""


@pytest.mark.parametrize(
    ("more", "sessions"),
    [
        ("", ["attended", "missed", "attended", "planned", "planned"]),
        ("2027-02-24 done", ["attended", "missed", "attended", "attended", "planned"]),
        ("2027-02-24 done,2027-03-03 booked,2027-03-10 booked", ["attended", "missed", "attended", "attended", "planned", "planned"]),
    ],
)  # fmt: skip
def test_what_was_missed_is_made_up_for_once(more, sessions, taken_in):
    Path("own.yaml").write_text(OWN)
    days = (
        "2027-02-03 done",
        "2027-02-10 missed",
        "2027-02-17 done",
        *filter(None, more.split(",")),
    )
    text = lines_of("own", *days).replace("State", "State,Arm").replace("done\n", "done,b\n")
    taken_in(text, "--protocols", "own.yaml")
    assert [status for _, status in sessions_of()] == sessions
    assert codec.load("p/Ana.course.json").options["arm"] == "B"
    faulty = text.replace("done,b", "done,a", 1)
    assert (
        "Ana has `a` and `b`" in faults(taken_in(faulty, "--protocols", "own.yaml", code=1))[0][2]
    )


def test_a_course_that_stood_still_is_put_off_and_a_clinician_asked(taken_in):
    report = taken_in(lines_of("iv", "2027-02-01 done", "2027-02-04 done"))
    (note,) = report["imported"][0]["notes"]
    assert note == "put off by 4 weeks from session 3 on: the clinician must agree to it"
    (pause,) = codec.load("p/Ana.course.json").course.pauses
    assert pause.weeks == 4
    assert "is over" in pause.reasons[0].text


def test_an_open_ended_phase_is_laid_out_as_far_as_the_table_goes(taken_in):
    days = ("11-02", "11-05", "11-09", "11-12", "11-16", "11-19", "12-16")
    taken_in(lines_of("iv", *(f"2026-{day} done" for day in days), "2027-01-13 done"))
    course = codec.load("p/Ana.course.json").course
    assert [session.phase for session in course.sessions].count("maintenance") == 2


@pytest.mark.parametrize(
    ("cadence", "days"),
    [
        ("{cycle: 21 days, days: [1, 8]}\n        cycles: open-ended", ("02-01", "02-08", "02-22")),
        ("monthly\n        sessions: open-ended", ("01-04", "02-04", "03-04")),
    ],
)
@pytest.mark.parametrize("a_day", [1, 2])
def test_a_protocol_without_an_end_moves_in(taken_in, cadence, days, a_day):
    """It has nothing else that could be laid out before the lines are counted."""
    per_day = "        per_day: {sessions: 2, apart: 4 h}\n" if a_day == 2 else ""
    Path("p.yaml").write_text(ENDLESS % (cadence, per_day), "utf-8")
    clocks = ("09:00", "13:00")[:a_day]
    told = [f"Ana,endless,2027-{day},{clock}" for day in days for clock in clocks]
    text = "\n".join(["Name,Protocol,Date,Time", *told])
    taken_in(text, "--protocols", "p.yaml", "--unmarked", "attended")
    assert [start for start, _ in sessions_of()] == [
        f"2027-{day} {clock}" for day in days for clock in clocks
    ]


def test_numbers_say_which_session_it_was(taken_in):
    header = "Name,Protocol,No.,Date,State\n"
    report = taken_in(
        f"{header}A,iv,3,2027-02-22,done\nA,iv,4,2027-02-25,no-show\nA,iv,4,2027-03-01,done\n"
        "B,iv,1,2027-02-22,done\nB,iv,3,2027-03-01,done\n",
        code=1,
    )
    assert [message for _, _, message in faults(report)] == [
        "B: nothing is said of session 2, and a later one took place"
    ]
    odd = taken_in(f"{header}A,iv,1,2027-03-01,done\nA,iv,99,2027-03-08,booked\n", code=1)
    assert faults(odd) == [(3, 9, "A: there is no session 99: the course has only 6 sessions")]
    taken_in(f"{header}A,iv,3,2027-02-22,done\nA,iv,4,2027-02-25,no-show\nA,iv,4,2027-03-01,done\n")
    course = codec.load("p/A.course.json").course
    assert [(s.number, s.instead_of, s.status) for s in course.sessions][:3] == [
        (3, 0, "attended"),
        (4, 0, "missed"),
        (7, 4, "attended"),
    ]


def test_who_was_away_too_long_waits_for_a_clinician_and_the_others_come_in(taken_in):
    text = f"{LINES}Ben,spravato,2027-01-04,09:00,done\n"
    report = taken_in(text, code=3)
    assert [each["name"] for each in report["refused"]] == ["Ben"]
    assert "the clinician decides" in report["refused"][0]["why"]
    assert [path.name for path in Path("p").glob("*.json")] == ["Ana.course.json"]
    report = taken_in(f"{text}Ben,spravato,2027-03-09,09:00,booked\n")
    assert report["unchanged"] == ["Ana"]
    assert {"rule": "lapse"}.items() <= report["imported"][0]["kept"][-1].items()


def test_a_full_house_keeps_what_was_booked(ketasched, taken_in):
    hours = ("--hours", "mon-fri 08:00-17:00", "--tz", "America/Chicago", "--chairs", "1")
    assert ketasched("init", "--name", "Inn", "--country", "US", *hours, "--at", "09:00").code == 0  # fmt: skip
    text = "Name,Protocol,Date,Time,State\n" + "".join(
        f"{name},im,2027-03-02,{at},done\n{name},im,2027-03-05,09:00,booked\n"
        for name, at in (("Ana", "09:00"), ("Ben", "11:00"))
    )
    report = taken_in(text)
    assert [[each["rule"] for each in course["kept"]] for course in report["imported"]] == [
        ["full"]
    ] * 2
    proof = ketasched("check", "p")
    assert proof.code == 0
    assert "2 stand against a rule on purpose" in proof.out
    assert taken_in(text)["unchanged"] == ["Ana", "Ben"]


def test_a_dry_run_writes_nothing(ketasched):
    Path("t.csv").write_text(LINES)
    shown = ketasched("import", "t.csv", "--into", "p", "--dry-run")
    assert "nothing was written: --dry-run" in shown.err
    assert "would move in" in shown.out
    assert list(Path("p").iterdir()) == []
    written = ketasched("import", "t.csv", "--into", "p").out
    assert written == shown.out.replace("would move in", "moved in")


GROWN = LINES.replace("2027-03-08,09:30,booked", "2027-03-08,10:15,done")


def test_what_a_table_says_more_is_taken_over_and_taken_back(taken_in, monkeypatch, ketasched):
    taken_in(LINES)
    helpers.be_at(monkeypatch, "2027-03-12 21:00")
    before = Path("p/Ana.course.json").read_bytes()
    assert taken_in(LINES)["unchanged"] == ["Ana"]
    assert Path("p/Ana.course.json").read_bytes() == before
    report = taken_in(f"{GROWN}Ana,iv,2027-03-11,,no-show\n")
    assert report["changed"][0]["changes"] == [
        "session 5 took place on Mon 8 Mar 2027 10:15",
        "missed session 6",
    ]
    assert sessions_of()[4:6] == [("2027-03-08 10:15", "attended"), ("2027-03-11 09:30", "missed")]
    assert taken_in(f"{GROWN}Ana,iv,2027-03-11,,no-show\n")["unchanged"] == ["Ana"]
    assert [path.name for path in Path("p").glob("*.json")] == ["Ana.course.json"]
    assert ketasched("undo", "p").code == 0
    assert sessions_of()[4] == ("2027-03-08 09:30", "planned")


def test_a_session_of_another_day_is_the_next_one(taken_in, monkeypatch):
    taken_in(LINES.replace("Ana,iv,2027-03-08,09:30,booked\n", ""))
    number = len(sessions_of())
    helpers.be_at(monkeypatch, "2027-03-06 21:00")
    taken_in(LINES.replace("2027-03-08,09:30,booked", "2027-03-06,11:00,done"))
    assert ("2027-03-06 11:00", "attended") in sessions_of()
    assert len(sessions_of()) == number


@pytest.mark.parametrize(
    ("line", "words", "hint"),
    [
        ("Ana,iv,2027-02-18,09:30,missed", "the record says that session 2 was attended", "undo"),
        ("Ana,iv,2027-03-20,,booked", "the record has no session on Sat 20 Mar", "move p/Ana N"),
        ("Ana,iv,2027-02-19,,missed", "the record has no session on Fri 19 Feb", "undo p/Ana"),
        (
            "Ana,iv,2027-03-09,,cancelled",
            "the record has no session on Tue 9 Mar",
            "cancel p/Ana 5",
        ),
        ("Ana,iv,2027-03-01,11:00,done", "has session 4 at 09:30", "undo"),
        ("Ana,im,2027-03-01,09:30,done", "has a course of iv", "a name of its own"),
    ],
)
def test_what_a_record_says_otherwise_is_refused_with_what_to_do(line, words, hint, taken_in):
    taken_in(LINES)
    before = Path("p/Ana.course.json").read_bytes()
    report = taken_in(f"Name,Protocol,Date,Time,State\n{line}\n", code=1)
    (error,) = report["errors"]
    assert words in error["message"]
    assert hint in error["hint"]
    assert Path("p/Ana.course.json").read_bytes() == before


def test_a_row_for_each_session_with_the_rules_it_breaks(ketasched):
    Path("t.csv").write_text(LINES)
    outcome = ketasched("import", "t.csv", "--into", "p", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(outcome.out)))
    assert [row["status"] for row in rows][:4] == [status for _, status in HELD[:4]]
    assert [row["booked"] for row in rows].count("yes") == 1


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("PATIENT", "name"), ("Date of visit", ""), ("Session", "number"), ("Session 12", "date 12"),
        ("session_date_3", "date 3"), ("Time of session 2", "time 2"), ("Infusion #2", "date 2"),
        ("Séance", "number"), ("Uhrzeit", "time"), ("Estado", "state"), ("Attended?", "attended"),
    ],
)  # fmt: skip
def test_headers(header, field):
    assert field_of(header) == field


@pytest.mark.parametrize(
    ("text", "day", "at", "status"),
    [
        ("2027-01-04", 4, None, None),
        ("Mon 4 Jan 2027, 10:15, attended", 4, time(10, 15), "attended"),
        ("04.01.2027 2:15 pm (missed)", 4, time(14, 15), "missed"),
        ("13/01/2027 - done", 13, None, "attended"),
        ("2027-01-04 09:30:00", 4, time(9, 30), None),
        ("jan 5 2027 no-show", 5, None, "missed"),
        ("04.01.2027 (versa\u0308umt)", 4, None, "missed"),
        ("04.01.2027 asistió", 4, None, "attended"),
        ("04.01.2027 annule", 4, None, "cancelled"),
    ],
)
def test_a_cell_that_says_all(text, day, at, status):
    assert read_booking(text, None) == (date(2027, 1, day), at, status)


def test_a_word_in_brackets_that_is_no_state():
    with pytest.raises(ValueError, match="`mislaid` says not what became"):
        read_booking("04.01.2027 9:00 (mislaid)", None)


def test_several_in_a_cell():
    assert parts_of("4 jan 2027 9am, 6 jan 2027;2027-01-08 ; ") == [
        "4 jan 2027 9am",
        "6 jan 2027",
        "2027-01-08",
    ]
