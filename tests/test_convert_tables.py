"""Visit tables as teams keep them: encodings, titles, languages, weeks, ranges, dates, CDISC."""

import pytest
import yaml
from helpers import mistakes, only, writer

from ketasched.errors import UsageProblem
from ketasched.files.study_design.opening import MAX_STUDY
from ketasched.files.visit_table import conversion, headers
from ketasched.reading.file_text import file_bytes

write = writer("visits.csv")


def converted(text, **columns):
    return conversion.convert(
        file_bytes(write(text), MAX_STUDY, ""), columns, identifier="t", title="", minutes=60
    )


def sessions_of(text, **columns):
    (protocol,) = yaml.safe_load(converted(text, **columns).text)["protocols"]
    return [
        (
            one["name"],
            one["day"],
            *(int(one["window"][side].split()[0]) for side in ("early", "late")),
        )
        for one in protocol["phases"][0]["sessions"]
    ]


def only_problem(text, **columns):
    return only(mistakes(converted, text, **columns))


# How the text is read

WHAT = "Besuch;Tag;Fenster\r\nBaseline;0;0\r\nWöchentlich;7;±2\r\n"
WEEKLY = [("Baseline", 0, 0, 0), ("Wöchentlich", 7, 2, 2)]


@pytest.mark.parametrize(
    ("data", "notes"),
    [
        (WHAT.encode(), ()),
        (WHAT.encode("utf-8-sig"), ()),
        (WHAT.encode("cp1252"), ("read as Windows-1252",)),
        (("sep=;\r\n" + WHAT).encode("cp1252"), ("read as Windows-1252",)),
        (WHAT.encode("utf-16"), ("read as UTF-16",)),
        (WHAT.encode("utf-16-le"), ("read as UTF-16",)),
        (WHAT.encode("utf-16-be"), ("read as UTF-16",)),
        (WHAT.replace(";", "\t").encode("utf-16"), ("read as UTF-16",)),
    ],
)
def test_encodings(data, notes):
    assert sessions_of(data) == WEEKLY
    assert converted(data).notes == notes


def test_what_it_took_is_said(ketasched):
    outcome = ketasched("convert", write(WHAT.encode("cp1252")))
    assert (outcome.code, outcome.err) == (0, "note: read as Windows-1252\n")


@pytest.mark.parametrize(
    ("title", "notes"),
    [
        ("", ()),
        ("Study KET-02, version 2, of May;;\n", ("1 line above the headers left out, from `Study KET-02, version 2, of May`",)),
        ("Study KET-02\n\n;;\nVisits;;\n", ("2 lines above the headers left out, from `Study KET-02`",)),
        ('"Study; of ""two"" arms";;\n', ('1 line above the headers left out, from `Study; of "two" arms`',)),
        ("Visit schedule, day by day\n", ("1 line above the headers left out, from `Visit schedule, day by day`",)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("first", ["", "sep=;\n"])
def test_lines_above_the_headers(title, notes, first):
    text = first + title + WHAT
    assert sessions_of(text) == WEEKLY
    assert converted(text).notes == notes


def test_lines_above_headers_that_are_named():
    text = "Study KET-02\nWer;Wann;Wie\nBaseline;0;0\n"
    assert sessions_of(text, name="Wer", day="Wann", window="Wie") == [("Baseline", 0, 0, 0)]


def test_a_mistake_below_titles_stands_where_it_is():
    problem = only_problem("Study\n\n" + WHAT.replace(";7;", ";soon;"))
    assert (problem.line, problem.column, problem.source_line) == (5, 13, "Wöchentlich;soon;±2")


def test_trailing_empty_cells_say_nothing():
    text = "Visit,Day,Window,,\nBaseline,0,,,\nEnd,7,±1,,,,\n"
    assert sessions_of(text) == [("Baseline", 0, 0, 0), ("End", 7, 1, 1)]


# Which column is which


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Visite", "name"), ("Besuch", "name"), ("Nom de la visite", "name"), ("Nombre de la visita", "name"), ("Visita", "name"),
        ("Studientag", "day"), ("Zeitpunkt", "day"), ("Timing", "day"), ("Soll-Tag", "day"), ("Jour de l’étude", "day"), ("Jour prévu", "day"), ("Día", "day"), ("DIA", "day"), ("Día del estudio", "day"),
        ("VISITDY", "day"), ("Woche", "week"), ("Studienwoche", "week"), ("Semaine", "week"), ("Semana", "week"), ("Study Week", "week"),
        ("Datum", "date"), ("Date prévue", "date"), ("Fecha", "date"), ("Visit date", "date"),
        ("Fenster −", "minus"), ("Tage früher", "minus"), ("Fenêtre -", "minus"), ("Jours avant", "minus"), ("Ventana (-)", "minus"), ("Días antes", "minus"),
        ("Fenster + (Tage)", "plus"), ("Tage später", "plus"), ("Jours après", "plus"), ("Ventana más", "plus"), ("Días después", "plus"),
        ("Zeitfenster", "window"), ("Toleranz (± Tage)", "window"), ("Fenster ± Tage", "window"), ("Fenêtre (jours)", "window"), ("Tolérance", "window"), ("Ventana (días)", "window"),
        ("Earliest", "earliest"), ("From", "earliest"), ("bis", "latest"), ("Window start", "earliest"), ("Frühestens", "earliest"), ("Au plus tôt", "earliest"), ("Inicio de ventana", "earliest"),
        ("Latest day", "latest"), ("Window End", "latest"), ("Spätester Tag", "latest"), ("Au plus tard", "latest"), ("Fin de ventana", "latest"),
        ("Protokollversion", "version"), ("Version du protocole", "version"), ("Versión", "version"),
        ("Studienarm", "arm"), ("Bras", "arm"), ("Brazo", "arm"), ("Dauer (Minuten)", "length"), ("Durée", "length"), ("Duración (min)", "length"),
        ("Wochentag", ""), ("Mois", ""), ("Fenster (Wochen)", ""),
    ],
)  # fmt: skip
def test_headers_in_other_languages(header, key):
    assert headers.field_of(header) == key


def test_no_two_things_share_a_header():
    words = [
        word
        for texts in headers.FIELDS.values()
        for word in set(map(headers.plain, texts.split(", ")))
    ]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("Week", "week"), ("W", "week"), ("Time (weeks)", "week"), ("Study Day (weeks)", "week"), ("Wk", "week"), ("Zielwoche", "week"), ("Semaines", "week"), ("SEMANA", "week"),
        ("Month", "month"), ("Mois", "month"), ("Monate", "month"), ("Duration (h)", "hour"), ("Dauer (Std)", "hour"),
        ("Day", ""), ("Day of week", ""), ("Weekly", ""), ("Time", ""), ("Wh", ""), ("", ""),
    ],
)  # fmt: skip
def test_the_unit_a_header_says(header, unit):
    assert headers.unit_of(header) == unit


# Weeks

WEEKS = "Visit,Week,Window\nBaseline,0,0\nDose,1,±1\nLast,4,±3\n"
IN_DAYS = [("Baseline", 0, 0, 0), ("Dose", 7, 1, 1), ("Last", 28, 3, 3)]


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (WEEKS, {}),
        (WEEKS, {"week": "Week"}),
        (WEEKS.replace("Week", "Zeit"), {"week": "Zeit"}),
        (WEEKS.replace("Week", "Time (weeks)"), {"week": "Time (weeks)"}),
        (WEEKS.replace("4,", "Week 4,"), {}),
        (WEEKS.replace("4,", "Day 28,"), {}),  # what a cell says goes before its header
        (WEEKS.replace("4,", "28 days,"), {}),
    ],
)
def test_a_column_of_weeks_is_multiplied(text, columns):
    assert sessions_of(text, **columns) == IN_DAYS


def test_that_it_was_multiplied_is_said():
    assert converted(WEEKS).notes == ("`Week` counts weeks from the baseline: week 4 is day 28",)


def test_days_go_before_weeks_where_a_table_has_both():
    text = "Visit,Week,Day,Window\nBaseline,0,1,0\nLast,4,29,±3\n"
    assert sessions_of(text) == [("Baseline", 1, 0, 0), ("Last", 29, 3, 3)]
    assert converted(text).ignored == ("Week",)


@pytest.mark.parametrize(
    ("header", "columns", "message", "hint"),
    [
        ("Week", {"day": "Week"}, "--column day: `Week` counts weeks, not days", 'name it: --column week="Week"'),
        ("Time (weeks)", {"day": "Time (weeks)"}, "counts weeks, not days", '--column week="Time (weeks)"'),
        ("Study Day (weeks)", {"day": "Study Day (weeks)"}, "counts weeks, not days", "--column week="),
        ("Woche", {"day": "Woche"}, "counts weeks, not days", '--column week="Woche"'),
        ("Day", {"week": "Day"}, "--column week: `Day` counts days, not weeks", '--column day="Day"'),
        ("Month", {"day": "Month"}, "`Month` counts months, which have no fixed number of days", "write days or weeks"),
        ("Month", {"week": "Month"}, "`Month` counts months", "write days or weeks"),
        ("Time (h)", {"day": "Time (h)"}, "`Time (h)` counts hours, not days", "write days or weeks"),
        ("Week", {"week": "Week", "day": "Window"}, "the day is named as day and week", "name one of them"),
    ],
)  # fmt: skip
def test_a_column_named_as_what_it_is_not_is_refused(header, columns, message, hint):
    with pytest.raises(UsageProblem) as caught:
        converted(WEEKS.replace("Week", header), **columns)
    assert message in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("name", "number", "unit"),
    [
        ("Week 4", 4, "weeks"), ("Visit 5 (Wk 8)", 8, "weeks"), ("Woche 12", 12, "weeks"), ("Semaine 2", 2, "weeks"),
        ("Week -2", -2, "weeks"), ("Month 3", 3, "weeks"), ("12 weeks", 12, "weeks"),
        ("4-week visit", 4, "weeks"), ("Nach 8 Wochen", 8, "weeks"), ("14 weeks", 4, ""),
        ("Week 1", 1, ""), ("Week 4", 28, ""), ("Week 4", 30, ""), ("Week 40", 4, ""), ("Visit 4", 4, ""), ("Day 4", 4, ""),
    ],
)  # fmt: skip
def test_names_that_say_weeks_of_that_number_are_not_on_days(name, number, unit):
    text = f"Visit,Day,Window\nBaseline,0,\n{name},{number},±1\n"
    if not unit:
        assert (name, number, 1, 1) in sessions_of(text)
        return
    problem = only_problem(text)
    assert problem.message == f"`{name}` would be on day {number}: is this a number of days?"
    assert problem.hint == 'if it counts weeks: --column week="Day"'
    assert (problem.line, problem.column) == (3, len(name) + 2)


@pytest.mark.parametrize(
    ("header", "cell", "window"), [("Window (weeks)", "±1", 7), ("Window (weeks)", "±3 days", 3), ("Window (days)", "±1", 1)]
)  # fmt: skip
def test_a_window_counts_as_its_header_says(header, cell, window):
    text = f"Visit,Day,{header}\nBaseline,0,{cell}\n"
    assert sessions_of(text, window=header) == [("Baseline", 0, window, window)]


def test_a_length_counts_as_its_header_says():
    made = converted("Visit,Day,Window,Duration (h)\nBaseline,0,0,2\n", length="Duration (h)").text
    assert "length: 120 min}" in made


def test_a_column_that_seems_to_count_weeks_is_asked_about():
    problem = only_problem("Visit,Time (wk),Window\nBaseline,0,0\n")
    assert problem.hint == 'name it: --column week="Time (wk)"'


# One column that says it all


@pytest.mark.parametrize(
    ("cell", "session"),
    [
        ("Week 4 ± 3 days", ("Week 4", 28, 3, 3)),
        ("Week 4 +/- 3 days", ("Week 4", 28, 3, 3)),
        ("Week 4 (± 3 days)", ("Week 4", 28, 3, 3)),
        ("Week 4, ±3 d", ("Week 4", 28, 3, 3)),
        ("Week 4 ± 1 week", ("Week 4", 28, 7, 7)),
        ("Day 29 (±2)", ("Day 29", 29, 2, 2)),
        ("Day 29 -2/+3", ("Day 29", 29, 2, 3)),
        ("Day 29 (-2/+3 days)", ("Day 29", 29, 2, 3)),
        ("Day 29 [26-32]", ("Day 29", 29, 3, 3)),
        ("Day 29 (Day 26 to Day 32)", ("Day 29", 29, 3, 3)),
        ("Day -14 ± 3", ("Day -14", -14, 3, 3)),
        ("D29 ± 2", ("D29", 29, 2, 2)),
        ("Visit 3 (Week 4 ± 3 days)", ("Visit 3 (Week 4)", 28, 3, 3)),
        ("Visit 5/Week 8 (±7 days)", ("Visit 5 (Week 8)", 56, 7, 7)),
        ("Visit 3: Day 29 ± 2", ("Visit 3 (Day 29)", 29, 2, 2)),
        ("Follow-up, 90 days ± 7", ("Follow-up (90 days)", 90, 7, 7)),
        ("Woche 4 ± 3 Tage", ("Woche 4", 28, 3, 3)),
        ("Tag 29 (±2)", ("Tag 29", 29, 2, 2)),
        ("Semaine 4 ± 3 jours", ("Semaine 4", 28, 3, 3)),
        ("J29 ± 2", ("J29", 29, 2, 2)),
        ("Semana 4 ± 3 días", ("Semana 4", 28, 3, 3)),
        ("Día 29 (±2)", ("Día 29", 29, 2, 2)),
    ],
)
@pytest.mark.parametrize("header", ["Visit", "Study Day"])
def test_one_column_that_says_name_day_and_window(cell, session, header):
    baseline = ("Baseline (Day 0)", 0, 0, 0)
    wanted = sorted([baseline, session], key=lambda one: one[1])
    assert sessions_of(f'{header}\nBaseline (Day 0)\n"{cell}"\n') == wanted


@pytest.mark.parametrize(
    "cell", ["Week 4 ± 3 days", "4 weeks (-3/+3)", "28 ± 3", "28 (25-31)", "28 -3/+3"]
)
def test_a_column_that_says_day_and_window(cell):
    assert sessions_of(f"Visit;Timing\nBaseline;0\nLast;{cell}\n", day="Timing") == [
        ("Baseline", 0, 0, 0),
        ("Last", 28, 3, 3),
    ]


@pytest.mark.parametrize(
    ("cell", "message", "hint"),
    [
        ("Month 3", "`Month 3`: a month has no fixed number of days", "write days or weeks"),
        ("Monat 3 ± 7 Tage", "a month has no fixed number of days", "write days or weeks"),
        ("Early termination", "`Early termination` says no day", "Early termination (Day 1)"),
        ("Screening (Day -28 to -1)", "says no day", "write, say, Week 4 ± 3 days"),
        ("Baseline", "`Baseline` says no day", "Baseline (Day 1)"),
        ("Visit 3", "`Visit 3` says no day", ""),
        ("Day 8 weeks", "is not a day", ""),
        ("Day 26-32", "says no day", ""),
        ("Week 4 ± 3 hours", "is not a window", ""),
        ("Week 4 ± soon", "is not a window", ""),
        (
            "Day 29 (30-32)",
            "the window from day 30 to day 32 does not hold the visit's day, 29",
            "",
        ),
    ],
)
def test_what_one_column_cannot_say_is_refused_at_its_cell(cell, message, hint):
    problem = only_problem(f"Visit\nStart (Day 0)\n{cell}\nWeek 9 ± 3 days\n")
    assert (problem.line, problem.column, problem.width) == (3, 1, len(cell))
    assert message in problem.message
    assert hint in problem.hint


def test_baseline_is_week_0_where_all_the_others_are_weeks():
    text = "Visit\nScreening (Week -2)\nBaseline\nWeek 4 ± 3 days\n"
    assert [session[:2] for session in sessions_of(text)] == [
        ("Screening (Week -2)", -14), ("Baseline", 0), ("Week 4", 28)
    ]  # fmt: skip
    # Day 29 is 28 days after day 1, and 29 after day 0.
    problem = only_problem(text.replace("Week 4", "Day 29"))
    assert (problem.line, "`Baseline` says no day" in problem.message) == (3, True)


def test_a_window_is_said_once():
    problem = only_problem("Visit,Day,Window\nBaseline,0,\nLast,28 ± 3,±2\n")
    assert (problem.line, problem.column) == (3, 6)
    assert "the window is said here, and in a column of its own" in problem.message


def test_names_that_say_weeks_do_not_take_the_place_of_a_column_of_days():
    text = "Visit,Day,Window\nBaseline (Day 0),0,\nWeek 4 ± 3,30,±1\n"
    assert sessions_of(text) == [("Baseline (Day 0)", 0, 0, 0), ("Week 4 ± 3", 30, 1, 1)]


# Windows by their first and last day


@pytest.mark.parametrize(
    "cell",
    ["26-32", "26 - 32", "26–32", "26 to 32", "26 bis 32", "26 à 32", "26 a 32", "26..32", "Day 26-32", "Day 26 to Day 32", "D26-D32", "Tag 26 bis 32", "26-32 days"],
)  # fmt: skip
def test_a_window_as_a_range(cell):
    assert sessions_of(f"Visit,Day,Window\nBaseline,1,\nLast,29,{cell}\n")[1] == ("Last", 29, 3, 3)


@pytest.mark.parametrize(
    ("first_day", "day", "cell", "window"),
    [
        (0, -28, "-35 - -21", (7, 7)), (0, -28, "-35 to -21", (7, 7)), (0, 0, "0-3", (0, 3)),
        (0, 28, "3-5 weeks", (7, 7)), (0, 28, "Week 3-5", (7, 7)), (0, 29, "29-29", (0, 0)),
        (1, -14, "-21 to -7", (7, 7)), (1, -1, "-2 to -1", (1, 0)),
    ],
)  # fmt: skip
def test_ranges_before_the_baseline_and_in_weeks(first_day, day, cell, window):
    baseline = "" if day == first_day else f"Baseline,{first_day},\n"
    assert ("Other", day, *window) in sessions_of(
        f"Visit,Day,Window\n{baseline}Other,{day},{cell}\n"
    )


@pytest.mark.parametrize("header", ["earliest,latest", "window start,window end", "Frühestens,Spätestens", "Au plus tôt,Au plus tard"])  # fmt: skip
def test_windows_by_their_first_and_last_day(header):
    text = f"Visit,Day,{header}\nScreening,-14,-21,-1\nBaseline,1,1,\nLast,29,Day 26,32\n"
    assert sessions_of(text) == [
        ("Screening", -14, 7, 13),
        ("Baseline", 1, 0, 0),
        ("Last", 29, 3, 3),
    ]


def test_there_is_no_day_0_between_days_that_have_none():
    text = "Visit,Day,earliest,latest\nBaseline,1,-2,3\n"
    assert sessions_of(text) == [("Baseline", 1, 2, 2)]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("Visit,Day,Window\nBaseline,1,\nLast,29,30-32\n", 3, 9, "the window from day 30 to day 32 does not hold the visit's day, 29"),
        ("Visit,Day,Window\nBaseline,1,\nLast,29,32-26\n", 3, 9, "the window from day 32 to day 26 does not hold"),
        ("Visit,Day,Window\nBaseline,1,\nLast,3,-3 to 5\n", 3, 8, "`-3 to 5` is not a window"),  # days, or days early and late?
        ("Visit,Day,earliest,latest\nBaseline,1,1,1\nLast,29,30,32\n", 3, 9, "does not hold the visit's day, 29"),
        ("Visit,Day,earliest,latest\nBaseline,1,1,1\nLast,29,soon,32\n", 3, 9, "`soon` is not a day"),
        ("Visit,Day,earliest,latest\nBaseline,1,1,1\nLast,29,2027-01-04,32\n", 3, 9, "the window has a date, and the day is a number"),
        ("Visit,Day,earliest\nBaseline,1,1\n", 1, 1, "no column is known to be the latest"),
        ("Visit,Day,earliest,latest\nBaseline,1,1,1\nLast,900,1,901\n", 3, 10, "a window of 899 days is longer than 366 days"),
    ],
)  # fmt: skip
def test_windows_that_cannot_be(text, line, column, message):
    problem = only_problem(text)
    assert (problem.line, problem.column) == (line, column)
    assert message in problem.message


# Dates

DATES = "Visit;Date;Earliest;Latest\nScreening;21.12.2026;14.12.2026;31.12.2026\nBaseline;04.01.2027;;\nLast;1.2.2027;29.01.2027;04.02.2027\n"


@pytest.mark.parametrize(
    "text",
    [
        DATES,
        DATES.replace("Date", "Datum").replace("Baseline", "V2 (Baseline)"),
        DATES.replace("1.2.2027", "2027-02-01"),
        DATES.replace("1.2.2027", "1 Feb 2027"),
        DATES.replace("1.2.2027", "1. 2. 2027"),
    ],
)
def test_dates_are_days_from_the_baseline(text):
    days = [(day, early, late) for _, day, early, late in sessions_of(text)]
    assert days == [(-14, 7, 10), (0, 0, 0), (28, 3, 3)]


def test_dates_with_a_window_in_one_column():
    text = "Visit;Date;Window\nBaseline;04.01.2027;\nLast;01.02.2027;29.01.2027 - 04.02.2027\n"
    assert sessions_of(text)[1] == ("Last", 28, 3, 3)
    assert sessions_of("Visit;Date\nBaseline;04.01.2027\nLast;01.02.2027 ± 3\n")[1] == (
        "Last",
        28,
        3,
        3,
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("1.2.2027", "01/02/2027", 4, "`01/02/2027` reads differently in different countries"),
        ("1.2.2027", "1.2.27", 4, "`1.2.27` is not a date"),
        ("1.2.2027", "31.2.2027", 4, "February 2027 has 28 days"),
        ("1.2.2027", "28", 4, "`28` is not a date"),
        ("Baseline", "Start", 1, "no visit is called baseline, and the dates are counted from it"),
        ("Last", "Second baseline", 1, "several visits are called baseline"),
        ("29.01.2027", "02.02.2027", 4, "the window 2027-02-02 to 2027-02-04 does not hold"),
    ],
)
def test_dates_that_cannot_be_read(old, new, line, message):
    assert DATES.count(old) == 1
    problem = only_problem(DATES.replace(old, new))
    assert (problem.line, message in problem.message) == (line, True), problem


def test_dates_and_days_do_not_mix():
    problem = only_problem("Visit,Day,Window\nBaseline,0,\nLast,01.02.2027,\n")
    assert (problem.line, problem.column) == (3, 6)
    assert "is a date, and other visits have a day's number" in problem.message


# CDISC

CDISC = "STUDYID,DOMAIN,VISITNUM,VISIT,VISITDY,ARMCD,ARM\nK,TV,1,SCREENING,-7,,\nK,TV,2,DAY -1,-1,,\nK,TV,3,BASELINE,1,,\nK,TV,4,WEEK 4,29,,\n"


def test_cdisc_s_planned_days_have_no_day_0():
    made = converted(CDISC)
    assert sessions_of(CDISC) == [("SCREENING", -7, 0, 0), ("DAY -1", -1, 0, 0), ("BASELINE", 1, 0, 0), ("WEEK 4", 29, 0, 0)]  # fmt: skip
    assert "first_day: 1 " in made.text
    assert made.notes == ("the table has no windows: each visit is on its day and no other",)


def test_day_1_is_the_start_and_day_minus_1_the_day_before(ketasched):
    write(converted(CDISC).text, "t.yaml")
    outcome = ketasched("plan", "t", "--protocols", "t.yaml", "--start", "2027-01-05", "--format", "json", "--tz", "UTC")  # fmt: skip
    assert [f"2027-{day}" in outcome.out for day in ("01-04T", "01-05T", "02-02T")] == [True] * 3
    assert "2026-12-29T" in outcome.out


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("BASELINE,1", "BASELINE,0", 4, "day 0: CDISC's VISITDY has none"),
        ("BASELINE,1", "BASELINE,2", 1, "no visit is the baseline"),
        ("WEEK 4,29", "UNSCHEDULED,", 5, "the visit has no day"),
    ],
)
def test_cdisc_tables_that_are_none(old, new, line, message):
    problem = only_problem(CDISC.replace(old, new))
    assert (problem.line, message in problem.message) == (line, True), problem


def test_cdisc_s_arms():
    rows = CDISC.replace(",,\n", ",A,Active\n") + "K,TV,1,BASELINE,1,P,Placebo\n"
    made = yaml.safe_load(converted(rows).text)["protocols"]
    assert [one["id"] for one in made] == ["t-active", "t-placebo"]
