"""Whom to ring up, and why."""

import csv
import io
import json
from pathlib import Path

import pytest
from helpers import be_at, record_of
from texts import TRIAL

from ketasched.records import feeds


class Desk:
    """A clinic's records, and what happens to them."""

    def __init__(self, run, monkeypatch):
        self.run, self.monkeypatch = run, monkeypatch

    def at(self, moment):
        be_at(self.monkeypatch, moment, "America/Chicago")
        return self

    def do(self, *arguments, code=0):
        outcome = self.run(*arguments)
        assert outcome.code == code, (arguments, outcome)
        return outcome

    def plan(self, *options, protocol="iv", name="alex"):
        self.do("plan", protocol, "--start", "2027-01-04", "--name", name, "--save", name, *options)

    def calls(self, name=".", code=0):
        report = json.loads(self.do("status", name, "--calls", "-f", "json", code=code).out)
        assert list(report) == ["schema", "calls", "unread"]
        return report["calls"]

    def why(self, name="alex"):
        """The kinds and texts of one patient's reasons."""
        return [
            (why["kind"], why["text"])
            for call in self.calls()
            if call["record"] == name
            for why in call["why"]
        ]

    def kinds(self, name="alex"):
        return [kind for kind, _ in self.why(name)]


@pytest.fixture
def desk(ketasched, monkeypatch):
    return Desk(ketasched, monkeypatch)


def lived(desk, *steps):
    for command, *rest in steps:
        desk.do(command, "alex", *rest)


# iv from Mon 4 Jan 2027: 4, 7, 11, 14, 18, 21 January, the review after session 6; maintenance is
# open-ended.
ALL_SIX = [("done", str(number)) for number in range(1, 7)]
GO_ON = ("review", "response review", "--continue")


@pytest.mark.parametrize(
    ("moment", "options", "steps", "expected"),
    [
        ("2027-01-02 12:00", (), [], []),
        ("2027-01-04 10:00", (), [], []),  # it is under way
        ("2027-01-04 12:00", (), [], ["unmarked"]),
        ("2027-01-08 12:00", (), [], ["unmarked", "unmarked"]),
        ("2027-01-08 12:00", (), [("done", "1"), ("done", "2")], []),
        ("2027-01-22 12:00", (), ALL_SIX, ["no-next-session", "review"]),
        ("2027-01-22 12:00", (), [*ALL_SIX, GO_ON], ["no-next-session"]),
        ("2027-01-22 12:00", (), [*ALL_SIX, ("review", "response review", "--stop")], []),
        (
            "2027-01-22 12:00",
            (),
            [*ALL_SIX, ("review", "response review", "--stop"), ("undo",), GO_ON],
            ["no-next-session"],
        ),
        ("2027-01-22 12:00", ("--until", "2027-03-01"), [*ALL_SIX, GO_ON], []),
        ("2027-01-08 12:00", ("--authorised-visits", "5"), ALL_SIX[:2], ["approval"]),
        ("2027-01-08 12:00", ("--authorised-until", "2027-01-31"), ALL_SIX[:2], ["approval"]),
        ("2027-01-08 12:00", ("--authorised-until", "2027-06-30"), ALL_SIX[:2], []),
    ],
)
def test_why_a_patient_is_rung_up(desk, moment, options, steps, expected):
    desk.plan(*options)
    desk.at(moment)
    lived(desk, *steps)
    assert desk.kinds() == expected


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], []),  # all took place: it is done
        ([("miss", "4")], ["no-next-session"]),
        ([("cancel", "4")], ["no-next-session"]),
        ([("miss", "4"), ("extend", "--on", "2027-01-18")], []),
    ],
)
def test_a_course_that_ends_needs_no_next_session_unless_its_last_was_missed(desk, steps, expected):
    """Mon 4, Thu 7, Mon 11, Thu 14 January."""
    days = "".join(f"          - {{name: v{day}, day: {day}}}\n" for day in (1, 4, 8, 11))
    begin = TRIAL.index("          - {name: screening")
    end = TRIAL.index("        window: {early: 0 days, late: 2")
    Path("trial.yaml").write_text(TRIAL[:begin] + days + TRIAL[end:], "utf-8")
    desk.plan("--protocols", "trial.yaml", protocol="trial")
    desk.at("2027-01-15 12:00")
    missed = {step[1] for step in steps}
    lived(desk, *(step for step in ALL_SIX[:4] if step[1] not in missed), *steps)
    assert desk.kinds() == expected


def test_the_reasons_say_what_is_meant(desk):
    desk.plan()
    desk.at("2027-01-22 12:00")
    lived(desk, *ALL_SIX[:5], ("miss", "6"))
    no_place = (
        "No place for response assessment r5 after session 5, Tue 19 Jan 2027 to Fri 22 Jan 2027: "
        "that day has passed; less than 24 h notice: from Sat 23 Jan 2027 12:00 on; "
        "to leave it off: ketasched cancel alex r5"
    )
    assert desk.why() == [
        ("no-next-session", "there is no next session: session 6, Thu 21 Jan 2027, was missed"),
        ("review", "the review is due: response review"),
        ("no-place", no_place),
    ]


def test_a_visit_without_a_place(desk):
    Path("trial.yaml").write_text(TRIAL, "utf-8")
    desk.do(
        "plan", "trial", "--protocols", "trial.yaml", "--start", "2027-01-04", "--name", "alex",
        "--closed", "2027-01-05..2027-01-06", "--save", "alex",
    )  # fmt: skip
    desk.at("2026-12-01 12:00")
    (first, *_) = desk.why()
    days = "Tue 5 Jan 2027 to Wed 6 Jan 2027"
    assert first == (
        "no-place",
        f"No place for safety check after session 2, {days}: closed {days}",
    )
    warnings = json.loads(desk.do("status", "alex", "-f", "json").out)["warnings"]
    assert first[1] in warnings


# Moved, and not told


def moved(desk):
    desk.at("2027-01-08 12:00")
    lived(desk, *ALL_SIX[:2], ("move", "4", "2027-01-15"))


def test_nobody_is_told_by_a_calendar_that_nobody_has(desk):
    desk.plan()
    moved(desk)
    assert desk.kinds() == []


def test_a_calendar_that_was_handed_out_is_behind_until_the_next(desk):
    desk.plan("--ics", "alex.ics")
    desk.at("2027-01-08 12:00")
    lived(desk, *ALL_SIX[:2])
    assert desk.kinds() == []  # what took place as planned looks as it did
    moved(desk)
    ((kind, text),) = desk.why()
    assert kind == "not-told"
    assert text == (
        "changed since the patient's calendar was sent: session 4 is on Fri 15 Jan 2027 09:00; "
        "early assessment after session 4 is on Mon 18 Jan 2027 08:00; to send it: ketasched export "
        "alex --changes --ics alex-changes.ics --force"
    )
    desk.do(*text.rpartition("ketasched ")[2].split())
    assert desk.kinds() == []
    assert Path("alex-changes.ics").read_text().count("BEGIN:VEVENT") == 2


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([("cancel", "4")], "session 4 is cancelled"),
        ([("cancel", "6", "--then", "append")], "; session 7 is on "),
        ([("done", "3")], ""),  # before its time has come: refused
        ([("move", "4", "2027-01-15"), ("undo",)], "session 4 is on Thu 14 Jan 2027 09:00"),
    ],
)
def test_what_is_not_told(desk, steps, said):
    desk.plan("--ics", "alex.ics")
    desk.at("2027-01-08 12:00")
    lived(desk, *ALL_SIX[:2])
    for command, *rest in steps:
        desk.run(command, "alex", *rest)
    texts = [text for kind, text in desk.why() if kind == "not-told"]
    assert (said in texts[0]) if said else not texts


def test_what_is_over_needs_no_telling(desk):
    desk.plan("--ics", "alex.ics")
    desk.at("2027-01-08 12:00")
    lived(desk, *ALL_SIX[:2], ("move", "3", "2027-01-12"))
    assert desk.kinds() == ["not-told"]
    desk.at("2027-01-12 12:00")
    lived(desk, ("done", "3"))
    assert desk.kinds() == []


def test_a_session_that_was_added_and_taken_back_is_not_told(desk):
    desk.plan("--ics", "alex.ics")
    desk.at("2027-01-08 12:00")
    lived(
        desk,
        *ALL_SIX[:2],
        ("miss", "2") if False else ("cancel", "6", "--then", "append"),
        ("undo",),
    )
    texts = " ".join(text for _, text in desk.why())
    assert "session 7" not in texts


def test_a_feed_tells_and_falls_behind(desk):
    desk.plan("--ics", "alex.ics")
    desk.do("feed", ".", "--to", "served")
    moved(desk)
    (kind, text) = desk.why()[0]
    assert kind == "not-told"
    assert text.endswith("to send it: ketasched feed . --to DIR")
    desk.do("feed", ".", "--to", "served")
    assert desk.kinds() == []  # it is told, though the file of that day is older


def test_a_feed_of_an_earlier_version_says_nothing(desk):
    desk.plan()
    desk.do("feed", ".", "--to", "served")
    made = json.loads(Path(feeds.NAME).read_text())
    for feed in made["feeds"].values():
        del feed["told"]
    Path(feeds.NAME).write_text(json.dumps(made))
    moved(desk)
    assert desk.kinds() == []


def published(record, sent):
    """The record as if its entries had been sent to a server: all as they are but one."""
    uids = [entry["uid"] for entry in record["entries"] if entry["for"] == "patient"]
    return {
        "https://host/alex/": {
            uid: {
                "etag": "",
                "sent": sent.get(uid, ""),
                "sending": "",
                "theirs": False,
                "octets": "",
            }
            for uid in uids
        }
    }


def test_a_server_tells_and_falls_behind(desk):
    from ketasched import clock
    from ketasched.publishing.desk import entries_of
    from ketasched.records.open import open_record

    desk.plan()
    entries = entries_of(open_record("alex", clock.now()), "patient")
    sent = {uid: entries.digest(uid) for uid in entries.resources}
    record = record_of()
    record["published"] = published(record, sent)
    Path("alex.course.json").write_text(json.dumps(record))
    desk.at("2027-01-08 12:00")
    lived(desk, *ALL_SIX[:2])
    assert desk.kinds() == []
    moved(desk)
    (_, text) = desk.why()[0]
    assert text.endswith("to send it: ketasched publish alex --to https://host/alex/")
    assert "session 4" in text
    assert "session 5" not in text


# Paper in the patient's hands, and days that close


def told_why(desk):
    return [text.partition("; to ") for kind, text in desk.why() if kind == "not-told"]


def hand_out(desk, *options):
    desk.do("status", "alex", "-o", "alex.html", "--force", *options)


def test_paper_that_shows_another_date_is_a_call_until_it_is_handed_out_again(desk):
    desk.plan()
    desk.at("2027-01-02 12:00")
    hand_out(desk)
    assert desk.kinds() == []
    moved(desk)
    ((news, _, command),) = told_why(desk)
    assert news.startswith(
        "changed since the patient was handed the page of Sat 2 Jan 2027: session 4 is on Fri 15 "
    )
    assert "session 5" not in news
    desk.do("feed", ".", "--to", "served")  # who reads it may as well read their paper
    assert desk.kinds() == ["not-told"]
    desk.do(*command.rpartition("ketasched ")[2].split())
    assert desk.kinds() == []


def test_paper_that_is_behind_a_calendar_that_was_sent_is_no_call(desk):
    desk.plan()
    hand_out(desk)
    moved(desk)
    desk.do("export", "alex", "--ics", "alex.ics")
    assert desk.kinds() == []


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ((), (), False),
        (("feed", ".", "--to", "served"), (), False),
        (("feed", ".", "--to", "served"), ("feed", ".", "--to", "served"), False),
        ((), ("feed", ".", "--to", "served"), False),
        (("export", "alex", "--ics", "a.ics"), (), False),
        ((), ("export", "alex", "--ics", "a.ics"), True),
        ((), ("status", "alex", "-o", "a.html"), True),
        ((), ("move", "alex", "3", "2027-01-12 10:00"), True),  # agreed upon with the patient
        ((), ("undo", "alex"), True),
        ((), ("close-day", "2027-01-11", ".", "--reopen"), True),
    ],
)
def test_whom_a_closed_day_moves_is_rung_up_until_told(desk, before, after, told):
    desk.plan()
    desk.at("2027-01-02 12:00")
    for command in filter(None, (before, ("close-day", "2027-01-11", ".", "--reason", "snow"))):
        desk.do(*command)
    ((news, _, _),) = told_why(desk)
    assert "session 3 is on Tue 12 Jan 2027 09:00" in news
    assert "session 4" not in news
    if after:
        desk.do(*after)
    assert (not [news for news, _, _ in told_why(desk) if "session 3" in news]) is told


def test_what_a_closed_day_moved_is_told_by_the_command_that_is_named(desk):
    desk.plan()
    desk.do("close-day", "2027-01-11", ".", "--reason", "snow")
    ((news, _, command),) = told_why(desk)
    assert news.startswith("moved by a closed day, and not told: session 3 is on Tue 12 Jan 2027")
    desk.do(*command.rpartition("ketasched ")[2].split())
    assert desk.kinds() == []


# The page


def test_the_page_lists_patients_and_reasons(desk):
    desk.plan("--ics", "alex.ics")
    desk.plan("--authorised-visits", "5", name="Zoe Berg")
    moved(desk)
    out = desk.do("status", ".", "--calls").out
    lines = out.splitlines()
    assert lines[0] == "2 people to ring up"
    assert [line for line in lines if line in ("Zoe Berg", "alex")] == ["Zoe Berg", "alex"]
    rows = list(csv.DictReader(io.StringIO(desk.do("status", ".", "--calls", "-f", "csv").out)))
    assert {(row["name"], row["kind"]) for row in rows} >= {
        ("alex", "not-told"),
        ("Zoe Berg", "approval"),
    }
    assert [call["name"] for call in desk.calls("alex")] == ["alex"]


def test_who_stands_where_no_session_may_is_to_be_rung_up(desk):
    """A person put session 2 on a day that is then closed, and takes back that it moved."""
    desk.plan()
    desk.do("move", "alex", "2", "2027-01-08 10:00")
    assert desk.calls() == []
    desk.do("close-day", "2027-01-08", ".", code=0)
    desk.do("undo", "alex")
    assert desk.why() == [("broken-rule", "session 2: closed Fri 8 Jan 2027")]


def test_nobody_is_to_be_rung_up(desk):
    desk.plan()
    assert desk.do("status", ".", "--calls").out.strip() == "Nobody to ring up"
    assert desk.calls() == []


def test_a_folder_without_records(desk):
    Path("empty").mkdir()
    assert "no record in empty" in desk.do("status", "empty", "--calls", code=2).err


def test_a_record_that_cannot_be_read_keeps_nobody_from_being_rung_up(desk):
    desk.plan()
    Path("ben.course.json").write_text("{}")
    desk.at("2027-01-04 12:00")
    (call,) = desk.calls(code=1)
    assert call["record"] == "alex"
