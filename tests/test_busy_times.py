"""Busy times as the placement asks for them: the same answer whatever was asked before."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ketasched.domain.busy import Busy, BusyTimes

DAY = datetime(2027, 1, 4, tzinfo=UTC)
TRIP = Busy(DAY, DAY + timedelta(days=5), all_day=True)
CALL = Busy(DAY + timedelta(hours=10), DAY + timedelta(hours=11))


def times(*stretches):
    """A calendar that gives what touches the days asked for, as the reader does."""

    def expand(first, last):
        return [s for s in stretches if s.end.date() >= first and s.start.date() <= last]

    return BusyTimes(expand)


def hours(begins, ends):
    return DAY + timedelta(hours=begins), DAY + timedelta(hours=ends)


def test_the_longest_of_several_is_told():
    assert times(CALL, TRIP).overlapping(*hours(10, 11)) == TRIP
    assert times(CALL).overlapping(*hours(9, 10)) is None
    assert times(CALL).overlapping(*hours(11, 12)) is None
    assert times(CALL).overlapping(*hours(9, 12)) == CALL


stretches = st.lists(
    st.tuples(st.integers(-400, 400), st.integers(0, 23), st.integers(1, 200)).map(
        lambda one: Busy(
            DAY + timedelta(days=one[0], hours=one[1]),
            DAY + timedelta(days=one[0], hours=one[1] + one[2]),
        )
    ),
    max_size=12,
)
questions = st.lists(st.tuples(st.integers(-400, 400), st.integers(1, 9)), min_size=1, max_size=9)


@given(stretches, questions)
def test_what_was_asked_before_makes_no_difference(taken, asked):
    calendar = times(*taken)
    for days, length in asked:
        start = DAY + timedelta(days=days)
        end = start + timedelta(hours=length)
        found = calendar.overlapping(start, end)
        overlapping = [one for one in taken if one.start < end and start < one.end]
        assert (found is None) == (not overlapping)
        if found:
            assert found.end - found.start == max(one.end - one.start for one in overlapping)


def test_little_is_read_of_a_calendar_without_end():
    seen = []
    calendar = BusyTimes(lambda first, last: seen.append((first, last)) or [])
    calendar.overlapping(*hours(9, 10))
    ((first, last),) = seen
    assert first >= date(2026, 12, 1)
    assert last <= date(2027, 4, 1)
