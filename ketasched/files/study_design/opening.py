"""Whether a file is a study, by its shape, and if it is some other JSON, which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import SchemaValidator, core_schema

from ketasched.errors import FileTrouble
from ketasched.files.study_design.parts import Faults, Part
from ketasched.reading.decoding import decoded
from ketasched.reading.file_text import FileBytes, FileText
from ketasched.reading.json_shape import read_json

if TYPE_CHECKING:
    from ketasched.reading.json_shape import Place

MAX_STUDY = 32 * 1024 * 1024
"""Studies hold pictures, as text."""
_EXPECTED = "expected a study of CDISC's USDM, version 4: `study`, `versions`, `studyDesigns`"
_BLANKS = b" \t\r\n"
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def is_json(file: FileBytes) -> bool:
    """Whether a file is meant to be JSON: a visit table does not begin with a bracket."""
    begin = file.data[:4096]
    for mark in _MARKS:
        begin = begin.removeprefix(mark)
    begin = begin.replace(b"\x00", b"").lstrip(_BLANKS)
    return begin[:1] in (b"{", b"[") or file.path.casefold().endswith(".json")


def opened(file: str, data: bytes) -> Part:
    """The study in the bytes of a file.

    Raises:
        FileTrouble: it is too large.
        FileProblems: it is not JSON, or no study.
    """
    if len(data) > MAX_STUDY:
        raise FileTrouble(f"{file} is larger than {MAX_STUDY >> 20} MiB", file=file)
    source = FileText(file, decoded(file, data)[0])
    values = read_json(source, lambda _: SchemaValidator(core_schema.any_schema()))
    faults = Faults(source)
    study, place = _study(values)
    if study is None:
        at, message, hint = _other(values)
        faults.note(at, message, hint)
        faults.finish()
        return Part({}, (), faults)
    return Part(study, place, faults)


def _study(values: dict[str, Any]) -> tuple[dict[str, Any] | None, Place]:
    if values.get("instanceType") == "Study" and "versions" in values:
        return values, ()
    study = values.get("study")
    return (study, ("study",)) if isinstance(study, dict) and "versions" in study else (None, ())


def _other(values: dict[str, Any]) -> tuple[Place, str, str]:
    """What a file is that is no study: its place, a sentence and a hint."""
    study = values.get("study")
    older: list[tuple[Place, object]] = [(("study",), study), ((), values)]
    for place, part in older:
        if isinstance(part, dict) and {"studyDesigns", "studyProtocolVersions"} & part.keys():
            hint = "save the study as USDM version 4, whose `study` has `versions`"
            return place, "a study of an older version of USDM", hint
    if isinstance(kind := values.get("resourceType"), str):
        return ("resourceType",), f"this is FHIR ({kind[:40]}), not USDM", _EXPECTED
    if str(values.get("schema", "")).startswith("ketasched"):
        hint = "a course is shown by `status`, and planned by `plan` from a protocol"
        return ("schema",), "this is a file that ketasched wrote, and no study", hint
    return ("study",) if "study" in values else (), "this is JSON, and no study", _EXPECTED
