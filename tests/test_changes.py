"""What may happen to a running course, in worked cases with literal dates.

January 2027: Mondays are 4, 11, 18 and 25; no clinic file, so weekdays are open and no day is a
holiday. A session reads `3 Mon 11 Jan`; its time is told where it is not 09:00.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
import texts
from helpers import plan_once, writer

PLAN_DAY = "2026-12-20 09:00"
write = writer("trial.yaml")


class Life:
    """A saved course `alex`, and a clock."""

    def __init__(self, run, monkeypatch):
        self.run = run
        self.patch = monkeypatch

    def now(self, text):
        moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/Chicago"))
        self.patch.setenv("SOURCE_DATE_EPOCH", str(int(moment.astimezone(UTC).timestamp())))
        return self

    def plan(self, protocol, *more, start="2027-01-04", now="2027-01-04 08:00"):
        """Plan on 20 December, then it is ``now``."""
        self.now(PLAN_DAY)
        whose = ("--start", start, "--name", "Alex", "--save", "alex", "--ics", "alex.ics")
        plan_once(self.run, protocol, *whose, *more)
        return self.now(now)

    def do(self, command, *more):
        """Run a command, on `alex` if it has one, that must succeed."""
        outcome = self.try_to(command, *more)
        assert outcome.code == 0, outcome.err
        return outcome

    def try_to(self, command, *more):
        return self.run(command, *(() if command == "plan" else ("alex",)), *more)

    def refused(self, code, *arguments):
        """A command that must fail so and change nothing; what it says."""
        before = files()
        outcome = self.try_to(*arguments)
        assert outcome.code == code, (outcome.code, outcome.out, outcome.err)
        assert files() == before
        return outcome.err

    @property
    def record(self):
        with open("alex.course.json", "rb") as file:  # noqa: PTH123
            return json.load(file)

    @property
    def sessions(self):
        return [shown(one) for one in self.record["sessions"]]

    @property
    def ahead(self):
        """Those that were not missed, cancelled or held."""
        return [
            shown(one)
            for one in self.record["sessions"]
            if one["status"] in ("planned", "tentative")
        ]

    @property
    def report(self):
        return json.loads(self.do("status", "--format", "json").out)

    def visit(self, name, session):
        """When a linked visit is, and its status unless planned."""
        (found,) = [
            one for one in self.record["visits"] if (one["name"], one["session"]) == (name, session)
        ]
        when = f"{datetime.fromisoformat(found['start']):%a %-d %b %H:%M}"
        return when if found["status"] == "planned" else f"{when} {found['status']}"


def shown(one):
    start = datetime.fromisoformat(one["start"])
    words = [str(one["number"]), f"{start:%a %-d %b}"]
    words += [f"{start:%H:%M}"] if f"{start:%H:%M}" != "09:00" else []
    words += [one["status"]] if one["status"] not in ("planned", "tentative") else []
    return " ".join(words)


def files():
    return {name: read(name) for name in ("alex.course.json", "alex.ics")}


def read(name):
    with open(name, "rb") as file:  # noqa: PTH123
        return file.read()


def events():
    found = icalendar.Calendar.from_ical(read("alex.ics")).walk("VEVENT")
    return {str(one["UID"]): one for one in found}


def visible(event):
    """All a reader sees of an entry."""
    hidden = ("SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "CREATED")
    return [(name, event[name].to_ical()) for name in event if name not in hidden]


@pytest.fixture
def life(ketasched, monkeypatch):
    return Life(ketasched, monkeypatch)


IV = ["1 Mon 4 Jan", "2 Thu 7 Jan", "3 Mon 11 Jan", "4 Thu 14 Jan", "5 Mon 18 Jan", "6 Thu 21 Jan"]
KAP = ["1 Mon 4 Jan", "2 Mon 11 Jan", "3 Mon 18 Jan", "4 Mon 25 Jan", "5 Mon 1 Feb", "6 Mon 8 Feb"]
PAIN = ["1 Mon 4 Jan", "2 Tue 5 Jan", "3 Wed 6 Jan", "4 Thu 7 Jan", "5 Fri 8 Jan"]
SPRAVATO = [
    "1 Mon 4 Jan", "2 Thu 7 Jan", "3 Mon 11 Jan", "4 Thu 14 Jan", "5 Mon 18 Jan", "6 Thu 21 Jan",
    "7 Mon 25 Jan", "8 Thu 28 Jan", "9 Mon 1 Feb", "10 Mon 8 Feb", "11 Mon 15 Feb", "12 Mon 22 Feb",
]  # fmt: skip
TRIAL = [
    "1 Mon 21 Dec", "2 Mon 4 Jan", "3 Tue 5 Jan", "4 Thu 7 Jan", "5 Mon 11 Jan", "6 Mon 1 Feb",
]  # fmt: skip

PLANS = {"iv": IV, "kap": KAP, "pain": PAIN, "spravato": SPRAVATO}


# Move


@pytest.mark.parametrize(
    ("when", "stands"),
    [
        ("fri", "4 Fri 15 Jan"),
        ("wed", "4 Wed 13 Jan"),
        ("wednesday", "4 Wed 13 Jan"),
        ("WED", "4 Wed 13 Jan"),
        ("thu", "4 Thu 14 Jan"),
        ("thu 14:00", "4 Thu 14 Jan 14:00"),
        ("14:00", "4 Thu 14 Jan 14:00"),
        ("2 pm", "4 Thu 14 Jan 14:00"),
        ("fri 2:30 pm", "4 Fri 15 Jan 14:30"),
        ("2027-01-15", "4 Fri 15 Jan"),
        ("15 jan 2027 8:15", "4 Fri 15 Jan 08:15"),
    ],
)
def test_when_a_session_is_moved_to(life, when, stands):
    life.plan("iv").do("move", "4", when)
    assert life.sessions == [*IV[:3], stands, *IV[4:]]


def test_a_weekday_is_never_one_that_has_passed(life):
    life.plan("kap", now="2027-01-12 12:00")  # session 2 was due on Monday and is not marked
    life.do("move", "2", "wed", "--override", "notice")
    assert "2 Wed 13 Jan" in life.sessions
    life.now("2027-01-14 12:00")
    assert "Wed 20 Jan 2027 is outside its window" in life.refused(3, "move", "2", "wed")


@pytest.mark.parametrize("when", ["01/02/2027", "nowhere", "tue 25:00", "30 feb 2027", "5 jan"])
def test_a_date_that_cannot_be_read(life, when):
    assert "WHEN" in life.plan("iv").refused(2, "move", "4", when)


def test_an_empty_date(life):
    life.plan("iv").refused(2, "move", "4", "")


@pytest.mark.parametrize(
    ("arguments", "rule", "text"),
    [
        (("4", "sat"), "closed", "session 4: closed on Saturdays"),
        (("4", "2027-01-18"), "window", "outside its window, Wed 13 Jan 2027 to Sun 17 Jan 2027"),
        (("4", "2027-01-12"), "gap", "less than 2 days from session 3"),
        (("2", "2027-01-04"), "gap", "less than 2 days from session 1"),
        (("4", "2027-01-19"), "order", "session 5 is not after it"),
    ],
)
def test_a_move_that_breaks_a_rule_names_it(life, arguments, rule, text):
    said = life.plan("iv").refused(3, "move", *arguments)
    assert text in said
    assert rule in said.partition("--override ")[2].strip().split(",")


def test_a_clock_time_that_does_not_exist(life):
    said = life.plan("iv", start="2027-03-08", now="2027-03-08 08:00").refused(
        3, "move", "2", "2027-03-14 02:30"
    )
    assert "02:30 does not exist on Sun 14 Mar 2027" in said


def test_an_override_is_kept_in_the_history(life):
    life.plan("iv")
    life.refused(3, "move", "4", "sat", "--override", "window")
    life.do("move", "4", "sat", "--override", "closed", "--reason", "snow")
    assert life.sessions[3] == "4 Sat 16 Jan"
    last = life.record["history"][-1]
    assert (last["overridden"], last["reason"]) == (["closed"], "snow")
    assert "did you mean `gap`?" in life.refused(2, "move", "4", "fri", "--override", "gapp")


def test_only_rules_that_were_broken_are_kept(life):
    life.plan("iv").do("move", "4", "sat", "--override", "closed,order")
    assert life.record["history"][-1]["overridden"] == ["closed"]


@pytest.mark.parametrize(
    ("rest", "later"),
    [
        ("keep", ["5 Mon 18 Jan", "6 Thu 21 Jan"]),
        ("replan", ["5 Mon 18 Jan", "6 Thu 21 Jan"]),
        ("shift", ["5 Tue 19 Jan", "6 Fri 22 Jan"]),
    ],
)
def test_what_happens_to_the_rest(life, rest, later):
    life.plan("iv").do("move", "4", "fri", "--rest", rest)
    assert life.sessions == [*IV[:3], "4 Fri 15 Jan", *later]


def test_a_move_that_is_refused_says_what_to_do_with_the_rest_if_that_works(life):
    life.plan("pain")
    refused = life.refused(3, "move", "2", "wed")
    assert "help: this works: --rest shift; to do it all the same: --override order,gap" in refused
    # On a closed day the rest has no say.
    assert "this works" not in life.refused(3, "move", "2", "2027-01-09")
    life.do("move", "2", "wed", "--rest", "shift")


def test_shift_goes_to_the_nearest_legal_days(life):
    life.plan("iv").do("move", "4", "wed", "--rest", "shift")
    # A day earlier than Monday is Sunday.
    assert life.sessions == [*IV[:3], "4 Wed 13 Jan", "5 Mon 18 Jan", "6 Wed 20 Jan"]


def test_replan_makes_room(life):
    life.plan("pain").do("move", "3", "thu", "--rest", "replan")
    assert life.sessions == [*PAIN[:2], "3 Thu 7 Jan", "4 Fri 8 Jan", "5 Mon 11 Jan"]


def test_replan_puts_a_pause_where_nothing_else_helps(life):
    life.plan("iv", "--closed", "2027-01-14..2027-01-20")
    assert life.sessions == [*IV[:3], "4 Thu 21 Jan", "5 Mon 25 Jan", "6 Thu 28 Jan"]


def test_a_pause_that_was_taken_stays(life):
    life.plan("iv", "--closed", "2027-01-14..2027-01-20")
    life.do("move", "2", "fri", "--rest", "replan")
    assert life.sessions == [
        "1 Mon 4 Jan",
        "2 Fri 8 Jan",
        "3 Mon 11 Jan",
        "4 Thu 21 Jan",
        "5 Mon 25 Jan",
        "6 Thu 28 Jan",
    ]


def test_sessions_moved_by_hand_stay_unless_named_again(life):
    life.plan("iv").do("move", "5", "tue")
    life.do("move", "4", "wed", "--rest", "replan")
    assert life.sessions == [*IV[:3], "4 Wed 13 Jan", "5 Tue 19 Jan", "6 Thu 21 Jan"]
    life.do("move", "5", "mon")
    assert life.sessions == [*IV[:3], "4 Wed 13 Jan", "5 Mon 18 Jan", "6 Thu 21 Jan"]


def test_replan_leaves_what_is_over(life):
    life.plan("iv", now="2027-01-08 12:00").do("move", "5", "tue", "--rest", "replan")
    assert life.sessions[:2] == IV[:2]


@pytest.mark.parametrize("when", ["2027-01-11 08:00", "2027-01-06"])
def test_a_move_into_the_past(life, when):
    number = "3" if "11" in when else "2"
    said = life.plan("iv", now="2027-01-11 12:00").refused(3, "move", number, when)
    assert "passed" in said


def test_what_is_over_cannot_be_moved(life):
    life.plan("iv", now="2027-01-08 12:00").do("done", "1")
    assert "session 1 is attended already" in life.refused(2, "move", "1", "tue")
    life.do("miss", "2")
    assert "session 2 is missed already" in life.refused(2, "move", "2", "fri")
    life.do("cancel", "3")
    assert "session 3 is cancelled already" in life.refused(2, "move", "3", "fri")


def test_a_session_whose_time_has_passed_may_still_be_put_off(life):
    life.plan("kap", now="2027-01-12 12:00").do("move", "2", "thu")
    assert life.sessions == [KAP[0], "2 Thu 14 Jan", *KAP[2:]]


@pytest.mark.parametrize("number", ["0", "7", "x", "1.5", "٣x"])
def test_a_session_that_is_not_there(life, number):
    assert "sessions are numbered 1 to 6" in life.plan("iv").refused(2, "move", number, "fri")


def test_planning_on_after_the_order_was_broken_on_purpose(life):
    life.plan("iv").do("move", "5", "2027-01-22", "--override", "order,gap,window")
    life.do("move", "6", "2027-01-21 15:00", "--override", "order,gap,window")
    assert life.try_to("cancel", "3", "--then", "append").code in (0, 3)


@pytest.mark.parametrize("rest", ["shift", "replan"])
def test_past_a_session_that_stays(life, rest):
    life.plan("pain", now=PLAN_DAY).do("move", "2", "10:00")
    assert "order" in life.refused(3, "move", "3", "2027-01-04", "--rest", rest)


# Miss and cancel


@pytest.mark.sampled(2)  # each case, by one of the two commands
@pytest.mark.parametrize(
    ("case", "number", "now", "then", "ahead"),
    [
        ("iv", 3, "2027-01-11 12:00", "keep", ["4 Thu 14 Jan", "5 Mon 18 Jan", "6 Thu 21 Jan"]),
        # The seventh would be due on Monday 25.
        ("iv", 3, "2027-01-11 12:00", "append", ["4 Thu 14 Jan", "5 Mon 18 Jan", "6 Thu 21 Jan", "7 Mon 25 Jan"]),
        # Tuesday is within the notice, and all other days up to Monday 25 are beside a session.
        ("iv", 3, "2027-01-11 12:00", "squeeze", ["4 Thu 14 Jan", "5 Mon 18 Jan", "6 Thu 21 Jan", "7 Mon 25 Jan"]),
        # Three days on: the make-up on Thursday, then Sunday -> Monday, Thursday, Sunday -> Monday.
        ("iv", 3, "2027-01-11 12:00", "shift", ["7 Thu 14 Jan", "4 Mon 18 Jan", "5 Thu 21 Jan", "6 Mon 25 Jan"]),
        ("iv", 6, "2027-01-21 12:00", "append", ["7 Mon 25 Jan"]),
        ("iv", 6, "2027-01-21 12:00", "squeeze", ["7 Mon 25 Jan"]),
        ("iv", 6, "2027-01-21 12:00", "shift", ["7 Mon 25 Jan"]),
        ("kap", 2, "2027-01-11 12:30", "append", [*KAP[2:], "7 Mon 15 Feb"]),
        ("kap", 2, "2027-01-11 12:30", "squeeze", ["7 Wed 13 Jan", *KAP[2:]]),
        ("kap", 2, "2027-01-11 12:30", "shift", ["7 Mon 18 Jan", "3 Mon 25 Jan", "4 Mon 1 Feb", "5 Mon 8 Feb", "6 Mon 15 Feb"]),
        ("pain", 3, "2027-01-06 15:00", "keep", PAIN[3:]),
        ("pain", 3, "2027-01-06 15:00", "append", [*PAIN[3:], "6 Mon 11 Jan"]),
        ("pain", 3, "2027-01-06 15:00", "shift", ["6 Thu 7 Jan", "4 Fri 8 Jan", "5 Mon 11 Jan"]),
        ("spravato", 2, "2027-01-07 12:00", "keep", SPRAVATO[2:]),
        # No room between the induction's last Thursday and the first weekly Monday: all that follows shifts.
        ("spravato", 2, "2027-01-07 12:00", "append", [
            "13 Mon 11 Jan", "3 Thu 14 Jan", "4 Mon 18 Jan", "5 Thu 21 Jan", "6 Mon 25 Jan", "7 Thu 28 Jan",
            "8 Mon 1 Feb", "9 Mon 8 Feb", "10 Mon 15 Feb", "11 Mon 22 Feb", "12 Mon 1 Mar"]),
        ("spravato", 10, "2027-02-08 12:00", "append", [*SPRAVATO[10:], "13 Mon 1 Mar"]),
        ("spravato", 10, "2027-02-08 12:00", "shift", ["13 Mon 15 Feb", "11 Mon 22 Feb", "12 Mon 1 Mar"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["miss", "cancel"])
def test_a_session_falls_out(life, case, number, now, then, ahead, command):
    plan = PLANS[case]
    life.plan(case, now=now)
    before = {uid: event["SEQUENCE"] for uid, event in events().items()}
    life.do(command, number, "--then", then)
    assert life.ahead == [*plan[: number - 1], *ahead]
    (gone,) = [one for one in life.record["sessions"] if one["number"] == number]
    status = "missed" if command == "miss" else "cancelled"
    assert shown(gone) == f"{plan[number - 1]} {status}"
    # The gone one stays in the calendar, told as cancelled; what is new has a UID of its own.
    after = events()
    assert before.keys() <= after.keys()
    cancelled = [
        one
        for one in after.values()
        if one["STATUS"] == "CANCELLED" and "Appointment" in one["SUMMARY"]
    ]
    assert len(cancelled) == 1
    assert cancelled[0]["SUMMARY"].startswith(f"CANCELLED: Appointment {number}")
    assert cancelled[0]["SEQUENCE"] == 1


@pytest.mark.parametrize(
    ("case", "number", "now", "make_up"),
    [
        ("iv", 3, "2027-01-10 12:00", "7 Tue 12 Jan"),  # 30 h before 09:00 is the 11th at 03:00
        ("iv", 3, "2027-01-11 03:00", "7 Tue 12 Jan"),
        ("iv", 3, "2027-01-11 03:15", "7 Mon 25 Jan"),
        ("iv", 6, "2027-01-20 12:00", "7 Fri 22 Jan"),
        ("spravato", 2, "2027-01-07 07:00", "13 Fri 8 Jan"),  # with two hours without food
        ("spravato", 2, "2027-01-07 07:15", None),
    ],
)
def test_a_make_up_is_never_nearer_than_the_notice(life, case, number, now, make_up):
    life.plan(case, now=now)
    if make_up:
        life.do("cancel", number, "--then", "squeeze")
        assert make_up in life.ahead
    else:
        refused = life.refused(3, "cancel", number, "--then", "squeeze")
        assert "less than 24 h notice and 2 h to prepare: from Fri 8 Jan 2027 09:15 on" in refused


NOT_THE_SAME_SLOT = "replan puts the make-up where the session that fell out stood"


@pytest.mark.parametrize(
    ("protocol", "number", "now", "stood"),
    [
        ("iv", "4", "2027-01-11 12:00", "Thu 14 Jan"),
        ("pain", "3", "2027-01-05 16:00", "Wed 6 Jan"),
        ("kap", "2", "2027-01-08 16:00", "Mon 11 Jan"),
        ("spravato", "10", "2027-02-07 12:00", "Mon 8 Feb"),
    ],
)
def test_replan_finds_another_day(life, protocol, number, now, stood):
    life.plan(protocol, now=now).do("cancel", number, "--then", "replan")
    assert not [one for one in life.ahead if one.endswith(stood)]


def test_replan_on_the_day_itself(life):
    # Tuesday is within the notice; so the next session makes room for Wednesday.
    life.plan("iv", now="2027-01-11 12:00").do("cancel", "3", "--then", "replan")
    assert life.ahead == [*IV[:2], "7 Wed 13 Jan", "4 Fri 15 Jan", *IV[4:]]


@pytest.mark.parametrize("then", ["shift", "replan"])
def test_a_make_up_long_after(life, then):
    life.plan("kap", now="2027-01-20 12:00")  # session 2 was due nine days ago
    for number in "13":
        life.do("done", number)
    life.do("miss", "2", "--then", then)
    assert "7" in [one.split()[0] for one in life.ahead]


@pytest.mark.parametrize(
    ("then", "ahead"),
    [
        ("keep", ["6 Mon 1 Feb"]),
        # 21 days lie between dose two and the end, so that is how far the rest goes.
        ("shift", ["7 Mon 1 Feb", "6 Mon 22 Feb"]),
        ("squeeze", ["7 Wed 13 Jan", "6 Mon 1 Feb"]),  # Tuesday at 09:00 is in 21 hours
    ],
)
def test_a_session_of_a_trial_falls_out(life, then, ahead):
    write(texts.WITH_VISITS)
    life.plan("trial", "--protocols", "trial.yaml", now="2027-01-11 12:00")
    assert life.sessions == TRIAL
    for number in "1234":
        life.do("done", number)
    life.do("miss", "5", "--then", then)
    assert life.ahead == ahead


def test_a_trial_does_not_go_on_by_itself(life):
    write(texts.WITH_VISITS)
    life.plan("trial", "--protocols", "trial.yaml")
    assert "lists its days" in life.refused(2, "cancel", "5", "--then", "append")
    assert "lists its days" in life.refused(2, "extend", "--sessions", "1")
    life.do("extend", "--on", "2027-02-05")
    assert life.sessions == [*TRIAL, "7 Fri 5 Feb"]


PLANNED = ("        first_day: 1\n", "        first_day: 1\n        counts_from: planned\n")
"""Day numbers count from the baseline as it was planned."""


@pytest.mark.parametrize(
    ("counts_from", "screening", "rest"),
    [
        (("", ""), "1 Tue 22 Dec", ["5 Tue 12 Jan", "6 Tue 2 Feb"]),
        (PLANNED, TRIAL[0], TRIAL[4:]),
    ],
)
def test_sessions_that_follow_another_go_with_it(life, counts_from, screening, rest):
    write(texts.WITH_VISITS.replace(*counts_from))
    life.plan("trial", "--protocols", "trial.yaml", now=PLAN_DAY)
    life.do("move", "2", "tue", "--rest", "replan")
    assert life.sessions == [screening, "2 Tue 5 Jan", "3 Wed 6 Jan", "4 Fri 8 Jan", *rest]


@pytest.mark.parametrize(
    ("counts_from", "rest"),
    [(("", ""), ["5 Tue 12 Jan", "6 Tue 2 Feb"]), (PLANNED, TRIAL[4:])],
)
def test_sessions_that_follow_count_from_it_as_it_took_place(life, counts_from, rest):
    write(texts.TRIAL.replace(*counts_from))
    clinic = write("version: 1\nname: Trials\nnotice: none\n", "clinic.yaml")
    options = ("--protocols", "trial.yaml", "--clinic", clinic)
    life.plan("trial", *options, now="2027-01-05 12:00")
    life.do("done", "2", "--on", "2027-01-05")
    assert life.sessions == [
        TRIAL[0],
        "2 Tue 5 Jan attended",
        "3 Wed 6 Jan",
        "4 Fri 8 Jan",
        *rest,
    ]


def test_sessions_that_follow_come_no_sooner_than_the_notice(life):
    write(texts.TRIAL)
    life.plan("trial", "--protocols", "trial.yaml", now="2027-01-05 12:00")
    said = life.do("done", "2", "--on", "2027-01-05").out
    assert "3 Thu 7 Jan" in life.sessions  # Wednesday at 09:00 is in 21 hours
    assert "less than 24 h notice: from Wed 6 Jan 2027 12:00 on" in " ".join(said.split())


def test_what_is_to_come_cannot_have_been_missed(life):
    assert "ketasched cancel alex 2" in life.plan("iv").refused(2, "miss", "2")


def test_a_session_falls_out_once(life):
    life.plan("iv").do("cancel", "2")
    life.refused(2, "cancel", "2")
    life.do("cancel", "3")
    assert life.sessions == [IV[0], f"{IV[1]} cancelled", f"{IV[2]} cancelled", *IV[3:]]


def test_a_make_up_may_fall_out_too(life):
    life.plan("iv").do("cancel", "3", "--then", "shift")
    life.do("cancel", "7", "--then", "shift")
    assert life.ahead[:2] == IV[:2]
    assert [one.split()[0] for one in life.ahead[2:]] == ["8", "4", "5", "6"]


def test_what_was_moved_by_hand_is_not_shifted(life):
    life.plan("kap").do("move", "5", "tue")
    life.do("cancel", "2", "--then", "append")
    assert life.ahead == [KAP[0], KAP[2], KAP[3], "5 Tue 2 Feb", KAP[5], "7 Mon 15 Feb"]


SQUEEZED = "a squeezed make-up has instead_of 0, so it is last in order though it stands earlier"


def test_a_make_up_never_stands_on_another_session(life):
    life.plan("iv", "--closed", "2027-01-08").do("cancel", "2", "--then", "squeeze")
    days = [" ".join(one.split()[1:4]) for one in life.ahead]
    assert len(set(days)) == len(days)


def test_a_make_up_keeps_its_gap(life):
    life.plan("iv").do("move", "4", "wed")
    life.do("cancel", "3", "--then", "squeeze")
    assert "7 Tue 12 Jan" not in life.ahead


def test_a_make_up_is_certain_before_the_review(life):
    life.plan("iv").do("cancel", "3", "--then", "squeeze")
    assert {one["number"]: one["status"] for one in life.record["sessions"]}[7] == "planned"


@pytest.mark.parametrize(
    "change",
    [
        ("cancel", "4", "--then", "append"),
        ("cancel", "4", "--then", "replan"),
        ("extend", "--sessions", "1"),
    ],
)
def test_planning_on_after_a_squeeze(life, change):
    life.plan("iv").do("cancel", "2", "--then", "squeeze")
    life.do(*change)


@pytest.mark.parametrize(
    ("number", "visit"), [("4", "early assessment"), ("6", "response assessment")]
)
def test_an_assessment_goes_with_the_make_up(life, number, visit):
    life.plan("iv").do("cancel", number, "--then", "shift")
    live = [
        one
        for one in life.record["visits"]
        if one["name"] == visit and one["status"] != "cancelled"
    ]
    assert [one["session"] for one in live] == [7]


# Done


def test_a_session_took_place(life):
    life.plan("iv", now="2027-01-08 12:00").do("done", "1")
    life.do("done", "2", "--on", "2027-01-08", "--at", "10:15")
    assert life.sessions == ["1 Mon 4 Jan attended", "2 Fri 8 Jan 10:15 attended", *IV[2:]]
    life.do("done", "2", "--at", "10:30")  # a correction
    assert life.sessions[1] == "2 Fri 8 Jan 10:30 attended"


@pytest.mark.parametrize(
    "arguments", [("3",), ("2", "--on", "tomorrow"), ("2", "--on", "2027-01-09"), ("9",), ("2", "--at", "25:00")]
)  # fmt: skip
def test_what_did_not_take_place(life, arguments):
    life.plan("iv", now="2027-01-08 12:00").refused(2, "done", *arguments)


def test_what_is_to_come_later_today(life):
    life.plan("iv", now="2027-01-04 08:00").refused(2, "done", "1")


def test_done_sessions_stay(life):
    life.plan("iv", now="2027-01-08 12:00").do("done", "1")
    life.do("done", "2", "--on", "2027-01-08")
    life.do("cancel", "3", "--then", "shift")
    life.do("move", "5", "thu", "--rest", "replan", "--override", "window,gap,order")
    assert life.sessions[:2] == ["1 Mon 4 Jan attended", "2 Fri 8 Jan attended"]


def test_two_sessions_did_not_take_place_at_once(life):
    life.plan("iv", now="2027-01-08 12:00").do("done", "1")
    outcome = life.try_to("done", "2", "--on", "2027-01-04")
    assert outcome.code in (2, 3) or life.try_to("extend", "--sessions", "1").code in (0, 3)


def test_the_note_of_a_session_held_on_another_day(life):
    out = life.plan("iv", now="2027-01-08 12:00").do("done", "2", "--on", "2027-01-08").out
    assert not [line for line in out.splitlines() if line.rstrip().endswith(":")]


def test_a_calendar_does_not_tell_of_a_session_that_took_place_as_planned(life):
    life.plan("iv", now="2027-01-04 12:00")
    before = events()
    life.do("done", "1")
    assert {uid: one["SEQUENCE"] for uid, one in events().items()} == {
        uid: one["SEQUENCE"] for uid, one in before.items()
    }


# Linked visits


def test_linked_visits_follow_the_session_as_it_took_place(life):
    life.plan("kap", now="2027-01-12 12:00")
    assert life.visit("integration", 2) == "Wed 13 Jan 12:00"
    life.do("done", "1")
    life.do("done", "2", "--on", "2027-01-12", "--at", "08:00")
    assert life.visit("integration", 2) == "Thu 14 Jan 11:00"  # 48 hours after it ended
    assert life.visit("integration", 1) == "Wed 6 Jan 12:00"


def test_linked_visits_of_a_session_that_falls_out_are_cancelled(life):
    life.plan("kap").do("cancel", "3", "--then", "shift")
    assert life.visit("integration", 3) == "Wed 20 Jan 12:00 cancelled"
    assert life.visit("integration", 7) == "Wed 27 Jan 12:00"
    assert life.visit("check-in", 6) == "Mon 15 Mar 09:00"
    ended = [one for one in events().values() if one["STATUS"] == "CANCELLED"]
    assert sorted(one["SUMMARY"] for one in ended) == [
        "CANCELLED: Appointment 3 of 6",
        "CANCELLED: Integration",
    ]


def test_what_goes_with_the_last_session_keeps_its_uid(life):
    life.plan("kap")
    before = {uid for uid, one in events().items() if one["SUMMARY"] == "Check-in"}
    life.do("extend", "--sessions", "1")
    assert life.visit("check-in", 7) == "Mon 15 Mar 09:00 tentative"
    assert {uid for uid, one in events().items() if one["SUMMARY"] == "Check-in"} == before


# Extend


@pytest.mark.parametrize(
    ("protocol", "arguments", "added"),
    [
        # Into the open-ended phase: every four weeks, four weeks after the sixth.
        ("iv", ("--sessions", "2"), ["7 Thu 18 Feb", "8 Thu 18 Mar"]),
        ("iv", ("--until", "2027-04-15"), ["7 Thu 18 Feb", "8 Thu 18 Mar", "9 Thu 15 Apr"]),
        ("iv", ("--until", "2027-04-14"), ["7 Thu 18 Feb", "8 Thu 18 Mar"]),
        ("iv", ("--on", "2027-02-22"), ["7 Mon 22 Feb"]),
        ("spravato", ("--sessions", "2"), ["13 Mon 1 Mar", "14 Mon 15 Mar"]),
        ("spravato", ("--sessions", "2", "--cadence", "1 per week"), ["13 Mon 1 Mar", "14 Mon 8 Mar"]),
        ("spravato", ("--until", "2027-03-15", "--cadence", "1 per week"), ["13 Mon 1 Mar", "14 Mon 8 Mar", "15 Mon 15 Mar"]),
        # The cadence of the phase before counts from the last session on.
        ("spravato", ("--sessions", "2", "--step-back"), ["13 Thu 25 Feb", "14 Mon 1 Mar"]),
        # A phase with a set number of sessions goes on at its cadence.
        ("kap", ("--sessions", "2"), ["7 Mon 15 Feb", "8 Mon 22 Feb"]),
        ("pain", ("--sessions", "2"), ["6 Mon 11 Jan", "7 Tue 12 Jan"]),
        ("iv-two-weeks", ("--sessions", "1"), ["11 Mon 15 Feb"]),
    ],
)  # fmt: skip
def test_a_course_goes_on(life, protocol, arguments, added):
    life.plan(protocol)
    before = life.sessions
    life.do("extend", *arguments)
    assert life.sessions == [*before, *added]


def test_a_course_goes_on_again(life):
    life.plan("spravato").do("extend", "--sessions", "2")
    life.do("extend", "--sessions", "2", "--cadence", "1 per week")
    life.do("extend", "--sessions", "1")
    assert life.sessions == [
        *SPRAVATO,
        "13 Mon 1 Mar",
        "14 Mon 15 Mar",
        "15 Mon 22 Mar",
        "16 Mon 29 Mar",
        "17 Mon 5 Apr",
    ]


def test_another_cadence_does_not_make_what_stands_illegal(life):
    life.plan("spravato").do("extend", "--sessions", "2")
    life.do("extend", "--sessions", "1", "--cadence", "1 per week")
    assert "Look:" not in life.do("status").out
    life.do("move", "14", "10:00")


def test_step_back_from_maintenance(life):
    life.plan("spravato").do("extend", "--sessions", "2")
    life.do("extend", "--sessions", "2", "--step-back")  # to once a week
    assert life.sessions == [
        *SPRAVATO,
        "13 Mon 1 Mar",
        "14 Mon 15 Mar",
        "15 Mon 22 Mar",
        "16 Mon 29 Mar",
    ]


def test_one_extra_is_on_the_day_it_was_asked_for(life):
    assert "closed on Saturdays" in life.plan("iv").refused(3, "extend", "--on", "2027-02-20")


def test_one_extra_between_others(life):
    life.plan("kap").do("extend", "--on", "2027-01-14")
    assert life.sessions == [*KAP[:2], "7 Thu 14 Jan", *KAP[2:]]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((), "extend by one of --sessions, --until and --on"),
        (("--sessions", "1", "--on", "2027-03-01"), "extend by one of"),
        (("--sessions", "0"), "outside 1 to 1000"),
        (("--sessions", "x"), "--sessions"),
        (("--until", "2027-02-01"), "the next session is due on Thu 18 Feb 2027"),
        (("--sessions", "1", "--cadence", "3 per week"), "is not offered 3 per week"),
        (("--sessions", "1", "--cadence", "often"), "--cadence"),
    ],
)
def test_a_course_that_cannot_go_on_so(life, arguments, text):
    assert text in life.plan("iv").refused(2, "extend", *arguments)


def test_no_phase_before_the_first(life):
    assert "no phase comes before dosing" in life.plan("kap").refused(
        2, "extend", "--sessions", "1", "--step-back"
    )


# What is to come at another cadence


def test_what_is_to_come_steps_back(life):
    """In maintenance every second week, back to once a week; all keep number, phase and UID."""
    life.plan("spravato", "--until", "2027-04-30", now="2027-03-16 12:00")
    before = set(events())
    assert life.sessions[12:] == [
        "13 Mon 1 Mar", "14 Mon 15 Mar", "15 Mon 29 Mar", "16 Mon 12 Apr", "17 Mon 26 Apr",
    ]  # fmt: skip
    life.do("extend", "--step-back")
    assert life.sessions[12:] == [
        "13 Mon 1 Mar", "14 Mon 15 Mar", "15 Mon 22 Mar", "16 Mon 29 Mar", "17 Mon 5 Apr",
    ]  # fmt: skip
    assert set(events()) == before
    assert {one["phase"] for one in life.record["sessions"][12:]} == {"maintenance"}
    assert {one["pace"] for one in life.report["sessions"][14:]} == {"weekly"}
    assert "session 15:" not in str(life.report["warnings"])
    life.do("extend", "--sessions", "1")  # and goes on so
    assert life.sessions[-1] == "18 Mon 12 Apr"
    life.do("extend", "--step-back")  # twice a week
    assert life.sessions[14:] == [
        "15 Thu 18 Mar", "16 Mon 22 Mar", "17 Thu 25 Mar", "18 Mon 29 Mar",
    ]  # fmt: skip


def test_what_is_to_come_at_another_cadence_of_its_phase(life):
    life.plan("spravato", "--until", "2027-04-30", now="2027-03-16 12:00")
    life.do("extend", "--cadence", "1 per week")
    assert life.sessions[14:] == ["15 Mon 22 Mar", "16 Mon 29 Mar", "17 Mon 5 Apr"]
    life.do("extend", "--cadence", "every 2 weeks")
    assert life.sessions[14:] == ["15 Mon 29 Mar", "16 Mon 12 Apr", "17 Mon 26 Apr"]
    life.do("undo")
    assert life.sessions[14:] == ["15 Mon 22 Mar", "16 Mon 29 Mar", "17 Mon 5 Apr"]


def test_a_phase_after_the_one_that_steps_back_moves_along_by_whole_weeks(life):
    life.plan("spravato", "--until", "2027-03-20", now="2027-02-08 12:00")
    assert life.sessions[9:] == [
        "10 Mon 8 Feb", "11 Mon 15 Feb", "12 Mon 22 Feb", "13 Mon 1 Mar", "14 Mon 15 Mar",
    ]  # fmt: skip
    life.do("extend", "--step-back")
    assert life.sessions[9:] == [
        "10 Mon 8 Feb", "11 Thu 11 Feb", "12 Mon 15 Feb", "13 Mon 22 Feb", "14 Mon 8 Mar",
    ]  # fmt: skip


def test_what_a_person_put_stays_when_the_cadence_changes(life):
    life.plan("spravato", "--until", "2027-04-30", now="2027-03-16 12:00")
    life.do("move", "17", "2027-04-27")
    # It leaves 29 days before it.
    assert "more than 28" in life.refused(3, "extend", "--step-back")
    life.do("extend", "--step-back", "--override", "lapse")
    assert life.sessions[14:] == ["15 Mon 22 Mar", "16 Mon 29 Mar", "17 Tue 27 Apr"]


def test_a_changed_cadence_keeps_to_the_weekdays_of_the_course(life):
    life.plan("spravato", start="2027-01-05", now="2027-01-30 09:00")
    life.do("extend", "--step-back")
    assert life.sessions[8:] == ["9 Tue 2 Feb", "10 Fri 5 Feb", "11 Tue 9 Feb", "12 Fri 12 Feb"]


def test_one_that_was_moved_once_does_not_move_the_weekday_of_the_others(life):
    life.plan("spravato", "--until", "2027-04-20", start="2027-01-05", now="2027-02-20 08:00")
    life.do("move", "12", "thu 15:00")
    life.now("2027-02-26 08:00").do("done", "12")
    life.do("extend", "--cadence", "1 per week")
    assert [one.split()[1] for one in life.sessions[12:]] == ["Tue"] * 4


def test_after_a_stop_the_course_goes_on_as_it_was(life):
    life.plan("spravato", start="2027-01-05", now="2027-01-30 09:00")
    life.do("review", "evidence of benefit", "--stop")
    life.do("extend", "--sessions", "2")
    assert life.ahead[-2:] == ["13 Tue 2 Feb", "14 Fri 5 Feb"]


def test_append_is_at_the_end_of_what_was_planned(life):
    life.plan("spravato", start="2027-01-05", now=PLAN_DAY)
    for number in ("9", "10", "11"):
        life.do("cancel", number)
    life.do("cancel", "12", "--then", "append", "--override", "lapse")
    assert life.ahead[-1] == "13 Tue 2 Mar"
    assert life.record["sessions"][-1]["phase"] == "weekly"


TAPER = """\
      - {name: taper, cadence: 1 per week, AFTERsessions: 3,
         window: {early: 2 days, late: 2 days}, gap: {min: 2 days, max: 30 days}}
      - {name: tail, cadence: 1 per week, sessions: 2,
         window: {early: 2 days, late: 2 days}, gap: {min: 2 days, max: 30 days}}
    sources:
"""
ACUTE = [
    "1 Mon 4 Jan", "2 Thu 7 Jan", "3 Mon 11 Jan", "4 Thu 14 Jan", "5 Thu 4 Feb", "6 Thu 11 Feb",
    "7 Thu 18 Feb", "8 Thu 25 Feb", "9 Thu 4 Mar",
]  # fmt: skip


@pytest.mark.parametrize(
    ("after", "number", "where", "ahead", "reviewed"),
    [
        ("after: 3 weeks, ", 2, "at the end of first", [ACUTE[0], *ACUTE[2:4], "10 Mon 18 Jan", *ACUTE[4:]], 10),
        ("after: 3 weeks, ", 4, "at the end of first", [*ACUTE[:3], "10 Mon 18 Jan", *ACUTE[4:]], 10),
        ("after: 3 weeks, ", 5, "at the end of taper", [*ACUTE[:4], *ACUTE[5:7], "10 Tue 23 Feb", *ACUTE[7:]], 4),
        ("after: 3 weeks, ", 8, "", [*ACUTE[:7], "9 Thu 4 Mar", "10 Thu 11 Mar"], 4),
        ("after: 1 week, ", 3, "at the end of first", [
            *ACUTE[:2], "4 Thu 14 Jan", "10 Mon 18 Jan", "5 Thu 21 Jan", "6 Thu 28 Jan", "7 Thu 4 Feb",
            "8 Thu 11 Feb", "9 Thu 18 Feb"], 10),
        ("", 3, "no room at the end of first, so shift", [
            *ACUTE[:2], "10 Thu 14 Jan", "4 Mon 18 Jan", "5 Mon 25 Jan", "6 Mon 1 Feb", "7 Mon 8 Feb",
            "8 Mon 15 Feb", "9 Mon 22 Feb"], 4),
    ],
)  # fmt: skip
def test_what_is_appended_stands_at_the_end_of_its_phase(
    life, after, number, where, ahead, reviewed
):
    gap = "{min: 2 days, max: 7 days}"
    text = texts.MINE.replace("    sources:\n", TAPER.replace("AFTER", after))
    Path("mine.yaml").write_text(text.replace(gap, f"{gap}\n        reviews: [{{name: go on}}]"))
    life.plan("mine", "--protocols", "mine.yaml")
    outcome = life.do("cancel", number, "--then", "append")
    what = f"Cancelled session {number}, then append" + (where and f": {where}")
    assert outcome.out.startswith(what + "\n")
    assert life.ahead == ahead
    assert life.record["reviews"][0]["after_session"] == reviewed
    uncertain = [one for one, status in statuses(life).items() if status == "tentative"]
    behind = ahead[[day.split()[0] for day in ahead].index(str(reviewed)) + 1 :]
    assert sorted(uncertain) == sorted(int(day.split()[0]) for day in behind)


def test_the_review_waits_for_what_is_appended(life):
    life.plan("iv", now="2027-01-21 18:00")
    life.do("miss", "6", "--then", "append")
    (review,) = life.record["reviews"]
    assert review["after_session"] == 7
    assert life.record["sessions"][-1]["status"] == "planned"
    assert life.visit("response assessment", 7)


@pytest.mark.parametrize(
    ("protocol", "now", "arguments", "text"),
    [
        ("kap", "2027-01-04 08:00", ["--step-back"], "no phase comes before dosing"),
        ("kap", "2027-01-04 08:00", ["--cadence", "2 per week"], "it is always 1 per week"),
        ("spravato", "2027-03-01 08:00", ["--step-back"], "no session is to come that may move"),
        (
            "spravato",
            "2027-01-04 08:00",
            ["--step-back", "--cadence", "weekly"],
            "leave --cadence out",
        ),
    ],
)
def test_a_cadence_that_cannot_be_had(life, protocol, now, arguments, text):
    assert text in life.plan(protocol, now=now).refused(2, "extend", *arguments)


def test_what_is_added_by_hand_is_to_come(life):
    life.plan("iv", now="2027-02-20 09:00")
    assert "has passed" in life.refused(3, "extend", "--on", "2027-02-08")
    refused = life.refused(3, "extend", "--on", "2027-02-13")  # a Saturday that is over
    rules = refused.partition("--override ")[2].split()[0]
    assert rules == "past,closed"
    life.do("extend", "--on", "2027-02-13", "--override", rules, "--dry-run")
    life.do("extend", "--on", "2027-02-08", "--override", "past")


def test_a_rule_of_the_past_is_kept_too(life):
    life.plan("iv", now="2027-01-06 09:00")
    life.do("move", "2", "2027-01-06 08:00", "--override", "past,gap,window")
    assert life.record["history"][-1]["overridden"] == ["past"]
    assert life.record["sessions"][1]["broken"] == ["past"]


# A lapse


def test_after_a_lapse_a_person_decides_once(life):
    """Sessions 9 to 12 are missed: 35 days lie between 8 and 13, more than 28."""
    life.plan("spravato", "--until", "2027-03-15", now="2027-01-28 12:00")
    for number in range(1, 9):
        life.do("done", str(number))
    life.now("2027-02-22 12:00")
    for number in range(9, 13):
        life.do("miss", str(number))
    life.do("review", "evidence of benefit", "--continue")
    (warning,) = life.report["warnings"]
    assert "32 days after session 8, more than 28" in warning
    command = warning.partition("to resume: ketasched ")[2].partition(";")[0]
    assert command == 'move alex 13 "2027-03-01 09:00" --override lapse'
    life.do("move", "13", "2027-03-01 09:00", "--override", "lapse", "--reason", "resumed")
    assert life.report["warnings"] == []
    assert life.report["sessions"][12]["overridden"] == ["lapse"]
    assert "lapse broken on purpose" in " ".join(life.do("status").out.split())
    life.do("move", "13", "2027-03-02 09:00", "--override", "lapse")
    assert "more than 28" in life.refused(3, "move", "13", "2027-03-03 09:00")


def test_nothing_is_planned_on_before_a_lapse_is_decided(life):
    life.plan("spravato", now="2027-01-15 13:00")
    for number in range(1, 5):
        life.do("done", str(number))
    life.now("2027-02-10 13:00")
    for number in range(5, 11):
        life.do("miss", str(number))
    for arguments in (
        ("extend", "--sessions", "2"),
        ("cancel", "12", "--then", "shift"),
        ("extend", "--step-back"),
    ):
        assert "more than 28" in life.refused(3, *arguments)
    life.do("extend", "--sessions", "2", "--override", "lapse")


# What stays as it is


def test_what_does_not_move_keeps_its_reason_and_its_sequence(life):
    """A day that was refused for a closure stays refused for it when that day has passed."""
    life.plan("kap", "--closed", "2027-01-11", now="2027-01-12 20:00")
    before = {uid: visible(one) for uid, one in events().items()}
    life.do("done", "1")
    life.do("done", "2")
    after = events()
    assert {uid: visible(one) for uid, one in after.items()} == before
    assert {int(one["SEQUENCE"]) for one in after.values()} == {0}


def test_a_patient_sees_no_new_sequence_where_only_the_staff_reads_more(life):
    """Sessions 4 and 6 stand where they stood, though their targets have moved."""
    life.plan("iv", start="2027-01-05", now=PLAN_DAY)
    before = events()
    life.do("move", "3", "2027-01-13", "--rest", "shift")
    for uid, one in events().items():
        changed = visible(one) != visible(before[uid])
        assert int(one["SEQUENCE"]) == int(changed), one["SUMMARY"]
    for one in life.record["sessions"]:
        if one["start"][:10] != one["target"]:
            assert one["reasons"], one


def test_what_is_so_already_is_not_written(life):
    life.plan("iv", now="2027-01-04 12:00").do("done", "1")
    before = files()
    assert "that is how it stands already" in life.do("done", "1").err
    assert files() == before


@pytest.mark.parametrize(
    ("number", "on", "text"),
    [
        ("4", "2027-01-05", "session 2 comes before session 4 and is planned on Thu 7 Jan 2027"),
        ("1", "2027-01-07", "session 2 is planned on Thu 7 Jan 2027"),
        ("1", "2027-01-08", "session 2 comes after session 1 and is planned on Thu 7 Jan 2027"),
    ],
)
def test_sessions_take_place_in_their_order(life, number, on, text):
    life.plan("iv", now="2027-01-10 12:00")
    assert text in life.refused(
        2, "done", number, "--on", on, "--at", "08:00" if number == "4" else "10:00"
    )


# Review


def statuses(life):
    return {one["number"]: one["status"] for one in life.record["sessions"]}


def test_the_one_review_that_lies_ahead_need_not_be_named(life):
    life.plan("spravato")
    before = life.do("review", "evidence of benefit", "--continue", "--dry-run").out
    assert life.do("review", "--continue").out == before
    assert life.do("status", "--history").out.endswith("review evidence of benefit: go on\n")
    assert "no review lies ahead" in life.refused(2, "review", "--continue")


def test_a_review_is_passed(life):
    life.plan("spravato")
    assert [number for number, status in statuses(life).items() if status == "tentative"] == [
        9,
        10,
        11,
        12,
    ]
    life.do("review", "Evidence of Benefit", "--continue")
    assert set(statuses(life).values()) == {"planned"}
    assert life.sessions == SPRAVATO
    assert "all are decided" in life.refused(2, "review", "evidence of benefit", "--stop")


def test_a_course_stops_at_a_review(life):
    life.plan("spravato").do("review", "evidence of benefit", "--stop")
    assert life.ahead == SPRAVATO[:8]
    assert life.sessions[8:] == [f"{one} cancelled" for one in SPRAVATO[8:]]
    assert life.visit("check-in", 8) == "Thu 25 Feb 09:00"  # of what is now the last session


def test_stop_leaves_the_make_up_of_an_earlier_session(life):
    life.plan("iv").do("cancel", "3", "--then", "shift")
    life.do("review", "response review", "--stop")
    assert statuses(life)[7] == "planned"


@pytest.mark.parametrize(
    "arguments",
    [("response review",), ("response review", "--continue", "--stop"), ("other", "--stop")],
)
def test_a_review_asks_for_one_decision(life, arguments):
    life.plan("iv").refused(2, "review", *arguments)


# Undo

CHANGES = [
    ("move", "4", "fri", "--rest", "shift"),
    ("cancel", "3", "--then", "shift"),
    ("cancel", "3", "--then", "squeeze"),
    ("cancel", "3", "--then", "append"),
    ("extend", "--sessions", "2"),
    ("review", "response review", "--stop"),
    ("done", "1"),
]


def plan_of(record, known):
    """All that undo gives back: sessions there were, linked visits, reviews, choices."""
    kept = {key: record[key] for key in ("pauses", "reviews", "left_out", "asked", "unplaced")}
    visits = [one for one in record["visits"] if one["session"] in known]
    return kept | {
        "visits": visits,
        "sessions": [one for one in record["sessions"] if one["number"] in known],
    }


@pytest.mark.parametrize("change", CHANGES)
def test_undo_gives_the_earlier_plan_back(life, change):
    life.plan("iv", now="2027-01-05 12:00")
    before = life.record
    uids = {uid: one["SEQUENCE"] for uid, one in events().items()}
    life.do(*change)
    middle = {uid: one["SEQUENCE"] for uid, one in events().items()}
    life.do("undo")
    known = {one["number"] for one in before["sessions"]}
    assert plan_of(life.record, known) == plan_of(before, known)
    rest = [one for one in life.record["sessions"] if one["number"] not in known]
    assert all(one["status"] == "cancelled" for one in rest)
    after = {uid: one["SEQUENCE"] for uid, one in events().items()}
    assert uids.keys() <= middle.keys() <= after.keys()
    for uid, sequence in middle.items():
        assert after[uid] == sequence + (sequence > uids.get(uid, -1))


def test_undo_twice_and_after_a_new_change(life):
    life.plan("iv").do("move", "4", "fri")
    life.do("move", "5", "tue")
    assert "Undid: moved session 5" in life.do("undo").out
    life.do("move", "2", "wed")
    life.do("undo")
    assert "Undid: moved session 4" in life.do("undo").out
    assert life.sessions == IV
    assert "nothing to undo" in life.refused(2, "undo")
    history = life.do("status", "--history").out
    assert history.count("undone") == 3
    assert history.count(": undid:") == 3


@pytest.mark.parametrize(
    ("change", "added"),
    [
        (("extend", "--sessions", "1"), "8 Thu 18 Feb"),
        (("cancel", "6", "--then", "append"), "8 Mon 25 Jan"),
    ],
)
def test_the_same_change_again_after_undo(life, change, added):
    life.plan("iv").do(*change)
    life.do("undo")
    life.do(*change)
    assert life.ahead[-1] == added


def test_undo_tells_calendars_of_linked_visits_too(life):
    life.plan("kap").do("extend", "--sessions", "1")
    before = events()
    life.do("undo")
    assert before.keys() <= events().keys()


# Names and numbers that stay


def appointments():
    """The UID of each session, by its title."""
    titles = {uid: one["SUMMARY"].removeprefix("CANCELLED: ") for uid, one in events().items()}
    return {title: uid for uid, title in titles.items() if title.startswith("Appointment")}


def test_numbers_and_uids_never_change(life):
    life.plan("iv", now="2027-01-12 12:00")
    life.do("done", "1")
    life.do("done", "2")
    before = set(events())
    names = appointments()
    for change in (
        ("miss", "3", "--then", "shift"), ("undo",), ("miss", "3", "--then", "append"), ("move", "4", "fri"),
        ("extend", "--sessions", "2"), ("review", "response review", "--continue"), ("undo",),
    ):  # fmt: skip
        life.do(*change)
        assert names.items() <= appointments().items()
        assert before <= set(events())
        before, names = set(events()), appointments()
    numbers = [one["number"] for one in life.record["sessions"]]
    assert len(set(numbers)) == len(numbers)


def test_sequence_rises_only_where_something_shows(life):
    life.plan("iv")
    before = events()
    life.do("move", "4", "fri")
    after = events()
    for uid, event in after.items():
        rose = event["SEQUENCE"] - before[uid]["SEQUENCE"]
        assert rose == (visible(event) != visible(before[uid])), event["SUMMARY"]
        assert event["CREATED"].dt == before[uid]["CREATED"].dt


def test_two_records_do_not_share_uids(life):
    life.now(PLAN_DAY)
    for name in ("alex", "bob"):
        life.do("plan", "iv", "--start", "2027-01-04", "--save", name)
    uids = []
    for name in ("alex", "bob"):
        with open(f"{name}.course.json", "rb") as file:  # noqa: PTH123
            uids += [one["uid"] for one in json.load(file)["entries"] if one["for"] == "staff"]
    assert len(set(uids)) == len(uids)


# What is printed


def test_the_table_of_old_and_new_dates(life):
    out = (
        life.plan("pain", "--without", "consultation")
        .do("move", "3", "thu", "--rest", "replan")
        .out
    )
    rows = [line.rstrip() for line in out.splitlines()]
    assert rows[0] == "Moved session 3 to Thu 7 Jan 2027 09:00"
    assert rows[2].split() == ["#", "Entry", "Before", "After"]
    text = " ".join(out.split())
    assert "3 series Wed 6 Jan 2027 09:00–14:30 Thu 7 Jan 2027" in text
    assert "4 series Thu 7 Jan 2027 09:00–14:30 Fri 8 Jan 2027" in text
    assert "5 series Fri 8 Jan 2027 09:00–14:30 Mon 11 Jan 2027" in text
    assert "moved by hand" in text


def test_json_of_a_change(life):
    found = json.loads(
        life.plan("kap").do("cancel", "3", "--then", "shift", "--format", "json").out
    )
    assert found["schema"] == "ketasched/1"
    assert found["change"] == "cancelled session 3, then shift"
    assert [
        (one["number"], one["before"], one["after"], one["status"]) for one in found["sessions"]
    ] == [
        (3, "2027-01-18T09:00:00-06:00", "2027-01-18T09:00:00-06:00", "cancelled"),
        (7, None, "2027-01-25T09:00:00-06:00", "planned"),
        (4, "2027-01-25T09:00:00-06:00", "2027-02-01T09:00:00-06:00", "planned"),
        (5, "2027-02-01T09:00:00-06:00", "2027-02-08T09:00:00-06:00", "planned"),
        (6, "2027-02-08T09:00:00-06:00", "2027-02-15T09:00:00-06:00", "planned"),
    ]
    last = found["visits"][-1]
    assert (last["name"], last["before"], last["after"]) == (
        "check-in", "2027-03-08T09:00:00-06:00", "2027-03-15T09:00:00-05:00",
    )  # fmt: skip


def test_json_of_what_goes_with_the_last_session(life):
    found = json.loads(life.plan("kap").do("extend", "--sessions", "1", "--format", "json").out)
    (check_in,) = [one for one in found["visits"] if one["name"] == "check-in"]
    assert check_in["before"] == "2027-03-08T09:00:00-06:00"


def test_json_of_a_refusal(life):
    life.plan("iv")
    outcome = life.try_to("move", "4", "sat", "--format", "json")
    assert outcome.code == 3
    assert json.loads(outcome.out)["errors"][0]["code"] == "no-placement"
    assert outcome.err == ""


@pytest.mark.parametrize("change", [*CHANGES, ("undo",)])
def test_dry_run_writes_nothing(life, change):
    life.plan("iv", now="2027-01-05 12:00").do("move", "2", "fri")
    before = files()
    shown_only = life.do(*change, "--dry-run")
    assert files() == before
    assert shown_only.err == "nothing was written: --dry-run\n"
    assert life.do(*change).out == shown_only.out
    assert files() != before


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("move", "4", "fri", "--rest", "later"), "choose keep, shift, replan"),
        (("cancel", "4", "--then", "shif"), "did you mean `shift`?"),
        (("cancel", "4", "--then", ""), "--then is empty"),
        (("move", "4", "fri", "--format", "xml"), "choose table, json"),
        (("move", "4"), "WHEN"),
    ],
)
def test_mistakes_in_the_command(life, arguments, text):
    assert text in life.plan("iv").refused(2, *arguments)


def test_no_record(ketasched):
    outcome = ketasched("move", "alex", "1", "tue")
    assert outcome.code == 1
    assert "there is no record alex.course.json" in outcome.err


@pytest.mark.parametrize("command", ["move", "miss", "cancel", "done", "extend", "review", "undo"])
def test_help(ketasched, command):
    outcome = ketasched(command, "--help")
    assert outcome.code == 0
    assert f"  ketasched {command} alex" in outcome.out
    assert "--dry-run" in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 80


@pytest.mark.parametrize("choice", ["keep", "append", "squeeze", "shift", "replan"])
def test_help_explains_every_choice(ketasched, choice):
    text = " ".join(
        ketasched("miss", "--help").out.partition("Usage")[2].split()
        or ketasched("miss", "--help").out.split()
    )
    assert text.count(choice) >= 2


# What a second reader found


def test_no_linked_visit_is_put_into_what_is_over_of_today(life):
    life.plan("kap", start="2027-01-14", now="2027-01-06 15:00")
    life.do("move", "1", "2027-01-13", "--override", "window")
    for one in life.record["visits"]:
        assert one["start"] >= "2027-01-06 15:00", one


def test_a_linked_visit_that_is_over_stays_as_it_was(life):
    life.plan("kap", now="2027-01-06 18:00")
    assert life.visit("integration", 1) == "Wed 6 Jan 12:00"
    life.do("done", "1", "--at", "10:15")
    assert life.visit("integration", 1) == "Wed 6 Jan 12:00"


def test_what_was_undone_leaves_no_gap_open(life):
    life.plan("spravato-mdsi")
    assert "more than 7 days" in life.refused(3, "extend", "--on", "2027-02-10")
    life.do("extend", "--sessions", "1")
    life.do("undo")
    assert "more than 7 days" in life.refused(3, "extend", "--on", "2027-02-10")


@pytest.mark.parametrize(
    ("shared", "stays"),
    [
        ((), False),
        (("export", "x", "--ics", "x.ics"), True),
        (("export", "x", "--for", "staff", "--ics", "x.ics"), True),
        (("feed", ".", "--to", "feeds"), True),
    ],
)
def test_what_no_calendar_was_told_of_leaves_no_trace_when_undone(life, shared, stays):
    life.now(PLAN_DAY)
    plan_once(life.run, "iv", "--start", "2027-01-04", "--save", "x")
    life.run("cancel", "x", "6", "--then", "append")
    if shared:
        assert life.run(*shared).code == 0
    assert life.run("undo", "x").code == 0
    rest = json.loads(Path("x.course.json").read_text())["sessions"][6:]
    assert [(one["number"], one["status"]) for one in rest] == ([(7, "cancelled")] if stays else [])


def test_append_after_an_undo_is_reviewed_too(life):
    life.plan("iv").do("cancel", "2", "--then", "append")
    life.do("undo")
    life.do("cancel", "2", "--then", "append")
    assert life.record["reviews"][0]["after_session"] == 8
    assert statuses(life)[8] == "planned"


def test_an_extra_in_a_phase_belongs_to_it(life):
    life.plan("iv", start="2027-01-06").do("extend", "--on", "2027-01-11")
    assert life.record["sessions"][2]["phase"] == "induction"
    life.do("extend", "--sessions", "2")
    assert life.sessions[-2:] == ["8 Fri 19 Feb", "9 Fri 19 Mar"]


def test_an_extra_does_not_shift_what_is_added_later(life):
    life.plan("spravato-mdsi", start="2027-01-06").do("extend", "--on", "2027-01-11")
    life.do("extend", "--sessions", "2")
    assert life.sessions[-2:] == ["10 Wed 3 Feb", "11 Fri 5 Feb"]


def test_a_move_that_makes_a_lapse_after_it_asks(life):
    life.plan("spravato", "--until", "2027-06-30").do("cancel", "15")
    assert "more than 28" in life.refused(3, "move", "14", "2027-03-12")


def test_the_longest_time_that_is_no_lapse(life):
    life.plan("spravato", "--until", "2027-06-30").do("cancel", "15")
    assert [life.sessions[number] for number in (13, 15)] == ["14 Mon 15 Mar", "16 Mon 12 Apr"]
    assert life.report["warnings"] == []  # 28 days


def test_a_make_up_that_prevents_a_lapse_needs_no_decision(life):
    life.plan("spravato", "--until", "2027-06-30").do("cancel", "14")
    life.do("cancel", "13", "--then", "squeeze")
    assert life.report["warnings"] == []


def test_a_stop_concerns_what_is_to_come(life):
    life.plan("spravato", now="2027-02-10 12:00")
    life.do("review", "evidence of benefit", "--stop")
    found = statuses(life)
    assert [found[number] for number in (9, 10, 11, 12)] == ["planned"] * 2 + ["cancelled"] * 2


def test_two_sessions_do_not_take_place_on_one_day(life):
    life.plan("iv", now="2027-01-22 15:00")
    text = life.refused(2, "done", "5", "--on", "2027-01-21", "--at", "08:00")
    assert "session 6 is planned on Thu 21 Jan 2027" in text


def test_the_history_has_the_rules_that_a_change_broke(life):
    life.plan("iv").do("move", "3", "2027-01-08", "--override", "gap,window")
    life.do("move", "5", "2027-01-19", "--override", "gap")
    assert [one["overridden"] for one in life.record["history"]] == [[], ["gap", "window"], []]


def test_all_that_a_move_into_the_past_breaks_is_named_at_once(life):
    life.plan("iv", now="2027-01-10 09:00")
    assert "--override past,window,closed" in life.refused(3, "move", "2", "2027-01-02")


# Other files are not written over


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        (("export", "--ics", "alex.course.json", "--force"), "alex.course.json"),
        (("export", "--ics", "closed-days.json"), "closed-days.json"),
        (("export", "--ics", "feeds.json"), "feeds.json"),
    ],
)
def test_a_calendar_is_not_written_over_a_record(life, arguments, file):
    assert "it would be lost" in life.plan("iv").refused(2, *arguments), file


@pytest.mark.parametrize("name", ["alex.json", "-x", "folder/", "a\nb", ".course.json"])
def test_a_record_has_a_name_that_others_find(life, name):
    life.now(PLAN_DAY)
    outcome = life.try_to("plan", "iv", "--start", "2027-01-04", f"--save={name}")
    assert outcome.code == 2, outcome
    assert "no name for a record" in outcome.err


def test_what_could_not_be_exported_comes_with_the_next_export(life, monkeypatch):
    life.plan("iv").do("cancel", "6")
    from ketasched.cli import output
    from ketasched.errors import FileTrouble

    def full(data):
        raise FileTrouble("no space left", str(len(data)))

    with monkeypatch.context() as patch:
        patch.setattr(output, "print_data", full)
        life.refused(1, "export", "--changes")
    assert output.print_data is not full
    assert "STATUS:CANCELLED" in life.do("export", "--changes").out
