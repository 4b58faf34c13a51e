"""What was mailed of a course, as data of a record and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from ketasched.calendar.entry_text import AUDIENCES
from ketasched.reading.json_shape import TEXT, Shape, items, keys_of, map_of, one_of
from ketasched.records.papers import TOLD_KEYS, told_data, told_from
from ketasched.records.plain_values import COUNT
from ketasched.records.record import Mailbox, MailedEntry

_SENT, _UNCERTAIN = "sent", "uncertain"
_ENTRY = keys_of(
    {**TOLD_KEYS, "sequence": COUNT, "said": TEXT, "state": one_of((_SENT, _UNCERTAIN))}
)
MAIL: Shape = map_of(
    keys_of({"for": one_of(AUDIENCES), "to": TEXT, "from": TEXT, "entries": items(_ENTRY)}),
)
"""What a record may say of it."""


def mail_data(mail: Mapping[str, Mailbox]) -> dict[str, Any]:
    """What was mailed; nothing where nothing was."""
    if not mail:
        return {}
    return {
        "mail": {
            address: {
                "for": box.audience,
                "to": box.to,
                "from": box.sender,
                "entries": [_entry_data(entry) for entry in box.entries.values()],
            }
            for address, box in mail.items()
        }
    }


def mail_of(data: Mapping[str, Any], place: ZoneInfo) -> dict[str, Mailbox]:
    """What a record says was mailed, in its zone."""
    return {
        address: Mailbox(
            box["for"],
            box["to"],
            box["from"],
            {entry["uid"]: _entry_of(entry, place) for entry in box["entries"]},
        )
        for address, box in data.get("mail", {}).items()
    }


def _entry_data(entry: MailedEntry) -> dict[str, Any]:
    state = _SENT if entry.certain else _UNCERTAIN
    more = {"sequence": entry.sequence, "said": entry.said, "state": state}
    return told_data(entry.told) | more


def _entry_of(data: Mapping[str, Any], place: ZoneInfo) -> MailedEntry:
    certain = data["state"] == _SENT
    return MailedEntry(told_from(data, place), data["sequence"], data["said"], certain)
