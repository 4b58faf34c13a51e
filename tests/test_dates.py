"""Dates as people type them, and what is refused rather than guessed."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ketasched.domain.typed_dates import read_date, read_span
from ketasched.domain.wording import day_text

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-01-05", date(2027, 1, 5)),
        ("2027-1-5", date(2027, 1, 5)),
        ("5 jan 2027", date(2027, 1, 5)),
        ("5th January 2027", date(2027, 1, 5)),
        ("Jan 5, 2027", date(2027, 1, 5)),
        ("5-Jan-2027", date(2027, 1, 5)),
        ("Tue 5 Jan 2027", date(2027, 1, 5)),
        ("tuesday, january 5 2027", date(2027, 1, 5)),
        ("7 sept 2027", date(2027, 9, 7)),
        ("29 feb 2028", date(2028, 2, 29)),
        # One reading only.
        ("13/01/2027", date(2027, 1, 13)),
        ("01/13/2027", date(2027, 1, 13)),
        ("13/02/2027", date(2027, 2, 13)),
        ("31/12/2027", date(2027, 12, 31)),
        ("12/31/2027", date(2027, 12, 31)),
        ("13-1-2027", date(2027, 1, 13)),
        ("05/05/2027", date(2027, 5, 5)),
        # Dates with dots begin with the day.
        ("05.01.2027", date(2027, 1, 5)),
        ("5.1.2027", date(2027, 1, 5)),
        ("1.2.2027", date(2027, 2, 1)),
        ("5. 1. 2027", date(2027, 1, 5)),
        ("31.12.2027", date(2027, 12, 31)),
        ("today", TODAY),
        ("tomorrow", date(2026, 11, 23)),
        ("Yesterday", date(2026, 11, 21)),
        ("tuesday", date(2026, 11, 24)),
        ("next tuesday", date(2026, 11, 24)),
        ("Sunday", date(2026, 11, 29)),
        ("next sun", date(2026, 11, 29)),
    ],
)
def test_dates(text, day):
    assert read_date(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("01/02/2027", "write 2027-01-02 or 2027-02-01"),
        ("1-2-2027", "different countries"),
        ("12/11/2027", "write 2027-12-11 or 2027-11-12"),
        ("01/02/1027", "the year 1027"),
        ("13/13/2027", "there is no month 13"),
        ("30/02/2027", "February 2027 has 28 days"),
        ("02/30/2027", "February 2027 has 28 days"),
        ("29/02/2027", "February 2027 has 28 days"),
        ("32/01/2027", "January 2027 has 31 days"),
        ("00/13/2027", "there is no month 0"),
        ("01.13.2027", "there is no month 13"),
        ("29.02.2027", "February 2027 has 28 days"),
        ("05.01.27", "not a date"),
        ("05/01.2027", "not a date"),
        ("2027-02-30", "February 2027 has 28 days"),
        ("2027-13-01", "there is no month 13"),
        ("31 april 2027", "April 2027 has 30 days"),
        ("29 feb 2027", "February 2027 has 28 days"),
        ("99999-01-01", "the year 99999 is outside 2000 to 2199"),
        ("5 jan 99999", "the year 99999"),
        ("0027-01-05", "the year 27 is outside"),
        ("5 jan", "has no year"),
        ("Mon 5 Jan 2027", "is not a Monday: that date is Tue 5 Jan 2027"),
        ("2027", "not a date"),
        ("20270105", "not a date"),
        ("soon", "not a date"),
        ("", "not a date"),
        ("next", "not a date"),
        ("2027-01-05T09:00", "not a date"),
        ("٢٠٢٧-٠١-٠٥", "not a date"),
    ],
)
def test_what_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        read_date(text, TODAY)


def test_spans_include_both_ends():
    first, last = date(2026, 12, 24), date(2027, 1, 3)
    assert read_span("2026-12-24..2027-01-03", TODAY) == (first, last)
    assert read_span("24 dec 2026 .. 3 jan 2027", TODAY) == (first, last)
    assert read_span("2026-12-24", TODAY) == (first, first)
    for text in ("2027-01-03..2026-12-24", "2027-01-03..", "..", "..2027-01-03"):
        with pytest.raises(ValueError, match="`"):
            read_span(text, TODAY)


@given(st.dates(date(2000, 1, 1), date(2199, 12, 31)))
def test_a_date_we_write_reads_back(day):
    assert read_date(day_text(day), TODAY) == day
    assert read_date(day.isoformat(), TODAY) == day


@given(st.text() | st.from_regex(r"[0-9a-z/,. -]{0,20}", fullmatch=True))
@example("0-0-0")
@example("0 jan 2027")
def test_nothing_but_our_own_errors(text):
    for read in (read_date, read_span):
        try:
            read(text, TODAY)
        except ValueError as error:
            assert str(error).startswith("`")  # noqa: PT017 - either outcome is right
