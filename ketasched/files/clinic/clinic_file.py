"""Clinic files: YAML to `ClinicFile`, and the JSON Schema of the format."""

from __future__ import annotations

from ketasched.errors import FileProblems, Problem
from ketasched.files.clinic.clinic import CLINIC, ClinicFile
from ketasched.reading.fields import Schema, read_record
from ketasched.reading.file_text import FileText, compose, keys_of, read_file


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
    root = compose(source)
    if "protocols" in keys_of(root):
        hint = "give it with --protocols"
        problem = Problem("this is a protocol file, not a clinic file", hint=hint)
        raise FileProblems(source.file, [problem])
    clinic: ClinicFile = read_record(source, root, CLINIC)
    return clinic._replace(file=source.file)


def schema() -> Schema:
    """The JSON Schema of clinic files, version 1."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ketasched clinic, version 1",
        **CLINIC.schema(),
    }


def keys() -> frozenset[str]:
    """The outermost keys that only a clinic file has."""
    return frozenset(CLINIC.keys) - {"version"}
