"""Clinic files: YAML to `ClinicFile`, and the JSON Schema of the format."""

from __future__ import annotations

from functools import lru_cache

from ketasched.files.clinic.clinic import CLINIC, ClinicFile
from ketasched.reading import file_kind
from ketasched.reading.fields import Schema, read_record
from ketasched.reading.file_kind import refuse_other
from ketasched.reading.file_text import FileText, compose, read_file
from ketasched.reading.json_source import plain


def load(path: str) -> ClinicFile:
    """The clinic of a file; ``-`` reads standard input.

    Raises:
        FileTrouble: the file cannot be read.
        FileProblems: all that is wrong with it.
    """
    return read(read_file(path, "clinic file"))


def read(source: FileText) -> ClinicFile:
    """The clinic of a file that has been opened.

    Raises:
        FileProblems: all that is wrong with it.
    """
    return _of_text(source.file, source.text)


@lru_cache(8)  # each line of a waiting list asks for the same
def _of_text(file: str, text: str) -> ClinicFile:
    source = FileText(file, text)
    root = compose(source)
    refuse_other(source, root, file_kind.CLINIC)
    clinic: ClinicFile = read_record(source, root, CLINIC)
    where = source if clinic.takes else None
    return clinic._replace(file=source.file, words=plain(root), source=where)


def schema() -> Schema:
    """The JSON Schema of clinic files, version 1."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ketasched clinic, version 1",
        **CLINIC.schema(),
    }
