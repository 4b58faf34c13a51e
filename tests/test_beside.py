"""Planned beside others: the commands, the folder's lock, and what a record does not keep."""

import json
import shutil
import subprocess
import sys
import time
from itertools import combinations
from pathlib import Path

import pytest
from filelock import FileLock
from helpers import files_in, mistakes, only, record_of, writer

from ketasched.asking import house_faults
from ketasched.domain.house import House, Resource, Takes
from ketasched.files.clinic import clinic_file
from ketasched.files.protocols import protocol_file
from ketasched.reading.file_text import FileText

DEC, MON = "2026-12-20", "2027-01-04"
ONE_CHAIR = "resources: {chair: 1}"
clinic = writer("clinic.yaml")


def house_of(words=ONE_CHAIR, name="clinic.yaml"):
    """A clinic file with a house, open on weekdays from 8 to 17."""
    hours = "hours: {mon-fri: 08:00-17:00}"
    return clinic(
        f"version: 1\nname: Lakeside\ntimezone: America/Chicago\n{hours}\n{words}\n", name
    )


@pytest.fixture
def folder(at):
    """One course saved on one chair, and a clinic file that is found."""
    house_of()
    Path("patients").mkdir()
    at(DEC, "plan", "iv", "--start", MON, "--at", "09:30", "--save", "patients/alex")
    return Path("patients")


def flat(text):
    return " ".join(text.split())


def starts(name):
    return [each["start"] for each in record_of(name)["sessions"] if each["status"] == "planned"]


def taken(folder="patients"):
    """From when to when each record of a folder has a chair, as wall times."""
    for path in Path(folder).glob("*.course.json"):
        data = json.loads(path.read_text("utf-8"))
        for each in (*data["sessions"], *data["visits"]):
            if each["status"] in ("planned", "tentative") and not each.get("by_video"):
                day, clock = each["start"].split()
                begins = int(clock[:2]) * 60 + int(clock[3:])
                yield path.name, day, begins, begins + each["minutes"]


def overlaps(folder="patients"):
    """What stands at once on the one chair."""
    return [
        (one, other)
        for one, other in combinations(taken(folder), 2)
        if one[1] == other[1] and one[2] < other[3] and other[2] < one[3]
    ]


# plan and suggest


@pytest.mark.usefixtures("folder")
def test_a_course_is_planned_beside_those_of_the_folder_that_it_is_saved_into(at):
    words = ("plan", "iv", "--start", MON, "--at", "09:30", "--flex", "4h", "--save", "patients/bo")
    out = flat(at(DEC, *words).out)
    assert "House 1 chair, beside 1 course in patients/" in out
    assert "2 h later: the only chair is taken 09:30–11:30" in out
    assert starts("patients/bo")[0] == "2027-01-04 11:30"
    assert overlaps() == []
    assert "beside" not in record_of("patients/bo")["asked"]
    third = flat(at(DEC, *words[:-1], "patients/cy").out)
    assert "beside 2 courses in patients/" in third
    assert "09:30–13:30" in third
    assert overlaps() == []


@pytest.mark.usefixtures("folder")
def test_another_folder_is_looked_at_with_beside_and_nothing_without(at):
    words = ("plan", "iv", "--start", MON, "--at", "09:30", "--flex", "4h")
    assert "later" not in at(DEC, *words).out
    beside = flat(at(DEC, *words, "--beside", "patients").out)
    assert "2 h later: the only chair is taken 09:30–11:30" in beside
    report = json.loads(at(DEC, *words, "--beside", "patients", "--format", "json").out)
    reason = report["sessions"][0]["reasons"][0]
    assert reason == {"kind": "full", "text": "the only chair is taken 09:30–11:30"}


@pytest.mark.usefixtures("folder")
def test_a_report_says_beside_whom(at):
    words = ("iv", "--flex", "4h", "--format", "json")
    plan, suggest = ("plan", "--start", MON), ("suggest", "--from", MON, "--to", MON)
    for command in (plan, suggest):
        assert json.loads(at(DEC, *command, *words).out)["beside"] is None
        report = json.loads(at(DEC, *command, *words, "--beside", "patients").out)
        assert report["beside"] == {"folder": "patients", "courses": 1}
    saved = ("--save", "patients/bo", "--beside", ".")
    report = json.loads(at(DEC, *plan, *words, *saved).out)
    assert report["beside"] == {"folder": ". and patients", "courses": 1}
    house_of("phone: '1'")
    report = json.loads(at(DEC, *plan, *words, "--save", "patients/cy").out)
    assert report["beside"] is None


@pytest.mark.usefixtures("folder")
def test_where_nothing_fits_the_reasons_say_so_and_the_advice_was_run_beside_the_others(at):
    words = ("plan", "iv", "--start", MON, "--at", "09:30", "--beside", "patients")
    house_of("resources: {chair: 1}", "clinic.yaml")
    at(DEC, "plan", "iv", "--start", "2027-01-05", "--at", "09:30", "--save", "patients/bo")
    failed = at(DEC, *words, "--days", "mon,thu", code=3).err
    assert "the only chair is taken 09:30–11:30" in flat(failed)
    commands = [line.split() for line in failed.splitlines() if line.startswith("    ketasched")]
    assert commands
    for command in commands:
        assert command[command.index("--beside") + 1] == "patients"
        at(DEC, *command[1:])


@pytest.mark.usefixtures("folder")
def test_suggest_says_when_one_more_can_come(at):
    words = (
        "suggest",
        "iv",
        "--from",
        MON,
        "--to",
        "2027-01-05",
        "--at",
        "09:30",
        "--days",
        "mon,thu",
    )
    best = json.loads(at(DEC, *words, "--format", "json").out)
    beside = at(DEC, *words, "--beside", "patients", "--format", "json").out
    assert best["starts"][0]["moved"] == 0
    assert all(start["moved"] for start in json.loads(beside)["starts"] if start["feasible"])


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--beside", "nowhere"), "--beside: nowhere is not a folder"),
        (("--beside", "."), ""),
    ],
)
def test_beside_a_folder(at, words, text):
    house_of()
    outcome = at(DEC, "plan", "iv", "--start", MON, *words, code=2 if text else 0)
    assert text in outcome.err
    assert text or "beside 0 courses in this folder" in flat(outcome.out)


def test_beside_needs_a_house(at):
    Path("patients").mkdir()
    err = at(DEC, "plan", "iv", "--start", MON, "--tz", "UTC", "--beside", "patients", code=2).err
    assert "no clinic file says how much there is" in err


def test_without_resources_nothing_is_read_locked_or_said(at, monkeypatch):
    house_of("phone: '1'")
    at(DEC, "plan", "iv", "--start", MON, "--save", "alex")
    monkeypatch.setitem(sys.modules, "ketasched.records.room_lock", None)
    Path("broken.course.json").write_text("{")
    outcome = at(DEC, "plan", "im", "--start", MON, "--name", "cy", "--save", "bo")
    assert "House" not in outcome.out
    assert "not counted" not in outcome.err
    at(DEC, "move", "alex", "2", "2027-01-08")
    assert not Path(".room.lock").exists()
    assert starts("bo")[0] == "2027-01-04 09:00"


def test_chairs_mean_the_same_as_a_resource(at):
    house_of("chairs: 1")
    at(DEC, "plan", "iv", "--start", MON, "--save", "alex")
    out = at(DEC, "plan", "iv", "--start", MON, "--flex", "4h", "--save", "bo").out
    assert "House 1 chair, beside 1 course in this folder" in flat(out)
    assert overlaps(".") == []


@pytest.mark.usefixtures("folder")
def test_what_is_over_or_off_takes_nothing_and_a_copy_counts_once(at):
    shutil.copy("patients/alex.course.json", "patients/copy.course.json")
    words = ("plan", "iv", "--start", "2027-03-01", "--beside", "patients")
    assert "beside 1 course in patients/" in flat(at(DEC, *words).out)
    Path("patients/copy.course.json").unlink()
    for number in range(1, 7):
        at(DEC, "cancel", "patients/alex", str(number))
    out = at(DEC, "plan", "iv", "--start", MON, "--at", "09:30", "--save", "patients/bo").out
    assert "is taken" not in out
    assert starts("patients/bo")[0] == "2027-01-04 09:30"


@pytest.mark.usefixtures("folder")
def test_what_cannot_be_read_is_told_and_the_others_count(at):
    Path("patients/broken.course.json").write_text("{")
    outcome = at(DEC, "plan", "iv", "--start", MON, "--at", "09:30", "--beside", "patients")
    assert "not counted among those in the house, as it cannot be read:" in outcome.err
    assert "broken.course.json" in outcome.err
    assert "is taken" in outcome.out


def test_a_linked_visit_on_site_goes_where_there_is_room(at):
    house_of("resources: {chair: 5, room: 1}\ntakes: {consultation: {room: 1}}")
    words = ("plan", "iv", "--start", MON, "--at", "09:30", "--save")
    first, second = (flat(at(DEC, *words, name).out) for name in ("alex", "bo"))
    assert "is taken" not in first
    assert "ideally Mon 28 Dec 2026 09:30: the only room is taken 09:30–10:15" in second
    assert starts("alex") == starts("bo")
    consultations = [record_of(name)["visits"][0]["start"] for name in ("alex", "bo")]
    assert consultations == ["2026-12-28 09:30", "2026-12-28 08:45"]


# A running course


@pytest.fixture
def two(at, folder):
    """Alex on Mondays and Thursdays, Bo on Tuesdays and Fridays; one chair."""
    at(DEC, "plan", "iv", "--start", "2027-01-05", "--at", "09:30", "--save", "patients/bo")
    assert overlaps() == []
    return folder


@pytest.mark.usefixtures("two")
def test_a_move_to_where_it_is_full_is_refused_and_can_be_made_on_purpose(at):
    before = files_in()
    refused = at(DEC, "move", "patients/bo", "2", "2027-01-07", code=3).err
    assert "session 2: the only chair is taken 09:30–11:30" in refused
    assert "--override full" in refused
    assert files_in() == before
    visit = at(DEC, "move", "patients/bo", "c1", "2027-01-04 10:00", code=3).err
    assert "the only chair is taken 09:30–11:30" in visit
    at(DEC, "move", "patients/bo", "2", "2027-01-07", "--override", "full")
    assert len(overlaps()) == 1
    second = next(each for each in record_of("patients/bo")["sessions"] if each["number"] == 2)
    assert second["broken"] == ["full"]
    at(DEC, "move", "patients/bo", "2", "2027-01-07 11:30")
    assert overlaps() == []


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    "words",
    [
        ("extend", "patients/bo", "--sessions", "3"),
        ("move", "patients/bo", "3", "2027-01-13", "--rest", "replan"),
        ("cancel", "patients/bo", "3", "--then", "append"),
        ("cancel", "patients/bo", "3", "--then", "shift"),
        ("adjust", "patients/bo", "--at", "10:00"),
        ("adjust", "patients/bo", "--away", "2027-01-12"),
        ("close-day", "2027-01-07", "patients"),
        ("close-day", "2027-01-12", "patients"),
    ],
    ids=" ".join,
)
def test_no_command_puts_anything_where_it_is_full(at, words):
    before = list(taken())
    at(DEC, *words)
    assert list(taken()) != before
    assert overlaps() == []


@pytest.mark.usefixtures("two")
def test_going_back_to_where_somebody_else_is_by_now_is_refused(at):
    at(DEC, "move", "patients/alex", "1", "2027-01-04 14:00")
    at(DEC, "move", "patients/bo", "1", "2027-01-04 09:30", "--override", "window")
    before = files_in()
    told = at(DEC, "undo", "patients/alex", code=3).err
    assert "no room for the consultation on Mon 28 Dec 2026 09:30: the only chair is taken" in told
    assert at(DEC, "undo", "patients/alex", "--dry-run", code=3).err == told
    assert files_in() == before


@pytest.mark.usefixtures("two")
def test_what_took_place_is_noted_where_somebody_else_is_to_come(at):
    at(DEC, "plan", "im", "--start", MON, "--at", "11:30", "--save", "patients/cleo")
    at(f"{MON} 17:00", "done", "patients/alex", "1", "--at", "10:00")
    assert "attended" in at(MON, "status", "patients/alex").out


def test_a_review_finds_room_only_where_there_is_some(at):
    """Of two on the same days one has the room on the only half hour there is of it."""
    house_of("resources: {chair: 5, room: {fri 09:00-09:30: 1}}\ntakes: {assessment: {room: 1}}")
    words = ("plan", "iv", "--start", MON, "--at", "09:30", "--until", "2027-04-30", "--save")
    at(DEC, *words, "alex")
    at(DEC, *words, "bo")

    def responses():
        return [each["start"] for each in record_of("bo")["visits"] if each["kind"] == "assessment"]

    at(DEC, "review", "bo", "--continue")
    assert responses() == []
    at(DEC, "undo", "bo")
    at(DEC, "cancel", "alex", "r6")
    at(DEC, "review", "bo", "--continue")
    assert responses() == ["2027-01-22 09:00"]


# Two desks


@pytest.mark.usefixtures("folder")
def test_who_books_what_somebody_took_meanwhile_is_told_and_nothing_is_written(
    ketasched, at, monkeypatch
):
    at(DEC, "plan", "im", "--start", "2027-01-05", "--at", "13:00", "--save", "bo")

    def meanwhile(*_):
        shutil.copy("bo.course.json", "patients/bo.course.json")

    monkeypatch.setattr("ketasched.records.write.refuse_twin", meanwhile)
    outcome = ketasched(
        "plan", "im", "--start", "2027-01-05", "--at", "13:00", "--save", "patients/cy"
    )
    assert outcome.code == 3
    assert (
        "cy: no room for the consultation on Tue 29 Dec 2026 13:00: the only chair is taken"
        in outcome.err
    )
    assert "run a plan again" in outcome.err
    assert sorted(path.name for path in Path("patients").glob("*.json")) == [
        "alex.course.json", "bo.course.json",
    ]  # fmt: skip


def test_one_at_a_time_takes_room_in_a_folder(at, monkeypatch):
    house_of()
    Path("patients").mkdir()
    monkeypatch.setattr("ketasched.records.room_lock.PATIENCE", 0.1)
    with FileLock("patients/.room.lock"):
        busy = at(DEC, "plan", "iv", "--start", MON, "--save", "patients/alex", code=1)
    assert "another program is booking in" in busy.err
    assert list(Path("patients").glob("*.json")) == []
    at(DEC, "plan", "iv", "--start", MON, "--save", "patients/alex")


def test_of_two_programs_that_book_the_last_chair_at_once_never_both_have_it():
    house_of()
    Path("patients").mkdir()
    lock = FileLock("patients/.room.lock")
    with lock:  # so that both have planned before either may write
        pair = [
            subprocess.Popen(
                [
                    sys.executable, "-m", "ketasched", "plan", "iv", "--start", MON,
                    "--days", "mon,thu", "--save", f"patients/{name}",
                ],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            for name in ("alex", "bo")
        ]  # fmt: skip
        time.sleep(1.5)
    ended = [(process.communicate(timeout=120), process.returncode) for process in pair]
    codes = sorted(code for _, code in ended)
    assert codes[0] == 0
    assert codes[1] in (0, 3)
    assert overlaps() == []
    if codes[1] == 3:
        told = next(err for (_, err), code in ended if code == 3)
        assert b"is taken" in told
        assert len(list(Path("patients").glob("*.course.json"))) == 1


# The files


@pytest.mark.parametrize(
    ("words", "place", "message", "hint"),
    [
        ("resources: {chair: 3}\nchairs: 3", (4, 9), "`resources` say how many chairs there are", "write `chair: 3` under `resources`, and leave this out"),
        ("resources: {chair: x}", (3, 20), "`x` is not a whole number", ""),
        ("resources: {chair: 0}", (3, 20), "0 is outside 1 to 999", ""),
        ("resources: {}", (3, 12), "the resources are empty", "name one, such as `chair: 8`"),
        ("resources: {chair: 3, chair: 4}", (3, 23), "the resource `chair` stands here twice", "keep one of them"),
        ("resources: {chair: 1, Chair: 2}", (3, 23), "the resource `Chair` and `chair` differ by capitals only", "keep one of them"),
        ("resources: {nurse: 1, NURSE: 2}", (3, 23), "the resource `NURSE` and `nurse` differ by capitals only", "keep one of them"),
        ("resources: {caf\u00e9: 1, cafe\u0301: 2}", (3, 22), "the resource `caf\u00e9` stands here twice", "keep one of them"),
        ("resources: {Chair: 2}", (3, 13), "the resource of which each appointment takes one is `chair`, not `Chair`", "write `chair`"),
        ("resources: {chairs: 2}", (3, 13), "the resource of which each appointment takes one is `chair`, not `chairs`", "write `chair`"),
        ("resources: {chair: 2, chairs: 2}", (3, 23), "the resource of which each appointment takes one is `chair`, not `chairs`", "write `chair`"),
        ("resources: {chair: 2, nurse: 2}\ntakes: {iv: {nurse: 1, Nurse: 1}}", (4, 24), "the resource `Nurse` and `nurse` differ by capitals only", "keep one of them"),
        ("resources: {chair: 2, nurse: 2}\ntakes: {iv: {Nurse: 1}}", (4, 14), "unknown resource `Nurse`", "did you mean `nurse`?"),
        ("resources: {chair: 2}\ntakes: {iv: {infusion: {Chair: 1}}}", (4, 25), "the resource of which each appointment takes one is `chair`, not `Chair`", "write `chair`"),
        ("resources: {nurse: {mon-frx 08:00-13:00: 2}}", (3, 21), "`frx` is not a weekday: write mon, tue, wed, thu, fri, sat or sun", "did you mean `mon`?"),
        ("resources: {nurse: {mon-fri 08:00-13:00: 2, mon 12:00-14:00: 1}}", (3, 45), "Monday has two numbers at once", "keep one"),
        ("resources: {nurse: {mon: 0}}", (3, 20), "there is never a nurse", "give a number for some times"),
        ("resources: {chair: 3}\ntakes: {iv: {chiar: 1}}", (4, 14), "unknown resource `chiar`", "did you mean `chair`?"),
        ("resources: {chair: 3}\ntakes: {iv: {bed: 1}}", (4, 14), "unknown resource `bed`", "the clinic has chair"),
        ("resources: {chair: 3}\ntakes: {iv: {infusion: {chair: 4}}}", (4, 25), "it takes 4 chairs, and there are only 3", "see `resources`"),
        ("resources: {nurse: {mon 08:00-09:00: 1}}\ntakes: {iv: {nurse: 2}}", (4, 14), "it takes 2 nurses, and there is only 1", "see `resources`"),
        ("resources: {chair: 3}\ntakes: {integration: {a: {chair: 1}}}", (4, 22), "expected resources here, not steps", "integration is a kind of linked visit, which has none"),
        ("takes: {iv: {chair: 1}}", (3, 8), "nothing is known of what there is to take", "say it under `resources`: `chair: 8`"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_message_at_its_line(words, place, message, hint):
    text = f"version: 1\nname: Lakeside\n{words}\n"
    mistake = only(mistakes(clinic_file.read, FileText("clinic.yaml", text)))
    assert ((mistake.line, mistake.column), mistake.message, mistake.hint) == (place, message, hint)


@pytest.mark.parametrize(
    ("words", "place", "message", "hint"),
    [
        ("takes: {ivv: {chair: 1}}", (4, 9), "`ivv` is neither a protocol nor a kind of linked visit", "did you mean `iv`?"),
        ("takes: {integratoin: {}}", (4, 9), "`integratoin` is neither a protocol nor a kind of linked visit", "did you mean `integration`?"),
        ("takes: {iv: {infusoin: {chair: 1}}}", (4, 14), "iv has no step `infusoin`", "did you mean `infusion`?"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["check", "plan"])
def test_what_takes_it_is_known_from_the_protocols(at, command, words, place, message, hint):
    clinic(f"version: 1\nname: Lakeside\nresources: {{chair: 3}}\n{words}\n")
    typed = {
        "check": ["check", "clinic.yaml"],
        "plan": ["plan", "im", "--start", MON, "--tz", "UTC"],
    }
    err = at(DEC, *typed[command], code=1).err
    assert err.count("error:") == 1
    for text in (message, f"clinic.yaml:{place[0]}:{place[1]}", hint):
        assert text in err


OWN = """version: 1
protocols:
  - id: own
    title: Ours
    label: own
    version: 1
    steps:
      - {name: dose, length: 30 min, takes: {%s}}
      - {name: rest, length: 30 min, takes: {}}
    phases:
      - {name: only, cadence: 1 per week, sessions: 2, window: {early: 0 days, late: 0 days}, gap: {min: 1 day, max: 9 days}}
"""


@pytest.mark.parametrize(
    ("takes", "message"),
    [
        ("nurs: 1", "unknown resource `nurs`"),
        ("nurse: 3", "it takes 3 nurses, and there are only 2"),
        ("nurse: 2", ""),
    ],
)
def test_a_step_of_a_protocol_says_what_it_takes(at, takes, message):
    house_of("resources: {chair: 1, nurse: 2}")
    Path("own.yaml").write_text(OWN % takes)
    outcome = at(DEC, "plan", "own", "--start", MON, code=1 if message else 0)
    if message:
        assert message in outcome.err
        assert "own.yaml:8:46" in outcome.err
        # The clinic's word wins.
        house_of("resources: {chair: 1, nurse: 2}\ntakes: {own: {dose: {nurse: 1}}}")
        outcome = at(DEC, "plan", "own", "--start", MON)
    assert "Takes" in outcome.out
    assert "from minute 0 to 30" in flat(outcome.out)
    assert f"{takes}" in OWN % takes
    at(DEC, "plan", "own", "--start", MON, "--save", "alex")
    assert record_of()["protocol"]["steps"][1]["takes"] == {}


def test_what_a_house_has_is_shown(at):
    house_of(
        "resources: {chair: 3, nurse: {mon-fri 08:00-13:00: 2, mon-fri 13:00-17:00: 1}}\n"
        "takes: {iv: {check-in: {nurse: 1, chair: 1}}, integration: {}}"
    )
    year = flat(at(DEC, "check", "clinic.yaml", "--year", "2027").out)
    assert "House 3 chairs; nurse: Mon-Fri 08:00-13:00 2, 13:00-17:00 1" in year
    assert "iv: check-in 1 nurse and 1 chair integration: nothing all else on site: 1 chair" in year
    show = flat(at(DEC, "show", "iv").out)
    assert "1 nurse and 1 chair from minute 0 to 20; 1 chair from minute 20 to 120" in show


def test_a_protocol_that_takes_more_than_the_clinic_has_is_not_shown_as_if_it_could_be(at):
    house_of("resources: {chair: 1, nurse: 2}")
    Path("own.yaml").write_text(OWN % "nurse: 3")
    told = at(DEC, "show", "own", code=1).err
    assert told == at(DEC, "plan", "own", "--start", MON, code=1).err
    Path("clinic.yaml").unlink()
    assert "dose 3 nurses" in at(DEC, "show", "own").out


def test_a_record_knows_its_house_again(at):
    house_of("resources: {chair: 3, nurse: {mon-fri 08:00-13:00: 2}}\ntakes: {kap: {nurse: 1}}")
    at(DEC, "plan", "kap", "--start", MON, "--save", "alex")
    Path("clinic.yaml").unlink()
    refused = at(DEC, "move", "alex", "2", "13:00", code=3).err
    assert "there is no nurse 13:00–24:00" in refused


@pytest.mark.parametrize(("numbers", "code"), [("mon-fri: 1", 3), ("mon-sat: 1", 0)])
def test_a_one_off_opening_has_the_numbers_of_its_weekday(at, numbers, code):
    saturday = "openings: [{date: 2027-01-09, hours: 08:00-17:00}]"
    house_of(f"{saturday}\nresources: {{nurse: {{{numbers}}}}}\ntakes: {{iv: {{nurse: 1}}}}")
    at(DEC, "plan", "iv", "--start", MON, "--save", "alex")
    moved = at(DEC, "move", "alex", "2", "2027-01-09", code=code)
    assert ("there is no nurse 00:00–24:00" in moved.err) == bool(code)


def test_faults_of_steps_are_those_of_the_house():
    source = FileText("own.yaml", OWN % "nurse: 1")
    written = protocol_file._read(source, ours=False)
    house = House((Resource.of_number("nurse", 1),), (Takes("own", ()),))
    house_faults.refuse_impossible_steps(house, written)
    (mistake,) = mistakes(
        house_faults.refuse_impossible_steps, House((Resource.of_number("chair", 1),)), written
    )
    assert (mistake.line, mistake.column) == (8, 46)
