"""The protocols a command may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketasched.errors import UsageProblem, did_you_mean
from ketasched.files.protocols import protocol_file

if TYPE_CHECKING:
    from ketasched.domain.protocol import Protocol
    from ketasched.files.protocols.protocol_file import WrittenProtocol


def load(extra_file: str) -> dict[str, Protocol]:
    """The built-in protocols and those of a file, by id; the file's win.

    Raises:
        FileTrouble: the file cannot be read.
        FileProblems: something is wrong in it.
    """
    return {name: written.protocol for name, written in _written(extra_file).items()}


def find(name: str, extra_file: str) -> WrittenProtocol:
    """The protocol of an id, with its file's own words.

    Raises:
        UsageProblem: there is none of that id.
    """
    if not extra_file:
        built_in = protocol_file.load_built_in(only=name)
        if built_in:
            return built_in[0]
    known = _written(extra_file)
    if name not in known:
        raise UsageProblem(
            f"unknown protocol `{name}`",
            did_you_mean(name, known) or "see them all with: ketasched list",
        )
    return known[name]


def _written(extra_file: str) -> dict[str, WrittenProtocol]:
    written = protocol_file.load_built_in()
    if extra_file:
        written += protocol_file.load_written(extra_file)
    return {protocol.protocol.id: protocol for protocol in written}
