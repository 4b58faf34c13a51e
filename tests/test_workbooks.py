"""Workbooks: real days and times, a sheet for each person or week, and no formula of anybody's words."""

import csv
import io
import json
import re
import sys
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketasched.reports.table import Part, Table
from ketasched.reports.workbook import sheet_names, workbook

MON = "2027-01-04"
PLAN = ("plan", "iv", "--start", MON, "--tz", "America/Chicago")
SUGGEST = ("suggest", "iv", "--from", MON, "--to", "2027-01-08", "--tz", "UTC")


@pytest.fixture
def house(save_course, at):
    """Two courses; one of them with a session that is cancelled."""
    save_course("alex", "iv", "09:00", "--location", "=HYPERLINK(1)")
    save_course("bo", "kap", "13:00")
    at("2026-12-22", "cancel", "alex", "2", "--then", "keep")


def sheets_in(data):
    """By sheet: each row as a dictionary of its values, days as days."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheets = {}
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        head, *rows = sheet.iter_rows()
        assert all(cell.font.bold for cell in head)
        names = [cell.value for cell in head]
        sheets[sheet.title] = [
            {name: _value(cell) for name, cell in zip(names, row, strict=True)} for row in rows
        ]
    return sheets


def _value(cell):
    assert cell.data_type != "f", cell.value
    whole_day = isinstance(cell.value, datetime) and "hh" not in cell.number_format
    if isinstance(cell.value, date | time):
        assert cell.is_date
        assert re.search("ddd d mmm yyyy|hh:mm", cell.number_format)
    return cell.value.date() if whole_day else cell.value


def book_of(at, *arguments, code=0):
    at("2026-12-22", *arguments, "-o", "book.xlsx", "--force", code=code)
    return sheets_in(Path("book.xlsx").read_bytes())


COMMANDS = [
    (PLAN, ["iv"]),
    (("status", "alex"), ["alex"]),
    (("status", "."), ["alex", "bo"]),
    (("status", ".", "--deviations"), ["alex", "bo"]),
    (("status", ".", "--calls"), ["Calls"]),
    (("agenda", ".", "--day", MON), ["Mon 4 Jan 2027"]),
    (("agenda", ".", "--day", "2027-01-06", "--week"), ["Week of Mon 4 Jan 2027"]),
    (("export", "alex"), ["alex"]),
    (("export", ".", "--for", "staff"), ["alex", "bo"]),
    (("export", ".", "--for", "free-busy"), ["Busy", "Busy (2)"]),
    (SUGGEST, ["Starts"]),
]


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(("arguments", "sheets"), COMMANDS)
def test_each_has_a_sheet_for_a_person_or_a_week(at, arguments, sheets):
    assert list(book_of(at, *arguments)) == sheets
    first = Path("book.xlsx").read_bytes()
    book_of(at, *arguments)
    assert Path("book.xlsx").read_bytes() == first
    book = zipfile.ZipFile("book.xlsx")
    assert not re.search(b"openpyxl|created|modified", book.read("docProps/core.xml"))
    assert {part.date_time for part in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    "arguments",
    [
        PLAN,
        ("status", "."),
        ("status", ".", "--deviations"),
        ("agenda", ".", "--day", MON, "--week"),
    ],
)
def test_a_workbook_says_what_csv_says(at, arguments):
    rows = [row for rows in book_of(at, *arguments).values() for row in rows]
    texts = list(csv.DictReader(io.StringIO(at("2026-12-22", *arguments, "-f", "csv").out)))
    assert len(rows) == len(texts) > 0
    for row, text in zip(rows, texts, strict=True):
        begins = text.get("start", "")
        if begins and "end" in text:
            start = datetime.fromisoformat(begins)
            assert datetime.combine(row["Day"], row["Start"]) == start.replace(tzinfo=None)
            assert row["End"] == datetime.fromisoformat(text["end"]).time()
            assert row["Offset"] == f"UTC{begins[-6:]}"
        for name in text.keys() - {"start", "end", "day"}:
            value = row["UID" if name == "uid" else name.replace("_", " ").capitalize()]
            if isinstance(value, date):
                instant = datetime.fromisoformat(text[name]).replace(tzinfo=None)
                assert value == (instant if isinstance(value, datetime) else instant.date())
            else:
                assert str(value if value is not None else "") == text[name]


@pytest.mark.usefixtures("house")
def test_an_export_says_what_the_calendar_of_its_reader_says(at):
    for audience in ("patient", "staff", "free-busy"):
        rows = book_of(at, "export", "bo", "--for", audience)
        calendar = at("2026-12-22", "export", "bo", "--for", audience).out
        (rows,) = rows.values()
        assert len(rows) == calendar.count("BEGIN:VEVENT")
        unfolded = calendar.replace("\r\n ", "")
        for row in rows:
            assert f"SUMMARY:{row['Title']}\r\n" in unfolded
            at_zone = f"DTSTART;TZID=America/Chicago:{row['Day']:%Y%m%d}"
            assert at_zone in unfolded or row["Start"] is None
    words = json.dumps(list(book_of(at, "export", "bo").values()), default=str).lower()
    assert not re.search("ketamine|kap|lozenge|ketasched", words)


@pytest.mark.usefixtures("house")
def test_what_is_cancelled_stands_there_and_may_be_left_out(at):
    (rows,) = book_of(at, "export", "alex").values()
    (live,) = book_of(at, "export", "alex", "--drop-cancelled").values()
    assert [row["Status"] for row in rows if row not in live] == ["cancelled"] * (
        len(rows) - len(live)
    )
    assert len(live) < len(rows)
    assert {row["Location"] for row in live} >= {"'=HYPERLINK(1)"}


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff0d1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_begins_a_formula_and_numbers_stay(text):
    table = Table(("name", "moved"), [Part("A", [{"name": text, "moved": -3}])])
    (row,) = csv.DictReader(io.StringIO(table.as_csv()))
    assert row["name"].startswith("'")
    assert row["moved"] == "-3"
    assert sheets_in(workbook(table)) == {"A": [{"Name": row["name"], "Moved": -3}]}


@pytest.mark.parametrize(
    "text", ["#N/A", "1", "2027-01-04", "a\ufffeb\x00\ud800", "x" * 40_000, "北京 患者"]
)
def test_any_text_is_a_text(text):
    table = Table(("name",), [Part("A", [{"name": text}])])
    cell = openpyxl.load_workbook(io.BytesIO(workbook(table)))["A"]["A2"]
    assert cell.data_type == "s"
    assert cell.value[:2] == text[:2].replace("\ufffe", "?")
    assert len(cell.value) == min(len(text), 32_767)


def test_columns_fit_what_stands_in_them():
    rows = [
        {"name": "Ann", "notes": "a b " * 100, "day": MON},
        {"name": "北京" * 10, "notes": "", "day": MON},
    ]
    table = Table(("name", "notes", "day"), [Part("A", rows)])
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(table)))["A"]
    widths = [sheet.column_dimensions[letter].width for letter in "ABC"]
    assert widths == [42, 60, 18]
    assert sheet["B2"].alignment.wrap_text


@given(st.lists(st.text(max_size=40), max_size=8))
def test_names_of_sheets_are_legal_and_unique(names):
    made = list(sheet_names(names))
    assert len({name.casefold() for name in made}) == len(names)
    for name in made:
        assert 1 <= len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\\n\r\t\x00")
        assert name.strip("'") == name != "History"


@pytest.mark.parametrize(
    ("names", "made"),
    [
        (["Ana", "ana", "ANA"], ["Ana", "ana (2)", "ANA (3)"]),
        (["a/b", "a b"], ["a b", "a b (2)"]),
        (["", "history", "'"], ["Sheet", "history (2)", "Sheet (2)"]),
        (["x" * 40, "x" * 41], ["x" * 31, "x" * 27 + " (2)"]),
        (["😀" * 20], ["😀" * 15]),
    ],
)
def test_names_that_clash_are_told_apart(names, made):
    assert list(sheet_names(names)) == made


def test_nothing_is_an_empty_sheet(at, save_course):
    save_course("alex", "iv", "09:00")
    assert book_of(at, "status", "alex", "--calls") == {"Calls": []}


REFUSED = [
    (("status", "alex", "--history", "-o", "a.xlsx"), "--history has no XLSX"),
    (("export", "alex", "--changes", "-o", "a.xlsx"), "--changes is of a calendar"),
    (("export", "alex", "--ics", "a.ics", "-f", "xlsx"), "--ics is of a calendar"),
    (("list", "-o", "a.xlsx"), "`.xlsx` is no form that this has"),
    (("export", ".", "-o", "a.ics"), "is a folder"),
]


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(("arguments", "said"), REFUSED)
def test_what_is_no_workbook_is_refused(ketasched, arguments, said):
    outcome = ketasched(*arguments)
    assert outcome.code in {1, 2}
    assert said in outcome.err
    assert not Path("a.xlsx").exists()


@pytest.mark.usefixtures("house")
def test_the_calendar_of_an_export_may_have_any_name_still(ketasched):
    for file in ("a.ics", "a.cal", "a"):
        assert ketasched("export", "alex", "-o", file).code == 0
        assert Path(file).read_text("utf-8").startswith("BEGIN:VCALENDAR")


@pytest.mark.parametrize("arguments", [PLAN, SUGGEST])
def test_without_the_package_the_extra_is_named_before_anything_is_done(
    ketasched, monkeypatch, arguments
):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    outcome = ketasched(*arguments, "-o", "a.xlsx")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "error: a workbook (.xlsx) needs the package openpyxl\n"
        'help: run: pip install "ketasched[excel]"\n'
    )


@pytest.mark.usefixtures("house")
def test_no_workbook_goes_to_a_terminal(ketasched, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    for arguments in (("status", "."), ("export", "alex"), (*PLAN, "-o", "a.ics")):
        outcome = ketasched(*arguments, "--format", "xlsx")
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.err == (
            "error: --format xlsx is a workbook, which no terminal shows\n"
            "help: name a file for it: --output FILE.xlsx\n"
        )
    assert not Path("a.ics").exists()
