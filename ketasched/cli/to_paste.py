"""Commands to paste into a shell."""

from __future__ import annotations

import os
from dataclasses import fields

from ketasched.asking.request import Request
from ketasched.cli.options import option_name
from ketasched.shell import paste

FROM_ENVIRONMENT = {"clinic": "KETASCHED_CLINIC", "protocols": "KETASCHED_PROTOCOLS"}


def plan_command(request: Request) -> str:
    """The `plan` command of a request; it does not depend on where it is pasted."""
    words = ["ketasched", "plan", request.protocol, "--start", request.start]
    for field in fields(Request):
        typed = getattr(request, field.name)
        typed = typed or os.environ.get(FROM_ENVIRONMENT.get(field.name, ""), "")
        if typed is True:
            words.append(option_name(field.name))
        elif typed and field.name not in ("protocol", "start"):
            for value in [typed] if isinstance(typed, str) else typed:
                words += [option_name(field.name), value]
    return paste(words)
