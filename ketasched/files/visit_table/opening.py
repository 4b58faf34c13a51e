"""A file of any kind as a table: a workbook by its first bytes, else text."""

from __future__ import annotations

from collections.abc import Mapping

from ketasched.errors import FileTrouble, UsageProblem
from ketasched.files.visit_table.headers import field_of, plain
from ketasched.reading.decoding import decoded
from ketasched.reading.file_text import MAX_BYTES
from ketasched.reading.table import Cell, Table
from ketasched.reading.text_table import TextTable

MAX_WORKBOOK = 4 * 1024 * 1024
_ARCHIVE_MARK = b"PK\x03\x04"


def opened(
    file: str, data: bytes, sheet: str, *, asked: Mapping[str, str]
) -> tuple[Table, list[Cell], list[list[Cell]]]:
    """The table in the bytes of a file, its headers, and the rows below them.

    Args:
        file: what messages call it.
        data: what it holds.
        sheet: the sheet of a workbook that is meant; empty: the one that fits.
        asked: the headers that were named, by key.

    Raises:
        FileTrouble, FileProblems: there is no table.
        UsageProblem: the sheet is not clear, or there are none.
    """
    named = {plain(text): key for key, text in asked.items()}

    def meaning(header: str) -> str:
        return named.get(plain(header)) or field_of(header)

    if data.startswith(_ARCHIVE_MARK):
        from ketasched.files.visit_table import workbook

        _refuse_large(file, data, MAX_WORKBOOK)
        table, rows = workbook.sheet_of(file, data, sheet, meaning)
        return table, *table.split(rows, meaning)
    if sheet:
        raise UsageProblem(f"--sheet: {file} is not a workbook", "leave it out")
    _refuse_large(file, data, MAX_BYTES)
    text, encoding = decoded(file, data)
    notes = [f"read as {encoding}"] if encoding else []
    text_table = TextTable(file, text, notes)
    return text_table, *text_table.split(text_table.all_rows(meaning), meaning)


def _refuse_large(file: str, data: bytes, most: int) -> None:
    if len(data) > most:
        message = f"{file} is larger than {most // 1024} KiB"
        hint = "a visit table is a few pages of text; is this the right file?"
        raise FileTrouble(message, hint, file)
