"""Random lives of courses in cycles and months: a cycle counts from its day 1, whatever happens.

All that holds of every random life is checked too: see test_living_machine.
"""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from test_living_machine import CLINIC, DAYS, START, ZONE, day_of, days_within, is_gone, live_on
from test_living_trials import TrialLife

TABLE = """\
version: 1
protocols:
  - id: cycles
    title: Cycles
    label: Cycles
    version: 1
    steps: [{name: infusion, length: 60 min}]
    phases:
      - name: treatment
        cadence: {cycle: 9 days, days: [1, 4]%s}
        cycles: 3
        window: {early: 2 days, late: 2 days}
        gap: {min: 1 day, max: 9 days}
      - name: monthly
        cadence: monthly
        sessions: 4
        window: {early: 3 days, late: 3 days}
        gap: {min: 20 days, max: 40 days}
"""
LENGTH, DAYS_OF_CYCLE, LAST = 9, (1, 4), 6


class CycleLife(TrialLife):
    """A course in cycles and months, changed at random by the command line."""

    @initialize(
        closed=st.lists(st.tuples(DAYS, st.integers(0, 2)), max_size=2),
        late=st.integers(0, 4),
        planned=st.booleans(),
    )
    def plan(self, closed, late, planned):
        """``late``: days from the start up to now, so that most lives have a day 1 soon."""
        Path("clinic.yaml").write_text(CLINIC)
        Path("cycles.yaml").write_text(TABLE % (", counts_from: planned" if planned else ""))
        absent = [
            (START + timedelta(days=day), START + timedelta(days=day + length))
            for day, length in closed
        ]
        options = [option for first, last in absent for option in ("--closed", f"{first}..{last}")]
        self.now = datetime(2026, 12, 20, 12, 0, tzinfo=ZONE)
        names = ("--name", "Alex", "--save", "alex", "--ics", "alex.ics")
        files = ("--clinic", "clinic.yaml", "--protocols", "cycles.yaml")
        if self.run("plan", "cycles", "--start", START, *names, *files, *options, may_fail=True):
            return
        self.protocol, self.planned = "cycles", planned
        self.shut = days_within(absent)
        self.record = self.read()
        self.check()
        self.now = datetime(2027, 1, 4, 12, 0, tzinfo=ZONE) + timedelta(days=late)

    @precondition(lambda self: self.record)
    @rule(off=st.integers(-2, 3), cycle=st.integers(0, 2))
    def attend_baseline(self, off, cycle):
        """Day 1 of a cycle took place, mostly on another day than planned."""
        number = 1 + cycle * len(DAYS_OF_CYCLE)
        (first,) = [one for one in self.record["sessions"] if one["number"] == number]
        day = day_of(first) + timedelta(days=off)
        if is_gone(first) or first["status"] == "attended" or day >= self.now.date():
            return
        others = {day_of(one) for one in self.record["sessions"] if one["status"] == "attended"}
        if day not in others and self.change("done", number, "--on", day):
            assert self.at(number) == day, self.typed

    def cannot_follow(self, one):
        """As of a trial; an absence may move a session, and then day 1 of its cycle away from it."""
        if "adjust" in self.typed[-1]:
            return not one["window_start"] <= one["start"][:10] <= one["window_end"]
        return super().cannot_follow(one)

    def check_best(self, *arguments, **options):
        """As of every life: nothing follows another session here."""
        super(TrialLife, self).check_best(*arguments, **options)

    def check_nearest(self, *arguments):
        """As check_best."""
        super(TrialLife, self).check_nearest(*arguments)

    def check_rules(self, record):
        """As of every life; and each session is due as many days from day 1 of its cycle, and that
        from the one before, as the protocol says.
        """
        super(TrialLife, self).check_rules(record)
        sessions = {one["number"]: one for one in record["sessions"]}
        put_off = any("shift" in line or "replan" in line for line in self.typed)
        if put_off or record["pauses"] or any(is_gone(one) for one in sessions.values()):
            return
        counted = date.fromisoformat(sessions[1]["target"])
        for number in range(1, LAST + 1):
            cycle, within = divmod(number - 1, len(DAYS_OF_CYCLE))
            assert sessions[number]["name"] == f"cycle {cycle + 1}, day {DAYS_OF_CYCLE[within]}"
            if within:
                due = counted + timedelta(days=DAYS_OF_CYCLE[within] - 1)
                assert sessions[number]["target"] == str(due), (number, self.typed)
                continue
            due = counted + timedelta(days=LENGTH) if cycle else counted
            assert sessions[number]["target"] == str(due), (number, self.typed)
            fixed = sessions[number]["status"] == "attended" or sessions[number]["by_hand"]
            counted = day_of(sessions[number]) if fixed and not self.planned else due
            if sessions[number].get("counted_from") and not self.planned:  # a new absence moved it
                assert not fixed or sessions[number]["counted_from"] == str(counted), self.typed
                counted = date.fromisoformat(sessions[number]["counted_from"])
        months = [one["target"] for one in record["sessions"] if one["phase"] == "monthly"]
        if not any("move" in line for line in self.typed):
            first = date.fromisoformat(months[0])
            assert months[:4] == [str(first + relativedelta(months=n)) for n in range(4)]

    def gaps(self, record):
        phases = [
            phase | {"cadence": str(phase["cadence"])} for phase in record["protocol"]["phases"]
        ]
        return super().gaps(record | {"protocol": record["protocol"] | {"phases": phases}})


def test_whatever_happens_to_cycles(monkeypatch):
    live_on(3, 8, monkeypatch, CycleLife)


@pytest.mark.slow
def test_whatever_happens_to_cycles_for_long(monkeypatch):
    live_on(30, 12, monkeypatch, CycleLife)
