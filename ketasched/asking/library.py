"""The protocols a command may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketasched.errors import UsageProblem, did_you_mean
from ketasched.files.protocols import protocol_file

if TYPE_CHECKING:
    from ketasched.domain.protocol import Protocol


def load(extra_file: str) -> dict[str, Protocol]:
    """The built-in protocols and those of a file, by id; the file's win.

    Raises:
        FileTrouble: the file cannot be read.
        FileProblems: something is wrong in it.
    """
    found = {one.id: one for one in protocol_file.load_built_in()}
    if extra_file:
        found |= {one.id: one for one in protocol_file.load(extra_file)}
    return found


def find(name: str, extra_file: str) -> Protocol:
    """One protocol by its id.

    Raises:
        UsageProblem: there is none of that id.
    """
    known = load(extra_file)
    if name not in known:
        raise UsageProblem(
            f"unknown protocol `{name}`",
            did_you_mean(name, known) or "see them all with: ketasched list",
        )
    return known[name]
