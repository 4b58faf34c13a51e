"""``ketasched list``: every protocol, the built-in ones and those of a file or of a clinic."""

from __future__ import annotations

from typing import NamedTuple

from ketasched.cli.options import takes
from ketasched.cli.result import Result

HELP = """List the protocols.

\b
Examples:
  ketasched list
  ketasched list --protocols clinic-protocols.yaml
"""


class ListRequest(NamedTuple):
    """Where else protocols are."""

    protocols: str = ""
    clinic: str = ""


@takes(ListRequest)
def run(request: ListRequest) -> Result:
    """The protocols by name."""
    from ketasched.asking import library
    from ketasched.asking.surroundings import clinic_file, clinic_here, protocols_file
    from ketasched.cli.terminal.protocol import protocol_list

    file = protocols_file(request.protocols, clinic_file(request.clinic) or clinic_here())
    protocols = library.load(file).values()
    hint = "To read one in full: ketasched show PROTOCOL"
    begin = "To begin one of your own: ketasched new ID --like PROTOCOL"
    return Result(lambda: protocol_list(protocols), hint=f"{hint}\n{begin}")
