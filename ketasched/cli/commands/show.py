"""``ketasched show``: a protocol as a clinician would read it."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from ketasched.cli.options import takes
from ketasched.cli.result import Result

HELP = """Show a protocol in full, with its sources; or as a FHIR PlanDefinition.

\b
Examples:
  ketasched show spravato
  ketasched show spravato --format fhir -o spravato.json
"""


class ShowRequest(NamedTuple):
    """Which protocol to show, where else protocols are, and as what."""

    protocol: str
    protocols: str = ""
    clinic: str = ""
    format: Literal["table", "fhir"] = "table"


@takes(ShowRequest)
def run(request: ShowRequest) -> Result:
    """The protocol of that name.

    Raises:
        FileProblems: it takes what the clinic does not have.
    """
    from ketasched.asking import house_faults, library
    from ketasched.asking.surroundings import (
        clinic_file,
        clinic_here,
        protocol_folders,
        protocols_file,
    )

    clinic = clinic_file(request.clinic) or clinic_here()
    file = protocols_file(request.protocols, clinic)
    folders = protocol_folders(request.protocols, clinic)
    written = library.find(request.protocol, file, folders)
    protocol = written.protocol
    house = clinic.house if clinic else None
    if house:
        house_faults.refuse_impossible_steps(house, [written])

    def page() -> str:
        from ketasched.cli.terminal.protocol import protocol_page

        return protocol_page(protocol, house)

    def definition() -> dict[str, Any]:
        from ketasched.files.fhir.plan_definition import plan_definition

        return plan_definition(protocol)

    return Result(
        page,
        definition,
        hint=f"To plan a course: ketasched plan {request.protocol} --start DATE",
    )
