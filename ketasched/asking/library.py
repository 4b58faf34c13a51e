"""The protocols a command may use."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ketasched.errors import UsageProblem, did_you_mean
from ketasched.files.protocols import protocol_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ketasched.domain.protocol import Protocol
    from ketasched.files.protocols.protocol_file import WrittenProtocol


def load(extra_file: str) -> dict[str, Protocol]:
    """The built-in protocols and those of a file, by id; the file's win.

    Raises:
        FileTrouble: the file cannot be read.
        FileProblems: something is wrong in it.
    """
    return {name: written.protocol for name, written in _written(extra_file).items()}


def find(name: str, extra_file: str, folders: Iterable[Path] = ()) -> WrittenProtocol:
    """The protocol of an id, with its file's own words: of ``extra_file``, built in, or of a file
    that has its name, ``ID.yaml``, in one of ``folders``.

    Raises:
        UsageProblem: there is none of that id.
        FileTrouble, FileProblems: a file it might be in.
    """
    if name and not extra_file:
        built_in = protocol_file.load_built_in(only=name)
        if built_in:
            return built_in[0]
    known = _written(extra_file)
    if name not in known:
        own = _file_of_its_own(name, folders)
        if own:
            return own
        raise UsageProblem(
            f"unknown protocol `{name}`",
            did_you_mean(name, known) or "see them all with: ketasched list",
        )
    return known[name]


def _file_of_its_own(name: str, folders: Iterable[Path]) -> WrittenProtocol | None:
    """The protocol of the file that is called after it, if there is one."""
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", name):
        return None
    for folder in folders:
        path = folder / f"{name}.yaml"
        if path.is_file():
            written = protocol_file.load_written(str(path))
            for protocol in written:
                if protocol.protocol.id == name:
                    return protocol
            ids = ", ".join(f"`{protocol.protocol.id}`" for protocol in written)
            raise UsageProblem(f"unknown protocol `{name}`", f"{path} has {ids}")
    return None


def _written(extra_file: str) -> dict[str, WrittenProtocol]:
    written = protocol_file.load_built_in()
    if extra_file:
        written += protocol_file.load_written(extra_file)
    return {protocol.protocol.id: protocol for protocol in written}
