"""Public holidays are never silently left out: whose are kept is said, and which were not asked for."""

import json
from datetime import date
from pathlib import Path

import pytest
from helpers import be_at, mistakes, only

from ketasched import public_holidays, zone
from ketasched.files.clinic import clinic_file
from ketasched.public_holidays import HolidayCalendar
from ketasched.public_holidays.places import Unknown
from ketasched.reading.file_text import FileText

CLINIC = "version: 1\nname: Lakeside\ntimezone: %s\n"


@pytest.fixture(autouse=True)
def _in_november(monkeypatch):
    be_at(monkeypatch, "2026-11-26T09:00")


# The country of a zone


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("America/Chicago", "US"),
        ("Europe/London", "GB"),
        # Zones that several countries share: that of the city they are named by.
        ("Europe/Zurich", "CH"),
        ("Europe/Vaduz", "LI"),
        ("Europe/Busingen", "DE"),
        ("Europe/Stockholm", "SE"),
        ("Europe/Luxembourg", "LU"),
        ("Asia/Bangkok", "TH"),
        ("Africa/Accra", "GH"),
        # Old names.
        ("US/Pacific", "US"),
        ("US/Arizona", "US"),
        ("Canada/Eastern", "CA"),
        ("Asia/Calcutta", "IN"),
        ("Europe/Kiev", "UA"),
        ("Europe/Belfast", "GB"),
        ("GB", "GB"),
        ("Eire", "IE"),
        ("Japan", "JP"),
        ("Singapore", "SG"),
        ("Asia/Istanbul", "TR"),
        # Old names whose clocks are those of another country.
        ("Iceland", "IS"),
        ("Africa/Timbuktu", "ML"),
        ("Africa/Asmera", "ER"),
        ("America/Virgin", "VI"),
        ("America/Coral_Harbour", "CA"),
        ("Atlantic/Jan_Mayen", "SJ"),
        ("Pacific/Truk", "FM"),
        # Of no country.
        ("UTC", ""),
        ("Etc/GMT+5", ""),
        ("EST5EDT", ""),
        ("EST", ""),
        ("CET", ""),
        ("No/Where", ""),
    ],
)
def test_the_country_of_a_zone(name, country):
    assert zone.country_of(name) == country


def test_every_zone_of_a_place_has_a_country():
    nowhere = [name for name in zone.names() if "/" in name and not zone.country_of(name)]
    assert [name for name in nowhere if not name.startswith("Etc/")] == []
    assert all(len(zone.country_of(name)) in (0, 2) for name in zone.names())


# Which days are touched


@pytest.mark.parametrize(
    ("country", "day", "name", "parts"),
    [
        ("US", "2027-01-18", "Martin Luther King Jr. Day", ()),
        ("US", "2027-07-05", "Independence Day (observed)", ()),
        ("GB", "2027-03-26", "Good Friday", ()),
        # Easter Monday is none in Scotland.
        ("GB", "2027-03-29", "Easter Monday", ("ENG", "NIR", "WLS")),
        ("GB", "2027-03-17", None, ()),  # Saint Patrick's Day: in one part of four
        ("DE", "2027-01-06", None, ()),  # Epiphany: in three of sixteen
        ("DE", "2027-03-29", "Easter Monday", ()),
        ("US", "2027-01-19", None, ()),
        ("QQ", "2027-01-01", None, ()),
    ],
)
def test_a_day_that_is_a_holiday_of_the_country_or_of_most_of_its_parts(country, day, name, parts):
    touched = public_holidays.touched(country, [date.fromisoformat(day)])
    assert [(holiday.name, holiday.parts) for holiday in touched] == (
        [(name, parts)] if name else []
    )


def test_years_that_the_package_does_not_know_have_none():
    assert public_holidays.touched("US", [date(9999, 1, 1), date(1, 1, 1)]) == []


# What plan, suggest and status say


def plan(ketasched, *options, start="2027-01-04", zone="America/Chicago"):
    return ketasched("plan", "iv", "--start", start, "--tz", zone, *options)


@pytest.mark.parametrize(
    ("zone", "start", "said"),
    [
        ("America/Chicago", "2027-01-04", "no holidays considered, and Mon 18 Jan 2027 (Martin Luther King Jr. Day) is a public holiday in US: add --holidays US\n"),
        ("US/Central", "2027-01-04", "add --holidays US\n"),
        ("Europe/London", "2027-03-22", "Mon 29 Mar 2027 (Easter Monday in ENG, NIR and WLS) is a public holiday in GB: add --holidays GB-ENG, or whichever part it is\n"),
        ("Europe/Zurich", "2027-03-22", "Mon 29 Mar 2027 (Easter Monday in 20 parts) and Thu 6 May 2027 (Ascension Day) are public holidays in CH: add --holidays CH-AG"),
        ("UTC", "2027-01-04", ""),
        ("America/Chicago", "2027-04-05", ""),
    ],
)  # fmt: skip
def test_a_day_that_is_a_holiday_is_named_with_the_command(ketasched, zone, start, said):
    for form in ("table", "month", "json", "csv"):
        code, _, told = plan(ketasched, "--format", form, start=start, zone=zone)
        assert code == 0
        assert said in told
        assert ("no holidays considered" in told) == bool(said)


def test_the_command_that_is_named_keeps_the_day_free(ketasched):
    code, page, told = plan(ketasched, "--holidays", "US")
    assert code == 0
    assert "is a public holiday" not in told
    assert not [line for line in page.splitlines() if "Mon 18 Jan 2027  09:00" in line]
    assert "Martin Luther King Jr. Day, Mon 18 Jan 2027" in " ".join(page.split())


@pytest.mark.parametrize(
    ("place", "day", "noted"),
    [
        ("GB-ENG", "Tue 30 Mar 2027", False),  # closed on Easter Monday, 29 March
        ("GB", "Mon 29 Mar 2027", True),  # what all four parts keep: Scotland is open
        ("GB-SCT", "Mon 29 Mar 2027", False),
    ],
)
def test_easter_monday_in_england_and_in_all_of_the_kingdom(ketasched, place, day, noted):
    code, page, told = plan(
        ketasched, "--holidays", place, start="2027-03-22", zone="Europe/London"
    )
    assert code == 0
    (third,) = [line for line in page.splitlines() if line.strip("~ ").startswith("3 ")]
    assert day in third
    assert f"Holidays   {place}, with observed days" in page
    missing = (
        "Mon 29 Mar 2027 Easter Monday (ENG, NIR and WLS); name a part, such as --holidays GB-ENG"
    )
    assert (missing in told) == noted


def test_parts_are_named_though_none_has_a_holiday_in_these_days(ketasched):
    _, _, told = plan(ketasched, "--holidays", "CA", start="2027-04-05", zone="America/Toronto")
    assert "leave out those that only parts of it have" in told
    assert "name a part, such as --holidays CA-AB" in told


@pytest.mark.parametrize(
    ("holidays", "said"),
    [
        ("", "no holidays considered"),
        ("holidays: {country: US}\n", "US, with observed days"),
        ("holidays: {country: US, subdivision: IL, observed: no, open: [Columbus Day]}\n", "US-IL, without observed days; open on Columbus Day"),
    ],
)  # fmt: skip
def test_the_header_says_whose_holidays_are_kept(ketasched, holidays, said):
    Path("clinic.yaml").write_text(CLINIC % "America/Chicago" + holidays)
    clinic = ("--clinic", "clinic.yaml")
    commands = [
        ("plan", "iv", "--start", "2027-01-04", *clinic, "--save", "alex"),
        ("status", "alex"),
        ("suggest", "iv", "--from", "2027-01-04", "--to", "2027-01-08", *clinic),
    ]
    for command in commands:
        code, page, told = ketasched(*command)
        assert code == 0, told
        assert f"Holidays   {said}\n" in page
    _, _, told = ketasched(*commands[0][:6])
    assert ("; or write `holidays` into clinic.yaml" in told) == (not holidays)


def test_an_opening_of_its_own_on_the_day_is_meant(ketasched):
    opening = "openings: [{date: 2027-01-18, hours: 08:00-12:00}]\n"
    Path("clinic.yaml").write_text(CLINIC % "America/Chicago" + opening)
    code, page, told = ketasched("plan", "iv", "--start", "2027-01-04", "--clinic", "clinic.yaml")
    assert code == 0
    assert "Mon 18 Jan 2027" in page
    assert "no holidays considered" not in told


def test_suggest_names_the_holidays_among_its_starts(ketasched):
    code, _, told = ketasched(
        "suggest", "iv", "--from", "2027-01-11", "--to", "2027-01-22", "--tz", "America/Chicago"
    )
    assert code == 0
    assert "Mon 18 Jan 2027 (Martin Luther King Jr. Day) is a public holiday in US" in told


def test_suggest_names_the_holidays_in_the_courses_of_its_starts(ketasched):
    """Easter Monday, 29 March 2027, is session 3 of a course from the 22nd."""
    starts = (
        "suggest",
        "iv",
        "--from",
        "2027-03-22",
        "--to",
        "2027-03-23",
        "--tz",
        "Europe/London",
    )
    code, _, told = ketasched(*starts, "--holidays", "GB")
    assert code == 0
    assert "Mon 29 Mar 2027 Easter Monday (ENG, NIR and WLS)" in told
    assert "none of them in these days" not in told
    code, _, told = ketasched(*starts)
    assert code == 0
    assert "Fri 26 Mar 2027 (Good Friday)" in told


def test_json_says_both(ketasched):
    _, page, _ = plan(ketasched, "--format", "json")
    report = json.loads(page)
    assert report["holidays"] is None
    assert report["holidays_not_considered"] == [
        {"date": "2027-01-18", "name": "Martin Luther King Jr. Day", "parts": []}
    ]
    _, page, _ = plan(ketasched, "--holidays", "US-IL", "--format", "json")
    report = json.loads(page)
    assert (report["holidays"], report["holidays_not_considered"]) == ("US-IL", [])
    _, page, _ = ketasched(
        "suggest", "iv", "--from", "2027-01-11", "--to", "2027-01-12", "--tz", "UTC",
        "--holidays", "GB", "--format", "json",
    )  # fmt: skip
    assert json.loads(page)["holidays"] == "GB"


# Places by name


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("England", "GB-ENG"),
        ("scotland", "GB-SCT"),
        ("Wales", "GB-WLS"),
        ("Northern Ireland", "GB-NIR"),
        ("Englnd", "GB-ENG"),
        ("Bayern", "DE-BY"),
        ("Bavaria", "DE-BY"),
        ("Baden-Württemberg", "DE-BW"),
        ("North Rhine-Westphalia", "DE-NW"),
        ("Vienna", "AT-9"),
        ("Geneva", "CH-GE"),
        ("California", "US-CA"),
        ("Quebec", "CA-QC"),
        ("New South Wales", "AU-NSW"),
        ("Germany", "DE"),
        ("Georgia", "GE"),  # the country before the state
    ],
)
def test_a_place_that_is_typed_in_words_is_suggested_by_its_code(ketasched, typed, place):
    code, _, told = plan(ketasched, "--holidays", typed)
    assert code == 2
    assert f"unknown country `{typed}`" in told
    assert f"did you mean `{place}`?" in told
    assert plan(ketasched, "--holidays", place)[0] == 0


@pytest.mark.parametrize("typed", ["none", "US,CA", "US CA", "federal"])
def test_what_is_no_place_is_not_taken_for_one_that_is_a_little_like_it(ketasched, typed):
    code, _, told = plan(ketasched, "--holidays", typed)
    assert code == 2
    assert "write its two letters, such as US, CA, DE or GB" in told


def test_every_english_name_means_a_part_that_there_is():
    from ketasched.public_holidays.places import ENGLISH

    for place, names in ENGLISH.items():
        country = place.partition("-")[0]
        for name in names:
            assert list(public_holidays.problems(HolidayCalendar(country, name))) == []
            (problem,) = public_holidays.problems(HolidayCalendar(name))
            assert isinstance(problem, Unknown)
            assert f"`{place}`" in problem.args[1]


@pytest.mark.parametrize(
    ("country", "hint"),
    [
        ("England", "did you mean `country: GB` and `subdivision: ENG`?"),
        ("GB-ENG", "the country is GB, and ENG its part"),
        ("Germny", "did you mean `DE`?"),
    ],
)
def test_a_file_is_told_in_its_own_keys(country, hint):
    text = CLINIC % "Europe/London" + f"holidays: {{country: {country}}}\n"
    problem = only(mistakes(clinic_file.read, FileText("clinic.yaml", text)))
    assert problem.hint == hint
    assert (problem.line, problem.column) == (4, 21)
