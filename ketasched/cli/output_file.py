"""The file that ``--output`` names: which form it has, and whether it may stand there."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from ketasched.errors import UsageProblem

ENDINGS = {
    "table": ".txt", "html": ".html", "json": ".json", "csv": ".csv", "xlsx": ".xlsx",
    "fhir": ".json",
}  # fmt: skip
"""By form of a result: what the name of its file ends with."""
CALENDAR = ".ics"


class OutputFile(NamedTuple):
    """Where a result goes instead of standard output, whether it may replace a file there, and what
    its user may not have meant.
    """

    path: str
    replace: bool
    notes: Sequence[str] = ()


def asked_file(
    typed: dict[str, Any], forms: Sequence[str], fields: Mapping[str, Any]
) -> OutputFile | None:
    """Take ``output`` from what was typed: the file for the result, unless it is a calendar and
    the fields of the request, with their types, have one. Its ending says the ``format`` where that
    was not typed.

    Raises:
        UsageProblem: the command has no such form, or the file is one that it reads.
        FileTrouble: it cannot be written there.
    """
    path, replace = typed.pop("output", ""), bool(typed.get("force"))
    if "force" not in fields:
        typed.pop("force", None)
    calendar = _is_calendar(path, forms, typed.get("format")) and writes_calendar(fields)
    if calendar:
        _refuse_another_form(path, forms, typed.get("format"))
    if path in ("", "-") or calendar:
        _refuse_workbook_on_terminal(typed.get("format"))
        if calendar and typed.get("ics"):
            raise UsageProblem("--ics and --output both name a calendar", "leave one of them out")
        typed.update({"ics": path} if calendar else {})
        return None
    from ketasched.records import atomic

    atomic.check_place(path, replace=True)
    notes = [*_contradiction(path, typed.get("format") or "")]
    if not typed.get("format"):
        form = _form_of(path, forms, calendar=writes_calendar(fields))
        typed.update({"format": form} if "format" in fields else {})
    _refuse_files_in_use(path, typed)
    _refuse_without_package(typed.get("format"))
    if "force" in fields and not (typed.get("ics") or typed.get("html")):
        typed["force"] = False
    atomic.try_place(path, replace=replace)
    return OutputFile(path, replace, notes)


def writes_calendar(fields: Mapping[str, Any]) -> bool:
    """Whether a command has an option for a calendar that it writes; `check` reads several."""
    return fields.get("ics") is str


def output_text(forms: Sequence[str], *, calendar: bool) -> str:
    """What the help says of ``--output``."""
    return f"Write it to a file that ends with {_endings(forms, calendar=calendar)}; - prints it."


def _is_calendar(path: str, forms: Sequence[str], form: str | None) -> bool:
    """Whether a file is for the calendar: its name says so, or nothing says what else it is for a
    command that writes calendars by itself.
    """
    ending = PurePath(path).suffix.lower()
    by_itself = CALENDAR.removeprefix(".") in forms and path not in ("", "-")
    other = form not in (None, "", "ics") or (not form and ending in ENDINGS.values())
    return ending == CALENDAR or (by_itself and not other)


def _refuse_another_form(path: str, forms: Sequence[str], form: str | None) -> None:
    """Refuse a calendar's name for what a command writes instead of its calendar."""
    if form not in (None, "", "ics") and CALENDAR.removeprefix(".") in forms:
        ending = ENDINGS.get(form, "")
        message = f"--output {path}: --format {form} makes no calendar"
        raise UsageProblem(message, f"end the name with {ending}, or leave --format out")


def _refuse_workbook_on_terminal(form: str | None) -> None:
    _refuse_without_package(form)
    if form == "xlsx" and sys.stdout is not None and sys.stdout.isatty():
        message = "--format xlsx is a workbook, which no terminal shows"
        raise UsageProblem(message, "name a file for it: --output FILE.xlsx")


def _refuse_without_package(form: str | None) -> None:
    """Say what is missing before there is something to lose."""
    if form == "xlsx":
        from ketasched.reading.excel import refuse_without_openpyxl

        refuse_without_openpyxl()


def _endings(forms: Sequence[str], *, calendar: bool) -> str:
    """What the name of a file may end with."""
    from ketasched.domain.wording import list_text

    endings = [ENDINGS[form] for form in forms if form in ENDINGS]
    return list_text([*endings, *([CALENDAR] if calendar else [])], "or")


def _form_of(path: str, forms: Sequence[str], *, calendar: bool) -> str:
    ending = PurePath(path).suffix.lower()
    form = next((form for form in forms if ENDINGS.get(form) == ending), "")
    if form:
        return form
    why = f"`{ending}` is no form that this has" if ending else "its name does not say which form"
    hint = f"end the name with {_endings(forms, calendar=calendar)}"
    if len(forms) > 1:
        hint += ", or add --format"
    raise UsageProblem(f"--output {path}: {why}", hint)


def _contradiction(path: str, form: str) -> Iterator[str]:
    """That a form which was typed is another one than the name of the file says."""
    ending = PurePath(path).suffix.lower()
    known = {*ENDINGS.values(), CALENDAR}
    if form and ending in known and ending != ENDINGS.get(form, ENDINGS["table"]):
        yield f"note: {path} is written as --format {form} says, not as its name says"


def _refuse_files_in_use(path: str, typed: dict[str, Any]) -> None:
    from ketasched.records import atomic, places

    with atomic.file_trouble(path):
        ours = places.is_ours(Path(path))
    if ours:
        raise UsageProblem(
            f"--output {path}: what stands beside records has such names, and it would be lost",
            "choose another name",
        )
    place = Path(path).resolve()
    for text in _texts(typed.values()):
        if Path(text).resolve() == place and (text in _written(typed) or place.exists()):
            raise UsageProblem(f"--output {path} is named for something else", "choose another")


def _written(typed: dict[str, Any]) -> set[Any]:
    """The files that are written besides, if any."""
    return {file for file in (typed.get("ics"), typed.get("html")) if isinstance(file, str)}


def _texts(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        yield from [value] if isinstance(value, str) else value if isinstance(value, list) else []
