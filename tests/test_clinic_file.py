"""Clinic files: what they may say, one message for each mistake, and the year they come to."""

import contextlib
import json
import re
from calendar import isleap
from datetime import date, time, timedelta

import pytest
import yaml
from conftest import ROOT
from helpers import changer, mistakes, writer
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ketasched import public_holidays, zone
from ketasched.cli.terminal.year import clinic_year
from ketasched.domain.clinic import WORKING_WEEK, Clinic, Closure, Opening, Span, no_holidays
from ketasched.errors import FileTrouble, KetaschedError, UsageProblem
from ketasched.files.clinic import clinic_file
from ketasched.files.clinic.clinic import CLINIC, ClinicFile, Defaults
from ketasched.files.protocols.protocol import protocols_file
from ketasched.public_holidays import HolidayCalendar
from ketasched.reading import file_kind

DOCS = ROOT / "docs"
EXAMPLE = (DOCS / "clinic.example.yaml").read_text()

SMALL = """\
version: 1
name: Lakeside
timezone: America/Chicago
hours:
  mon-thu: 08:00-12:00, 12:30-17:30
  fri: 08:00-13:00
holidays:
  country: US
  subdivision: IL
  observed: yes
  open: [Columbus Day]
closures:
  - {date: 2027-03-12, reason: training}
  - {from: 2027-12-24, to: 2028-01-02}
openings:
  - {date: 2027-01-16, hours: 09:00-13:00}
defaults:
  start_time: 09:30
  reminders: [1 day, 2 h]
  travel: 30 min
"""
MORNING, AFTERNOON = Span(480, 720), Span(750, 1050)


write = writer("clinic.yaml")
changed = changer(SMALL)


def read(text):
    return clinic_file.load(write(text))


def problems_of(text):
    return mistakes(read, text)


def with_hours(*lines):
    return "version: 1\nname: Lakeside\nhours:\n" + "".join(f"  {line}\n" for line in lines)


def clinic_of(file):
    return Clinic(
        zone.load(file.timezone or "UTC").tzinfo,
        file.hours or WORKING_WEEK,
        file.closures,
        public_holidays.load(file.holidays) if file.holidays else no_holidays,
        dict(file.openings),
    )


def year_of(text, year):
    file = read(text)
    return clinic_year(file, clinic_of(file), year)


# What is understood


def test_a_file_may_say_little():
    file = read("version: 1\nname: Lakeside\n")
    assert file == ClinicFile(
        "Lakeside", file="clinic.yaml", words={"version": "1", "name": "Lakeside"}
    )
    assert (file.hours, file.holidays, file.defaults.reminders) == (None, None, None)


def test_what_is_understood_of_the_example():
    file = clinic_file.load(str(DOCS / "clinic.example.yaml"))
    assert (file.name, file.address) == ("Lakeside Clinic", "12 Shore Road, Chicago, IL 60601")
    assert (file.phone, file.timezone) == ("+1 312 555 0100", "America/Chicago")
    day = (MORNING, AFTERNOON)
    assert file.hours == (day, day, day, (Span(600, 1200),), (Span(480, 780),), (), ())
    kept_open = ("Lincoln's Birthday", "Columbus Day")
    assert file.holidays == HolidayCalendar("US", "IL", observed=True, kept_open=kept_open)
    assert file.closures == (
        Closure(date(2027, 3, 12), date(2027, 3, 12), "staff training"),
        Closure(date(2027, 8, 2), date(2027, 8, 6), "works in the building"),
        Closure(date(2027, 12, 24), date(2028, 1, 2), "end of the year"),
    )
    urgent = Opening((Span(540, 660), Span(780, 900)), "urgent sessions")
    assert file.openings == (
        (date(2027, 1, 16), Opening((Span(540, 780),), "catching up")),
        (date(2027, 12, 29), urgent),
    )
    assert file.defaults == Defaults(
        time(9, 30),
        "Suite 4, 12 Shore Road",
        (timedelta(days=1), timedelta(hours=2)),
        30,
        "",
    )


@pytest.mark.parametrize(
    ("lines", "open_weekdays"),
    [
        (["mon-thu: 9:00-17:00"], [0, 1, 2, 3]),
        (["sat-mon: 9:00-17:00"], [0, 5, 6]),
        (["mon-sun: 9:00-17:00"], [0, 1, 2, 3, 4, 5, 6]),
        (["sun-sun: 9:00-17:00"], [6]),
        (["mon, wed-thu: 9:00-17:00"], [0, 2, 3]),
        (["Monday: 9:00-17:00", "TUES: 9:00-17:00"], [0, 1]),
        (["mon – tue: 9:00-17:00"], [0, 1]),
        (["mon: closed", "tue: 9:00-17:00"], [1]),
    ],
)
def test_weekdays(lines, open_weekdays):
    hours = read(with_hours(*lines)).hours
    assert [weekday for weekday, spans in enumerate(hours) if spans] == open_weekdays


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("08:00-12:00", [(480, 720)]),
        ("08:00–12:00", [(480, 720)]),
        ("8:00 - 12:00", [(480, 720)]),
        ("9am-5pm", [(540, 1020)]),
        ("13:00-17:00, 08:00-12:00", [(480, 720), (780, 1020)]),
        ("08:00-12:00, 12:00-17:00", [(480, 1020)]),  # nothing lies between
        ("00:00-24:00", [(0, 1440)]),
        ("20:00-24:00", [(1200, 1440)]),
        ("all day", [(0, 1440)]),
        ("All  Day", [(0, 1440)]),
    ],
)
def test_hours(text, spans):
    assert read(with_hours(f"mon: {text}")).hours[0] == tuple(Span(*span) for span in spans)


@pytest.mark.parametrize(("word", "meant"), [("yes", True), ("TRUE", True), ("no", False)])
def test_yes_and_no(word, meant):
    assert read(changed("observed: yes", f"observed: {word}")).holidays.observed is meant


@pytest.mark.parametrize(
    ("country", "subdivision", "day"),
    [
        ("US", "IL", (2027, 3, 1)),  # Casimir Pulaski Day
        ("us", "illinois", (2027, 3, 1)),
        ("USA", "il", (2027, 3, 1)),
        ("NO", "", (2027, 5, 17)),  # no is Norway, not false
        ("CA", "ON", (2027, 2, 15)),  # on is Ontario, not true
        ("DE", "BY", (2027, 1, 6)),
        ("DE", "Bayern", (2027, 1, 6)),
        ("UK", "Scotland", (2027, 11, 30)),
    ],
)
def test_countries_and_their_parts(country, subdivision, day):
    text = f"version: 1\nname: L\nholidays: {{country: {country}"
    text += f", subdivision: {subdivision}}}\n" if subdivision else "}\n"
    assert clinic_of(read(text)).holiday_name(date(*day))


def test_observed_days_on_and_off():
    fourth, fifth = date(2027, 7, 4), date(2027, 7, 5)
    with_them = clinic_of(read(SMALL))
    without = clinic_of(read(changed("observed: yes", "observed: no")))
    assert with_them.on(fifth).why.text == "Independence Day (observed), Mon 5 Jul 2027"
    assert without.on(fifth).why is None
    assert with_them.holiday_name(fourth) == without.holiday_name(fourth) == "Independence Day"


@pytest.mark.parametrize(
    "name", ["Independence Day", "independence day", "Independence Day (observed)"]
)
def test_a_holiday_kept_open_is_open_on_its_observed_day_too(name):
    clinic = clinic_of(read(changed("Columbus Day", name)))
    assert clinic.on(date(2027, 7, 5)).spans == clinic.on(date(2028, 7, 4)).spans
    assert clinic.on(date(2027, 7, 5)).why is None
    assert clinic.on(date(2027, 9, 6)).why.kind == "holiday"


def test_a_holiday_name_with_a_typographic_apostrophe():
    kept_open = read(changed("Columbus Day", "Washington’s Birthday")).holidays
    assert public_holidays.load(kept_open)(date(2027, 2, 15)) is None


def test_holidays_that_are_only_estimated_can_be_kept_open():
    holiday_name = public_holidays.load(HolidayCalendar("EG"))
    days = [date(2029, 1, 1) + timedelta(days=n) for n in range(365)]
    day = next(day for day in days if (holiday_name(day) or "").endswith(" (estimated)"))
    plain = holiday_name(day).removesuffix(" (estimated)")
    assert public_holidays.load(HolidayCalendar("EG", kept_open=(plain,)))(day) is None


def test_no_reminders():
    assert read(changed("[1 day, 2 h]", "none")).defaults.reminders == ()


def test_years_the_package_does_not_know():
    with pytest.raises(UsageProblem, match="known up to 2100 only"):
        clinic_of(read(SMALL)).on(date(2101, 1, 1))


# Mistakes


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "message", "hint"),
    [
        ("version: 1", "version: 2", 1, 10, "`2` is not a version this program reads: write 1", ""),
        ("name: Lakeside", "name:", 2, 6, "expected a text here, found nothing", ""),
        ("name: Lakeside\n", "", 1, 1, "the key `name` is missing", "the clinic's name"),
        ("America/Chicago", "America/Chicargo", 3, 11, "unknown time zone `America/Chicargo`", "did you mean `America/Chicago`?"),
        ("America/Chicago", "CST time", 3, 11, "unknown time zone `CST time`", "such as America/Chicago"),
        # hours
        ("12:30-17:30", "17:30-12:30", 5, 12, "the hours 17:30-12:30 end before they start", "24:00 is its end"),
        ("12:30-17:30", "22:00-06:00", 5, 12, "the hours 22:00-06:00 end before they start", "24:00 is its end"),
        ("08:00-13:00", "08:00-08:00", 6, 8, "the hours 08:00-08:00 end when they start", ""),
        ("12:30-17:30", "11:30-17:30", 5, 12, "the hours 08:00-12:00 and 11:30-17:30 overlap", "write them as one"),
        ("08:00-13:00", "08:00", 6, 8, "`08:00` is not opening hours", "08:00-12:00, 13:00-17:30"),
        ("08:00-13:00", "08:00-12:00,", 6, 8, "`08:00-12:00,` is not opening hours", "08:00-12:00, 13:00-17:30"),
        ("08:00-13:00", "mornings", 6, 8, "`mornings` is not opening hours", "or closed; or all day"),
        ("08:00-13:00", "08:00-25:00", 6, 8, "`25:00` is not a time of day", ""),
        ("08:00-13:00", "24:00-24:00", 6, 8, "`24:00` is not a time of day", ""),
        ("08:00-13:00", "8-13", 6, 8, "`8` is not a time of day", ""),
        ("08:00-13:00", "08:00-12:00-13:00", 6, 8, "`12:00-13:00` is not a time of day", ""),
        ("08:00-13:00", "", 6, 7, "expected a text here, found nothing", ""),
        ("  fri:", "  freitag:", 6, 3, "`freitag` is not a weekday: write mon, tue", "did you mean `Friday`?"),
        ("  fri:", "  firday:", 6, 3, "`firday` is not a weekday", "did you mean `Friday`?"),
        ("  fri:", "  fr:", 6, 3, "`fr` is not a weekday", ""),
        ("  fri:", "  ? [fri]\n  :", 6, 5, "a key must be a text", ""),
        ("  fri:", "  thu:", 6, 3, "Thursday has hours twice", "keep one"),
        ("  fri:", "  wed-fri:", 6, 3, "Wednesday and Thursday have hours twice", "keep one"),
        ("  fri:", "  mon-thu:", 6, 3, "Monday, Tuesday, Wednesday and Thursday have hours twice", "keep one"),
        ("  mon-thu: 08:00-12:00, 12:30-17:30\n  fri: 08:00-13:00\n", "  {}\n", 5, 3, "the week is empty: the clinic is never open", "give a weekday opening hours"),
        ("  mon-thu: 08:00-12:00, 12:30-17:30\n  fri: 08:00-13:00\n", "  mon-sun: closed\n", 5, 3, "the week is empty", "give a weekday"),
        ("  mon-thu: 08:00-12:00, 12:30-17:30\n  fri: 08:00-13:00\n", "  08:00-12:00\n", 5, 3, "expected weekdays here, such as `mon: 08:00-17:00`", ""),
        # holidays
        ("country: US", "country: XX", 8, 12, "unknown country `XX`", "its two letters"),
        ("country: US", "country: United States", 8, 12, "unknown country `United States`", "did you mean `US`?"),
        ("country: US", "country: Germny", 8, 12, "unknown country `Germny`", "did you mean `DE`?"),
        ("country: US", "country: NYSE", 8, 12, "unknown country `NYSE`", "its two letters"),
        ("country: US\n", "\n", 9, 3, "the key `country` is missing", "two letters"),
        ("subdivision: IL", "subdivision: QQ", 9, 16, "US has no part `QQ`", "its parts are AK, AL"),
        ("subdivision: IL", "subdivision: Illinios", 9, 16, "US has no part `Illinios`", "did you mean `IL`?"),
        ("country: US\n  subdivision: IL", "country: SG\n  subdivision: IL", 9, 16, "SG has no part `IL`", "leave `subdivision` out"),
        ("observed: yes", "observed: maybe", 10, 13, "`maybe` is neither yes nor no", ""),
        ("observed: yes", "observed: 1", 10, 13, "`1` is neither yes nor no", ""),
        ("[Columbus Day]", "[Columbus Dya]", 11, 10, "US-IL has no public holiday `Columbus Dya`", "did you mean `Columbus Day`?"),
        ("[Columbus Day]", "[Labor Day, Mayday]", 11, 21, "US-IL has no public holiday `Mayday`", "its holidays are "),
        ("[Columbus Day]", "Columbus Day", 11, 9, "expected a list here", "begin each item with `- `"),
        # closures
        ("to: 2028-01-02", "to: 2027-01-02", 14, 28, "the closure ends before it begins, Fri 24 Dec 2027", "write the earlier date first"),
        ("date: 2027-03-12", "date: 2027-02-29", 13, 12, "February 2027 has 28 days", ""),
        ("date: 2027-03-12", "date: 03/12/2027", 13, 12, "reads differently in different countries", ""),
        ("date: 2027-03-12", "date: 12 march", 13, 12, "`12 march` has no year", ""),
        ("date: 2027-03-12", "date: mon 12 mar 2027", 13, 12, "is not a Monday: that date is Fri 12 Mar 2027", ""),
        ("date: 2027-03-12", "date: tomorrow", 13, 12, "`tomorrow` is not a date: write a date as 2027-01-05 or 5 jan 2027", ""),
        ("date: 2027-03-12", "date: next friday", 13, 12, "`next friday` is not a date", ""),
        ("date: 2027-03-12", "date: 2027", 13, 12, "`2027` is not a date: write a date as 2027-01-05 or 5 jan 2027", ""),
        ("date: 2027-03-12", "date: 2027-03-12..2027-03-14", 13, 12, "is not one date", "two keys: `from` and `to`"),
        ("date: 2027-03-12", "date: 2027-03-12, to: 2027-03-14", 13, 5, "a closure has either `date`, or `from` and `to`", "alone say it all"),
        ("{date: 2027-03-12, reason: training}", "2027-03-12", 13, 5, "expected keys here, such as `date: …`", ""),
        ("{date: 2027-03-12, reason: training}", "{reason: training}", 13, 5, "the key `date` is missing", "the closed day"),
        ("{from: 2027-12-24, to: 2028-01-02}", "{from: 2027-12-24}", 14, 5, "the key `to` is missing", "the last closed day"),
        ("reason: training", "reason: ''", 13, 32, "found nothing", ""),
        # openings
        ("hours: 09:00-13:00", "hours: closed", 16, 31, "an opening needs opening hours", "under `closures`"),
        ("hours: 09:00-13:00", "hours: 13:00-09:00", 16, 31, "end before they start", "24:00 is its end"),
        (", hours: 09:00-13:00", "", 16, 5, "the key `hours` is missing", "its opening hours"),
        ("09:00-13:00}\n", "09:00-13:00}\n  - {date: 16 jan 2027, hours: 14:00-15:00}\n", 17, 12, "Sat 16 Jan 2027 has hours twice", "in one opening"),
        # defaults
        ("start_time: 09:30", "start_time: 9", 18, 15, "`9` is not a time of day", ""),
        ("start_time: 09:30", "start_time: 24:00", 18, 15, "`24:00` is not a time of day", ""),
        ("start_time: 09:30", "start_time: 07:30", 18, 15, "no weekday is open at 07:30, the start time", "inside `hours`"),
        ("[1 day, 2 h]", "[1 day, soon]", 19, 22, "`soon` is not a length of time", ""),
        ("[1 day, 2 h]", "[5 weeks]", 19, 15, "remind between 1 min and 4 weeks before", ""),
        ("[1 day, 2 h]", "[0 min]", 19, 15, "remind between 1 min and 4 weeks before", ""),
        ("[1 day, 2 h]", "[]", 19, 14, "the list is empty", ""),
        ("[1 day, 2 h]", "1 day", 19, 14, "expected a list here", "begin each item with `- `"),
        ("travel: 30 min", "travel: 30", 20, 11, "`30` is not a length of time", ""),
        ("travel: 30 min", "travel: 13 h", 20, 11, "`13 h` is outside 0 to 720 min", ""),
        ("travel: 30 min", "travel: -5 min", 20, 11, "is not a length of time", ""),
    ],
)  # fmt: skip
def test_one_mistake_is_one_message_at_its_line_and_column(old, new, line, column, message, hint):
    (problem,) = problems_of(changed(old, new))
    assert message in problem.message
    assert (problem.line, problem.column) == (line, column)
    assert hint in problem.hint
    assert bool(hint) == bool(problem.hint)


def test_a_start_time_that_only_one_weekday_is_open_at_is_no_mistake():
    assert read(changed("start_time: 09:30", "start_time: 12:15")).defaults.start_time == time(
        12, 15
    )


def key_nodes(text):
    waiting, keys = [yaml.compose(text, yaml.BaseLoader)], []
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            keys += [key for key, _ in node.value]
            waiting += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
    return sorted(keys, key=lambda key: key.start_mark.index)


def misspellings(word):
    yield word[:-1] + "q"
    yield word[1:] + word[0]
    yield word + "x"
    yield word.upper()


@pytest.mark.sampled(4)
@pytest.mark.parametrize("key", key_nodes(EXAMPLE), ids=lambda key: key.value)
def test_every_misspelt_key_is_one_mistake_at_its_place(key):
    is_weekday = key.value[:3] in ("mon", "thu", "fri", "sat")
    for wrong in misspellings(key.value):
        if is_weekday and wrong.isupper():
            continue  # MON is Monday
        text = EXAMPLE[: key.start_mark.index] + wrong + EXAMPLE[key.end_mark.index :]
        (problem,) = problems_of(text)
        assert (problem.line, problem.column) == (
            key.start_mark.line + 1,
            key.start_mark.column + 1,
        )
        assert ("is not a weekday" if is_weekday else f"unknown key `{wrong}`") in problem.message
        assert is_weekday or problem.hint, wrong


def test_all_problems_at_once_in_order():
    text = changed("America/Chicago", "Chicago time")
    text = changed("[Columbus Day]", "[Columbus Dya, Labour Dai]", text)
    text = changed("to: 2028-01-02", "to: 2026-01-02", text)
    text = changed("30 min", "long", text)
    assert [(one.line, one.column) for one in problems_of(text)] == [
        (3, 11), (11, 10), (11, 24), (14, 28), (20, 11),
    ]  # fmt: skip


def test_a_file_that_is_not_there_is_called_a_clinic_file():
    with pytest.raises(FileTrouble) as caught:
        clinic_file.load("missing.yaml")
    assert caught.value.hint == "give the path of a clinic file"


def test_each_format_is_known_by_the_keys_that_only_it_has():
    clinic, protocols = set(CLINIC.keys), set(protocols_file(proven=True).keys)
    assert clinic - protocols - {"name"} == file_kind.CLINIC.own_keys
    assert protocols - clinic == file_kind.PROTOCOLS.own_keys


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("version: 1\nname: Lakeside\n", file_kind.CLINIC),
        ("name: Lakeside\nhours: {mon: all day}\n", file_kind.CLINIC),
        ("version: 1\nprotocols: []\n", file_kind.PROTOCOLS),
        ("version: 1\nname: Mine\nphases: []\n", None),
        ("version: 1\n", None),
    ],
)
def test_the_kind_of_a_file_shows_from_its_keys(text, kind):
    assert file_kind.kind_of(yaml.compose(text)) is kind


pieces = st.sampled_from([*SMALL.splitlines(keepends=True), "  ", "- ", ": ", "&a ", "*a", "[", "{", "}", "\n", "'", "? [a]\n", "all day", "<<: "])  # fmt: skip


@given(st.lists(pieces, max_size=30).map("".join) | st.text() | st.binary())
def test_nothing_but_our_own_errors(text):
    with contextlib.suppress(KetaschedError):
        read(text)


@given(st.integers(0, len(SMALL) - 1), st.integers(0, 6), st.text(max_size=4))
def test_damaged_files_give_nothing_but_our_own_errors(at, cut, inserted):
    with contextlib.suppress(KetaschedError):
        read(SMALL[:at] + inserted + SMALL[at + cut :])


# The schema and the docs


class Yaml12(yaml.BaseLoader):
    """What an editor sees: YAML 1.2 knows no dates, no base 60 and no yes."""


Yaml12.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("[0-9]+$"), list("0123456789"))
Yaml12.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))


def test_the_schema_takes_the_example_and_refuses_every_misspelt_key():
    Draft202012Validator.check_schema(clinic_file.schema())
    validator = Draft202012Validator(clinic_file.schema())
    for text in (EXAMPLE, SMALL, changed("[1 day, 2 h]", "none")):
        assert not list(validator.iter_errors(yaml.load(text, Yaml12)))
    for key in key_nodes(EXAMPLE):
        wrong = f"{key.value}q"
        text = EXAMPLE[: key.start_mark.index] + wrong + EXAMPLE[key.end_mark.index :]
        assert list(validator.iter_errors(yaml.load(text, Yaml12))), wrong


@pytest.mark.parametrize("key", ["mon", "Mon-Thu", "saturday", "mon, wed-fri", "mon – tue"])
def test_the_schema_takes_the_weekdays_that_the_reader_takes(key):
    text = with_hours(f"{key}: 09:00-12:00")
    assert read(text)
    errors = Draft202012Validator(clinic_file.schema()).iter_errors(yaml.load(text, Yaml12))
    assert not list(errors)


def test_the_published_schema_is_current():
    published = (DOCS / "clinic.schema.json").read_text()
    assert published == json.dumps(clinic_file.schema(), indent=2) + "\n"


def names_in(schema):
    for name, value in schema.get("properties", {}).items():
        yield name
        yield from names_in(value)
    for inner in [schema.get("items", {}), *schema.get("oneOf", [])]:
        if inner:
            yield from names_in(inner)


def test_the_example_and_the_docs_have_every_key():
    wanted = set(names_in(clinic_file.schema()))
    assert len(wanted) > 20
    complete = EXAMPLE.replace("  # protocols:", "  protocols:")  # a file nobody has yet
    commented = "publish:|lang:|clock:|resources:|takes:|  (?:to|for|login|chair|nurse|room|kap|iv|integration):"
    complete = re.sub(rf"(?m)^# ({commented})", r"\1", complete)
    assert wanted <= {key.value for key in key_nodes(complete)}
    text = (DOCS / "clinic.md").read_text()
    assert [name for name in sorted(wanted) if f"`{name}`" not in text] == []


# What wins


def test_an_opening_wins_over_a_closure_that_over_a_holiday_that_over_the_week():
    monday = date(2027, 7, 5)  # Independence Day is observed
    closed = f"  - {{date: {monday}, reason: works}}\n"
    opened = f"  - {{date: {monday}, hours: 09:00-10:00, reason: urgent}}\n"
    holiday = SMALL
    closure = changed("openings:\n", f"{closed}openings:\n", holiday)
    opening = changed("defaults:\n", f"{opened}defaults:\n", closure)
    week = changed("observed: yes", "observed: no", holiday)
    found = [clinic_of(read(text)).on(monday) for text in (week, holiday, closure, opening)]
    assert [day.spans for day in found] == [(MORNING, AFTERNOON), (), (), (Span(540, 600),)]
    assert [day.why and day.why.kind for day in found] == [None, "holiday", "closed", "opening"]
    signs = [signs_of(year_of(text, 2027))[monday] for text in (week, holiday, closure, opening)]
    assert signs == ["", "H", "C", "O"]


# The year


def signs_of(page, year=2027):
    """The sign of every day that the grid of a page shows, read from its columns."""
    lines = page.splitlines()
    found = {}
    for number, line in enumerate(lines):
        for start in [match.start() for match in re.finditer("Mo Tu We Th Fr Sa Su", line)]:
            name = lines[number - 1][start : start + 12].split()[0]
            month = next(m for m in range(1, 13) if f"{date(2000, m, 1):%B}" == name)
            shown = [
                (row[start + 3 * column :][:3], column)
                for row in lines[number + 1 : number + 7]
                if row[start : start + 2] != "Mo" and not row[start : start + 1].isalpha()
                for column in range(7)
            ]
            cells = [(cell, column) for cell, column in shown if cell.strip()]
            day = date(year, month, 1)
            for cell, column in cells:
                assert day.month == month, (page, cell)
                assert day.weekday() == column
                figure, sign = cell[:2].strip(), cell[2:].strip()
                if figure == "·":
                    sign = figure
                else:
                    assert int(figure) == day.day
                assert day not in found
                found[day] = sign
                if day == date.max:
                    break
                day += timedelta(days=1)
            assert day.month != month or day == date.max
    return found


@pytest.mark.sampled(4)
@pytest.mark.parametrize("columns", [24, 40, 45, 80, 100, 200])
@pytest.mark.parametrize("year", [2026, 2027, 2028, 2100])
def test_every_day_of_the_year_stands_there_once_with_its_sign(monkeypatch, columns, year):
    monkeypatch.setenv("COLUMNS", str(columns))
    clinic = clinic_of(read(EXAMPLE))
    page = year_of(EXAMPLE, year)
    signs = signs_of(page, year)
    assert len(signs) == 365 + isleap(year)
    for day, sign in signs.items():
        spans, why = clinic.on(day)
        kinds = {"": None, "·": "closed", "C": "closed", "H": "holiday", "O": "opening"}
        assert kinds[sign] == (why and why.kind), day
        assert bool(spans) == (sign in ("", "O"))
    counted = sum(int(number) for number in re.findall(r"(\d+) days?$", page, re.MULTILINE))
    assert counted == len(signs)
    opened = sum(sign in ("", "O") for sign in signs.values())
    assert f"{opened} of {len(signs)}" in page
    assert max(map(len, page.splitlines())) <= columns
    assert not any(line.endswith(" ") for line in page.splitlines())


@pytest.mark.parametrize("year", [1, 2000, 9999])
def test_years_far_away(year):
    page = year_of(with_hours("mon-fri: 09:00-17:00"), year)
    assert len(signs_of(page, year)) == 365 + isleap(year)


def test_signs_of_nothing_but_ascii_and_two_that_have_a_plain_form():
    from ketasched.cli.output import _PLAIN

    assert year_of(EXAMPLE, 2027).translate(_PLAIN).isascii()


def test_the_meaning_is_never_in_the_color_alone(monkeypatch):
    plain = year_of(EXAMPLE, 2027)
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    colored = year_of(EXAMPLE, 2027)
    assert colored != plain
    uncolored = re.sub(r"\x1b\[[0-9;]*m", "", colored)
    assert [line.rstrip() for line in uncolored.splitlines()] == plain.splitlines()


def test_text_of_a_file_cannot_steer_the_terminal_or_be_markup():
    page = year_of(changed("reason: training", 'reason: "[bold]x[/bold]"'), 2027)
    assert "[bold]x[/bold]" in page


def without_parts(page):
    """The page without the list of what the nationwide holidays leave out."""
    (section,) = re.findall(
        r"Holidays in 2028 of parts of US.*?\n\n(?=In the file)", page, re.DOTALL
    )
    assert "Day After Thanksgiving" in " ".join(section.split())
    return page.replace(section, "")


def test_the_year():
    assert without_parts(year_of(TINY, 2028)) == YEAR


def test_the_year_in_a_narrow_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    page = without_parts(year_of(TINY, 2028))
    assert page.startswith(NARROW_YEAR)
    assert page.endswith(NARROW_LIST)


def page_of(holidays):
    text = f"version: 1\nname: L\ntimezone: UTC\nhours: {{mon-fri: all day}}\nholidays: {{{holidays}}}\n"
    return year_of(text, 2027).splitlines()


def test_the_year_names_what_parts_of_the_country_have():
    page = page_of("country: GB")
    assert "Holidays in 2027 of parts of GB, not taken: name a part" in page
    assert "- Mon 29 Mar 2027  Easter Monday: ENG, NIR and WLS" in page
    assert "- Mon 30 Aug 2027  Late Summer Bank Holiday: ENG, NIR and WLS" in page
    assert any("parts" in line for line in page_of("country: US") if "Day After" in line)
    for holidays in ("country: GB, subdivision: ENG", "country: JP"):
        assert not any("not taken" in line for line in page_of(holidays))


@pytest.mark.parametrize(
    ("holidays", "is_noted"),
    [
        ("country: GB", True),
        ("country: US", True),
        ("country: GB, subdivision: WLS", False),
        ("country: JP", False),
    ],
)
def test_checking_a_nationwide_list_is_never_silent(ketasched, holidays, is_noted):
    write(f"version: 1\nname: L\ntimezone: UTC\nholidays: {{{holidays}}}\n")
    checked = ketasched("check", "clinic.yaml")
    assert (checked.code, checked.out) == (0, "clinic.yaml: clinic, no problems: L\n")
    assert ("leave out those that only parts of it have" in checked.err) == is_noted


def test_the_year_names_half_days_on_which_the_clinic_is_open():
    lines = [
        "Half days in 2027 by law or custom, not closed",
        "- Fri 24 Dec 2027  Christmas Eve",
        "- Fri 31 Dec 2027  New Year's Eve",
    ]
    page = page_of("country: DE, subdivision: BY")
    at = page.index(lines[0])
    assert page[at : at + 3] == lines
    assert "H  Fri 24 Dec" not in "\n".join(page)
    text = "version: 1\nname: L\ntimezone: UTC\nholidays: {country: DE, subdivision: BY}\n"
    text += "closures: [{from: 2027-12-24, to: 2027-12-31}]\n"
    assert "Half days" not in year_of(text, 2027)
    assert "Half days" not in "\n".join(page_of("country: PL"))


def test_days_of_one_closure_are_one_line_that_an_opening_cuts():
    text = with_hours("mon-fri: 09:00-17:00") + (
        "closures: [{from: 2027-08-02, to: 2027-08-13, reason: works}, {date: 2027-05-01}]\n"
        "openings: [{date: 2027-08-04, hours: 10:00-11:00}]\n"
    )
    assert year_of(text, 2027).split("Exceptions in 2027\n")[1].splitlines() == [
        "C  Sat  1 May                no reason given (closed on Saturdays anyway)",
        "C  Mon  2 Aug to Tue  3 Aug  works",
        "O  Wed  4 Aug                10:00–11:00 (otherwise closed, works)",
        "C  Thu  5 Aug to Fri 13 Aug  works",
    ]


def test_what_an_opening_is_instead_of():
    days = ("2027-01-16", "2027-01-18", "2027-01-19")
    items = "".join(f"  - {{date: {day}, hours: 09:00-10:00}}\n" for day in days)
    text = changed("  - {date: 2027-01-16, hours: 09:00-13:00}\n", items)
    page = " ".join(year_of(text, 2027).split())
    assert re.findall(r"\(otherwise [^)]+\)", page) == [
        "(otherwise closed)",
        "(otherwise closed, Martin Luther King Jr. Day)",
        "(otherwise 08:00–12:00, 12:30–17:30)",
    ]


TINY = """\
version: 1
name: Hillside
timezone: America/New_York
hours: {mon-tue: "09:00-13:00, 14:00-18:00", thu: all day}
holidays: {country: US, observed: no, open: [Columbus Day, Veterans Day]}
closures:
  - {from: 2028-02-28, to: 2028-03-05, reason: painting}
  - {date: 2029-01-02}
openings:
  - {date: 2028-01-17, hours: 10:00-12:00, reason: urgent sessions}
defaults: {start_time: 14:30, reminders: none, travel: 20 min}
"""
YEAR = """\
Hillside
File       clinic.yaml
Time zone  America/New_York
Hours      Mon  09:00–13:00, 14:00–18:00
           Tue  09:00–13:00, 14:00–18:00
           Wed  closed
           Thu  all day
           Fri  closed
           Sat  closed
           Sun  closed
Holidays   US, without observed days; open on Columbus Day and Veterans Day
Notice     24 h
Sessions   at 14:30
Reminders  none
Travel     20 min on both sides of busy times

January                 February                March
Mo Tu We Th Fr Sa Su    Mo Tu We Th Fr Sa Su    Mo Tu We Th Fr Sa Su
                1H ·        1  ·  3  ·  ·  ·           1C 2C 3C 4C 5C
 3  4  ·  6  ·  ·  ·     7  8  · 10  ·  ·  ·     6  7  ·  9  ·  ·  ·
10 11  · 13  ·  ·  ·    14 15  · 17  ·  ·  ·    13 14  · 16  ·  ·  ·
17O18  · 20  ·  ·  ·    21H22  · 24  ·  ·  ·    20 21  · 23  ·  ·  ·
24 25  · 27  ·  ·  ·    28C29C                  27 28  · 30  ·
31

April                   May                     June
Mo Tu We Th Fr Sa Su    Mo Tu We Th Fr Sa Su    Mo Tu We Th Fr Sa Su
                ·  ·     1  2  ·  4  ·  ·  ·              1  ·  ·  ·
 3  4  ·  6  ·  ·  ·     8  9  · 11  ·  ·  ·     5  6  ·  8  ·  ·  ·
10 11  · 13  ·  ·  ·    15 16  · 18  ·  ·  ·    12 13  · 15  ·  ·  ·
17 18  · 20  ·  ·  ·    22 23  · 25  ·  ·  ·    19H20  · 22  ·  ·  ·
24 25  · 27  ·  ·  ·    29H30  ·                26 27  · 29  ·

July                    August                  September
Mo Tu We Th Fr Sa Su    Mo Tu We Th Fr Sa Su    Mo Tu We Th Fr Sa Su
                ·  ·        1  ·  3  ·  ·  ·                 ·  ·  ·
 3  4H ·  6  ·  ·  ·     7  8  · 10  ·  ·  ·     4H 5  ·  7  ·  ·  ·
10 11  · 13  ·  ·  ·    14 15  · 17  ·  ·  ·    11 12  · 14  ·  ·  ·
17 18  · 20  ·  ·  ·    21 22  · 24  ·  ·  ·    18 19  · 21  ·  ·  ·
24 25  · 27  ·  ·  ·    28 29  · 31             25 26  · 28  ·  ·
31

October                 November                December
Mo Tu We Th Fr Sa Su    Mo Tu We Th Fr Sa Su    Mo Tu We Th Fr Sa Su
                   ·           ·  2  ·  ·  ·                 ·  ·  ·
 2  3  ·  5  ·  ·  ·     6  7  ·  9  ·  ·  ·     4  5  ·  7  ·  ·  ·
 9 10  · 12  ·  ·  ·    13 14  · 16  ·  ·  ·    11 12  · 14  ·  ·  ·
16 17  · 19  ·  ·  ·    20 21  · 23H ·  ·  ·    18 19  · 21  ·  ·  ·
23 24  · 26  ·  ·  ·    27 28  · 30             25H26  · 28  ·  ·  ·
30 31

12  open                   145 days
 O  one-off opening           1 day
 ·  closed that weekday    205 days
 H  public holiday           8 days
 C  closure                  7 days
    open in all          146 of 366

Exceptions in 2028
H  Sat  1 Jan                New Year's Day (closed on Saturdays anyway)
O  Mon 17 Jan                10:00–12:00, urgent sessions (otherwise closed,
                             Martin Luther King Jr. Day)
H  Mon 21 Feb                Washington's Birthday
C  Mon 28 Feb to Sun  5 Mar  painting
H  Mon 29 May                Memorial Day
H  Mon 19 Jun                Juneteenth National Independence Day
H  Tue  4 Jul                Independence Day
H  Mon  4 Sep                Labor Day
H  Thu 23 Nov                Thanksgiving Day
H  Mon 25 Dec                Christmas Day

In the file, but not in 2028
- closed Tue 2 Jan 2029
"""
NARROW_YEAR = """\
Hillside
File       clinic.yaml
Time zone  America/New_York
Hours      Mon  09:00–13:00,
                14:00–18:00
           Tue  09:00–13:00,
                14:00–18:00
           Wed  closed
           Thu  all day
           Fri  closed
           Sat  closed
           Sun  closed
Holidays   US, without observed days;
           open on Columbus Day and
           Veterans Day
Notice     24 h
Sessions   at 14:30
Reminders  none
Travel     20 min on both sides of
           busy times

January
Mo Tu We Th Fr Sa Su
                1H ·
 3  4  ·  6  ·  ·  ·
10 11  · 13  ·  ·  ·
17O18  · 20  ·  ·  ·
24 25  · 27  ·  ·  ·
31
"""
NARROW_LIST = """\
Exceptions in 2028
H  Sat  1 Jan
   New Year's Day (closed on
   Saturdays anyway)
O  Mon 17 Jan
   10:00–12:00, urgent sessions
   (otherwise closed, Martin Luther
   King Jr. Day)
H  Mon 21 Feb
   Washington's Birthday
C  Mon 28 Feb to Sun  5 Mar
   painting
H  Mon 29 May
   Memorial Day
H  Mon 19 Jun
   Juneteenth National Independence
   Day
H  Tue  4 Jul
   Independence Day
H  Mon  4 Sep
   Labor Day
H  Thu 23 Nov
   Thanksgiving Day
H  Mon 25 Dec
   Christmas Day

In the file, but not in 2028
- closed Tue 2 Jan 2029
"""
