"""Commands to paste into a shell."""

from __future__ import annotations

import os
import shlex
from dataclasses import fields

from ketasched.asking.request import Request
from ketasched.cli.options import option_name

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
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    """A word as a shell takes it; one that cannot be printed in the form bash and zsh have."""
    if word.replace("\n", "").isprintable():
        return shlex.quote(word)
    return "$'" + "".join(map(_escaped, word)) + "'"


def _escaped(sign: str) -> str:
    if sign in "\\'":
        return f"\\{sign}"
    return sign if sign.isprintable() else f"\\U{ord(sign):08x}"
