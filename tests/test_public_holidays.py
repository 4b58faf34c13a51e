"""Public holidays: what weekends, laws and parts of a country make of them.

Dates are from the laws and gazettes named beside the rows. The sweep at the end holds every country
and part to what the package itself says of each day: by which rule it was moved or made up for.
"""

from datetime import date, timedelta

import holidays
import pytest
from holidays.registry import COUNTRIES

from ketasched import public_holidays
from ketasched.public_holidays import HolidayCalendar
from ketasched.public_holidays.observance import Place


def closed(place, year, *, observed=True, opened=()):
    """The closed days of a year, and what each is called."""
    country, _, part = place.partition("-")
    name_of = public_holidays.load(HolidayCalendar(country, part, observed, tuple(opened)))
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return {day: name for day in days if day.year == year and (name := name_of(day))}


def day(text):
    return date.fromisoformat(text)


# Laws that move a holiday are not "observed", and neither are the days a law adds


@pytest.mark.parametrize(
    ("place", "is_closed", "is_open"),
    [
        # Colombia, Ley 51 de 1983: to the next Monday.
        ("CO", "2027-01-11", "2027-01-06"),  # Reyes
        ("CO", "2027-03-22", "2027-03-19"),  # San José
        ("CO", "2027-05-10", "2027-05-06"),  # Ascensión
        ("CO", "2027-08-16", "2027-08-17"),  # Asunción, from a Sunday
        ("CO", "2026-11-16", "2026-11-11"),  # Cartagena
        # Argentina, Ley 27.399: to a Monday near.
        ("AR", "2027-08-16", "2027-08-17"),  # San Martín
        ("AR", "2027-10-11", "2027-10-12"),  # Diversidad Cultural
        ("AR", "2027-06-21", "2027-06-17"),  # Güemes
        # Chile, Ley 19.668: to a Monday near.
        ("CL", "2027-06-28", "2027-06-29"),  # San Pedro y San Pablo
        ("CL", "2027-10-11", "2027-10-12"),  # Encuentro de Dos Mundos
        ("CL", "2028-10-27", "2028-10-31"),  # Iglesias Evangélicas, Ley 20.299
        ("CL", "2027-09-17", "2027-09-20"),  # Ley 20.215: no bridge after a Sunday
        # Dominican Republic, Ley 139-97.
        ("DO", "2027-01-04", "2027-01-06"),  # Reyes
        ("DO", "2027-01-25", "2027-01-26"),  # Duarte
        ("DO", "2026-05-04", "2026-05-01"),  # Trabajo
        # Guatemala, Decreto 19-2018.
        ("GT", "2027-06-28", "2027-06-30"),  # Día del Ejército
        # Others of the same kind.
        ("EG", "2027-07-01", "2027-06-30"),
        ("TO", "2027-06-07", "2027-06-04"),
        ("BZ", "2027-10-11", "2027-10-12"),
        ("IL", "2028-05-02", "2028-05-01"),
        ("US-GA", "2026-12-24", "2026-02-16"),
        # Days that a law adds.
        ("AO", "2026-09-18", "2026-09-16"),  # Lei 10/11: the bridge after a Thursday
        ("AO", "2026-02-16", "2026-02-19"),
        ("JP", "2026-09-22", "2026-09-24"),  # between two holidays
        ("KR", "2028-10-05", "2028-10-06"),  # two holidays on one day
    ],
)
def test_what_a_law_moves_or_adds_holds_without_observed_days(place, is_closed, is_open):
    for observed in (True, False):
        days = closed(place, day(is_closed).year, observed=observed)
        assert day(is_closed) in days
        assert day(is_open) not in days


@pytest.mark.parametrize(
    ("place", "made_up_for", "holiday"),
    [
        ("US", "2027-07-05", "2027-07-04"),
        ("US", "2027-06-18", "2027-06-19"),
        ("US", "2027-12-31", None),  # New Year's Day of 2028
        ("US-KS", "2027-12-23", "2027-12-25"),  # Christmas Eve gives way to the made-up day
        ("GB", "2027-12-27", "2027-12-25"),
        ("GB-SCT", "2027-01-04", "2027-01-02"),
        ("AU-NSW", "2027-12-27", "2027-12-25"),
        ("CA", "2027-07-01", "2027-07-01"),
        ("JP", "2026-05-06", "2026-05-03"),
        ("KR", "2027-02-09", "2027-02-07"),
        ("ES-AN", "2027-03-01", None),
        ("BW", "2027-05-03", "2027-05-01"),
        ("MH", "2027-12-24", "2027-12-25"),
        ("BN", "2026-12-26", "2026-12-25"),  # the weekend is Friday and Sunday
        ("MY-02", "2026-05-03", "2026-05-01"),  # the rest day is Friday
        ("YE", "2026-05-03", "2026-05-01"),
        ("AL", "2027-01-04", "2027-01-02"),
        ("TH", "2027-12-06", "2027-12-05"),
    ],
)
def test_a_holiday_on_a_weekend_is_made_up_for_only_with_observed_days(place, made_up_for, holiday):
    year = day(made_up_for).year
    assert day(made_up_for) in closed(place, year)
    without = closed(place, year, observed=False)
    assert (day(made_up_for) in without) == (made_up_for == holiday)
    if holiday:
        assert day(holiday) in without


# A holiday that is open takes all its days with it


@pytest.mark.parametrize(
    ("place", "name", "year", "expected"),
    [
        ("KR", "Korean New Year", 2027, ["2027-02-06", "2027-02-07", "2027-02-08", "2027-02-09"]),
        ("KR", "The second day of Korean New Year", 2027, ["2027-02-08"]),
        ("KR", "Chuseok", 2027, ["2027-09-14", "2027-09-15", "2027-09-16"]),
        ("MY", "Chinese New Year", 2026, ["2026-02-17", "2026-02-18"]),
        ("VN", "Lunar New Year", 2028, ["2028-01-24", "2028-01-26", "2028-01-27", "2028-01-28", "2028-01-29"]),
        ("NZ", "New Year's Day", 2026, ["2026-01-01"]),  # 2 January is a holiday by itself
        ("BW", "Botswana Day", 2027, ["2027-09-30", "2027-10-01"]),
        ("KR", "Children's Day", 2029, ["2029-05-05", "2029-05-07"]),
        ("KR", "Independence Movement Day", 2026, ["2026-03-01", "2026-03-02"]),
        ("JP", "Constitution Day", 2026, ["2026-05-03", "2026-05-06"]),
        ("JP", "Greenery Day", 2026, ["2026-05-04"]),
        ("JP", "Mountain Day", 2030, ["2030-08-11", "2030-08-12"]),
        ("JP", "National Holiday", 2026, ["2026-09-22"]),
        ("ES-AN", "Andalusia Day", 2027, ["2027-03-01"]),
        ("ES-AN", "All Saints' Day", 2026, ["2026-11-02"]),
        ("AO", "National Heroes' Day", 2026, ["2026-09-17", "2026-09-18"]),
        ("AO", "Carnival Day", 2026, ["2026-02-16", "2026-02-17"]),
        ("AO", "New Year's Day", 2026, ["2026-01-01", "2026-01-02"]),
        ("BW", "Labour Day", 2027, ["2027-05-01", "2027-05-03"]),
        ("BW", "Boxing Day", 2026, ["2026-12-26", "2026-12-28"]),
        ("BW", "Christmas Day", 2027, ["2027-12-25"]),
        ("MH", "Christmas Day", 2027, ["2027-12-24", "2027-12-25"]),
        ("MH", "New Year's Day", 2027, ["2027-01-01", "2027-12-31"]),
        ("CO", "Epiphany", 2027, ["2027-01-11"]),
        ("CO", "Epiphany (observed)", 2027, ["2027-01-11"]),
        ("US", "Independence Day", 2027, ["2027-07-04", "2027-07-05"]),
        ("US", "new year\u2019s day", 2027, ["2027-01-01", "2027-12-31"]),
        ("GB", "Christmas Day", 2027, ["2027-12-25", "2027-12-27"]),
        ("TH", "Constitution Day", 2027, ["2027-12-10"]),
        ("TH", "Constitution Day", 2028, ["2028-12-10", "2028-12-11"]),
        ("ID", "Eid al-Fitr", 2027, ["2027-03-10"]),
        ("MY", "Labor Day", 2027, ["2027-05-01"]),
    ],
)  # fmt: skip
def test_a_holiday_opens_with_all_that_belongs_to_it(place, name, year, expected):
    without = closed(place, year, opened=[name])
    found = [f"{day}" for day in closed(place, year) if day not in without]
    assert [text for text in found if text in expected] == expected
    assert len(found) == len(expected) or place == "ID"


def test_a_day_of_two_holidays_stays_closed_for_the_other_one():
    opened = closed("KR", 2028, opened=["Chuseok"])
    assert opened[date(2028, 10, 3)] == "National Foundation Day"
    assert date(2028, 10, 5) not in opened


def test_a_substitute_day_may_be_named_by_itself():
    assert date(2026, 5, 6) not in closed("JP", 2026, opened=["Substitute Holiday"])


# Parts of a country


def left_out(place, year=2027):
    country, _, part = place.partition("-")
    found = public_holidays.left_out(
        HolidayCalendar(country, part), date(year, 1, 1), date(year, 12, 31)
    )
    return None if found is None else {(f"{one.day}", one.name): one.parts for one in found}


@pytest.mark.parametrize(
    ("country", "day_and_name", "parts"),
    [
        ("GB", ("2027-03-29", "Easter Monday"), ("ENG", "NIR", "WLS")),
        ("GB", ("2027-08-30", "Late Summer Bank Holiday"), ("ENG", "NIR", "WLS")),
        ("GB", ("2027-11-30", "Saint Andrew's Day"), ("SCT",)),
        ("CH", ("2027-03-19", "Saint Joseph's Day"), None),
        ("AU", ("2027-11-02", "Melbourne Cup Day"), ("VIC",)),
        ("CA", ("2027-02-15", "Louis Riel Day"), ("MB",)),
        ("DE", ("2027-05-27", "Corpus Christi"), None),
        ("ES", ("2027-03-01", "Monday following Andalusia Day"), ("AN",)),
        ("US", ("2027-11-26", "Day After Thanksgiving"), None),
        ("US", ("2027-01-06", "Epiphany"), ("PR",)),
        ("US", ("2027-02-09", "Mardi Gras"), ("LA",)),
        ("FR", ("2027-03-26", "Good Friday"), None),
        ("IN", ("2027-05-01", "Maharashtra Day"), ("MH",)),
    ],
)
def test_what_parts_have_and_the_country_does_not(country, day_and_name, parts):
    found = left_out(country)
    assert day_and_name in found
    assert parts is None or found[day_and_name] == parts


@pytest.mark.parametrize("place", ["GB-ENG", "DE-BY", "US-CA", "JP", "IE", "SE"])
def test_a_part_and_a_country_whose_parts_are_alike_leave_nothing_out(place):
    assert left_out(place) is None


def test_what_is_left_out_lies_between_two_days():
    found = public_holidays.left_out(HolidayCalendar("GB"), date(2027, 2, 1), date(2027, 3, 1))
    assert found == []


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("GR", ["2027-12-24", "2027-12-31"]),
        ("DE", ["2027-12-24", "2027-12-31"]),
        ("AT", ["2027-12-24", "2027-12-31"]),
        ("IS", ["2027-12-24", "2027-12-31"]),
        ("SE", ["2027-06-25", "2027-12-24", "2027-12-31"]),
        ("CW", ["2027-12-31"]),
        ("US", []),  # both are made up for: Christmas Day and New Year's Day are Saturdays
        ("GB", []),
        ("PL", []),  # Christmas Eve is a whole holiday since 2025
    ],
)
def test_half_days_are_listed_and_not_closed(place, expected):
    found = [f"{half.day}" for half in public_holidays.half_days(HolidayCalendar(place), 2027)]
    assert found == expected
    assert not {*expected} & {f"{day}" for day in closed(place, 2027)}


# Every country and part, three years, held to the package's own rules


YEARS = (2026, 2027, 2028)
UNCLEAR = {
    # Runs of several days over a weekend that also meet another holiday, or are lengthened by a
    # rule for their first weekday: from the lists alone all of it looks made up for the weekend.
    ("AZ", date(2026, 3, 30)),
    ("SA", date(2027, 5, 19)),
    ("VN", date(2028, 1, 24)),
}
"""Days that a law adds, and that a clinic without observed days still finds open."""


def shifts_of(country, part, year):
    """What the package moves or makes up for: from which day to which, by a rule for which weekdays,
    and its list of the year. It keeps none of that, so a calendar of ours looks on as it is made.
    """
    base = type(holidays.country_holidays(country))
    shifts = []

    class Watched(base):
        def _get_observed_date(self, dt, rule):
            target = super()._get_observed_date(dt, rule)
            if target not in (dt, None):
                shifts.append((dt, target, frozenset(rule)))
            return target

    english = [code for code in base.supported_languages if code.startswith("en")]
    choices = {"language": english[0]} if english else {}
    return shifts, Watched(years=year, subdiv=part, expand=False, **choices)


def check_place(place):
    country, _, part = place.partition("-")
    kept = Place(country, part)
    for year in YEARS:
        shifts, listed = shifts_of(country, part or None, year)
        days = kept.holidays(year, observed=True)
        without = kept.holidays(year, observed=False)
        # All that the package lists is closed, under its own words.
        assert {day: [one.name for one in named] for day, named in days.items()} == {
            day: listed.get_list(day) for day in sorted(listed)
        }
        alone = kept.listed(year, observed=False)
        weekend = frozenset(listed.weekend)
        for origin, target, weekdays in shifts:
            if target not in days or target.weekday() in weekend or (place, target) in UNCLEAR:
                continue
            if not weekdays & weekend:
                # The rule speaks of working days alone: a law moves the day, or adds one.
                assert target in without, (place, origin, target)
            others = {shift for shift in shifts if shift[1] == target and not shift[2] <= weekend}
            if weekdays <= weekend and not others and target not in alone:
                # The rule speaks of weekends alone, and nothing else is on that day.
                assert target not in without, (place, origin, target)
        for day in without:
            assert day in days or day.weekday() in weekend, (place, day)


CODES = sorted(names[1] for names in COUNTRIES.values())


def places_of(letter):
    """The countries whose code begins with a letter, and their parts."""
    for country in CODES:
        if country.startswith(letter):
            parts = holidays.country_holidays(country).subdivisions
            yield from (country, *(f"{country}-{part}" for part in parts))


@pytest.mark.parametrize("place", ["US", "CO", "KR", "ES-AN", "GB-SCT", "AO", "MY-02", "DE-BY"])
def test_some_places_as_the_package_knows_them(place):
    check_place(place)


@pytest.mark.slow
@pytest.mark.parametrize("letter", sorted({code[0] for code in CODES}))
def test_every_place_as_the_package_knows_it(letter):
    for place in places_of(letter):
        try:
            check_place(place)
        except AssertionError as error:
            error.add_note(place)
            raise


def check_opening(place, year):
    """Opening a holiday opens every day whose origin it is, and leaves every other closed."""
    country, _, part = place.partition("-")
    found = Place(country, part)
    days = found.holidays(year, observed=True)
    for name in sorted({holiday.of for named in days.values() for holiday in named}):
        opened = closed(place, year, opened=[name])
        for other, named in days.items():
            belongs = all(name in (one.of, found.plain(one.name)) for one in named)
            assert (other not in opened) == belongs, (place, name, other)


@pytest.mark.slow
@pytest.mark.parametrize("country", CODES)
def test_every_substitute_day_belongs_to_a_holiday_of_its_own_country(country):
    """No day keeps a name that only makes up for another; what is left over is known by name."""
    found = Place(country, "")
    own = {
        found.plain(name)
        for year in range(2020, 2035)
        for names in found.listed(year, observed=False).values()
        for name in names
    }
    for year in YEARS:
        for other, named in found.holidays(year, observed=True).items():
            for holiday in named:
                assert holiday.of in own or (country, holiday.of) in KNOWN, (other, holiday)


KNOWN = {("JP", "National Holiday")}
"""Days that a law adds between two holidays, and that belong to neither."""


@pytest.mark.parametrize("place", ["JP", "AO", "BW", "MH", "US"])
def test_opening_opens_nothing_else(place):
    check_opening(place, 2027)
