"""A protocol from every start of a range, beside a plan of each; and what is surely not meant."""

import json
import shlex
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import ROOT, order_of
from test_suggest import with_holidays

from ketasched.domain.course import Course
from ketasched.planning.all_starts import KeptStart, all_starts
from ketasched.planning.plan import plan

FIRST, LAST = date(2027, 1, 1), date(2028, 12, 31)
WINTER = date(2027, 11, 1), date(2028, 2, 29)
CLINIC = str(ROOT / "docs" / "clinic.example.yaml")
TMS = str(ROOT / "docs" / "examples" / "tms.yaml")


def silent(_done, _total):
    """Nobody is told how far it is."""


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param(*WINTER, id="winter"),
        pytest.param(FIRST, LAST, id="two years", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("protocol", ["iv", "spravato", "pain", "kap", "pain-ten-day"])
def test_each_start_is_what_a_plan_of_it_says(protocol, first, last):
    order = with_holidays(order_of(protocol, first))
    starts = list(all_starts(order, first, last, silent))
    assert [each.start for each in starts] == [
        first + timedelta(days=number) for number in range((last - first).days + 1)
    ]
    for found in starts[::11]:
        planned = plan(with_holidays(order_of(protocol, found.start)))
        free = plan(order_of(protocol, found.start))
        assert isinstance(planned, Course) == isinstance(found, KeptStart)
        if not isinstance(planned, Course):
            assert (planned.phase, planned.session if planned.phase else 0) == (
                found.phase,
                found.session,
            )
            continue
        own = {each.number: each.moved_days for each in free.sessions}
        moved = [each for each in planned.sessions if each.moved_days]
        assert (found.sessions, found.moved) == (len(planned.sessions), len(moved))
        assert found.pauses == len(planned.pauses)
        assert list(found.by_holiday) == [
            each.moved_days for each in moved if own[each.number] != each.moved_days
        ]


def test_a_file_is_tried_from_every_start(ketasched):
    words = ("check", TMS, "--starts", "2027-01-01..2027-12-31", "--clinic", CLINIC)
    report = json.loads(ketasched(*words, "--format", "json").out)
    (tms,) = report["protocols"]
    assert (report["holidays"], tms["starts"]) == ("US-IL", 365)
    assert tms["kept"] + len(tms["refused"]) == 365
    assert sum(day["kept"] for day in tms["weekdays"].values()) == tms["kept"]
    assert tms["weekdays"]["thu"] == {"starts": 52, "kept": 0}
    phases = {start["phase"] for start in tms["refused"]}
    assert {None, "acute", "three a week"} <= phases
    page = ketasched(*words).out
    assert f"{tms['kept']} of 365 starts can be kept." in page
    assert "phase three a week; then session 33 has no legal day" in " ".join(page.split())


def test_a_protocol_without_an_end_is_tried_for_a_while(ketasched):
    dialysis = str(Path(TMS).parent / "dialysis.yaml")
    outcome = ketasched("check", dialysis, "--starts", "2027-02-01..2027-02-03")
    assert "2 of 3 starts can be kept." in outcome.out
    assert "dialysis is open-ended: tried until Wed 3 Mar 2027" in outcome.err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ("--starts 2027-01-01", 0, "1 start"),
        ("--starts 2027-01-02..2027-01-03", 1, "tms cannot be kept from any of these starts"),
        ("--starts 2027-01-03..2027-01-02", 2, "--starts"),
        ("--starts 2027-01-01..2031-01-01", 2, "more than three years"),
        ("--starts soon", 2, "--starts"),
        ("--clinic clinic.yaml", 2, "--clinic is for --starts and --server"),
    ],
)
def test_ranges_that_are_none(ketasched, words, code, says):
    outcome = ketasched("check", TMS, *shlex.split(words))
    assert outcome.code == code
    assert says in " ".join((outcome.out + outcome.err).split())


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [
        ("spravato", 0, "spravato, version 1"),
        ("ours", 0, "ours, version 1"),
        ("spravat", 2, "did you mean `spravato`?"),
        ("gone.yaml", 1, "gone.yaml"),
    ],
)
def test_a_protocol_is_found_by_its_id(ketasched, name, code, says):
    assert ketasched("new", "ours").code == 0
    outcome = ketasched("check", name, "--starts", "2027-01-04..2027-01-05")
    assert outcome.code == code
    assert says in outcome.out + outcome.err


@pytest.mark.parametrize("words", [".", "alex", "alex --ics alex.ics", "clinic.yaml"])
def test_starts_of_what_is_no_protocol_are_refused(ketasched, words):
    ketasched("plan", "iv", "--start", "2027-01-04", "--save", "alex", "--ics", "alex.ics")
    Path("clinic.yaml").write_bytes(Path(CLINIC).read_bytes())
    outcome = ketasched("check", *words.split(), "--starts", "2027-01-01..2027-01-31")
    assert (outcome.code, outcome.out) == (2, "")
    assert "--starts" in outcome.err


PHASES = """
version: 1
protocols:
  - id: odd
    title: Odd
    label: Odd
    version: 1
    steps: [{name: visit, length: 30 min}]
    phases:
"""
FINE = (
    "{name: a, cadence: 2 per week, sessions: 6, window: {early: 1 day, late: 2 days}, "
    "gap: {min: 2 days, max: 7 days}}"
)


@pytest.mark.parametrize(
    ("phases", "says"),
    [
        ([FINE], []),
        ([FINE.replace("late: 2 days", "late: 4 days")], ["a, window: 4 days late is more than"]),
        ([FINE.replace("early: 1 day", "early: 4 days")], ["a, window: 4 days early is more than"]),
        (
            [FINE.replace("2 per", "5 per").replace("min: 2", "min: 1")],
            ["a, cadence: `5 per week`"],
        ),
        ([FINE.replace("2 per week", "consecutive working days").replace("min: 2", "min: 1")], []),
        # The one session of b must leave a week to the first of c, which cannot make way.
        (
            [
                FINE,
                (
                    "{name: b, cadence: 1 per week, sessions: 1, window: {early: 0 days, late: 3 days},"
                    " gap: {min: 7 days, max: 9 days}}"
                ),
                (
                    "{name: c, cadence: 1 per week, sessions: 2, window: {early: 0 days, late: 0 days},"
                    " gap: {min: 7 days, max: 9 days}}"
                ),
            ],
            ["b, window: the last 3 days of it can never be used"],
        ),
        (
            [
                (
                    "{name: a, cadence: 1 per week, sessions: open-ended, reviews: [{name: r, "
                    "after_session: 200}], window: {early: 0 days, late: 3 days}, gap: {min: 7 days, "
                    "max: 9 days}}"
                )
            ],
            ["a, reviews: r is after session 200, and the longest course, of 104 weeks, has 105"],
        ),
    ],
)
def test_what_is_legal_and_surely_not_meant(ketasched, phases, says):
    lines = "".join(f"      - {phase}\n" for phase in phases)
    Path("odd.yaml").write_text(PHASES.lstrip() + lines, "utf-8")
    outcome = ketasched("check", "odd.yaml")
    assert (outcome.code, outcome.out) == (0, "odd.yaml: 1 protocol, no problems: odd\n")
    notes = outcome.err.splitlines()
    assert len(notes) == len(says)
    for note, text in zip(notes, says, strict=True):
        assert note.startswith(f"note: odd, {text}")


def test_a_note_on_all_arms_is_told_once(ketasched):
    arms = PHASES.replace("    phases:\n", ARMS).lstrip() + f"      - {FINE}\n"
    Path("arms.yaml").write_text(arms, "utf-8")
    outcome = ketasched("check", "arms.yaml", "--starts", "2027-01-04..2027-01-22")
    assert outcome.err.count("no holidays are kept") == 1


def test_holidays_of_a_place_are_kept_as_by_plan(ketasched):
    span = ("--starts", "2027-01-04..2027-01-22")
    plain, place = (
        ketasched("check", "iv", *span, *more) for more in ((), ("--holidays", "US-IL"))
    )
    assert "no holidays are kept" in plain.err
    assert "No session is moved by a holiday." in plain.out
    assert "Holidays   US-IL" in place.out
    assert "Holidays move " in place.out
    assert "no holidays" not in place.err + place.out
    unknown = ketasched("check", "iv", *span, "--holidays", "XX")
    assert (unknown.code, unknown.out) == (2, "")
    assert "--holidays: " in unknown.err
    Path("odd.yaml").write_text(PHASES.lstrip() + f"      - {FINE}\n", "utf-8")
    alone = ketasched("check", "odd.yaml", "--holidays", "US")
    assert (alone.code, alone.out) == (2, "")
    assert "--holidays is for --starts" in alone.err


ARMS = "    arms: {A: two, B: one, C: none}\n    phases:\n"
WIDE = FINE.replace("name: a", "name: b, arms: [%s]").replace("late: 2 days", "late: 4 days")
APART = (
    "{name: %s, cadence: 1 per week, %s, window: {early: 0 days, late: %d days}, "
    "gap: {min: 7 days, max: 9 days}}"
)
NAMED = "{name: a, first_day: 0, window: {early: 1 day, late: 2 days}, sessions: [%s]}"


@pytest.mark.parametrize(
    ("phases", "says"),
    [
        # What only some arms have, and what all of them have.
        ([FINE, WIDE % "B"], ["b, window: 4", ", in arm B\n"]),
        ([FINE, WIDE % "A, C"], ["b, window: 4", ", in arms A, C\n"]),
        ([WIDE.replace(", arms: [%s]", "")], ["b, window: 4", "same days\n"]),
        # A phase of one arm leaves another no room: days of a window are used by the other arms.
        (
            [
                FINE,
                APART % ("b", "sessions: 1", 3),
                APART % ("c, arms: [B]", "sessions: 2", 0),
            ],
            ["b, window: the last 3 days of it can never be used", ", in arm B\n"],
        ),
        # Days are counted from what the arm has.
        (
            [NAMED % "{name: x, day: 0, arms: [A, B]}, {name: y, day: 0, arms: [C]}, {name: z, day: 7}"],
            ["windows count from x, as it took place, in arms A, B", "from y, as it took place, in arm C"],
        ),
    ],
)  # fmt: skip
def test_each_arm_is_looked_at_by_itself(ketasched, monkeypatch, phases, says):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    lines = "".join(f"      - {phase}\n" for phase in phases)
    Path("odd.yaml").write_text(PHASES.lstrip().replace("    phases:\n", ARMS) + lines, "utf-8")
    outcome = ketasched("check", "odd.yaml")
    assert outcome.code == 0, outcome
    for text in says:
        assert text in outcome.err + outcome.out
