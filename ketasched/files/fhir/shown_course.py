"""A course as one audience's records of another program are to have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ketasched.calendar.entry_text import Entry, View, category, seat_text, visit_title
from ketasched.calendar.uid import duty_uid, duty_uid_of, part_uid, uid
from ketasched.calendar.written_calendar import Revision
from ketasched.domain.course import (
    ATTENDED,
    PLANNED,
    TENTATIVE,
    Course,
    HasStatus,
    LinkedVisit,
    Session,
)
from ketasched.domain.giveaways import gives_away
from ketasched.domain.protocol import Phase
from ketasched.files.fhir.parts import (
    Resource,
    filled,
    identifier,
    instant,
    own,
    plan_definition_url,
    reference,
    value,
)
from ketasched.running.duties import DueDuty, due_duties


@dataclass(frozen=True)
class ShownCourse:
    """A course, how it is shown, what readers have seen of each entry by UID, the name of its zone,
    and its phases as they are laid out.
    """

    course: Course
    view: View
    revisions: Mapping[str, Revision]
    zone: str
    phases: Sequence[Phase]

    @property
    def staff(self) -> bool:
        """Whether its readers may know the treatment."""
        return self.view.audience == "staff"

    @property
    def bare(self) -> bool:
        """Whether its readers only have to know when."""
        return self.view.audience == "free-busy"

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """The entries in order of time, by their UIDs."""
        return {uid(self.view, self.course, entry): entry for entry in self.course.entries()}

    @cached_property
    def session_uids(self) -> dict[int, str]:
        """The UIDs of sessions by their numbers."""
        return {
            entry.number: name for name, entry in self.entries.items() if isinstance(entry, Session)
        }

    def to_session(self, number: int) -> Resource:
        """A reference to a session; nothing if the course has none of that number."""
        uid = self.session_uids.get(number)
        return reference(uid) if uid else {}

    @cached_property
    def duties(self) -> dict[str, DueDuty]:
        """What staff must do, by UID; others are not told."""
        duties = due_duties(self.course) if self.staff else ()
        return {duty_uid(self.view, self.course, duty.session, duty.name): duty for duty in duties}

    @cached_property
    def gone(self) -> list[str]:
        """The UIDs of what the course had and no longer has, since it was undone."""
        return [uid for uid in self.revisions if uid not in self.entries | self.duties]

    @cached_property
    def gone_duties(self) -> frozenset[str]:
        """Those of them that are of duties: of sessions that are gone, or that stayed."""
        names = [duty.name for duty in self.course.protocol.duties]
        sessions = [*self.gone, *self.session_uids.values()] if self.gone else []
        return frozenset(duty_uid_of(uid, name) for uid in sessions for name in names)

    @cached_property
    def plan_uid(self) -> str:
        """The UID of the whole course, which is no entry of a calendar."""
        return part_uid(self.view, self.course, "course")

    @cached_property
    def phase_uids(self) -> dict[str, str]:
        """The UIDs of the phases that have sessions, by name."""
        names = dict.fromkeys(session.phase for session in self.course.sessions)
        return {name: part_uid(self.view, self.course, "phase", name) for name in names}

    def phase(self, name: str) -> Phase:
        """The phase of that name, as it is laid out if it is."""
        named = (phase for phase in (*self.phases, *self.course.protocol.phases))
        return next(phase for phase in named if phase.name == name)

    def sessions(self, phase: str) -> list[Session]:
        """The sessions of a phase, by their place in it."""
        own_sessions = (session for session in self.course.sessions if session.phase == phase)
        return sorted(own_sessions, key=lambda session: session.place)

    @cached_property
    def patient(self) -> Resource:
        """The patient, by a pseudonym and the name that the course has, unless it gives the
        treatment away; who only has to know when is told neither.
        """
        if self.bare:
            return {"type": "Patient"}
        name = self.view.course_name
        said = {
            "type": "Patient",
            "identifier": identifier(part_uid(self.view, self.course, "patient")),
            "display": name if self.staff or not gives_away(self.course.protocol, name) else "",
        }
        return filled(said)

    def service(self, entry: Entry) -> str:
        """What kind of service an entry is."""
        if self.bare:
            return ""
        if isinstance(entry, LinkedVisit):
            return visit_title(entry, self.view.language)
        return self.course.protocol.label if self.staff else category(self.course, self.view)

    def seat(self, entry: Entry) -> str:
        """Where an entry is."""
        if isinstance(entry, LinkedVisit) and entry.by_video:
            return ""
        return self.view.location or seat_text(entry, self.view)

    def revised(self, name: str) -> list[Resource]:
        """The extensions of what has that UID that say how often it changed, and when it last
        did.
        """
        revision = self.revisions.get(name)
        if revision is None:
            return []
        return [
            value(own("sequence"), "UnsignedInt", revision.sequence),
            value(own("last-changed"), "Instant", revision.modified),
        ]

    def created(self, uids: Iterable[str]) -> str:
        """The day and time at which the first of what has these UIDs came to be."""
        moments = [self.revisions[uid].created for uid in uids if uid in self.revisions]
        return instant(min(moments)) if moments else ""

    @property
    def protocol(self) -> list[str]:
        """The PlanDefinition that it follows, for staff."""
        protocol = self.course.protocol
        return [f"{plan_definition_url(protocol.id)}|{protocol.version}"] if self.staff else []


def request_status(entries: Sequence[HasStatus]) -> str:
    """How a request stands of which these are to come about: active, completed or revoked."""
    if any(entry.status in (PLANNED, TENTATIVE) for entry in entries):
        return "active"
    if any(entry.status == ATTENDED for entry in entries):
        return "completed"
    return "revoked"
