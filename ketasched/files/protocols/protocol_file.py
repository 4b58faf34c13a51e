"""Protocol files: YAML to `Protocol`, and the JSON Schema of the format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from ketasched.domain import protocol as core
from ketasched.errors import FileTrouble
from ketasched.files.protocols.protocol import protocols_file
from ketasched.reading import file_kind
from ketasched.reading.fields import Schema, read_record
from ketasched.reading.file_kind import refuse_other
from ketasched.reading.file_text import FileText, compose, read_file
from ketasched.reading.json_source import plain


def load(path: str) -> list[core.Protocol]:
    """The protocols of a file, in its order; ``-`` reads standard input.

    Raises:
        FileTrouble: the file cannot be read.
        FileProblems: all that is wrong with it.
    """
    return read(read_file(path))


def read(source: FileText) -> list[core.Protocol]:
    """The protocols of a file that has been opened.

    Raises:
        FileProblems: all that is wrong with it.
    """
    return _read(source, ours=False)


def load_built_in() -> list[core.Protocol]:
    """The protocols that come with ketasched, in the order of their file.

    The package carries a copy; an editable install finds the one beside the package.
    """
    return _read(_built_in_source(), ours=True)


def _built_in_source() -> FileText:
    package = Path(__file__).parents[2]
    shipped = package / "protocols.yaml"
    source = read_file(str(shipped if shipped.exists() else package.parent / "protocols.yaml"))
    source.file = core.BUILT_IN
    return source


def data_of(protocol: core.Protocol) -> dict[str, Any]:
    """A protocol in its file's own words, all of them texts.

    Raises:
        FileTrouble, FileProblems: its file is no longer what it was.
    """
    ours = protocol.file == core.BUILT_IN
    source = _built_in_source() if ours else read_file(protocol.file)
    nodes = {key.value: value for key, value in compose(source, ours=ours).value}
    for node in nodes["protocols"].value:
        data = plain(node)
        if data["id"] == protocol.id:
            return dict(data)
    raise FileTrouble(f"{protocol.file} has changed while it was read", "run it again")


def schema() -> Schema:
    """The JSON Schema of protocol files, version 1."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ketasched protocols, version 1",
        **protocols_file(proven=True).schema(),
    }


def _read(source: FileText, *, ours: bool) -> list[core.Protocol]:
    # The suite proves our own file sound; that need not be done at every start.
    root = compose(source, ours=ours)
    refuse_other(source, root, file_kind.PROTOCOLS)
    protocols = read_record(source, root, protocols_file(proven=ours))
    return [replace(protocol, file=source.file) for protocol in protocols]
