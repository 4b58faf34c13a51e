"""What the calendars on servers show of a record's patient, as far as its record knows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ketasched.calendar.entry_text import AUDIENCES, Audience
from ketasched.errors import FileTrouble
from ketasched.publishing.desk import entries_of
from ketasched.records.not_told import BEHIND, Telling
from ketasched.records.open import Opened
from ketasched.records.told_calendars import sequences


def published(opened: Opened) -> Iterator[tuple[str, Telling]]:
    """The addresses that have entries for the patient, each with what it shows of them."""
    record = opened.record
    now_told = sequences(record.told, "patient")
    # Records of earlier versions have the same UIDs for all audiences.
    audiences: tuple[Audience, ...] = ("patient",) if record.uid_bits else AUDIENCES
    for address, entries in record.published.items():
        ours = {name: entry for name, entry in entries.items() if name in now_told}
        if not ours:
            continue
        with contextlib.suppress(FileTrouble):  # the zone rules here are older
            shown = [entries_of(opened, audience) for audience in audiences]
            yield (
                address,
                {
                    name: now_told[name]
                    if entry.theirs or any(entry.sent == each.digest(name) for each in shown)
                    else BEHIND
                    for name, entry in ours.items()
                },
            )
