"""Protocol files: YAML to `Protocol`, and the JSON Schema of the format."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ketasched.domain import protocol as core
from ketasched.files.protocols.protocol import protocols_file
from ketasched.reading import file_kind
from ketasched.reading.fields import Schema, read_record
from ketasched.reading.file_kind import refuse_other
from ketasched.reading.file_text import FileText, compose, read_file

if TYPE_CHECKING:
    import yaml


class WrittenProtocol(NamedTuple):
    """A protocol, and where it stands in its file."""

    protocol: core.Protocol
    node: yaml.Node
    source: FileText

    @property
    def data(self) -> dict[str, Any]:
        """The protocol in its file's own words, all of them texts."""
        from ketasched.reading.json_source import plain

        return dict(plain(self.node))


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
    return [written.protocol for written in _read(source, ours=False)]


def load_written(path: str) -> list[WrittenProtocol]:
    """As `load`, with the file's own words.

    Raises:
        FileTrouble, FileProblems: as load.
    """
    return _read(read_file(path), ours=False)


def load_built_in(only: str = "") -> list[WrittenProtocol]:
    """The protocols that come with ketasched, in the order of their file; or ``only`` that of an
    id, if there is one: the others need not be understood for it.

    The package carries a copy; an editable install finds the one beside the package.
    """
    package = Path(__file__).parents[2]
    shipped = package / "protocols.yaml"
    source = read_file(str(shipped if shipped.exists() else package.parent / "protocols.yaml"))
    source.file = core.BUILT_IN
    return _read(source, ours=True, only=only)


def schema() -> Schema:
    """The JSON Schema of protocol files, version 1."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ketasched protocols, version 1",
        **protocols_file(proven=True).schema(),
    }


def _read(source: FileText, *, ours: bool, only: str = "") -> list[WrittenProtocol]:
    return list(_of_text(source.file, source.text, only, ours=ours))


@lru_cache(16)  # each line of a waiting list asks for one of a few
def _of_text(file: str, text: str, only: str, *, ours: bool) -> tuple[WrittenProtocol, ...]:
    source = FileText(file, text)
    # The suite proves our own file sound; that need not be done at every start.
    root = compose(source, ours=ours)
    refuse_other(source, root, file_kind.PROTOCOLS)
    if only:
        sequence = next(value for key, value in root.value if key.value == "protocols")
        sequence.value = [node for node in sequence.value if _has_id(node, only)]
        if not sequence.value:
            return ()
    protocols = read_record(source, root, protocols_file(proven=ours))
    nodes = {key.value: value for key, value in root.value}["protocols"].value
    return tuple(
        WrittenProtocol(replace(protocol, file=source.file), node, source)
        for protocol, node in zip(protocols, nodes, strict=True)
    )


def _has_id(node: yaml.Node, name: str) -> bool:
    return any(key.value == "id" and value.value == name for key, value in node.value)
