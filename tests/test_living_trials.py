"""Random lives of courses by day numbers: what counts from the baseline follows it, whatever happens.

All that holds of every random life is checked too: see test_living_machine.
"""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from test_living_machine import (
    CLINIC,
    DAYS,
    START,
    ZONE,
    Life,
    day_of,
    days_within,
    is_gone,
    live_on,
)

TABLE = """\
version: 1
protocols:
  - id: trial
    title: Trial
    label: Trial
    version: 1
    steps: [{name: visit, length: 60 min}]
    phases:
      - name: treatment
        first_day: 1
        sessions:
          - {name: screening, day: -6, window: {early: 5 days, late: 3 days}, length: 30 min}
          - {name: baseline, day: 1}
          - {name: safety check, day: 2, follows: baseline, window: {early: 0 days, late: 1 day}, length: 20 min}
          - {name: week two, day: 8, window: {early: 1 day, late: 2 days}}
          - {name: week three, day: 15, window: {early: 2 days, late: 2 days}}
          - {name: end, day: 29}
        window: {early: 2 days, late: 3 days}
      - name: follow-up
        cadence: every 2 weeks
        after: 2 weeks
        sessions: 2
        window: {early: 3 days, late: 3 days}
        gap: {min: 7 days, max: 30 days}
    visits:
      - {kind: check-in, length: 20 min, after: session 2, distance: {from: 24 h, to: 72 h, ideally: 48 h}, by: video}
"""
BASELINE = 2
DAY_NUMBERS = {1: -6, 4: 8, 5: 15, 6: 29}
"""The days of the table by number of the session, but for the baseline and what follows it."""


class TrialLife(Life):
    """A course of a trial, changed at random by the command line."""

    @initialize(
        closed=st.lists(st.tuples(DAYS, st.integers(0, 2)), max_size=2),
        late=st.integers(0, 4),
    )
    def plan(self, closed, late):
        """``late``: days from the planned baseline up to now, so that most lives have one soon."""
        Path("clinic.yaml").write_text(CLINIC)
        Path("trial.yaml").write_text(TABLE)
        absent = [
            (START + timedelta(days=day), START + timedelta(days=day + length))
            for day, length in closed
        ]
        options = [option for first, last in absent for option in ("--closed", f"{first}..{last}")]
        self.now = datetime(2026, 12, 20, 12, 0, tzinfo=ZONE)
        names = ("--name", "Alex", "--save", "alex", "--ics", "alex.ics")
        files = ("--clinic", "clinic.yaml", "--protocols", "trial.yaml")
        if self.run("plan", "trial", "--start", START, *names, *files, *options, may_fail=True):
            return
        self.protocol = "trial"
        self.shut = days_within(absent)
        self.record = self.read()
        self.check()
        self.now = datetime(2027, 1, 4, 12, 0, tzinfo=ZONE) + timedelta(days=late)

    @precondition(lambda self: self.record)
    @rule(off=st.integers(-3, 3))
    def attend_baseline(self, off):
        """The baseline took place, mostly on another day than planned."""
        (baseline,) = [one for one in self.record["sessions"] if one["number"] == BASELINE]
        day = day_of(baseline) + timedelta(days=off)
        if is_gone(baseline) or baseline["status"] == "attended" or day >= self.now.date():
            return
        others = {day_of(one) for one in self.record["sessions"] if one["status"] == "attended"}
        if day not in others and self.change("done", BASELINE, "--on", day):
            assert self.at(BASELINE) == day, self.typed

    def check_best(self, *_arguments, **_options):
        """What is best beside sessions that follow others has its own tests: see test_baselines."""

    def check_nearest(self, *_arguments):
        """As check_best."""

    def check_rules(self, record):
        """As of every life; and each visit is due as many days from the baseline as the table says,
        from where that took place or a person put it. One that cannot follow stays where it stood.
        """
        super().check_rules(record)
        sessions = {one["number"]: one for one in record["sessions"]}
        shifted = any("shift" in line for line in self.typed)
        if shifted or any(is_gone(one) or one["instead_of"] for one in sessions.values()):
            return  # a person put them off, or what is made up for counts anew
        baseline = sessions[BASELINE]
        fixed = baseline["status"] == "attended" or baseline["by_hand"]
        counted = day_of(baseline) if fixed else date.fromisoformat(baseline["target"])
        for number, day in DAY_NUMBERS.items():
            if number > BASELINE:
                due = counted + timedelta(days=day - 1)
                assert sessions[number]["target"] == str(due), (number, self.typed)

    def put_there(self, course):
        """What is over stays there, also when its baseline turns out to have been on another day."""
        over = {one.number for one in course.sessions if one.start <= self.now}
        stays = {one["number"] for one in self.movable(self.record) if self.cannot_follow(one)}
        return super().put_there(course) | over | stays

    def cannot_follow(self, one):
        """It stands outside its window, where it stood; when that became so no day of it was free
        between the visits on both sides.
        """
        if one["window_start"] <= one["start"][:10] <= one["window_end"]:
            return False
        (before,) = [each for each in self.expected if each["number"] == one["number"]]
        assert before["start"] == one["start"], (one, self.typed)
        if before["target"] != one["target"]:
            others = [
                day_of(each)
                for each in self.record["sessions"]
                if each["number"] != one["number"] and not is_gone(each) and self.is_in_row(each)
            ]
            first = max(day for day in others if day < day_of(one)) + timedelta(days=1)
            last = min([day for day in others if day > day_of(one)], default=date(2999, 1, 1))
            window = {date.fromisoformat(one[key]) for key in ("window_start", "window_end")}
            day, last = max(first, min(window)), min(last - timedelta(days=1), max(window))
            while day <= last:
                assert not self.is_open(day, one["minutes"]), (one, day, self.typed)
                day += timedelta(days=1)
        return True

    def is_in_row(self, one):
        """What follows another stands near it, wherever that is."""
        return one["name"] != "safety check"

    def gaps(self, record):
        """Between two visits of the table nothing but another day is asked for."""
        other = {"gap": {"min": "1 day", "max": "9999 days"}, "cadence": "by day number"}
        phases = [other | phase for phase in record["protocol"]["phases"]]
        return super().gaps(record | {"protocol": record["protocol"] | {"phases": phases}})


def test_whatever_happens_to_a_trial(monkeypatch):
    live_on(5, 8, monkeypatch, TrialLife)


@pytest.mark.slow
def test_whatever_happens_to_a_trial_for_long(monkeypatch):
    live_on(40, 12, monkeypatch, TrialLife)
