"""The language a patient is told in: who says which, what it says, and what stays English."""

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from pathlib import Path

import pytest
from babel import Locale, localedata
from babel.core import get_cldr_version
from babel.dates import format_date, format_skeleton
from babel.localedata import locale_identifiers
from calendars import events_of
from conftest import BUILT_IN, course_of, load_zone
from helpers import record_of
from hypothesis import given
from hypothesis import strategies as some
from test_catalogues import both, messages

from ketasched.calendar import ics_file
from ketasched.calendar.entry_text import View
from ketasched.domain.clinic import WHOLE_WEEK
from ketasched.domain.course import Course
from ketasched.domain.instructions import general_text, timed_text
from ketasched.domain.protocol import Instruction, When
from ketasched.languages.language import (
    CLDR,
    ENGLISH,
    LANGUAGES,
    MONTH_FIRST,
    NO_BREAK,
    Language,
)

NOW = "2027-01-04 16:00"
PLAN = ("plan", "iv", "--start", "2027-01-04", "--at", "09:30", "--tz")
CHICAGO = (*PLAN, "America/Chicago")
MADRID = (*PLAN, "Europe/Madrid")
CLINIC = "version: 1\nname: Lakeside\ntimezone: America/Chicago\n"
NARROW = {"\u202f": " ", "\u2009": " ", NO_BREAK: " "}


def plain(text):
    """With ordinary spaces."""
    return "".join(NARROW.get(sign, sign) for sign in text)


def entries(data):
    """The entries of a calendar: title and description."""
    data = data if isinstance(data, bytes) else Path(data).read_bytes()
    return [(str(e["SUMMARY"]), plain(str(e.get("DESCRIPTION", "")))) for e in events_of(data)]


def calendar(run, *arguments):
    """The calendar that a command writes to standard output, with line ends as they are."""
    outcome = run(*arguments, "--ics", "-", "--name", "alex")
    assert outcome.code == 0, outcome.err
    return outcome.out.encode()


# What a calendar says


GOLDEN = {
    ("es", "Europe/Madrid"): (
        "Cita 1 de 6",
        (
            "Cuente con 2 h.\nNo coma nada a partir de las 3:30\n"
            "Puede tomar líquidos claros hasta las 7:30\nPida a alguien que le lleve a casa\n"
            "No conduzca hasta el martes, 5 de enero, después de un sueño reparador"
        ),
        "Evaluación de la respuesta",
    ),
    ("es", "America/Mexico_City"): (
        "Cita 1 de 6",
        (
            "Cuente con 2 h.\nNo coma nada a partir de las 3:30 a.m.\n"
            "Puede tomar líquidos claros hasta las 7:30 a.m.\nPida a alguien que le lleve a casa\n"
            "No conduzca hasta el martes, 5 de enero, después de un sueño reparador"
        ),
        "Evaluación de la respuesta",
    ),
    ("de", "Europe/Vienna"): (
        "Termin 1 von 6",
        (
            "Bitte planen Sie 2 Std. ein.\nAb 03:30 Uhr nichts mehr essen\n"
            "Klare Getränke sind bis 07:30 Uhr erlaubt\nBitte lassen Sie sich nach Hause fahren\n"
            "Erst ab Dienstag, 5. Jänner wieder selbst fahren, nach erholsamem Schlaf"
        ),
        "Verlaufskontrolle",
    ),
    ("fr", "Europe/Paris"): (
        "Rendez-vous 1 sur 6",
        (
            "Merci de prévoir 2 h.\nNe mangez plus rien à partir de 03:30\n"
            "Boissons claires autorisées jusqu’à 07:30\nFaites-vous raccompagner chez vous\n"
            "Ne reprenez le volant que le mardi 5 janvier, après une nuit de repos"
        ),
        "Évaluation de la réponse",
    ),
    ("en", "America/Chicago"): (
        "Appointment 1 of 6",
        (
            "Please allow 2 h.\nNo food after 3:30 AM\nClear drinks are allowed until 7:30 AM\n"
            "Arrange a ride home\nNo driving until Tue 5 Jan 2027, after a restful sleep"
        ),
        "Response assessment",
    ),
}


@pytest.mark.parametrize(("lang", "zone"), GOLDEN)
def test_a_calendar_is_in_the_patients_language(ketasched, lang, zone):
    data = calendar(ketasched, *PLAN, zone, "--lang", lang)
    title, description, assessment = GOLDEN[lang, zone]
    told = dict(entries(data))
    assert told[title] == description
    assert assessment in told
    event = next(event for event in events_of(data) if str(event["SUMMARY"]) == title)
    noun = Language(lang).text("Appointment")
    assert event["CATEGORIES"].to_ical().decode() == noun
    assert {str(alarm["DESCRIPTION"]) for alarm in event.subcomponents} == {noun}
    name = Language(lang).text("Appointments")
    assert f"X-WR-CALNAME:{name}\r\n" in data.decode().replace("\n", "\r\n").replace("\r\r", "\r")


def test_english_that_nobody_asked_for_stays_as_it_was(ketasched):
    before = calendar(ketasched, *CHICAGO)
    assert before == calendar(ketasched, *CHICAGO, "--lang", "en", "--clock", "24")
    assert before == calendar(ketasched, *CHICAGO, "--clock", "24")
    assert calendar(ketasched, *MADRID) == calendar(ketasched, *MADRID, "--lang", "en")
    assert b"No food after 03:30" in before.replace(b"\r\n ", b"")


FRAGMENT = re.compile(r"\{\w+\}")


def english_words(code):
    """The words of English sentences that no sentence of the language has too."""
    theirs = " ".join(text for message in messages(code) for text in both(message.string))
    pieces = {
        piece.strip(f" .:,{NO_BREAK}")
        for message in messages(code)
        for text in both(message.id)
        for piece in FRAGMENT.split(text)
    }
    return [
        piece for piece in pieces
        if sum(map(str.isalpha, piece)) > 1 and not re.search(rf"\b{re.escape(piece)}\b", theirs)
    ]  # fmt: skip


@given(
    some.sampled_from(sorted(BUILT_IN)),
    some.dates(date(2026, 11, 30), date(2028, 12, 31)),
    some.sampled_from([code for code in LANGUAGES if code != "en"]),
    some.sampled_from(["", "US", "ES", "CH", "CA"]),
    some.times(),
)
def test_no_english_is_left_in_a_calendar(name, start, code, territory, at):
    course = course_of(name, start, week=WHOLE_WEEK, at=f"{at:%H:%M}", without=())
    if not isinstance(course, Course):
        return
    view = View("alex", phone="1", language=Language(code, territory))
    stamp = datetime(2026, 11, 26, tzinfo=UTC)
    data = bytes(ics_file.write(course, load_zone("America/Chicago"), view, stamp))
    words = "|".join(map(re.escape, english_words(code)))
    for title, description in entries(data):
        for text in (title, description):
            assert not re.search(rf"\b({words})\b", text), text


def test_there_are_english_words_to_look_for():
    assert {"Appointment", "By video", "No food after", "of"} <= set(english_words("es"))


@pytest.mark.parametrize("form", ["html", "month"])
@pytest.mark.parametrize("protocol", ["kap", "spravato", "pain-ten-day"])
@pytest.mark.parametrize("code", ["es", "de", "fr"])
def test_no_english_is_left_in_what_is_handed_out(ketasched, code, protocol, form):
    clinic("phone: '1'\nholidays: {country: US}\n")
    outcome = ketasched("plan", protocol, "--start", "2027-01-05", "--lang", code, "--format", form)
    text = re.sub(r"<style>.*?</style>|<[^>]*>", " ", outcome.out, flags=re.DOTALL)
    assert Language(code).text("Appointment") in text or form == "month"
    words = "|".join(map(re.escape, english_words(code)))
    assert re.findall(rf"\b({words})\b", text) == []


# A clinic's own words


def instruction_at(text, when, note="", code="de", hour=9):
    start = datetime(2027, 1, 5, hour, 30, tzinfo=UTC)
    instruction = Instruction(text, when, note)
    return plain(timed_text(instruction, start, start + timedelta(hours=2), Language(code)))


@pytest.mark.parametrize(
    ("text", "when", "note", "expected"),
    [
        ("no food", When("from", -360), "", "Ab 03:30 Uhr nichts mehr essen"),
        ("keine Milch", When("from", -360), "", "Keine Milch ab 03:30 Uhr"),
        ("keine Milch", When("from", -720), "", "Keine Milch ab 21:30 Uhr am Montag, 4. Januar"),
        ("{weird} 50%", When("until", -60), "bitte", "{weird} 50% bis 08:30 Uhr, bitte"),
        (
            "keine Arbeit",
            When("until", None),
            "{day}",
            "Keine Arbeit bis Mittwoch, 6. Januar, {day}",
        ),
        ("ruhen", When("until", 90), "", "Ruhen bis 13:00 Uhr"),
        ("ruhen", None, "", "Ruhen"),
        ("please allow {duration}.", None, "", "Please allow {duration}."),
    ],
)
def test_a_clinics_own_words_stay_and_their_time_is_translated(text, when, note, expected):
    assert instruction_at(text, when, note) == expected


@pytest.mark.parametrize("lang", LANGUAGES)
def test_braces_of_a_title_are_letters(ketasched, lang):
    data = calendar(ketasched, *CHICAGO, "--lang", lang, "--title", "{title} {x} 50%")
    assert any(title.startswith("{title} {x} 50% 1 ") for title, _ in entries(data))


GENERAL = [
    ("es", When("from", -120), "", "Ayune desde 2 h antes"),
    ("es", When("until", -120), "", "Ayune hasta 2 h antes"),
    ("es", When("until", 1440), "", "Ayune durante 1 día después"),
    ("es", When("until", None), "sin falta", "Ayune hasta el día siguiente, sin falta"),
    ("en", When("until", 1440), "", "Ayune for 1 day after"),
]


@pytest.mark.parametrize(("code", "when", "note", "expected"), GENERAL)
def test_an_instruction_for_every_session_is_said_in_the_language(code, when, note, expected):
    assert plain(general_text(Instruction("ayune", when, note), Language(code))) == expected


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("en", ["0 min", "1 min", "1 h", "1 h 1 min", "2 h", "1 day", "1 week", "2 weeks"]),
        ("es", ["0 min", "1 min", "1 h", "1 h 1 min", "2 h", "1 día", "1 semana", "2 semanas"]),
        (
            "de",
            [
                "0 Min.",
                "1 Min.",
                "1 Std.",
                "1 Std. 1 Min.",
                "2 Std.",
                "1 Tag",
                "1 Woche",
                "2 Wochen",
            ],
        ),
        ("fr", ["0 min", "1 min", "1 h", "1 h 1 min", "2 h", "1 jour", "1 semaine", "2 semaines"]),
    ],
)
def test_one_of_something_is_one(code, texts):
    lengths = (0, 1, 60, 61, 120, 1440, 10080, 20160)
    assert [plain(Language(code).duration(minutes)) for minutes in lengths] == texts


def test_an_hour_past_midnight_is_one_in_spanish():
    assert instruction_at("no food", When("from", -480), code="es").endswith("de la 1:30")
    assert instruction_at("no food", When("from", -360), code="es").endswith("de las 3:30")
    half_past_one = Language("es", "MX").clock_in_a_sentence(time(13, 30))
    assert plain(half_past_one) == "la 1:30 p.m."


# Days, times, lengths and lists


def values(language):
    day, start = date(2027, 1, 5), datetime(2027, 1, 5, 9, 30)
    return [
        plain(text)
        for text in (
            language.day(day), language.day(day, long=True), language.day(day, long=True, year=False),
            language.month(2027, 1), language.clock(time(13, 5)),
            language.span(start, start + timedelta(hours=4)), language.duration(150),
            language.duration(1440), language.duration(20160), language.listed(["a", "b", "c"]),
            " ".join(language.weekdays()), language.weekdays(long=True)[0],
        )
    ]  # fmt: skip


VALUES = {
    ENGLISH: ["Tue 5 Jan 2027", "Tuesday 5 January 2027", "Tuesday 5 January", "January 2027", "13:05",
              "09:30–13:30", "2 h 30 min", "1 day", "2 weeks", "a, b and c", "Mon Tue Wed Thu Fri Sat Sun", "Monday"],
    Language("en", "US"): ["Tue 5 Jan 2027", "Tuesday 5 January 2027", "Tuesday 5 January", "January 2027", "1:05 PM",
              "9:30 AM–1:30 PM", "2 h 30 min", "1 day", "2 weeks", "a, b and c", "Sun Mon Tue Wed Thu Fri Sat", "Sunday"],
    Language("es", "ES"): ["mar, 5 ene 2027", "martes, 5 de enero de 2027", "martes, 5 de enero", "enero de 2027", "13:05",
              "9:30–13:30", "2 h 30 min", "1 día", "2 semanas", "a, b y c", "lun mar mié jue vie sáb dom", "lunes"],
    Language("es", "ES", 12): ["mar, 5 ene 2027", "martes, 5 de enero de 2027", "martes, 5 de enero", "enero de 2027", "1:05 p.m.",
              "9:30 a.m. – 1:30 p.m.", "2 h 30 min", "1 día", "2 semanas", "a, b y c", "lun mar mié jue vie sáb dom", "lunes"],
    Language("de", "DE"): ["Di., 5. Jan. 2027", "Dienstag, 5. Januar 2027", "Dienstag, 5. Januar", "Januar 2027", "13:05",
              "09:30–13:30 Uhr", "2 Std. 30 Min.", "1 Tag", "2 Wochen", "a, b und c", "Mo Di Mi Do Fr Sa So", "Montag"],
    Language("fr", "FR"): ["mar. 5 janv. 2027", "mardi 5 janvier 2027", "mardi 5 janvier", "janvier 2027", "13:05",
              "09:30 – 13:30", "2 h 30 min", "1 jour", "2 semaines", "a, b et c", "lun mar mer jeu ven sam dim", "lundi"],
    Language("fr", "CA"): ["mar. 5 janv. 2027", "mardi 5 janvier 2027", "mardi 5 janvier", "janvier 2027", "13 h 05",
              "9 h 30 – 13 h 30", "2 h 30 min", "1 jour", "2 semaines", "a, b et c", "dim lun mar mer jeu ven sam", "dimanche"],
}  # fmt: skip


@pytest.mark.parametrize("language", VALUES, ids=str)
def test_days_and_times_are_written_as_the_country_writes_them(language):
    assert values(language) == VALUES[language]


@pytest.mark.parametrize(
    ("end", "expected"), [(11, "9:30–11:30 AM"), (12, "9:30 AM–12:30 PM"), (0, "9:30 AM–12:30 AM")]
)
def test_a_span_says_its_half_of_the_day_once(end, expected):
    start, last = datetime(2027, 1, 5, 9, 30), datetime(2027, 1, 5 if end else 6, end, 30)
    assert plain(Language("en", "US").span(start, last)) == expected
    assert plain(Language("es", "ES").span(start, last)).count("30") == 2


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (Language("de", "DE"), "23:00–01:30 Uhr"), (Language("fr", "FR"), "23:00 – 01:30"),
        (Language("es", "MX"), "11:00 p.m. – 1:30 a.m."), (Language("en", "US"), "11:00 PM–1:30 AM"),
        (ENGLISH, "23:00–01:30"),
    ],
    ids=str,
)  # fmt: skip
def test_a_span_over_midnight_is_written_as_any_other(language, expected):
    start = datetime(2027, 1, 5, 23)
    assert plain(language.span(start, start + timedelta(minutes=150))) == expected


@pytest.mark.parametrize("territory", ["FR", "CA", "US"])
def test_the_first_of_a_month_is_the_first_in_french(territory):
    french = Language("fr", territory)
    assert french.day(date(2027, 1, 1), long=True) == "vendredi 1er janvier 2027"
    assert french.day(date(2027, 1, 1), year=False) == "ven. 1er janv."
    assert french.day(date(2027, 1, 31), long=True, year=False) == "dimanche 31 janvier"
    assert french.day(date(2027, 1, 21), year=False) == "jeu. 21 janv."


def differ(countries):
    """Whether these are more than the CLDR may have changed since the tables were taken from it."""
    return len(countries) > (0 if get_cldr_version() == CLDR else 12)


def test_clocks_and_weeks_are_those_of_the_country():
    clocks, weeks = set(), set()
    for code, country in product(LANGUAGES, Locale("en").territories):
        name = f"{code}_{country}"
        if not re.fullmatch("[A-Z]{2}", country) or not localedata.exists(name):
            continue
        theirs = Locale.parse(name)
        pattern = re.sub("'[^']*'", "", str(theirs.time_formats["short"].pattern))
        if Language(code, country).hours != (12 if "a" in pattern or "B" in pattern else 24):
            clocks.add(name)
        if Language(code, country).first_weekday != theirs.first_week_day:
            weeks.add(name)
    assert not differ(clocks), clocks
    assert not differ(weeks), weeks
    assert Language("de", "US").first_weekday == 6  # a country that a language has no locale of
    assert Language("de", "IR").first_weekday == 5
    assert [Language(code).first_weekday for code in LANGUAGES] == [0, 0, 0, 0]


def test_the_month_is_first_where_the_english_of_the_country_has_it_first():
    first = set()
    for name in filter(re.compile("en_[A-Z]{2}").fullmatch, locale_identifiers()):
        pattern = str(Locale.parse(name).datetime_skeletons["MMMEd"].pattern)
        if pattern.index("MMM") < pattern.index("d"):
            first.add(name.removeprefix("en_"))
    changed = first.symmetric_difference(MONTH_FIRST.split())
    assert {"US", "CA", "PH"} <= first
    assert not differ(changed), changed


@pytest.mark.parametrize("day", [date(2027, 1, 12), date(2027, 5, 1)])
def test_english_has_the_month_first_where_its_country_does(day):
    for country in [*MONTH_FIRST.split(), "AU", "GB", "IE", "IN", "ZA", "MX", "DE", "ZZ", ""]:
        first = country in MONTH_FIRST.split()
        for long in (True, False):
            page = Language("en", country, days_of_country=True)
            month, weekday = ("%B", "%A") if long else ("%b", "%a")
            order = f"{weekday}, {month} {day.day}" if first else f"{weekday} {day.day} {month}"
            assert page.day(day, long=long, year=False) == day.strftime(order), country
            assert page.day(day, long=long).endswith(", 2027" if first else " 2027"), country
    for country in ("US", "CA", "PH"):
        page = Language("en", country, days_of_country=True)
        assert page.day(day, long=True) == format_date(day, "full", f"en_{country}")
        short = format_skeleton("MMMEd", day, locale=f"en_{country}")
        assert page.day(day, year=False) == short.replace("May.", "May")
    assert Language("en", "US").day(day, year=False) == f"{day:%a} {day.day} {day:%b}"  # calendars


# Who says which


def clinic(lines=""):
    Path("clinic.yaml").write_text(CLINIC + lines, encoding="utf-8")


@pytest.mark.parametrize(
    ("lines", "options", "title", "clock"),
    [
        ("", (), "Appointment 1", "after 03:30"),
        ("lang: fr\n", (), "Rendez-vous 1", "de 3:30 AM"),
        ("lang: fr\nclock: 24\n", (), "Rendez-vous 1", "de 03:30"),
        ("lang: fr\n", ("--lang", "de"), "Termin 1", "Ab 3:30 AM nichts mehr essen"),
        ("lang: fr\nclock: 24\n", ("--clock", "12"), "Rendez-vous 1", "de 3:30 AM"),
        ("lang: fr\n", ("--lang", "en"), "Appointment 1", "after 3:30 AM"),
        ("clock: 12\n", (), "Appointment 1", "after 3:30 AM"),
        ("holidays: {country: GB}\n", ("--lang", "en"), "Appointment 1", "after 03:30"),
        ("holidays: {country: MX}\n", ("--lang", "es"), "Cita 1", "las 3:30 a.m."),
    ],
)
def test_an_option_wins_over_the_clinic_and_that_over_english(
    ketasched, lines, options, title, clock
):
    clinic(lines)
    told = entries(calendar(ketasched, *CHICAGO, *options))
    description = next(text for name, text in told if name.startswith(title))
    assert f"{clock}\n" in description


def test_the_header_names_another_language(ketasched):
    clinic("lang: de\n")
    assert "\nLanguage   German, in what the patient reads\n" in ketasched(*CHICAGO).out
    assert "Language" not in ketasched(*CHICAGO, "--lang", "en", "--save", "a").out


@pytest.mark.parametrize("options", [("--lang", "es"), ("--clock", "24")])
def test_what_nobody_would_read_is_refused(ketasched, options):
    for more in ((), ("--format", "json"), ("--ics", "a.ics", "--for", "staff", "--name", "a")):
        outcome = ketasched(*CHICAGO, *options, *more)
        assert outcome.code == 2
        assert f"{options[0]} speaks of what the patient reads" in outcome.out + outcome.err
        assert not Path("a.ics").exists()


@pytest.mark.parametrize("typed", ["es", "ES", "Es"])
def test_a_language_is_read_in_capitals_too(ketasched, typed):
    clinic(f"lang: {typed}\n")
    by_clinic = ketasched(*CHICAGO, "--clinic", "clinic.yaml", "--ics", "-", "--name", "a").out
    assert ketasched(*CHICAGO, "--lang", typed, "--save", "alex", "--ics", "a.ics").code == 0
    assert ketasched("move", "alex", "2", "2027-01-08").code == 0
    for calendar in (by_clinic, Path("a.ics").read_text("utf-8")):
        assert "Cita 1 de 6" in calendar
    assert ketasched("status", "alex", "--format", "html", "--lang", "DE").out.count("Termin 1")


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("spanish", "did you mean `es`?"),
        ("Espanol", "did you mean `es`?"),
        ("español", "did you mean `es`?"),
        ("germn", "did you mean `de`?"),
        ("Deutsch", "did you mean `de`?"),
        ("français", "did you mean `fr`?"),
        ("de-AT", "did you mean `de`? the country is that of the holidays or the time zone"),
        ("es_MX.UTF-8", "did you mean `es`? the country is that of the holidays or the time zone"),
        ("pt", "choose en (English), es (Spanish), de (German), fr (French)"),
        ("{x}", "choose en (English), es (Spanish), de (German), fr (French)"),
    ],
)
def test_an_unknown_language_is_answered_with_the_one_that_is_meant(ketasched, typed, hint):
    outcome = ketasched(*CHICAGO, "--save", "alex", "--lang", typed)
    assert outcome.code == 2
    assert outcome.err == f"error: --lang: unknown language `{typed}`\nhelp: {hint}\n"
    assert list(Path().iterdir()) == []
    clinic(f"lang: '{typed}'\n")
    outcome = ketasched("check", "clinic.yaml")
    assert outcome.code == 1
    assert outcome.err.count("error: ") == 1
    assert f"error: unknown language `{typed}`\n  --> clinic.yaml:4:7\n" in outcome.err
    assert f" {hint}\n" in outcome.err


def test_a_word_that_is_none_is_told_before_that_nobody_would_read_it(ketasched):
    told = ketasched(*CHICAGO, "--lang", "spanish").err
    assert "did you mean `es`?" in told
    ketasched(*CHICAGO, "--save", "alex")
    assert "`13` is no clock" in ketasched("status", "alex", "--clock", "13").err


def test_there_are_two_clocks(ketasched):
    outcome = ketasched(*CHICAGO, "--save", "alex", "--clock", "13")
    assert outcome.code == 2
    assert (
        outcome.err == "error: --clock: `13` is no clock\nhelp: write 12 (9:30 AM) or 24 (09:30)\n"
    )


# A course keeps its own


def sequences(name="alex.ics"):
    return [int(event["SEQUENCE"]) for event in events_of(Path(name).read_bytes())]


def titles(name="alex.ics"):
    return [title for title, _ in entries(name)]


def test_a_course_keeps_its_language_and_adjust_changes_it(at):
    at(NOW, *CHICAGO, "--save", "alex", "--ics", "alex.ics", "--lang", "es")
    assert record_of()["asked"]["lang"] == "es"
    assert "Cita 1 de 6" in titles()
    at(NOW, "move", "alex", "3", "tue 12 jan 2027")
    assert "Cita 3 de 6" in titles()
    moved = sequences()
    outcome = at(NOW, "adjust", "alex", "--lang", "fr")
    assert outcome.out.startswith("Adjusted: in French for the patient\nNo date changes.\n")
    assert "Rendez-vous 3 sur 6" in titles()
    assert sequences() == [number + 1 for number in moved]
    at(NOW, "adjust", "alex", "--lang", "fr")
    assert sequences() == [number + 1 for number in moved]
    at(NOW, "undo", "alex")
    assert "Cita 3 de 6" in titles()
    assert sequences() == [number + 2 for number in moved]
    assert record_of()["asked"]["lang"] == "es"


def test_a_clock_changes_only_what_names_a_time(at):
    at(NOW, *CHICAGO, "--save", "alex", "--ics", "alex.ics")
    at(NOW, "adjust", "alex", "--clock", "12")
    sessions = [" of 6" in title for title in titles()]
    assert sequences() == [int(session) for session in sessions]
    assert "No food after 3:30 AM\n" in dict(entries("alex.ics"))["Appointment 1 of 6"]
    report = json.loads(at(NOW, "adjust", "alex", "--drop", "clock", "--format", "json").out)
    assert "clock" not in [fact["kind"] for fact in report["planned_from"]]


@pytest.mark.parametrize("option", [("--lang", "es"), ("--clock", "12"), ("--drop", "lang")])
def test_another_language_moves_no_date(at, monkeypatch, option):
    def never(*_):
        raise AssertionError

    at(NOW, *CHICAGO, "--save", "alex", "--lang", "fr")
    before = record_of()["sessions"]
    monkeypatch.setattr("ketasched.running.adjusting.adjusted", never)
    at(NOW, "adjust", "alex", *option)
    assert record_of()["sessions"] == before
    with pytest.raises(AssertionError):
        at(NOW, "adjust", "alex", *option, "--away", "2027-01-11")


def test_adjust_refuses_what_it_does_not_know_and_writes_nothing(at):
    at(NOW, *CHICAGO, "--save", "alex")
    before = record_of()
    assert "did you mean `es`?" in at(NOW, "adjust", "alex", "--lang", "spanish", code=2).err
    assert "is no clock" in at(NOW, "adjust", "alex", "--clock", "25", code=2).err
    assert record_of() == before


def test_staff_and_those_without_names_read_english(at):
    at(NOW, *CHICAGO, "--save", "alex", "--lang", "de", "--clock", "12")
    for audience in ("staff", "free-busy"):
        at(NOW, "export", "alex", "--for", audience, "-o", f"{audience}.ics")
    assert "alex · IV ketamine 1 of 6 · induction" in titles("staff.ics")
    assert (
        "No food after 03:30\n"
        in dict(entries("staff.ics"))["alex · IV ketamine 1 of 6 · induction"]
    )
    assert set(titles("free-busy.ics")) == {"Busy"}
    at(NOW, "export", "alex", "-o", "patient.ics")
    assert "Termin 1 von 6" in titles("patient.ics")


def test_a_feed_and_what_is_cancelled_are_in_the_courses_language(at):
    Path("records").mkdir()
    at(NOW, *CHICAGO, "--save", "records/alex", "--lang", "fr")
    at(NOW, "cancel", "records/alex", "4")
    at(NOW, "feed", "records", "--to", "feeds")
    (feed,) = (path for path in Path("feeds").glob("*.ics") if not path.name.startswith("staff"))
    assert "X-WR-CALNAME:Rendez-vous" in feed.read_text("utf-8")
    assert f"ANNULÉ{NO_BREAK}: Rendez-vous 4 sur 6" in titles(feed)


# What fits a day of a month


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    "zone", ["America/New_York", "Europe/Madrid", "America/Toronto", "Europe/Vienna"]
)
@pytest.mark.parametrize("clock", ["12", "24"])
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("columns", ["80", "71", "40"])
def test_every_word_fits_its_day_of_a_month(ketasched, monkeypatch, columns, lang, clock, zone):
    monkeypatch.setenv("COLUMNS", columns)
    plan = ("plan", "kap", "--start", "2027-01-05", "--at", "12:30", "--tz", zone)
    page = ketasched(*plan, "--lang", lang, "--clock", clock, "--format", "month").out
    rows = [line for line in page.splitlines() if line.startswith("│")]
    assert all(len(row) <= int(columns) for row in rows)
    if columns == "40":
        return
    weekdays = zip(*(row.strip("│").split("│") for row in rows), strict=True)
    shown = [" ".join(plain(cell).strip() for cell in cells) for cells in weekdays]
    assert not [column for column in shown if "…" in column or re.search(r"[\d:]-", column)]
    start = plain(Language(lang, clock_country(zone), int(clock)).clock(time(12, 30)))
    tuesday = 2 if clock_country(zone) in ("US", "CA") else 1
    first = Language(lang).text("{number} of {total}", number=1, total=6)
    assert f"{first} {start}" in shown[tuesday]


def clock_country(zone):
    return {"New_York": "US", "Madrid": "ES", "Toronto": "CA", "Vienna": "AT"}[zone.split("/")[1]]
