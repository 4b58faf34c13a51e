"""The plain words of a message: what, when, where, what to do before, and what changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from ketasched.calendar.changed_words import changed_lines, changes_to_tell, hours_text, was_text
from ketasched.calendar.entry_text import Entry, View, description, location, summary
from ketasched.calendar.paper import Paper, Told
from ketasched.domain.candidate import session_end
from ketasched.domain.course import is_gone
from ketasched.domain.giveaways import gives_away
from ketasched.domain.signs import STEERING, unencoded
from ketasched.languages.language import Language
from ketasched.mailing.due import Due
from ketasched.records.open import Opened
from ketasched.records.record import Mailbox
from ketasched.records.told_calendars import view_for


class Words(NamedTuple):
    """A subject, and a text of lines."""

    subject: str
    text: str


class Speaker:
    """Words about a course for whom they are meant; a patient reads nothing that gives the
    treatment away, in the language and by the days of their pages.
    """

    def __init__(self, opened: Opened, box: Mailbox) -> None:
        self.course = opened.record.course
        self.protocol = opened.task.order.protocol
        self.now = opened.now
        view = view_for(opened.task, box.audience)
        if box.audience == "patient":
            title = "" if gives_away(self.protocol, view.title) else view.title
            view = view._replace(title=title, language=opened.task.page_language)
        self.view: View = view
        self.language: Language = view.language

    def of_entry(self, due: Due, *, rsvp: bool) -> Words:
        """What a message of one entry says."""
        language = self.language
        title = self._title(due.entry)
        shown = due.before if due.kind == "cancelled" and due.before else due.told
        start, end = shown.start, session_end(shown.start, shown.minutes)
        when = f"{language.day(start.date())}, {language.clock(start.timetz())}"
        subject = f"{title} - {when}"
        if due.kind == "changed":
            subject = language.text("Changed: {title}", title=subject)
        day = language.day(start.date(), long=True)
        lines = [title, f"{day}, {hours_text(language, start, end)}", self._zone(start)]
        if due.kind != "cancelled":
            lines += self._what_to_know(due, rsvp=rsvp)
        elif self.view.phone:
            lines += ["", language.text("Phone: {phone}", phone=self.view.phone)]
        return self._words(subject, lines)

    def of_all(self, told: Sequence[Told], paper: Paper | None) -> Words:
        """What one message of all entries says: each that is to come, and what changed since it was
        last sent.
        """
        language = self.language
        subject = language.text("Your appointments")
        changed = changes_to_tell(told, paper, self.now)
        entries = (entry for entry in self.course.entries() if not is_gone(entry))
        ahead = sorted(
            (entry for entry in entries if entry.start > self.now), key=lambda entry: entry.start
        )
        lines = [subject, ""]
        for entry in ahead:
            day = language.day(entry.start.date(), long=True)
            hours = hours_text(language, entry.start, entry.end)
            lines.append(f"{day}, {hours}: {self._title(entry)}")
        place = str(self.course.sessions[0].start.tzinfo)
        lines += ["", language.text("All times are those of {zone}.", zone=place)]
        if paper and changed:
            subject = language.text("Changed: {title}", title=subject)
            lines += ["", *changed_lines(self.course, self.view, told, changed, language)]
        lines += ["", language.text("The attached calendar changes nothing that came before.")]
        return self._words(subject, lines)

    def _what_to_know(self, due: Due, *, rsvp: bool) -> Iterator[str]:
        language = self.language
        yield location(due.entry, self.view)
        if due.kind == "changed":
            was = was_text(due.change, due.entry, language)
            yield ""
            yield (
                language.text("Changed: {title}", title=was)
                if was
                else language.text("Only details have changed.")
            )
        yield ""
        yield from description(self.course, due.entry, self.view).split("\n")
        yield ""
        if rsvp:
            yield language.text("Please answer this invitation.")
        else:
            yield language.text("No answer is needed.")

    def _title(self, entry: Entry) -> str:
        return summary(self.course, entry, self.view)

    def _zone(self, start: datetime) -> str:
        """In whose time it is said, in words: a city, and how far it is from UTC."""
        offset = start.utcoffset()
        minutes = int(offset.total_seconds()) // 60 if offset else 0
        hours, rest = divmod(abs(minutes), 60)
        sign = "-" if minutes < 0 else "+"
        far = f"UTC{sign}{hours}{f':{rest:02}' if rest else ''}" if minutes else "UTC"
        city = str(start.tzinfo).rpartition("/")[2].replace("_", " ")
        zone = city if city == far else f"{city} ({far})"
        return self.language.text("All times are those of {zone}.", zone=zone)

    def _words(self, subject: str, lines: Sequence[str]) -> Words:
        """A subject on one line, and the lines without what a patient's words may not say."""
        patient = self.view.audience == "patient"
        kept = [
            line for line in map(_plain, lines) if not (patient and gives_away(self.protocol, line))
        ]
        paragraphs = "\n".join(kept).strip("\n").replace("\n\n\n", "\n\n")
        return Words(unencoded(_plain(subject)), f"{paragraphs}\n")


def _plain(line: str) -> str:
    """A line that is one, whatever stands in a record."""
    return " ".join(STEERING.sub(" ", line).split())
