"""Which column of a table of courses is which, by its header: English, German, French, Spanish."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ketasched.errors import UsageProblem, did_you_mean
from ketasched.reading.table import Cell, Table

FIELDS: Mapping[str, str] = {
    "name": "name, patient, patient name, patient id, patient code, patient no, client, "
    "client name, subject, subject id, person, initials, "
    "patientin, patient in, patientenname, kurzel, nom, nom du patient, nombre, paciente",
    "protocol": "protocol, treatment, treatment protocol, therapy, regimen, protocol id, "
    "protokoll, behandlung, therapie, protocole, traitement, protocolo, tratamiento, terapia",
    "date": "date, session date, appointment date, visit date, treatment date, day, appointment, "
    "datum, termin, sitzungsdatum, date de seance, rendez vous, fecha, fecha de sesion, cita",
    "dates": "dates, session dates, appointment dates, appointments, treatment dates, "
    "termine, daten, dates de seances, fechas, citas",
    "time": "time, start time, session time, appointment time, hour, "
    "uhrzeit, zeit, beginn, heure, hora",
    "state": "state, status, outcome, attendance, session status, appointment status, result, "
    "stand, ergebnis, etat, statut, estado",
    "attended": "attended, came, showed up, took place, present, erschienen, venu, asistio",
    "number": "session, session number, session no, session nr, number, no, nr, #, visit number, "
    "infusion, infusion number, sitzung, sitzungsnummer, seance, sesion, numero",
    "arm": "arm, study arm, treatment arm, group, gruppe, studienarm, bras, groupe, brazo, grupo",
    "start": "start date, course start, start of course, first day",
}
"""What a table can say of a session, and the headers that usually say it."""
_NUMBERED = re.compile(
    r"(?:(?P<before>date|time|state|status|outcome) (?:of )?)?"
    r"(?:(?:session|appointment|visit|infusion|treatment|dose|sitzung|termin|seance|sesion|cita)"
    r"(?: date)?(?: no| nr)?|(?<=date )|(?<=time )|(?<=state )|(?<=status )|(?<=outcome ))"
    r" ?#?(?P<number>[0-9]{1,3})(?: (?P<after>date|time|state|status|outcome))?"
)


class Numbered(NamedTuple):
    """A column of one session among several in a row: which session, and what it says of it."""

    number: int
    key: str


class Places(NamedTuple):
    """Which column is which: by key, and by session for a table with a row a patient; and the
    headers that say nothing that is known.
    """

    known: Mapping[str, int]
    numbered: Mapping[Numbered, int]
    unknown: Sequence[str]

    @property
    def sessions(self) -> list[int]:
        """The numbers of the sessions that have a column each."""
        return sorted(each.number for each in self.numbered if each.key == "date")


def plain(header: str) -> str:
    """A header without case, accents and punctuation, its words between single spaces."""
    letters = unicodedata.normalize("NFKD", header.casefold())
    text = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w#]+|_", " ", text).split())


def field_of(header: str) -> str:
    """The key in `FIELDS` that a header usually means; empty if it is not known. Each numbered
    column is a key of its own.
    """
    numbered = _numbered_of(header)
    return f"{numbered.key} {numbered.number}" if numbered else _FIELD_OF.get(plain(header), "")


def _numbered_of(header: str) -> Numbered | None:
    """What a header such as ``session 3`` or ``session 3 time`` means."""
    match = _NUMBERED.fullmatch(plain(header))
    if not match or (match["before"] and match["after"]):
        return None
    word = match["before"] or match["after"] or "date"
    return Numbered(int(match["number"]), word if word in ("date", "time") else "state")


def places_of(table: Table, header: Sequence[Cell], asked: Mapping[str, str]) -> Places:
    """Which column is which; what is not clear is noted.

    Raises:
        UsageProblem: a header that was ``asked`` for by key is not there.
    """
    known = {key: _asked_place(header, key, text) for key, text in asked.items()}
    numbered: dict[Numbered, int] = {}
    unknown: list[str] = []
    for place, cell in enumerate(header):
        if place in known.values():
            continue
        own, key = _numbered_of(cell.text), _FIELD_OF.get(plain(cell.text), "")
        if own and own in numbered:
            table.fault(cell, f"`{cell.text[:40]}` is there twice", "keep one of them")
        elif own:
            numbered[own] = place
        elif not key or key in asked:
            unknown.append(cell.text or f"column {place + 1}, without a header")
        elif key in known:
            both = f"`{header[known[key]].text}` and `{cell.text}` could each be the {key}"
            hint = f'name it: --column {key}="{header[known[key]].text}"'
            if plain(header[known[key]].text) == plain(cell.text):
                hint = _rename(cell)
            table.fault(cell, both, hint)
        else:
            known[key] = place
    places = Places(known, numbered, unknown)
    _need(table, header, places)
    return places


def _need(table: Table, header: Sequence[Cell], places: Places) -> None:
    listed = ", ".join(f"`{cell.text}`" for cell in header if cell.text)
    if "name" not in places.known:
        message = f"no column is known to be the name; the headers are {listed}"
        table.fault(header[0], message, 'name it: --column name="HEADER"')
    ways = [key for key in ("date", "dates") if key in places.known]
    ways += [f"session {number}" for number in places.sessions[:1]]
    if not ways:
        message = f"no column is known to be the date of a session; the headers are {listed}"
        table.fault(header[0], message, 'name it: --column date="HEADER"')
    elif len(ways) > 1:
        said = " and ".join(ways)
        hint = "write a line for each session, or a line for each patient"
        table.fault(header[0], f"the columns {said} both say when", hint)


def _rename(cell: Cell) -> str:
    """What to do about a header that another column has too."""
    return f"give each column a header of its own in line {cell.line}"


def _asked_place(header: Sequence[Cell], key: str, text: str) -> int:
    same = [place for place, cell in enumerate(header) if plain(cell.text) == plain(text)]
    if len(same) == 1:
        return same[0]
    headers = [cell.text for cell in header]
    if same:
        message = f"--column {key}: several columns have the header `{text}`"
        raise UsageProblem(message, _rename(header[same[0]]))
    hint = did_you_mean(text, headers) or f"the headers are: {', '.join(headers)}"
    raise UsageProblem(f"--column {key}: the table has no header `{text}`", hint)


_FIELD_OF = {plain(word): key for key, words in FIELDS.items() for word in words.split(",")}
