"""Rows of a report under a header, as CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ketasched.domain.signs import printable

# Those of wide forms begin one in Japanese, a line end where it is left off.
_BEGIN_A_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


class Part(NamedTuple):
    """Some rows of a table: a sheet of a workbook, and what it is called there."""

    name: str
    rows: Sequence[Mapping[str, Any]]


class Table(NamedTuple):
    """What a report says in rows of these columns, all of them in CSV, each part on a sheet.

    Days and instants are in ISO 8601, numbers are numbers; all other text may be people's own.
    """

    columns: Sequence[str]
    parts: Sequence[Part]

    def as_csv(self) -> str:
        """All rows under one header."""
        out = io.StringIO()
        writer = csv.DictWriter(out, self.columns, lineterminator="\n")
        writer.writeheader()
        for part in self.parts:
            for row in part.rows:
                writer.writerow({column: cell(row[column]) for column in self.columns})
        return out.getvalue()


def cell(value: Any) -> Any:
    """A value as it may stand in a cell: text that no spreadsheet takes for a formula, and that
    steers no terminal.
    """
    if not isinstance(value, str):
        return value
    text = printable(value)
    return f"'{text}" if value.startswith(_BEGIN_A_FORMULA) else text
