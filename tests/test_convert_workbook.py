"""Visit tables in Excel workbooks: sheets, formulas, dates, merged and hidden cells, cells by name."""

import contextlib
import io
import re
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import yaml
from helpers import mistakes, only
from hypothesis import given, settings
from hypothesis import strategies as st

from ketasched.errors import FileTrouble, KetaschedError, UsageProblem
from ketasched.files.study_design.opening import MAX_STUDY
from ketasched.files.visit_table import conversion
from ketasched.reading.file_text import file_bytes

ROWS = (("Visit", "Day", "Window"), ("Baseline", 0, None), ("Last", 29.0, "±3"))
SESSIONS = [("Baseline", 0, 0, 0), ("Last", 29, 3, 3)]


def workbook(*rows, title="Visits"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return book


def saved(book, name="visits.xlsx"):
    book.save(name)
    return name


def converted(book, sheet="", **columns):
    file = book if isinstance(book, str) else saved(book)
    return conversion.convert(
        file_bytes(file, MAX_STUDY, ""), columns, identifier="t", title="", minutes=60, sheet=sheet
    )


def sessions_of(book, sheet="", **columns):
    (protocol,) = yaml.safe_load(converted(book, sheet, **columns).text)["protocols"]
    return [
        (
            one["name"],
            one["day"],
            *(int(one["window"][side].split()[0]) for side in ("early", "late")),
        )
        for one in protocol["phases"][0]["sessions"]
    ]


def only_problem(book, **columns):
    return only(mistakes(converted, book, **columns))


def test_a_workbook_makes_what_its_csv_makes(ketasched):
    saved(workbook(*ROWS))
    Path("visits.csv").write_text("Visit,Day,Window\nBaseline,0,\nLast,29,±3\n", "utf-8")
    book, text = (ketasched("convert", name) for name in ("visits.xlsx", "visits.csv"))
    assert (book.code, book.err) == (0, "")
    assert book.out.replace("visits.xlsx", "visits.csv") == text.out


def test_a_workbook_from_standard_input(monkeypatch):
    data = Path(saved(workbook(*ROWS))).read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert sessions_of("-") == SESSIONS


def test_what_the_file_is_called_does_not_matter():
    assert sessions_of(str(Path(saved(workbook(*ROWS))).rename("visits.csv"))) == SESSIONS


@pytest.mark.parametrize(
    ("rows", "notes"),
    [
        ([*ROWS, (), (None, "", " ")], ()),
        ([(), (None,) * 8, *ROWS], ()),
        ([(*row, None, "") for row in ROWS], ()),
        ([("Study KET-02",), (), *ROWS], ("1 line above the headers left out, from `Study KET-02`",)),
        ([("Visit", "Day", "Window"), ("Baseline", "0", "0"), ("Last\n", "Day 29.0", " ± 3 days ")], ()),
        ([("Visit\nname", "Study\nday", "Window\n(days)"), ("Baseline", 0, 0), ("Last", 29, 3)], ()),
        ([(None, *row) for row in ROWS], ()),
    ],
)  # fmt: skip
def test_what_stands_round_the_table(rows, notes):
    made = converted(workbook(*rows))
    assert sessions_of(workbook(*rows)) == SESSIONS
    assert made.notes == notes


@pytest.mark.parametrize(
    ("row", "column", "value", "cell", "message"),
    [
        (3, 2, "soon", "B3", "`soon` is not a day"),
        (3, 2, 29.5, "B3", "`29.5` is not a day"),
        (3, 2, True, "B3", "`True` is not a day"),
        (3, 2, "Month 3", "B3", "a month has no fixed number of days"),
        (3, 2, datetime(2027, 2, 1), "B3", "`2027-02-01` is a date, and other visits have a day's number"),
        (3, 2, None, "B3", "the visit has no day"),
        (3, 2, "#REF!", "B3", "`#REF!` is not a day"),
        (3, 3, date(2027, 5, 3), "C3", "`2027-05-03` is not a window"),
        (3, 3, "27-28", "C3", "does not hold the visit's day, 29"),
        (3, 1, None, "A3", "the visit has no name"),
        (3, 1, "baseline", "A3", "two visits are called `baseline`: another is in A2"),
        (3, 2, 0, "B3", "two baselines: `Baseline` in A2 is on day 0 too"),
        (2, 2, -1, "B1", "no visit is the baseline"),
        (1, 2, "When", "A1", "no column is known to be the day"),
        (3, 5, "what?", "", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_by_cell(row, column, value, cell, message):
    book = workbook(*ROWS)
    book.active.cell(row, column).value = value
    if not cell:
        assert converted(book).ignored == (
            "column 4, without a header",
            "column 5, without a header",
        )
        return
    problem = only_problem(book)
    assert message in problem.message
    assert problem.cell == f"Visits!{cell}"


def test_the_cell_stands_in_the_message_and_in_the_report(ketasched):
    saved(workbook(*ROWS[:2], ("Last", "soon", 3)))
    outcome = ketasched("convert", "visits.xlsx")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == (
        "error: `soon` is not a day: write a whole number of days from the baseline, such as -14\n"
        "  --> visits.xlsx:Visits!B3\n"
    )


def test_a_date_that_was_made_of_a_window_is_guessed():
    problem = only_problem(workbook(*ROWS[:2], ("Last", 29, date(2027, 5, 3))))
    assert problem.hint == "a spreadsheet makes a date of 3-5: write it as text"


def test_columns_beyond_z_are_named():
    book = workbook(*((*[None] * 26, *row) for row in (*ROWS[:2], ("Last", "soon", 3))))
    assert only_problem(book).cell == "Visits!AB3"


def test_dates_are_read_from_cells_of_dates():
    rows = [("Visit", "Date", "Window"), ("Baseline", datetime(2027, 1, 4, 9, 30), None), ("Last", date(2027, 2, 2), 3)]  # fmt: skip
    assert sessions_of(workbook(*rows)) == SESSIONS


# Formulas


def with_sheet(book, change):
    """The workbook with the XML of its sheet changed, as only Excel writes it."""
    with (
        zipfile.ZipFile(saved(book, "plain.xlsx")) as old,
        zipfile.ZipFile("visits.xlsx", "w") as new,
    ):
        for part in old.namelist():
            data = old.read(part)
            new.writestr(part, change(data) if part.endswith("sheet1.xml") else data)
    return "visits.xlsx"


def with_kept_value():
    """A workbook as Excel saves it: the formula of B3 and the value it had."""
    changed = re.compile(rb"<v ?/>|<v></v>")
    book = workbook(*ROWS[:2], ("Last", "=B2+29", 3))
    assert len(changed.findall(zipfile.ZipFile(saved(book)).read("xl/worksheets/sheet1.xml"))) == 1
    return with_sheet(book, lambda data: changed.sub(b"<v>29</v>", data))


def test_the_value_that_a_file_keeps_of_a_formula_is_taken():
    assert sessions_of(with_kept_value()) == SESSIONS


def test_a_formula_without_a_value_is_named():
    problem = only_problem(workbook(*ROWS[:2], ("Last", "=B2+29", 3)))
    assert problem.cell == "Visits!B3"
    assert problem.message == "the file keeps no value of the formula `=B2+29`"
    assert "write the value" in problem.hint


# Merged and hidden


def test_merged_cells_have_their_value_in_each():
    rows = [
        ("Schedule of visits", None, None, None),
        ("Visit", "Day", "Window", "Arm"),
        ("Baseline", 0, None, "A"),
        ("Last", 29, 3, None),
        ("Baseline", 0, None, "B"),
        ("Last", 30, 3, None),
    ]
    book = workbook(*rows)
    for area in ("A1:D1", "D3:D4", "D5:D6"):
        book.active.merge_cells(area)
    made = yaml.safe_load(converted(book).text)["protocols"]
    assert [one["id"] for one in made] == ["t-a", "t-b"]
    assert [one["phases"][0]["sessions"][1]["day"] for one in made] == [29, 30]


def test_headers_in_two_lines():
    book = workbook(
        ("Visit", "Day", "Window", None),
        (None, None, "-", "+"),
        ("Baseline", 0, 0, 0),
        ("Last", 29, 3, 4),
    )
    for area in ("A1:A2", "B1:B2", "C1:D1"):
        book.active.merge_cells(area)
    assert sessions_of(book) == [("Baseline", 0, 0, 0), ("Last", 29, 3, 4)]


def test_hidden_rows_and_columns_are_read_and_said():
    book = workbook(*ROWS, ("Later", 60, 3))
    book.active.row_dimensions[3].hidden = True
    book.active.column_dimensions["C"].hidden = True
    assert sessions_of(book) == [*SESSIONS, ("Later", 60, 3, 3)]
    assert converted(book).notes == ("hidden row 3 and column C are read too",)


# Sheets


def several(*titles, fitting=("Visits",)):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title in titles:
        sheet = book.create_sheet(title)
        for row in ROWS if title in fitting else [("Notes", "of the team"), ("a", "b")]:
            sheet.append(row)
    return book


def test_the_sheet_that_fits_is_read_and_said():
    book = several("Cover", "Visits", "Contacts")
    assert sessions_of(book) == SESSIONS
    assert converted(book).notes == ("read the sheet `Visits`",)


def test_a_hidden_sheet_is_read_only_if_it_is_named():
    book = several("Visits", "Old", fitting=("Visits", "Old"))
    book["Old"].sheet_state = "hidden"
    assert converted(book).notes == ("read the sheet `Visits`",)
    assert (sessions_of(book, "old"), converted(book, "old").notes) == (SESSIONS, ())


@pytest.mark.parametrize(
    ("book", "sheet", "message", "hint"),
    [
        (several("Visits", "Arm B", fitting=("Visits", "Arm B")), "", "several sheets could be the visit table: `Visits`, `Arm B`", 'name it: --sheet "Visits"'),
        (several("Arm B", "Visits", fitting=("Visits", "Arm B")), "", "several sheets could be", 'name it: --sheet "Arm B"'),
        (several("A", "B"), "", "several sheets could be the visit table: `A`, `B`", 'name it: --sheet "A"'),
        (several("Cover", "Visits"), "Visit", "--sheet: there is no sheet `Visit`", "did you mean `Visits`?"),
        (several("Cover", "Visits"), "xyz", "there is no sheet `xyz`", "there are: Cover, Visits"),
    ],
)  # fmt: skip
def test_sheets_that_are_not_clear(book, sheet, message, hint):
    with pytest.raises(UsageProblem) as caught:
        converted(book, sheet)
    assert message in caught.value.message
    assert caught.value.hint == hint


def test_a_text_has_no_sheets():
    Path("visits.csv").write_text("Visit,Day,Window\nBaseline,0,\n", "utf-8")
    with pytest.raises(UsageProblem, match=r"--sheet: visits\.csv is not a workbook"):
        converted("visits.csv", "Visits")


# Files that are none


def test_without_the_package_the_extra_is_named(monkeypatch, ketasched):
    saved(workbook(*ROWS))
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    outcome = ketasched("convert", "visits.xlsx")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "error: a workbook (.xlsx) needs the package openpyxl\n"
        'help: run: pip install "ketasched[excel]"\n'
    )


def test_the_package_is_loaded_only_for_a_workbook(ketasched, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    Path("visits.csv").write_text("Visit,Day,Window\nBaseline,0,\n", "utf-8")
    assert ketasched("convert", "visits.csv").code == 0


def test_a_cut_workbook_is_called_so():
    data = Path(saved(workbook(*ROWS))).read_bytes()
    for end in (5, 100, len(data) // 2, len(data) - 5):
        Path("cut.xlsx").write_bytes(data[:end])
        with pytest.raises(FileTrouble, match=r"no Excel workbook \(\.xlsx\) that can be read"):
            converted("cut.xlsx")


@given(st.integers(0, 4000), st.binary(min_size=1, max_size=4))
@settings(max_examples=30)
def test_damaged_workbooks_give_nothing_but_our_own_errors(at, put):
    data = Path(saved(workbook(*ROWS))).read_bytes()
    at %= len(data)
    Path("damaged.xlsx").write_bytes(data[:at] + put + data[at + len(put) :])
    with contextlib.suppress(KetaschedError):
        yaml.safe_load(converted("damaged.xlsx").text)


def test_what_only_excel_knows_is_passed_over_in_silence(recwarn):
    lists = b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst></worksheet>'
    with_sheet(workbook(*ROWS), lambda data: data.replace(b"</worksheet>", lists))
    openpyxl.load_workbook("visits.xlsx")
    assert len(recwarn) == 1
    assert sessions_of("visits.xlsx") == SESSIONS
    assert len(recwarn) == 1


def test_a_workbook_of_charts_has_no_table():
    book = openpyxl.Workbook()
    book.create_chartsheet("Chart")
    book.remove(book["Sheet"])
    with pytest.raises(FileTrouble, match="no Excel workbook"):
        converted(book)


def test_empty_sheets():
    assert only_problem(workbook()).message == "the file is empty"
    assert "headers and no visits" in only_problem(workbook(ROWS[0])).message


def test_a_sheet_that_reaches_too_far_is_refused():
    book = workbook(*ROWS)
    book.active.cell(1_000_000, 3).value = "x"
    with pytest.raises(FileTrouble, match="the sheet `Visits` reaches to row 1000000"):
        converted(book)


def test_a_workbook_that_swells_is_refused(monkeypatch):
    from ketasched.reading import workbook as module

    monkeypatch.setattr(module, "MAX_UNPACKED", 1000)
    with pytest.raises(FileTrouble, match="unpacked"):
        converted(workbook(*ROWS))


@pytest.mark.parametrize(
    ("shown_as", "day"),
    [('"Week "0', 28), ('0" weeks"', 28), ("\\W0", 28), ('"Day "0', 4), ("General", 4), ("+0;-0;0", 4), ('0"."', 4)],
)  # fmt: skip
def test_a_number_is_what_its_format_shows(shown_as, day):
    book = workbook(*ROWS[:2], ("Last", 4, 1))
    book.active["B3"].number_format = shown_as
    assert sessions_of(book) == [("Baseline", 0, 0, 0), ("Last", day, 1, 1)]
