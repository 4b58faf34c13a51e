"""A file of any kind as a table: a workbook by its first bytes, else text."""

from __future__ import annotations

from collections.abc import Callable

from ketasched.errors import FileTrouble, UsageProblem
from ketasched.reading.decoding import decoded
from ketasched.reading.table import Cell, Kind, Table
from ketasched.reading.text_table import TextTable

_ARCHIVE_MARK = b"PK\x03\x04"


def opened(
    file: str, data: bytes, sheet: str, meaning: Callable[[str], str], kind: Kind
) -> tuple[Table, list[Cell], list[list[Cell]]]:
    """The table in the bytes of a file, its headers, and the rows below them.

    Args:
        file: what messages call it.
        data: what it holds.
        sheet: the sheet of a workbook that is meant; empty: the one that fits.
        meaning: the key of a header; empty if it is not known.
        kind: what kind of table it is.

    Raises:
        FileTrouble, FileProblems: there is no table.
        UsageProblem: the sheet is not clear, or there are none.
    """
    if data.startswith(_ARCHIVE_MARK):
        from ketasched.reading import workbook

        _refuse_large(file, data, kind.most, kind)
        table, rows = workbook.sheet_of(file, data, sheet, meaning, kind)
        return table, *table.split(rows, meaning)
    if sheet:
        raise UsageProblem(f"--sheet: {file} is not a workbook", "leave it out")
    _refuse_large(file, data, kind.most_text, kind)
    text, encoding = decoded(file, data)
    notes = [f"read as {encoding}"] if encoding else []
    text_table = TextTable(file, text, notes, kind.rows)
    return text_table, *text_table.split(text_table.all_rows(meaning), meaning)


def _refuse_large(file: str, data: bytes, most: int, kind: Kind) -> None:
    if len(data) > most:
        message = f"{file} is larger than {most // 1024} KiB"
        hint = f"a {kind.name} is a few pages of text; is this the right file?"
        raise FileTrouble(message, hint, file)
