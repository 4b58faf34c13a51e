"""Which column of a visit table is which, by its header: English, German, French, Spanish."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ketasched.errors import UsageProblem, did_you_mean
from ketasched.reading.table import Cell, Table

FIELDS: Mapping[str, str] = {
    "name": "visit name, visit, visit label, name, timepoint, event name, "
    "visite, besuch, visitenname, termin, nom de la visite, nom, "
    "visita, nombre de la visita, nombre",
    "day": "day, study day, target day, nominal day, planned day, visit day, day from baseline, "
    "days from baseline, days since baseline, offset, day offset, visitdy, timing, visit timing, "
    "tag, zeitpunkt, studientag, zieltag, visitentag, soll tag, tag ab baseline, tage ab baseline, "
    "jour, jour de l'etude, jour d'etude, jour cible, jour prevu, jour de visite, "
    "dia, dia del estudio, dia de estudio, dia objetivo, dia previsto, dia de la visita",
    "week": "week, study week, target week, visit week, week number, weeks, "
    "weeks from baseline, weeks since baseline, "
    "woche, studienwoche, zielwoche, wochen, wochen ab baseline, "
    "semaine, semaine de l'etude, semaine d'etude, semaine cible, semaines, "
    "semana, semana del estudio, semana de estudio, semana objetivo, semanas",
    "date": "date, target date, visit date, planned date, "
    "datum, zieldatum, plandatum, visitendatum, solldatum, "
    "date cible, date prevue, date de visite, date de la visite, "
    "fecha, fecha objetivo, fecha prevista, fecha de la visita",
    "minus": "window minus, minus window, window early, early window, lower window, window lower, "
    "window before, days before, days early, early, minus, offset min, "
    "fenster minus, zeitfenster minus, toleranz minus, tage vorher, tage fruher, "
    "fenetre minus, fenetre moins, tolerance minus, moins, jours avant, "
    "ventana minus, ventana menos, tolerancia minus, menos, dias antes",
    "plus": "window plus, plus window, window late, late window, upper window, window upper, "
    "window after, days after, days late, late, plus, offset max, "
    "fenster plus, zeitfenster plus, toleranz plus, tage nachher, tage spater, "
    "fenetre plus, tolerance plus, jours apres, "
    "ventana plus, ventana mas, tolerancia plus, mas, dias despues",
    "window": "window, visit window, window +/-, +/- window, visit window +/-, +/-, "
    "fenster, zeitfenster, visitenfenster, toleranz, fenster +/-, zeitfenster +/-, toleranz +/-, "
    "fenetre, fenetre de visite, fenetre +/-, tolerance, tolerance +/-, "
    "ventana, ventana de visita, ventana de la visita, ventana +/-, tolerancia, tolerancia +/-",
    "earliest": "earliest, earliest day, earliest date, window start, window begin, window opens, "
    "window open, window from, start of window, from, min day, day min, von, desde, "
    "fruhestens, fruhester tag, fruhestes datum, fensterbeginn, fenster von, "
    "au plus tot, jour au plus tot, date au plus tot, debut de fenetre, debut de la fenetre, "
    "lo antes, mas temprano, dia mas temprano, fecha mas temprana, inicio de ventana, "
    "inicio de la ventana",
    "latest": "latest, latest day, latest date, window end, window closes, window close, "
    "window to, end of window, to, max day, day max, bis, hasta, "
    "spatestens, spatester tag, spatestes datum, fensterende, fenster bis, "
    "au plus tard, jour au plus tard, date au plus tard, fin de fenetre, fin de la fenetre, "
    "mas tarde, lo mas tarde, dia mas tardio, fecha mas tardia, fin de ventana, fin de la ventana",
    "version": "version, protocol version, amendment, protocol amendment, "
    "protokollversion, version du protocole, version del protocolo, enmienda",
    "arm": "arm, arm num, arm number, arm name, study arm, treatment arm, "
    "studienarm, behandlungsarm, bras, bras de traitement, brazo, brazo de tratamiento",
    "length": "length, visit length, length minutes, duration, visit duration, duration minutes, "
    "minutes, dauer, visitendauer, duree, duree de la visite, duracion, duracion de la visita",
}
"""What a table can say of a visit, and the headers that usually say it; REDCap's and CDISC's are
among them.
"""
DAYS = ("day", "week", "date")
"""The keys of which one says when a visit is."""

DASHES = str.maketrans("\u2010\u2011\u2013\u2212", "----")
EITHER = r"(?:\xb1|\+\s*/?\s*-)"
_UNITS = r"(?:in |en )?(?:days?|d|min|mins|minutes|tagen?|tage|jours?|dias?|minuten|minutos)"


def field_of(header: str) -> str:
    """The key in `FIELDS` that a header usually means; empty if it is not known."""
    word = plain(header)
    return _FIELD_OF.get(word) or _FIELD_OF.get(re.sub("(days|tage|jours|dias)$", "", word), "")


def plain(header: str) -> str:
    """A header without case, accents, spaces, punctuation and units; its signs become words."""
    text = unicodedata.normalize("NFKD", header.casefold()).translate(DASHES)
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    text = re.sub(rf"[(\[]\s*{_UNITS}\s*[)\]]", "", text)
    text = re.sub(EITHER, " either ", text).replace("+", " plus ").strip(" ()[]_:.,")
    text = re.sub(r"[(\[]\s*-|^-|-$", " minus ", text)
    return "".join(filter(str.isalnum, text))


_FIELD_OF = {plain(text): key for key, texts in FIELDS.items() for text in texts.split(", ")}


def unit_of(header: str) -> str:
    """What a header says its bare numbers are: ``week``, ``month``, ``hour``, or nothing."""
    text = unicodedata.normalize("NFKD", header.casefold())
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    in_brackets = re.search(r"[(\[]([^)\]]*)[)\]]", text)
    if in_brackets and (unit := unit_of(in_brackets[1])):
        return unit
    if re.search(r"days?\b|tage?\b|\bjours?\b|\bdias?\b", text):
        return ""
    for unit, words in (
        ("week", r"weeks?|wks?|w|\w*wochen?|semaines?|semanas?"),
        ("month", r"months?|\w*monate?|mois|mes(es)?"),
        ("hour", r"hours?|hrs?|h|stunden?|std|heures?|horas?"),
    ):
        if re.search(rf"(?<![^\W_])(?:{words})(?![^\W_])", text):
            return unit
    return ""


class Places(NamedTuple):
    """The column of each key, from 0, and the keys that several columns could be."""

    known: dict[str, int]
    unclear: frozenset[str]


def places_of(table: Table, header: Sequence[Cell], asked: Mapping[str, str]) -> Places:
    """Which column is which; what is not clear is noted.

    Raises:
        UsageProblem: ``asked`` does not fit the headers.
    """
    places = _asked_places([cell.text for cell in header], asked)
    usual: dict[str, list[int]] = {}
    for place, cell in enumerate(header):
        key = field_of(cell.text)
        if key and key not in places and place not in places.values():
            usual.setdefault(key, []).append(place)
    for key in _second_ways({*places}, {*usual}):
        usual.pop(key, None)
    for key, alike in usual.items():
        if len(alike) == 1:
            places[key] = alike[0]
        else:
            names = [f"`{header[place].text}`" for place in alike]
            message = f"{' and '.join(names)} could each be the {_word_for(key)}"
            table.fault(header[alike[1]], message, _name_it(key, header[alike[0]].text))
    return Places(places, frozenset(usual.keys() - places.keys()))


def _second_ways(asked: set[str], usual: set[str]) -> set[str]:
    """The keys that say again what another says: asked for wins, then the first of each list."""
    second: set[str] = set()
    for ways in (
        [{"day"}, {"week"}, {"date"}],
        [{"minus", "plus"}, {"earliest", "latest"}, {"window"}],
    ):
        first = next((way for way in ways if way & asked), None)
        first = first or next((way for way in ways if way & usual), ways[0])
        second |= set().union(*ways) - first
    return second


def need(table: Table, header: Sequence[Cell], places: Places, keys: Sequence[str]) -> None:
    """Note each of the keys that no column is."""
    for key in keys:
        if key not in places.known and key not in places.unclear:
            listed = ", ".join(f"`{cell.text}`" for cell in header if cell.text)
            message = f"no column is known to be the {_word_for(key)}; the headers are {listed}"
            weeks = next((cell.text for cell in header if unit_of(cell.text) == "week"), "")
            hint = _name_it("week", weeks) if key == "day" and weeks else _name_it(key, "HEADER")
            table.fault(header[0], message, hint)


def _word_for(key: str) -> str:
    """What messages call a key."""
    return FIELDS[key].split(",")[0]


def _name_it(key: str, header: str) -> str:
    """How to say that a header is a key."""
    keys = ("minus", "plus") if (key, header) == ("window", "HEADER") else (key,)
    return "name it: " + " ".join(f'--column {name}="{header}"' for name in keys)


def _asked_places(headers: list[str], asked: Mapping[str, str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for key, text in asked.items():
        same = [place for place, header in enumerate(headers) if header == text.strip()]
        alike = [
            place for place, header in enumerate(headers) if plain(header) == plain(text) != ""
        ]
        match same or alike:
            case []:
                hint = did_you_mean(text, headers) or f"the headers are: {', '.join(headers)}"
                raise UsageProblem(f"--column {key}: the table has no header `{text}`", hint)
            case [place] if place not in places.values():
                places[key] = place
            case [_]:
                raise UsageProblem(f"--column: `{text}` is named for two things")
            case _:
                message = f"--column {key}: several columns have the header `{text}`"
                raise UsageProblem(message, "give them different headers")
    return places
