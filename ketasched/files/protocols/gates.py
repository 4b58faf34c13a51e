"""Gates before sessions, as a protocol file writes them."""

from __future__ import annotations

import re

from ketasched.domain import protocol as core
from ketasched.domain.gate import Gate
from ketasched.domain.linked_visit_rule import VISIT_KINDS
from ketasched.domain.wording import count_text
from ketasched.errors import did_you_mean
from ketasched.files.protocols.apart import SESSION
from ketasched.reading.fields import Key, ListOf, Reading, Record, Text
from ketasched.reading.texts import one_line

_HANDLE = re.compile(r"[a-z]\d+[a-z]?")


def check_gates(protocol: core.Protocol, reading: Reading) -> None:
    """Note the gates of a protocol that nobody could name, or that are before no session."""
    names = [session.name for phase in protocol.phases for session in phase.listed]
    taken = {name.casefold() for name in (*VISIT_KINDS, *names)}
    taken |= {rule.name.casefold() for rule in protocol.visits}
    total = sum(phase.sessions or 0 for phase in protocol.phases)
    open_ended = any(phase.sessions is None for phase in protocol.phases)
    for gate in protocol.needs:
        if gate.what.casefold() in taken:
            message = f"`{gate.what}` is a session, a linked visit or a gate already"
            reading.fault_in(gate, "what", message, "give it another name: `done` is told it")
        taken.add(gate.what.casefold())
        if isinstance(gate.before, str) and gate.before not in names:
            message = f"no session is called `{gate.before}`"
            reading.fault_in(gate, "before", message, did_you_mean(gate.before, names))
        elif isinstance(gate.before, int) and gate.before > total and not open_ended:
            message = f"the protocol has only {count_text(total, 'session')}"
            reading.fault_in(gate, "before", message)


def _what(text: str) -> str:
    """What is needed, as `done` is told it: no number, list of several or handle."""
    if text.isdecimal() or "," in text or _HANDLE.fullmatch(text.casefold()):
        raise ValueError(f"`{text}` would mean a session to `done`", "write a word or two")
    return " ".join(one_line(text).split())


NEEDS_BEFORE = Key(
    ListOf(
        Record(
            Gate,
            {
                "before": Key(SESSION, "the session, by its number or its name"),
                "what": Key(
                    Text(_what, {"type": "string", "examples": ["enrolment"]}),
                    "what must be there before it, as `done NAME WHAT` records it",
                ),
            },
        )
    ),
    "gates: what must be there before a session, such as an enrolment",
    (),
)
