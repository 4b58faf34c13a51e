"""``ketasched convert``: a visit table becomes a protocol file."""

from __future__ import annotations

import shlex
from pathlib import PurePath

from ketasched.errors import UsageProblem, did_you_mean

DEFAULT_MINUTES = 60
LONGEST_TITLE = 300


def run(file: str, columns: list[str], identifier: str, title: str, length: str) -> None:
    """Print the protocol file that a visit table makes; ``-`` reads standard input.

    Args:
        file: the path of the table.
        columns: ``KEY=HEADER`` for each column that is named.
        identifier: the id of the protocol; empty: from the file's name.
        title: its title; empty: from the file's name.
        length: how long a visit takes, such as ``90 min``; empty: an hour.

    Raises:
        UsageProblem: an option that cannot be read, or that does not fit the table.
        FileTrouble, FileProblems: the table.
    """
    from ketasched.cli import output
    from ketasched.files.visit_table import conversion

    converted = conversion.convert(
        file,
        _columns(columns),
        identifier=_identifier(identifier, file),
        title=_title(title),
        minutes=_minutes(length),
    )
    # A protocol file is UTF-8 whatever the terminal: `print_text` would replace what that lacks.
    output.print_data(converted.text.encode())
    if converted.ignored:
        headers = ", ".join(f"`{header}`" for header in converted.ignored)
        output.tell(output.printable(f"note: columns not used: {headers}"))
    table = "-" if file == "-" else shlex.quote(file)
    output.tell_on_terminal(
        output.printable(f"To keep it: ketasched convert {table} > visits.yaml")
        + "\nThen: ketasched check visits.yaml"
    )


def _columns(texts: list[str]) -> dict[str, str]:
    from ketasched.files.visit_table.cells import FIELDS, field_of

    columns: dict[str, str] = {}
    for text in texts:
        word, equals, header = text.partition("=")
        if not (equals and header.strip()):
            hint = 'write, say, --column day="Study Day"'
            raise UsageProblem(f"--column: `{text}` is not KEY=HEADER", hint)
        key = word.strip().casefold()
        key = key if key in FIELDS else field_of(word)
        if not key:
            hint = did_you_mean(word, FIELDS) or f"there are: {', '.join(FIELDS)}"
            raise UsageProblem(f"--column: unknown column `{word.strip()}`", hint)
        if key in columns:
            raise UsageProblem(f"--column {key} is given twice")
        columns[key] = header
    if "window" in columns and ("minus" in columns or "plus" in columns):
        raise UsageProblem(
            "--column: the window is named as one column and as two",
            "name window, or else minus and plus",
        )
    return columns


def _identifier(text: str, file: str) -> str:
    from ketasched.files.visit_table.cells import make_id
    from ketasched.reading.texts import identifier

    if text:
        try:
            return identifier(text.strip())
        except ValueError as error:
            raise UsageProblem(f"--id: {error.args[0]}", *error.args[1:]) from None
    made = "visits" if file == "-" else make_id(PurePath(file).stem)
    if not made:
        raise UsageProblem("the file's name makes no id", "add --id, such as --id visits")
    return made


def _title(text: str) -> str:
    title = text.strip()
    if text and not title:
        raise UsageProblem("--title is empty", "write something, or leave it out")
    if len(title) > LONGEST_TITLE or not title.isprintable():
        raise UsageProblem(f"--title: write one line of at most {LONGEST_TITLE} characters")
    return title


def _minutes(text: str) -> int:
    from ketasched.domain.typed_times import read_minutes
    from ketasched.files.visit_table.cells import LONGEST_VISIT

    try:
        minutes = read_minutes(text) if text else DEFAULT_MINUTES
    except ValueError as error:
        raise UsageProblem(f"--length: {error.args[0]}", *error.args[1:]) from None
    if not 1 <= minutes <= LONGEST_VISIT:
        raise UsageProblem(f"--length: `{text}` is outside 1 to {LONGEST_VISIT} min")
    return minutes
