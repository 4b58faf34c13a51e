"""Durations, times of day and weekdays as people write them."""

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketasched.domain.typed_times import (
    read_clock,
    read_days,
    read_duration,
    read_minutes,
    read_weekday,
    read_weeks,
)
from ketasched.domain.wording import duration_text


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("40 min", 40), ("40min", 40), ("2 h", 120), ("1h30m", 90), ("1 h 30 min", 90),
        ("1d", 1440), ("2 days", 2880), ("1 week", 10080), ("0 days", 0), (" 5 MINUTES ", 5),
    ],
)  # fmt: skip
def test_durations(text, minutes):
    assert read_duration(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text", ["", " ", "40", "min", "4 x", "1.5 h", "-1 h", "½ h", "4 min!", "٤ min"]
)
def test_what_is_no_duration(text):
    with pytest.raises(ValueError, match="write a number and a unit"):
        read_duration(text)


def test_days_and_weeks_are_whole():
    assert read_days("1 week") == 7
    assert read_weeks("14 days") == 2
    with pytest.raises(ValueError, match="whole days"):
        read_days("36 h")
    with pytest.raises(ValueError, match="whole weeks"):
        read_weeks("10 days")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("09:00", time(9)), ("9:05", time(9, 5)), ("9.30", time(9, 30)), ("14h15", time(14, 15)),
        ("9am", time(9)), ("12 am", time(0)), ("12:30 PM", time(12, 30)), ("11pm", time(23)),
    ],
)  # fmt: skip
def test_clock_times(text, at):
    assert read_clock(text) == at


@pytest.mark.parametrize(
    "text", ["", "9", "24:00", "09:60", "13pm", "0am", "9:5", "noon", "09:00:00"]
)
def test_what_is_no_clock_time(text):
    with pytest.raises(ValueError, match="not a time of day"):
        read_clock(text)


def test_weekdays():
    assert [read_weekday(word) for word in ("mon", "Tues", "WEDNESDAY", "sun")] == [0, 1, 2, 6]
    for word in ("", "mo", "monn", "day"):
        with pytest.raises(ValueError, match="not a weekday"):
            read_weekday(word)


@given(st.integers(1, 6 * 10080))
def test_a_duration_we_write_reads_back(minutes):
    assert read_minutes(duration_text(minutes)) == minutes


@given(st.text())
def test_nothing_but_our_own_errors(text):
    for read in (read_duration, read_days, read_weeks, read_clock, read_weekday):
        try:
            read(text)
        except ValueError as error:
            assert error.args[0].startswith("`")  # noqa: PT017 - either outcome is right
