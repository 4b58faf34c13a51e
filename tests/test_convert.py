"""Visit tables: what they may say, and one message at its line and column for each mistake."""

import contextlib
import csv
import io
import sys
from pathlib import Path

import pytest
import yaml
from helpers import changer, mistakes, only, writer
from hypothesis import given
from hypothesis import strategies as st

from ketasched.cli.commands import convert as command
from ketasched.errors import FileTrouble, KetaschedError, UsageProblem
from ketasched.files.study_design.opening import MAX_STUDY
from ketasched.files.visit_table import conversion, headers
from ketasched.reading.file_text import MAX_BYTES, file_bytes
from ketasched.reading.text_table import TextTable

SMALL = """\
Visit Name,Day,Window Minus,Window Plus,Protocol Version
Screening,-14,7,7,2.0
Baseline,0,0,0,2.0
Week 1,7,1,1,2.0
"""


write = writer("visits.csv")
changed = changer(SMALL)


def convert(text, *, name="visits.csv", identifier="visits", title="", minutes=60, **columns):
    return conversion.convert(
        file_bytes(write(text, name), MAX_STUDY, ""),
        columns,
        identifier=identifier,
        title=title,
        minutes=minutes,
    )


def protocols_of(text, **options):
    return yaml.safe_load(convert(text, **options).text)["protocols"]


def sessions_of(text, **options):
    (protocol,) = protocols_of(text, **options)
    return [
        (one["name"], one["day"], one["window"]["early"], one["window"]["late"])
        for one in protocol["phases"][0]["sessions"]
    ]


def problems_of(text, **options):
    return mistakes(convert, text, **options)


def only_problem(text, **options):
    return only(problems_of(text, **options))


def table(*rows, header="visit,day,window,version"):
    return "\n".join([header, *rows]) + "\n"


def test_a_table_as_a_protocol_file():
    assert (
        convert(SMALL).text
        == """\
# Made by: ketasched convert visits.csv
version: 1
protocols:
  - id: "visits"
    title: "visits, version 2.0"
    label: "visits"
    version: "2.0"
    drug: not stated   # the table does not say: fill it in
    route: not stated
    use: not stated
    steps:
      - {name: visit, length: 60 min}   # our default for every visit: --length changes it
    phases:
      - name: visits
        first_day: 0   # day 0 is the baseline
        sessions:
          - {name: "Screening", day: -14, window: {early: 7 days, late: 7 days}}
          - {name: "Baseline", day: 0, window: {early: 0 days, late: 0 days}}
          - {name: "Week 1", day: 7, window: {early: 1 day, late: 1 day}}
    sources:
      - {fact: "visits, days and windows", source: "visits.csv", grade: convention}
"""
    )


def test_visits_go_in_the_order_of_their_days_and_other_columns_are_told():
    text = (
        "\ufeffSite;Visit;Study Day;Window;;Version;Length\r\n"
        ";;;;;;\r\n"
        "a;Follow-up; 30 ;-3/+5;;1;\r\n"
        "b;Baseline;0;;;1;90\r\n"
        "\r\n"
        'c;"Call; ""safety""";7;±1;;1;1 h 15 min'
    )
    converted = convert(text)
    assert converted.ignored == ("Site", "column 5, without a header")
    (protocol,) = yaml.safe_load(converted.text)["protocols"]
    assert protocol["phases"][0]["sessions"] == [
        {"name": "Baseline", "day": 0, "window": {"early": "0 days", "late": "0 days"}, "length": "90 min"},
        {"name": 'Call; "safety"', "day": 7, "window": {"early": "1 day", "late": "1 day"}, "length": "75 min"},
        {"name": "Follow-up", "day": 30, "window": {"early": "3 days", "late": "5 days"}},
    ]  # fmt: skip
    assert "our default for a visit without a length of its own" in converted.text


def test_one_protocol_for_each_version():
    text = table("Start,0,,1.0", "Week 1,7,±2,1.0", "Start,1,,V2 (ü)", "Week 1,8,±3,V2 (ü)")
    first, second = protocols_of(text, title="My trial")
    assert (first["id"], first["version"], first["title"]) == (
        "visits-1-0",
        "1.0",
        "My trial, version 1.0",
    )
    assert (second["id"], second["version"]) == ("visits-v2-u", "V2 (ü)")
    assert [one["phases"][0]["first_day"] for one in (first, second)] == [0, 1]
    assert [len(one["phases"][0]["sessions"]) for one in (first, second)] == [2, 2]


def test_titles():
    assert protocols_of(SMALL, name="My visits.csv")[0]["title"] == "My visits, version 2.0"
    assert protocols_of(SMALL, title="A: trial")[0]["title"] == "A: trial"


def test_a_table_without_versions_leaves_one_to_fill_in():
    converted = convert("visit,day,window\nStart,0,\n")
    (protocol,) = yaml.safe_load(converted.text)["protocols"]
    assert (protocol["version"], protocol["title"]) == ("not stated", "visits")
    assert '    version: "not stated"   # the table does not say: fill it in\n' in converted.text


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Visit", "name"), ("VISIT_NAME", "name"), ("visit-label", "name"), ("Time point", "name"),
        ("Study Day", "day"), ("Target day:", "day"), ("Day (from baseline)", "day"), ("Offset (days)", "day"),
        ("Window -", "minus"), ("Window (-)", "minus"), ("window−", "minus"), ("Window minus (days)", "minus"),
        ("Days Before", "minus"), ("LOWER WINDOW", "minus"), ("Early", "minus"), ("Window (- days)", "minus"),
        ("Window +", "plus"), ("Window(+)", "plus"), ("window_plus_days", "plus"), ("Upper Window [d]", "plus"),
        ("Window", "window"), ("Window (days)", "window"), ("Window (±days)", "window"), ("+/-", "window"),
        ("Visit Window +/- (days)", "window"), ("Amendment", "version"), ("Protocol Version", "version"),
        ("Duration (min)", "length"), ("Minutes", "length"),
        ("Week", "week"), ("Window (weeks)", ""), ("Duration (h)", ""), ("Visit number", ""), ("", ""), ("-", "minus"), ("days", ""),
    ],
)  # fmt: skip
def test_headers(header, key):
    assert headers.field_of(header) == key


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("-14", -14), ("−14", -14), ("+7", 7), ("7.0", 7), ('"7,0"', 7), ('"-14,00"', -14), ("007", 7), ("Day 8", 8), ("d8", 8),
        ("Day -14", -14), ("D-14", -14), ("Study day 8", 8), ("8 days", 8), ("-8 d", -8),
        ("Week 2", 14), ("wk 2", 14), ("W-2", -14), ("2 weeks", 14), ("-1 week", -7), ("3660", 3660),
    ],
)  # fmt: skip
def test_days(text, day):
    assert (f"Visit {day}", day, "0 days", "0 days") in sessions_of(
        table("Baseline,0,,1", f"Visit {day},{text},,1")
    )


@pytest.mark.parametrize(
    "text",
    ["x", "8-10", "1.5", "1e2", "٣", "Month 2", "Day 8 weeks", "3661", "99999999", "1 2", "#REF!", "2026-01-01", "0x1", "nan", "1_0", "Baseline", ""],
)  # fmt: skip
def test_bad_days(text):
    problem = only_problem(table("Baseline,0,,1", f"Other,{text},,1"))
    assert (problem.line, problem.column) == (3, 7)
    assert problem.width == max(1, len(text))
    assert "day" in problem.message


@pytest.mark.parametrize(
    ("minus", "plus", "window"),
    [
        ("3", "3", (3, 3)), ("-3", "+3", (3, 3)), ("–3 d", "5 days", (3, 5)), ("", "", (0, 0)),
        ("0", "-0", (0, 0)), ("1 week", "2.0", (7, 2)), ("+3", "366", (3, 366)),
    ],
)  # fmt: skip
def test_windows_in_two_columns(minus, plus, window):
    text = f"visit,day,early,late\nBaseline,0,{minus},{plus}\n"
    words = tuple(f"{days} day{'' if days == 1 else 's'}" for days in window)
    assert sessions_of(text) == [("Baseline", 0, *words)]


@pytest.mark.parametrize(
    ("cell", "window"),
    [
        ("±3", (3, 3)), ("+/- 3", (3, 3)), ("+/-3 days", (3, 3)), ("+-3", (3, 3)), ("3", (3, 3)), ("3 d", (3, 3)),
        ("-3/+5", (3, 5)), ("-3 to +5", (3, 5)), ("−3 / +5 days", (3, 5)), ("+5/-3", (3, 5)), ("-1/+2 weeks", (7, 14)),
        ("0/+5", (0, 5)), ("-3/0", (3, 0)), ("-3/5", (3, 5)), ("5/-3", (3, 5)), ("(±3)", (3, 3)), ('"(-3, +5)"', (3, 5)),
        ("-3 +5", (3, 5)), ('"-3, +5"', (3, 5)), ("+3", (0, 3)), ("-3", (3, 0)), ("0", (0, 0)), ("", (0, 0)),
    ],
)  # fmt: skip
def test_windows_in_one_column(cell, window):
    words = tuple(f"{days} days" for days in window)
    assert sessions_of(table(f"Baseline,0,{cell},1")) == [("Baseline", 0, *words)]


@pytest.mark.parametrize(
    "cell",
    ["x", "3-5", "3/5", "-3/-5", "+3/+5", "-3 to 5", "-1 week/+3", "±", "367", "-367/+1", "1.5", "±3 h", "n/a", "3 months", "?"],
)  # fmt: skip
def test_bad_windows_in_one_column(cell):
    problem = only_problem(table(f"Baseline,0,{cell},1"))
    assert (problem.line, problem.column, problem.width) == (2, 12, len(cell))
    assert "window" in problem.message


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "message"),
    [
        ("Screening,-14,7", "Screening,-14,x", 2, 15, "`x` is not a number of days"),
        ("Screening,-14,7,7", "Screening,-14,7,-7", 2, 17, "`-7` is not a number of days"),
        ("Screening,-14,7,7", "Screening,-14,7,±7", 2, 17, "`±7` is not a number of days"),
        ("Screening,-14,7,7", "Screening,-14,7,999", 2, 17, "longer than 366 days"),
        ("Screening,-14,7,7,2.0", "Screening,-14,7,7", 2, 17, "the line has 4 cells, and there are 5 headers"),
        ("Screening,-14,7,7,2.0", "Screening,-14,7,7,2.0,more", 2, 23, "the line has 6 cells"),
        ("Screening,-14", "=A1,-14", 2, 1, "`=A1` is a formula"),
        ("Screening,-14", "@SUM(A1),-14", 2, 1, "`@SUM(A1)` is a formula"),
        ("Screening,-14", "+A1,-14", 2, 1, "`+A1` is a formula"),
        ("Screening,-14", "- Screening,-14", 2, 1, "`- Screening` is a formula"),
        ("Screening,-14", 'Screening,"=B3-14"', 2, 11, "`=B3-14` is a formula"),
        ("Screening,-14,7", "Screening,-14,-", 2, 15, "`-` is a formula"),
        ("Screening,-14", ",-14", 2, 1, "the visit has no name"),
        ("Screening,-14", f"{'x' * 501},-14", 2, 1, "at most 500 characters"),
        ("Screening,-14", "a\x1bb,-14", 2, 1, "that cannot be printed"),
        ("Screening,-14", '"a\nb",-14', 2, 1, "that cannot be printed"),
        ("Screening,-14,7,7,2.0", "Screening,-14,7,7,", 2, 19, "the visit has no version"),
        ("Screening,-14,7,7,2.0", "Screening,-14,7,7,§", 2, 19, "write a version"),
        ("Screening,-14", "Screening,0", 3, 10, "two baselines: `Screening` on line 2 is on day 0 too"),
        ("Screening,-14", "Screening,7", 4, 8, "two visits on one day: `Screening` on line 2 is on day 7 too"),
        ("Screening,-14", "week 1,-14", 4, 1, "two visits are called `Week 1`: another is on line 2"),
        ("Baseline,0", "Baseline,-1", 1, 12, "no visit of version 2.0 is the baseline"),
        ("Screening,-14", '"Screening,-14', 2, 1, "this quoted cell has no end"),
        ("Screening,-14", '"Screening" x,-14', 2, 1, "goes on after its closing quote"),
        ("Visit Name,Day", "Visit Name,Month", 1, 1, "no column is known to be the day; the headers are `Visit Name`, `Month`, `Window Minus`"),
        ("Window Minus", "Before", 1, 1, "no column is known to be the window minus"),
        ("Protocol Version", "Study Day", 1, 41, "`Day` and `Study Day` could each be the day"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_message_at_its_line_and_column(old, new, line, column, message):
    problem = only_problem(changed(old, new))
    assert message in problem.message
    assert (problem.line, problem.column) == (line, column)
    assert problem.source_line == changed(old, new).split("\n")[line - 1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("\ufeff\n\n,,,\n", "the file is empty"),
        ("hello\nworld\n", "the first line has only one header"),
        ("hello", "the first line has only one header"),
        ('visit,day,"window', "this quoted cell has no end"),
        ("visit,day,window\n", "the table has headers and no visits"),
        ("visit,day,window\n,,\n\n", "the table has headers and no visits"),
        ("visit,day,window\n" + "".join(f"V{n},{n},\n" for n in range(1001)), "more than 1000 visits"),
        (table(*(f"Start,0,,{n}" for n in range(101))), "more than 100 versions"),
        (table("Start,0,,1.0", "Start,0,,1-0"), "the id `visits-1-0`"),
        (table("A,1,,1", "B,Week 2,,1"), "`Week 2` may begin or end a week"),
        (table("A,1,,1", "B,1,,1"), "two baselines: `A` on line 2 is on day 1 too"),
        (table("A,1,,1", "A,1,,1"), "two baselines"),
        (table("A,-1,,1", "B,2,,1"), "no visit of version 1 is the baseline"),
        (table("A,0,,1", "B,-1,,2"), "no visit of version 2 is the baseline"),
        ("visit,day\nA,0\n", "no column is known to be the window; the headers"),
        ("visit,day,window,length\nA,0,,0\n", "outside 1 to 1440 min"),
        ("visit,day,window,length\nA,0,,an hour\n", "is not a length of time"),
        ("visit,day,window,length\nA,0,,2 days\n", "outside 1 to 1440 min"),
        ("visit,day,window,length\nA,0,,-5\n", "is not a length of time"),
        ("visit\tday\twindow\nA\t0\tx\n", "`x` is not a window"),
    ],
)  # fmt: skip
def test_mistakes_of_a_whole_table(text, message):
    assert message in only_problem(text).message


def test_all_mistakes_at_once_in_the_order_of_their_lines():
    text = changed("Screening,-14,7,7,2.0", "=A1,x,y,7,2.0\nshort,1", changed("Week 1,7", ",7"))
    assert [(one.line, one.column) for one in problems_of(text)] == [
        (2, 1), (2, 5), (2, 7), (3, 7), (5, 1),
    ]  # fmt: skip


def test_rows_are_read_though_a_column_is_not_known():
    text = "Visit,Day,Study Day,Early,Late\nA,0,0,x,1\nB\nC,1,1,1,=B2\n"
    assert [(one.line, one.column) for one in problems_of(text)] == [
        (1, 11),
        (2, 7),
        (3, 1),
        (4, 9),
    ]


def test_a_table_too_long_to_be_a_protocol_file():
    rows = "".join(f"{n}{'é' * 100},{n},\n" for n in range(1000))
    assert "larger than 256 KiB" in only_problem("visit,day,window\n" + rows).message


def test_a_hint_says_how_to_name_a_column():
    assert (
        only_problem("Visit,Day,Study Day,Window\nA,0,0,\n").hint == 'name it: --column day="Day"'
    )
    assert only_problem("Visit,D0,Window\nA,0,\n").hint == 'name it: --column day="HEADER"'
    assert only_problem("Visit,Day\nA,0\n").hint == 'name it: --column minus="HEADER" --column plus="HEADER"'  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "header"),
    [
        ({"day": "Study Day"}, "Visit,Day,Study Day,Window"),
        ({"day": "study_day"}, "Visit,Day,Study Day,Window"),
        ({"day": "Tag"}, "Visit,Day,Tag,Window"),
        ({"window": "Fenster", "day": "Tag"}, "Visit,Early,Tag,Fenster"),
    ],
)
def test_named_columns(columns, header):
    converted = convert(f"{header}\nA,5,0,±2\n", **columns)
    assert "day: 0, window: {early: 2 days, late: 2 days}" in converted.text
    assert converted.ignored == (header.split(",")[1],)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"day": "Stduy Day"}, "the table has no header `Stduy Day`"),
        ({"day": "."}, "the table has no header `.`"),
        ({"length": "Day", "day": "Day"}, "is named for two things"),
        ({"length": "Same"}, "several columns have the header `Same`"),
    ],
)
def test_names_that_fit_no_column(columns, message):
    with pytest.raises(UsageProblem, match=message):
        convert("Visit,Day,Window,Same,Same,Study Day\nA,0,,,,\n", **columns)


def test_two_columns_for_the_window_win_over_one():
    converted = convert("visit,day,window,early,late\nA,0,about a week,1,2\n")
    assert "{early: 1 day, late: 2 days}" in converted.text
    assert converted.ignored == ("window",)


@pytest.mark.parametrize("name", ["missing.csv", ".", "nul\0byte"])
def test_files_that_cannot_be_read(name):
    with pytest.raises(FileTrouble, match="cannot read"):
        file_bytes(name, MAX_STUDY, "")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (SMALL.encode("utf-16") + b"\0", "not UTF-16"),
        (changed("Week 1", "W\x81che 1").encode("latin-1"), "line 4"),
        (b"a" * (MAX_BYTES + 1), "larger than"),
    ],
)
def test_data_that_is_no_text(data, message):
    with pytest.raises(FileTrouble, match=message) as caught:
        convert(data)
    assert "protocol" not in caught.value.hint


NASTY = [
    'He said "now"', "a: b", "a #b", "#b", "{a}", "[a", "a, b", "'", "'a'", "\\", "\\n", "&a", "*a", "!a",
    "%a", "|", ">", "`a`", "? a", "null", "yes", "1.0", "-1", "-1 week", "…", "Ärzte", "来院", "🙂", "e\u0301", "~", "${a}", "{0}",
]  # fmt: skip
lines = st.text(
    st.characters(codec="utf-8").filter(str.isprintable), min_size=1, max_size=60
).filter(lambda text: text.strip() and text.lstrip()[0] not in "=@+-")


@given(st.sampled_from(NASTY) | lines, st.sampled_from([",", ";", "\t"]))
def test_any_name_comes_back(name, delimiter):
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator="\n")
    writer.writerows([["visit", "day", "window"], [name, "0", ""]])
    text = convert(written.getvalue(), title=name.strip()).text
    for read in (yaml.safe_load, lambda it: yaml.load(it, yaml.BaseLoader)):
        (protocol,) = read(text)["protocols"]
        assert protocol["phases"][0]["sessions"][0]["name"] == name.strip()
        assert protocol["title"] == name.strip()


cells = st.text(st.sampled_from('ab ,;"\r\n\té'), max_size=6)


@given(st.lists(st.lists(cells, min_size=2, max_size=4), max_size=4), st.sampled_from(",;\t"))
def test_cells_are_read_as_by_the_standard_library(rows, delimiter):
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows(rows)
    found = TextTable("it", written.getvalue()).rows(delimiter)
    wanted = [[cell.strip() for cell in row] for row in rows]
    assert [[cell.text for cell in row] for row in found] == [row for row in wanted if any(row)]


pieces = st.sampled_from(
    [*SMALL.splitlines(keepends=True), ",", ";", "\t", '"', "\r", "\n", "=", "-", "±", "0", "9" * 9, "Week", "\x00", "\x85"]
)  # fmt: skip


@given(st.lists(pieces, max_size=30).map("".join) | st.text() | st.binary())
def test_nothing_but_our_own_errors(text):
    with contextlib.suppress(KetaschedError):
        yaml.safe_load(convert(text).text)


@given(st.integers(0, len(SMALL) - 1), st.integers(0, 6), st.text(max_size=4))
def test_damaged_tables_give_nothing_but_our_own_errors(at, cut, inserted):
    with contextlib.suppress(KetaschedError):
        yaml.safe_load(convert(SMALL[:at] + inserted + SMALL[at + cut :]).text)


# The command


def run(file, *columns, identifier="", title="", length=""):
    command.run(file=file, column=columns, identifier=identifier, title=title, length=length)


def test_options(capfdbinary):
    text = changed("Day", "Tag", changed("Protocol Version", "Site"))
    run(write(text), "Study Day=Tag", identifier="trial", title="T", length="1 h 30 min")
    out, err = capfdbinary.readouterr()
    (protocol,) = yaml.safe_load(out)["protocols"]
    assert (protocol["id"], protocol["title"]) == ("trial", "T")
    assert protocol["steps"] == [{"name": "visit", "length": "90 min"}]
    assert err.decode() == "note: columns not used: `Site`\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": ["day"]}, "`day` is not KEY=HEADER"),
        ({"columns": ["day="]}, "`day=` is not KEY=HEADER"),
        ({"columns": ["dya=Day"]}, "unknown column `dya`"),
        ({"columns": ["day=Day", "Study Day=Day"]}, "--column day is given twice"),
        ({"columns": ["window=Day", "minus=Day"]}, "as one column and as two"),
        ({"identifier": "My Own"}, "--id: `My Own` is not an id"),
        ({"title": " "}, "--title is empty"),
        ({"title": "a\nb"}, "--title: write one line"),
        ({"title": "a" * 301}, "--title: write one line"),
        ({"length": "90"}, "--length: `90` is not a length of time"),
        ({"length": "0 min"}, "--length: `0 min` is outside 1 to 1440 min"),
        ({"length": "2 days"}, "--length: `2 days` is outside"),
        ({"name": "§.csv"}, "the file's name makes no id"),
    ],
)
def test_options_that_cannot_be_read(options, message):
    name = write(SMALL, options.pop("name", "visits.csv"))
    with pytest.raises(UsageProblem) as caught:
        run(name, *options.pop("columns", []), **options)
    assert message in caught.value.message


def test_the_file_gives_the_id(capfdbinary):
    run(write(SMALL, "KET-02 Besuche (é).csv"))
    (protocol,) = yaml.safe_load(capfdbinary.readouterr().out)["protocols"]
    assert (protocol["id"], protocol["label"]) == ("ket-02-besuche-e", "KET-02 Besuche (é)")


def test_standard_input(monkeypatch, capfdbinary):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SMALL.encode())))
    run("-")
    (protocol,) = yaml.safe_load(capfdbinary.readouterr().out)["protocols"]
    assert (protocol["id"], protocol["title"]) == ("visits", "visits, version 2.0")
    assert protocol["sources"][0]["source"] == "standard input"


# Through the command line


def test_what_convert_writes_is_what_check_accepts(ketasched):
    text = table(
        "Screening,-14,±3,1",
        "Baseline,0,,1",
        '"Week 1: ""A"" # é",7,-1/+2,1',
        "Start,1,,2",
        "End,8,±1,2",
    )
    outcome = ketasched("convert", write(text))
    assert (outcome.code, outcome.err) == (0, "")
    write(outcome.out, "visits.yaml")
    outcome = ketasched("check", "visits.yaml")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == "visits.yaml: 2 protocols, no problems: visits-1, visits-2\n"


def test_a_mark_points_at_the_cell(ketasched):
    outcome = ketasched("convert", write(changed("Week 1,7", "Week 1,=B3+7")))
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == (
        "error: `=B3+7` is a formula, or begins like one\n"
        "  --> visits.csv:4:8\n"
        "  |\n"
        "4 | Week 1,=B3+7,1,1,2.0\n"
        "  |        ^^^^^ write the value itself\n"
    )


def test_the_protocol_goes_into_a_file_that_is_named(ketasched, monkeypatch):
    write(SMALL)
    printed = ketasched("convert", "visits.csv").out
    outcome = ketasched("convert", "visits.csv", "-o", "trial.yaml")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "wrote trial.yaml\n")
    assert Path("trial.yaml").read_bytes() == printed.encode()
    assert ketasched("check", "trial.yaml").code == 0
    again = ketasched("convert", "visits.csv", "--output", "trial.yaml", "--title", "Other")
    assert (again.code, again.out) == (1, "")
    assert again.err.startswith("error: trial.yaml exists already\n")
    assert Path("trial.yaml").read_bytes() == printed.encode()
    assert (
        ketasched("convert", "visits.csv", "-o", "trial.yaml", "--title", "X", "--force").code == 0
    )
    assert 'title: "X"' in Path("trial.yaml").read_text("utf-8")
    assert ketasched("convert", "visits.csv", "-o", "-").out == printed
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert "ketasched convert visits.csv -o visits.yaml" in ketasched("convert", "visits.csv").err


@pytest.mark.parametrize("output", ["visits.csv", "./visits.csv", "alex.course.json"])
def test_neither_the_table_nor_a_record_is_written_over(output, ketasched):
    write(SMALL)
    outcome = ketasched("convert", "visits.csv", "-o", output, "--force")
    assert (outcome.code, outcome.out) == (2, "")
    assert Path("visits.csv").read_text("utf-8") == SMALL


def test_a_comma_of_thousands_is_no_decimal_comma():
    assert "`3,000` is not a day" in only_problem(table("Baseline,0,,1", 'X,"3,000",,1')).message


@pytest.mark.parametrize(
    ("data", "message", "hint"),
    [
        (b"PK\x03\x04\x14\0\x06\0\xff[Content_Types].xml", "no Excel workbook (.xlsx) that can be read", ".xlsx or CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "a workbook of an old Excel (.xls), or one with a password", "save it as .xlsx"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a text", "as CSV in UTF-8"),
    ],
)  # fmt: skip
def test_other_kinds_of_files_are_called_what_they_are(data, message, hint):
    with pytest.raises(FileTrouble) as caught:
        convert(data)
    assert message in caught.value.message
    assert hint in caught.value.hint
