"""Reports as text: JSON, and CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ketasched.domain.signs import STEERING, printable

SCHEMA = "ketasched/1"


def to_json(report: Mapping[str, Any]) -> str:
    """A report as JSON text, one line end at its end; signs that steer a terminal are written as
    their numbers.
    """
    text = json.dumps(report, indent=2, ensure_ascii=False)
    return STEERING.sub(_numbered, text) + "\n"


def _numbered(match: re.Match[str]) -> str:
    return "\n" if match[0] == "\n" else f"\\u{ord(match[0]):04x}"


def rows_as_csv(
    columns: Sequence[str], rows: Sequence[Mapping[str, Any]], texts: Sequence[str]
) -> str:
    """Rows as CSV under a header; ``texts`` are the columns that hold people's own words, in which
    nothing is left that a spreadsheet would take for a formula.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        inert = {key: _inert(row[key] or "") for key in texts}
        writer.writerow({key: row[key] for key in columns} | inert)
    return out.getvalue()


def _inert(text: str) -> str:
    """Text that a spreadsheet does not take for a formula, and that steers no terminal."""
    text = printable(text)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def unread_report(unread: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """The files of a folder that cannot be used, each with why."""
    return [{"file": file, "why": why} for file, why in unread]
