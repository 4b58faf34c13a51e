"""Words that give the treatment away, which a patient's calendar must not hold."""

from __future__ import annotations

import re
import unicodedata

from ketasched.domain.protocol import Protocol

# In the languages of patients, and without marks over letters.
_GIVEAWAYS = (
    "ketamin", "spravato",
    "infusion", "perfusion", "injection", "injektion", "inyeccion", "spritze", "piqure",
    "intraven", "intravein", "intramusc", "intranasal", "nasal", "nasenspray",
)  # fmt: skip
_OFTEN_MEANT = (
    "psilocyb", "psilocib", "mdma", "lyserg", "lisergi", "ayahuasc", "ibogain", "brexanolon",
    "zuranolon", "botulin",
)  # fmt: skip
_ORDINARY = re.compile(
    "after|again|assessment|baseline|before|clinic(al)?|consultation|control|course|daily|days?|"
    "depression|disorders?|doses?|dosing|every|five|follow|four|from|group|hours?|induction|"
    "integration|maintenance|minutes|month(s|ly)?|monitoring|nine|once|open|other|over|patients?|"
    "phases?|pilot|preparation|protocol|research|resistant|review|schedule|second|sessions?|seven|"
    "short|single|standard|start|study|taper|term|test|then|third|three|times|treatment|trial|"
    "twice|until|version|visits?|week(s|ly)?|with(out)?|years?|your"
)

_ACRONYM = re.compile(r"\b[A-Z]{3}\b")


def gives_away(protocol: Protocol, text: str) -> str:
    """The first word of a text that must not stand in a patient's calendar, else nothing.

    These hold one of the usual words for such treatments in the languages of patients, also within
    a longer one, or begin with one of four letters and more of the protocol's drug and label. Where
    no drug is stated, they are those of
    its title too, but for ordinary ones, and the names of drugs that may be meant. Three capital
    letters of drug and label, such as ECT, are meant where they are capital letters (to sit is no
    SIT).
    """
    acronyms = _ACRONYM.findall(f"{protocol.drug} {protocol.label}")
    named = [word for word in _words(f"{protocol.drug} {protocol.label}") if len(word) >= 4]
    if not protocol.drug:
        title = (word for word in _words(protocol.title) if not _ORDINARY.fullmatch(word))
        named += [*_OFTEN_MEANT, *(word for word in title if len(word) >= 4)]
    beginnings = tuple(named)
    words = [word for word in _ACRONYM.findall(text) if word in acronyms] + [
        word
        for word in _words(text)
        if word.startswith(beginnings) or any(usual in word for usual in _GIVEAWAYS)
    ]
    return next(iter(words), "")


def _words(text: str) -> list[str]:
    """The words of a text in small letters without marks: ``Kétamine`` is ketamine."""
    parted = unicodedata.normalize("NFD", text.casefold())
    plain = (sign for sign in parted if unicodedata.category(sign) != "Mn")
    return "".join(sign if sign.isalpha() else " " for sign in plain).split()
