"""Words that give the treatment away, which a patient's calendar must not hold."""

from __future__ import annotations

from ketasched.domain.protocol import Protocol

_GIVEAWAYS = frozenset(
    ("ketamin", "esketamin", "spravato", "infusion", "injection", "intraven", "intramusc", "nasal")
)


def gives_away(protocol: Protocol, text: str) -> str:
    """The first word of a text that must not stand in a patient's calendar, else nothing.

    These are the usual words for such treatments, and those of four letters and more of the
    protocol's drug and label.
    """
    named = (word for word in _words(f"{protocol.drug} {protocol.label}") if len(word) >= 4)
    beginnings = (*_GIVEAWAYS, *named)
    return next((word for word in _words(text) if word.startswith(beginnings)), "")


def _words(text: str) -> list[str]:
    return "".join(sign if sign.isalpha() else " " for sign in text.casefold()).split()
