"""``ketasched convert``: a visit table or a study design becomes a protocol file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from ketasched.asking.values import columns_named
from ketasched.cli.options import Option, takes
from ketasched.cli.result import Result, file_result
from ketasched.errors import UsageProblem
from ketasched.shell import paste

if TYPE_CHECKING:
    from ketasched.reading.file_text import FileBytes

HELP = """Turn the visit table or the design of a trial into a protocol file.

The table is CSV or Excel (.xlsx): visit name, day or week from baseline, windows, protocol version;
lengths and arms if it has them; an arm becomes a protocol. Headers are known in English, German,
French and Spanish, and those of REDCap and CDISC. The design is the JSON of CDISC's USDM, version
4; what a protocol cannot say is listed. - reads standard input.

\b
Examples:
  ketasched convert visits.csv -o trial.yaml
  ketasched convert visits.csv --column day="Study Day" --id t7 -o t7.yaml
  ketasched convert visits.xlsx --sheet Plan --column week=Time -o t7.yaml
  ketasched convert study.json --id t7 -o t7.yaml
"""
DEFAULT_MINUTES = 60
LONGEST_TITLE = 300


class ConvertRequest(NamedTuple):
    """Which table, and what it does not say: ``KEY=HEADER`` for columns, the sheet of a
    workbook (empty: the one that fits), the protocol's id and title (empty: from the file's name),
    how long a visit takes (empty: an hour).
    """

    file: str
    column: tuple[str, ...] = ()
    sheet: str = ""
    identifier: str = ""
    title: str = ""
    length: str = ""
    output: str = ""
    force: bool = False


@takes(
    ConvertRequest,
    column=Option(
        'Which column is which, if its header does not say: day="Study Day"; '
        "KEY is name, day, week, date, minus, plus, window, earliest, latest, version, arm "
        "or length.",
        "KEY=HEADER",
    ),
    identifier=Option("The protocol's id, else the file's name.", "ID"),
    title=Option("The protocol's title.", "TEXT"),
    length=Option(
        "How long a session takes where the table has no lengths; 60 min if not given.", "90min"
    ),
)
def run(request: ConvertRequest) -> Result:
    """The protocol file that a visit table or a study design makes; ``-`` reads standard input.

    Raises:
        UsageProblem: an option that cannot be read, or that does not fit the table.
        FileTrouble, FileProblems: the table, or the study.
    """
    from ketasched.files.study_design.opening import MAX_STUDY, is_json
    from ketasched.reading.file_text import file_bytes

    _refuse_table(request)
    file = file_bytes(request.file, MAX_STUDY, "give the path of a visit table or a study")
    convert = _of_study if is_json(file) else _of_table
    text, notes = convert(request, file)
    # A protocol file is UTF-8 whatever the terminal.
    result = file_result(text.encode(), request.output, force=request.force)
    hint = f"Then: {paste(['ketasched', 'check', request.output or 'visits.yaml'])}"
    if not request.output:
        command = paste(["ketasched", "convert", request.file, "-o", "visits.yaml"])
        hint = f"To keep it: {command}\n{hint}"
    return result._replace(notes=[*notes, *result.notes], hint=hint)


def _of_table(request: ConvertRequest, file: FileBytes) -> tuple[str, list[str]]:
    """The protocol file of a visit table, and notes."""
    from ketasched.files.visit_table import conversion

    converted = conversion.convert(
        file,
        _columns(request.column),
        identifier=_identifier(request.identifier, request.file),
        title=_title(request.title),
        minutes=_minutes(request.length),
        sheet=request.sheet,
    )
    headers = ", ".join(f"`{header}`" for header in converted.ignored)
    notes = [f"note: {text}" for text in converted.notes]
    return converted.text, notes + ([f"note: columns not used: {headers}"] if headers else [])


def _of_study(request: ConvertRequest, file: FileBytes) -> tuple[str, list[str]]:
    """The protocol file of a study design; the list of what it cannot say, or where that stands."""
    from ketasched.files.study_design import conversion

    for option, given in (("--column", request.column), ("--sheet", request.sheet)):
        if given:
            raise UsageProblem(f"{option}: {request.file} is a study, no table", "leave it out")
    converted = conversion.convert(
        file,
        identifier=_identifier(request.identifier, request.file),
        title=_title(request.title),
        minutes=_minutes(request.length),
    )
    notes = [f"note: {text}" for text in converted.notes]
    if notes and not request.output:  # the list is in what is printed
        count = len(notes)
        which = "one thing of the study is" if count == 1 else f"{count} things of the study are"
        notes = [f"note: {which} not in the protocol as it says: the list stands behind it"]
    return converted.text, notes


def _refuse_table(request: ConvertRequest) -> None:
    """Refuse to write the protocol over the table."""
    if request.output and PurePath(request.output) == PurePath(request.file) != PurePath("-"):
        raise UsageProblem("--output names the table", "choose another file")


def _columns(texts: Sequence[str]) -> dict[str, str]:
    from ketasched.files.visit_table.headers import FIELDS, field_of

    def key_of(word: str) -> str:
        return word.casefold() if word.casefold() in FIELDS else field_of(word)

    columns = columns_named(texts, '--column day="Study Day"', FIELDS, key_of)
    ways = [{"window"}, {"minus", "plus"}, {"earliest", "latest"}]
    if sum(bool(way & columns.keys()) for way in ways) > 1:
        raise UsageProblem(
            "--column: the window is named as one column and as two, or as two in two ways",
            "name window, or else minus and plus, or earliest and latest",
        )
    return columns


def _identifier(text: str, file: str) -> str:
    from ketasched.reading.texts import identifier, make_id

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
