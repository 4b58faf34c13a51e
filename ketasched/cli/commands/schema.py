"""``ketasched schema``: the JSON Schema of a file format."""

from __future__ import annotations

import json
from typing import NamedTuple

from ketasched.cli.options import Argument, takes
from ketasched.cli.result import Result, file_result
from ketasched.errors import UsageProblem, did_you_mean

HELP = """Print the JSON Schema of a file format, protocols or clinic, for your editor.

\b
Examples:
  ketasched schema protocols -o protocols.schema.json
  ketasched schema clinic -o clinic.schema.json
"""
SCHEMAS = ("protocols", "clinic")


class SchemaRequest(NamedTuple):
    """Of which format, and where to write its schema."""

    name: str
    output: str = ""
    force: bool = False


@takes(SchemaRequest, name=Argument("NAME"))
def run(request: SchemaRequest) -> Result:
    """The schema of that name."""
    if request.name not in SCHEMAS:
        hint = did_you_mean(request.name, SCHEMAS) or f"there are: {', '.join(SCHEMAS)}"
        raise UsageProblem(f"unknown schema `{request.name}`", hint)
    from ketasched.files.clinic import clinic_file
    from ketasched.files.protocols import protocol_file

    schema = protocol_file.schema() if request.name == "protocols" else clinic_file.schema()
    data = (json.dumps(schema, indent=2) + "\n").encode()
    return file_result(data, request.output, force=request.force)
