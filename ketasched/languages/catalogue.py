"""The catalogue of a language: its sentences by their English, from a gettext .po file."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path


@cache
def catalogue(code: str) -> NullTranslations:
    """The sentences of a language; those of English are themselves."""
    if code == "en":
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with (Path(__file__).parent / f"{code}.po").open("rb") as file:
        sentences = read_po(file, code, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, sentences)
    compiled.seek(0)
    return GNUTranslations(compiled)
