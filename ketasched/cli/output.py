"""The edge: what is printed, and how errors look."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING

from ketasched.cli.color import wants_color
from ketasched.domain.signs import STEERING, printable
from ketasched.errors import FileProblems, FileTrouble, KetaschedError, Problem, os_reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CLOSED_PIPE = 1
STANDARD_OUTPUT = "standard output"


PAPER_WIDTH = 80
"""Columns of a text in a file, unless COLUMNS says how many."""
_for_file: ContextVar[bool] = ContextVar("for_file", default=False)


class ClosedPipe(Exception):
    """Whoever read our output has stopped reading."""


@contextlib.contextmanager
def for_file() -> Iterator[None]:
    """While the body runs, pages are laid out for a file, whatever the terminal is like."""
    before = _for_file.set(True)
    try:
        yield
    finally:
        _for_file.reset(before)


def page_width() -> int:
    """How many columns a page has."""
    if not _for_file.get():
        return shutil.get_terminal_size().columns
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isascii() and columns.isdigit() and int(columns) else PAPER_WIDTH


def page_has_color() -> bool:
    """Whether a page is in color."""
    return not _for_file.get() and wants_color(sys.stdout)


def print_text(text: str) -> None:
    """Write text to standard output; nothing in it but our own colors steers the terminal, and
    signs its encoding lacks are replaced by plain ones.
    """
    text = _safe(text, color=wants_color(sys.stdout))
    print_data(_encoded(text, getattr(sys.stdout, "encoding", None) or "utf-8"))


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN).encode(encoding, errors="replace")


_PLAIN = str.maketrans("–·┌┬┐├┼┤└┴┘─│█→×\xa0", "-.+++++++++-|#>x ") | str.maketrans({"…": "..."})


def print_data(data: bytes) -> None:
    """Write bytes to standard output as they are.

    Raises:
        ClosedPipe: nobody reads them.
        FileTrouble: they cannot be written.
    """
    if sys.stdout is None:
        raise ClosedPipe
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        silence()
        raise ClosedPipe from None
    except OSError as error:
        silence()
        raise cannot_print(error) from None


def silence() -> None:
    """Python flushes standard output once more at exit: give it somewhere to go."""
    with contextlib.suppress(OSError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def cannot_print(error: OSError) -> FileTrouble:
    """Standard output takes nothing."""
    return FileTrouble(
        f"cannot write to {STANDARD_OUTPUT}: {os_reason(error)}", file=STANDARD_OUTPUT
    )


def tell(text: str) -> None:
    """Say something on standard error."""
    _tell(printable(text))


def tell_part(text: str) -> None:
    """Say the beginning of a line on standard error: a question, which is answered on the line."""
    _tell(printable(text), end="")


def _tell(text: str, end: str = "\n") -> None:
    if sys.stderr is None:
        return
    encoding = sys.stderr.encoding or "utf-8"
    with contextlib.suppress(OSError):
        sys.stderr.write(_encoded(text, encoding).decode(encoding) + end)
        sys.stderr.flush()


def tell_on_terminal(text: str) -> None:
    """Say something to a person; nobody else needs it."""
    if sys.stderr is not None and sys.stderr.isatty():
        tell(text)


# Errors


def tell_error(error: KetaschedError) -> None:
    """Say on standard error what happened, where, and what to do."""
    text = printable(_error_text(error))
    if wants_color(sys.stderr):
        text = re.sub("^error(?=: )", "\x1b[1;31merror\x1b[0m", text, flags=re.MULTILINE)
    _tell(text)


def _error_text(error: KetaschedError) -> str:
    if isinstance(error, FileProblems):
        return "\n\n".join(_problem_text(error.file, problem) for problem in error.problems)
    lines = [f"error: {error.message}"]
    failure = getattr(error, "failure", None)
    if failure is not None and getattr(failure, "code", "") == "no-placement":
        lines += _refused_lines(failure.refused)
    if error.hint:
        lines.append(f"help: {error.hint}")
    advice = getattr(error, "advice", ())
    if advice:
        lines.append("each of these was run and works:")
    for text, command in advice:
        lines += [f"  {text}", f"    {command}"]
    return "\n".join(lines)


def _refused_lines(refused: Sequence[object]) -> list[str]:
    from ketasched.domain.wording import day_text
    from ketasched.planning.placement import RefusedDay

    days = [day for day in refused if isinstance(day, RefusedDay)]
    width = max(len(day_text(day.day)) for day in days)
    return [
        f"  {day_text(day.day):>{width}}  {'; '.join(reason.full for reason in day.reasons)}"
        for day in days
    ]


def _problem_text(file: str, problem: Problem) -> str:
    head = f"error: {problem.message}"
    if problem.cell or not problem.line:
        where = f"  --> {file}" + (f":{problem.cell}" if problem.cell else "")
        return "\n".join([head, where, *([f"help: {problem.hint}"] if problem.hint else [])])
    margin = " " * len(str(problem.line))
    # A tab before the mark would put it in the wrong place.
    shown = STEERING.sub(" ", problem.source_line)
    start = max(0, problem.column - 60)
    shown = shown[start : start + 100]
    place = f"{file}:{problem.line}" + (f":{problem.column}" if problem.column else "")
    lines = [head, f"{margin} --> {place}"]
    if shown.strip():
        mark = " " * (problem.column - 1 - start) + "^" * min(problem.width, 100)
        hint = f" {problem.hint}" if problem.hint else ""
        lines += [f"{margin} |", f"{problem.line} | {shown}", f"{margin} | {mark}{hint}"]
    elif problem.hint:
        lines.append(f"help: {problem.hint}")
    return "\n".join(lines)


def _safe(text: str, *, color: bool) -> str:
    """Text that steers the terminal no further than to another color, where it takes colors."""
    if not color:
        return printable(text)
    parts = _COLOR.split(text)
    return "".join(part if place % 2 else printable(part) for place, part in enumerate(parts))


_COLOR = re.compile("(\x1b\\[[0-9;]*m)")
