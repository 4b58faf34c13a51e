"""``ketasched check NAME --ics … --server …``: whether all that was sent agrees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ketasched import clock
from ketasched.asking.surroundings import clinic_file
from ketasched.cli import told_places
from ketasched.cli.result import Result
from ketasched.cli.told_places import Asked, AskedCourse, Read, Unreadable
from ketasched.domain.wording import count_text, list_text
from ketasched.errors import KetaschedError, NetworkTrouble, UsageProblem
from ketasched.proving.agreement import Difference, Place, PlaceKind, SaidCourse, compare
from ketasched.proving.told import to_say
from ketasched.records.feeds import load_feeds
from ketasched.records.folder import Unread, no_record, read_folder, unread_trouble, walk
from ketasched.records.open import ReadRecord, name_of, open_record, read_quickly, read_record
from ketasched.reports.agreement_report import agreement_report
from ketasched.shell import paste

_MENDED_BY: dict[PlaceKind, str] = {
    "calendar": "export",
    "feed": "feed",
    "server": "publish",
    "bundle": "export",
    "outbox": "invite",
}
_MOST_NAMED = 5


class NotAgreed(KetaschedError):
    """A place says something else than the records."""

    code = "differences"
    exit_code = 1


class Targets(NamedTuple):
    """The places to look at, as typed."""

    ics: Sequence[str] = ()
    feed: Sequence[str] = ()
    server: Sequence[str] = ()
    fhir: Sequence[str] = ()
    outbox: Sequence[str] = ()


class Agreement(NamedTuple):
    """What was compared: how many records and entries with which places, where they part, the
    records that cannot be read, and what went wrong with a server.
    """

    name: str
    records: int
    entries: int
    places: Sequence[Read]
    differences: Sequence[Difference]
    unread: Sequence[Unread]
    notes: Sequence[str] = ()
    trouble: KetaschedError | None = None


def checked_agreement(name: str, targets: Targets, *, clinic: str, login: str) -> Result:
    """Each difference in a line; else one sentence with what agrees.

    Raises:
        KetaschedError: there is no such record, or nothing to compare with.
    """
    asked, unread = _asked(name)
    places, notes, trouble = _read(asked, targets, clinic, login)
    differences = list(_differences(asked, places, lacking=bool(unread)))
    entries = sum(len(list(course.read.record.course.entries())) for course in asked.courses)
    notes += _nowhere(asked, places)
    agreement = Agreement(
        name, len(asked.courses), entries, places, differences, unread, notes, trouble
    )

    def page() -> str:
        from ketasched.cli.terminal.agreement import agreement_page

        return agreement_page(agreement)

    return Result(
        page, lambda: agreement_report(agreement), notes=notes, trouble=_trouble(agreement)
    )


def _asked(name: str) -> tuple[Asked, list[Unread]]:
    now = clock.now()
    if not Path(name).is_dir():
        path = open_record(name, now).path
        return Asked(path.parent, [_course(read_record(path))], whole=False, now=now), []
    records, unread = read_folder(Path(name))
    if not records:
        raise no_record(Path(name))
    return Asked(Path(name), [_course(read) for read in records], whole=True, now=now), unread


def _course(read: ReadRecord) -> AskedCourse:
    """A course and what it says. Where its file was renamed, titles for staff changed, and the
    record says so only when it is next written.
    """
    saying = dict(to_say(read.record))
    rises = int(read.renamed)
    saying["staff"] = {uid: said._replace(rises=rises) for uid, said in saying["staff"].items()}
    known = {entry.uid for entry in read.record.told}.union(*saying.values())
    return AskedCourse(read, SaidCourse(name_of(Path(read.path.name)), saying, frozenset(known)))


def _nowhere(asked: Asked, places: Sequence[Read]) -> Iterator[str]:
    """The courses of a folder that none of the places has: nothing was compared with them."""
    there = {entry.uid for place in places if isinstance(place, Place) for entry in place.entries}
    absent = [course.said.name for course in asked.courses if not course.said.known & there]
    if asked.whole and there and absent:
        rest = f" and {len(absent) - _MOST_NAMED} more" if len(absent) > _MOST_NAMED else ""
        yield f"none of the places has, so not compared: {', '.join(absent[:_MOST_NAMED])}{rest}"


# The places


def _read(
    asked: Asked, targets: Targets, clinic: str, login: str
) -> tuple[list[Read], list[str], KetaschedError | None]:
    """What stands in each place, what is to be said of them, and what keeps a server from being
    asked.
    """
    places: list[Read] = []
    notes: list[str] = []
    trouble: KetaschedError | None = None
    if not any(targets):
        targets = _kept(asked)
    places += [told_places.calendar_file(path, asked) for path in targets.ics]
    for path in targets.feed:
        places += told_places.feeds_in(path, asked)
    places += [told_places.fhir_bundle(path, asked) for path in targets.fhir]
    for path in targets.outbox:
        places += told_places.outbox(path, asked)
    file = clinic_file(clinic) if targets.server else None
    for address in targets.server:
        try:
            place, note = told_places.calendar_on_server(address, asked, file, login)
        except NetworkTrouble as error:
            from ketasched.publishing.wire import PUBLISH_AGAIN

            hint = "check again later" if error.hint == PUBLISH_AGAIN else error.hint
            trouble = NetworkTrouble(error.message, hint)
            places.append(Unreadable("server", address, error.message))
            continue
        places.append(place)
        notes += [note] if note else []
    return places, notes, trouble


def _kept(asked: Asked) -> Targets:
    """Where a record itself knows that it stands: its calendars, and the feeds of its folder.

    Raises:
        UsageProblem: there is no such place.
    """
    (course,) = asked.courses
    beside = asked.folder
    files = [str(beside / file.path) for file in course.read.record.following if not file.page]
    place = load_feeds(beside).place
    feeds = [str(beside / place)] if place and (beside / place).is_dir() else []
    if files or feeds:
        return Targets(ics=files, feed=feeds)
    command = paste(["ketasched", "check", course.said.name, "--ics", "FILE.ics"])
    raise UsageProblem(
        f"{course.said.name} has no calendar beside it", f"name what to compare with: {command}"
    )


def _differences(asked: Asked, places: Sequence[Read], *, lacking: bool) -> Iterator[Difference]:
    """``lacking``: of some records nobody knows what they have, so nothing is one too many."""
    courses = [course.said for course in asked.courses]
    others = frozenset[str]()
    known = frozenset[str]().union(*(course.known for course in courses))
    if not asked.whole and any(
        entry.uid not in known
        for place in places
        if isinstance(place, Place)
        for entry in place.entries
    ):
        others = _of_others(asked)
    for place in places:
        if isinstance(place, Unreadable):
            where, kind = place.where, place.kind
            yield Difference("", "", where, "unreadable", None, place.why, kind)
        elif lacking:
            yield from compare(place._replace(all_ours=False, of_domain=False), courses)
        else:
            yield from compare(place, courses, frozenset() if place.all_ours else others)


def _of_others(asked: Asked) -> frozenset[str]:
    """The UIDs of the records beside the one that was asked about."""
    records, _ = walk(asked.folder, read_quickly)
    return frozenset(entry.uid for record in records for entry in record.told)


# What it came to


def _trouble(agreement: Agreement) -> KetaschedError | None:
    if agreement.trouble:
        agreement.trouble.shown = True
        return agreement.trouble
    if agreement.differences:
        count = count_text(len(agreement.differences), "difference")
        kinds = dict.fromkeys(_MENDED_BY[difference.kind] for difference in agreement.differences)
        hint = f"what brings it in step: {list_text([f'`{kind}`' for kind in kinds])}"
        return NotAgreed(f"{count} in {counts(agreement)}", hint, shown=True)
    return unread_trouble(agreement.unread, "compared")


def counts(agreement: Agreement) -> str:
    """What was compared: ``1 record, 10 entries, 3 places``."""
    entries = count_text(agreement.entries, "entry", "entries")
    places = count_text(len(agreement.places), "place")
    return f"{count_text(agreement.records, 'record')}, {entries}, {places}"
