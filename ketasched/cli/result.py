"""What a command came to, and the one place that prints it, as a table or data, or to a file."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

from ketasched.cli import output
from ketasched.cli.output_file import OutputFile
from ketasched.errors import ChangedMeanwhile, FileTrouble, KetaschedError

if TYPE_CHECKING:
    from ketasched.reports.table import Table

MOST_TIMES = 5
"""How often a result is made while others change what it is made of."""


class Result(NamedTuple):
    """What a command came to. ``page``, ``report``, ``rows`` and ``html`` make its table, JSON, CSV
    or workbook, and its page for a browser; ``data`` is the file that standard output gets instead.
    ``writing`` is entered before anything is printed and left after: what it writes stands only if
    that went well. ``notes`` are said on standard error, ``hint`` to a person at a terminal, and
    ``trouble`` is what it fails with after all that. ``written`` is called with the form of a
    result that goes to a file, and its path: once its bytes are safe, before it has its name; what
    it is made of may have been changed by then, and it is made anew. A ``private`` file nobody
    else may read.
    """

    page: Callable[[], str] | None = None
    report: Callable[[], Mapping[str, Any]] | None = None
    rows: Callable[[], Table] | None = None
    html: Callable[[], str] | None = None
    data: bytes | None = None
    writing: AbstractContextManager[None] = nullcontext()
    notes: Sequence[str] = ()
    hint: str = ""
    trouble: KetaschedError | None = None
    written: Callable[[str, str], None] | None = None
    private: bool = False


def file_result(data: bytes, path: str, *, force: bool) -> Result:
    """A file that is written, or printed as it is where no path or ``-`` is given."""
    if path in ("", "-"):
        return Result(data=data)
    from ketasched.asking.values import refuse_our_files
    from ketasched.records import atomic

    if not path.lower().endswith(".schema.json"):
        refuse_our_files("--output", path, ".schema.json or .yaml")
    return Result(writing=atomic.new_file(path, data, replace=force), notes=[f"wrote {path}"])


def print_result(result: Result, form: str, file: OutputFile | None = None) -> None:
    """Print a result in one of the forms that its command offers, or write it to a file.

    Raises:
        KetaschedError: it cannot be printed or written; the trouble that the result has.
    """
    if file:
        _write(result, form, file)
    else:
        _print(result, form)
    of_file = [*file.notes, f"wrote {file.path}"] if file else []
    for note in [*result.notes, *of_file]:
        output.tell(note)
    if result.hint:
        output.tell_on_terminal(result.hint)
    if result.trouble:
        raise result.trouble


def _print(result: Result, form: str) -> None:
    text, data = ("", result.data) if result.data is not None else _printed(result, form)
    with result.writing:
        if data is not None:
            output.print_data(data)
        elif text:
            output.print_text(text)


def _write(result: Result, form: str, file: OutputFile) -> None:
    """Write a result; it is made anew where what it is made of is changed before it stands."""
    for _ in range(MOST_TIMES - 1):
        with contextlib.suppress(ChangedMeanwhile):
            _write_once(result, form, file)
            return
    _write_once(result, form, file)


def _write_once(result: Result, form: str, file: OutputFile) -> None:
    from ketasched.domain.signs import printable
    from ketasched.records import atomic

    with output.for_file():
        text, data = _printed(result, form)
    if data is None:
        data = printable(text).encode(errors="replace")
    try:
        new = atomic.new_file(file.path, data, replace=file.replace, private=result.private)
        with new, result.writing:
            if result.written:
                result.written(form, file.path)
    except FileTrouble as trouble:
        if isinstance(result.writing, nullcontext) and trouble.file == file.path:
            for note in result.notes:  # a change of a record stands, whatever became of its report
                output.tell(note)
            raise FileTrouble(trouble.message, "choose another place", file.path) from None
        raise


def _printed(result: Result, form: str) -> tuple[str, bytes | None]:
    """The text of a result, or its bytes: data are UTF-8 wherever they go."""
    if form == "fhir" and result.report:
        from ketasched.reports.report_text import to_json_quickly

        return "", to_json_quickly(result.report()).encode(errors="replace")
    if form == "json" and result.report:
        return "", json_bytes(result.report())
    if form == "csv" and result.rows:
        return "", result.rows().as_csv().encode(errors="replace")
    if form == "xlsx" and result.rows:
        from ketasched.reports.workbook import workbook

        return "", workbook(result.rows())
    if form == "html" and result.html:
        return "", result.html().encode()
    return result.page() if result.page else "", None


def json_bytes(report: Mapping[str, Any]) -> bytes:
    """A report as JSON."""
    from ketasched.reports.report_text import to_json

    return to_json(report).encode(errors="replace")
