"""What FHIR resources are made of: identifiers, references, words, extensions.

No name here gives a treatment away: servers show them to whom they like.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal

from ketasched.calendar.uid import DOMAIN
from ketasched.domain.protocol import NOT_STATED

Resource = dict[str, Any]
"""A resource, or a part of one, as its JSON is."""

UID_SYSTEM = "urn:ietf:rfc:5545"
"""The system of an identifier that is a calendar's UID; FHIR names URIs after their RFC, too."""
OWN = f"https://{DOMAIN}/fhir/"
"""What the names of our own extensions begin with; docs/fhir.md lists them."""
_FROM_R5 = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment."
UCUM = "http://unitsofmeasure.org"

ValueKind = Literal[
    "Boolean", "CodeableConcept", "Date", "DateTime", "Duration", "Instant", "PositiveInt", "Range",
    "Reference", "String", "UnsignedInt",
]  # fmt: skip
"""The types that a value of an extension has here."""
Unit = Literal["min", "d", "wk", "mo"]
_UNITS: Mapping[Unit, str] = {"min": "minutes", "d": "days", "wk": "weeks", "mo": "months"}


def filled(resource: Resource) -> Resource:
    """A resource without what is empty: FHIR knows no empty text and no empty list."""
    return {key: value for key, value in resource.items() if value not in (None, "", [], {})}


def stated(text: str) -> str:
    """A fact of a protocol, empty where the protocol says that it is not stated."""
    return "" if text == NOT_STATED else text


def concept(text: str) -> Resource:
    """A CodeableConcept of words alone; none of no words."""
    return filled({"text": text})


def coded(system: str, code: str) -> Resource:
    """A CodeableConcept of one code."""
    return {"coding": [{"system": system, "code": code}]}


def identifier(uid: str) -> Resource:
    """The identifier that is a UID."""
    return {"system": UID_SYSTEM, "value": uid}


def full_url(uid: str) -> str:
    """What other entries of a bundle call the resource with that UID."""
    return f"urn:uuid:{uid.removesuffix(f'@{DOMAIN}')}"


def reference(uid: str) -> Resource:
    """A reference to another entry of the bundle."""
    return {"reference": full_url(uid)}


def duration(amount: int, unit: Unit) -> Resource:
    """A Duration."""
    return {"value": amount, "unit": _UNITS[unit], "system": UCUM, "code": unit}


def duration_range(least: int, most: int | None, unit: Unit) -> Resource:
    """A Range of durations; without a most, any more will do."""
    high = {} if most is None else {"high": duration(most, unit)}
    return {"low": duration(least, unit), **high}


def instant(moment: datetime) -> str:
    """An instant with its offset, to the second."""
    return moment.isoformat(timespec="seconds")


def value(url: str, kind: ValueKind, content: object) -> Resource:
    """An extension that has a value, or a part of one that has parts."""
    if isinstance(content, datetime):
        content = instant(content)
    elif isinstance(content, date):
        content = content.isoformat()
    return {"url": url, f"value{kind}": content}


def nested(url: str, parts: Iterable[Resource]) -> Resource:
    """An extension, or a part of one, that has parts."""
    return {"url": url, "extension": list(parts)}


def own(name: str) -> str:
    """The address of an extension of our own."""
    return f"{OWN}StructureDefinition/{name}"


def from_r5(element: str) -> str:
    """The address of the extension that has an element of R5's Appointment in R4."""
    return f"{_FROM_R5}{element}"


def plan_definition_url(protocol_id: str) -> str:
    """What a protocol is called for good, as a PlanDefinition."""
    return f"{OWN}PlanDefinition/{protocol_id}"


def put(resource: Resource, uid: str) -> Resource:
    """The entry of a transaction that makes a resource, or updates the one that has its UID."""
    query = f"{resource['resourceType']}?identifier={UID_SYSTEM}|{uid}"
    request = {"method": "PUT", "url": query}
    return {"fullUrl": full_url(uid), "resource": resource, "request": request}
