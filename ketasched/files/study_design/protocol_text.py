"""A protocol as the text of its file, with its list behind it as comments."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from ketasched.domain.giveaways import gives_away
from ketasched.domain.protocol import Protocol
from ketasched.domain.wording import count_text
from ketasched.files.study_design.decisions import Review
from ketasched.files.study_design.ledger import Ledger, called
from ketasched.files.study_design.sessions import Session, day_number
from ketasched.files.study_design.study import Activity, Design, Instance
from ketasched.reading.texts import quoted

_LONGEST_LINE = 500
_WIDTH = 100
_FACT = quoted("visits, days and windows")
_OUR_DEFAULT = "   # our default, a study does not say: --length changes it"


class Text(NamedTuple):
    """What a protocol's head says; empty where the study does not say."""

    identifier: str
    title: str
    label: str
    version: str
    drug: str
    minutes: int
    file: str
    first_day: int
    arms: tuple[tuple[str, str], ...] = ()


def protocol_text(
    text: Text,
    design: Design,
    sessions: list[Session],
    reviews: list[Review],
    everywhere: list[Activity],
) -> str:
    """The protocol of some sessions; ``everywhere`` is what is done at each of them."""
    fill_in = "   # the study does not say: fill it in"
    lines = [
        f"  - id: {quoted(text.identifier)}",
        f"    title: {quoted(text.title)}",
        f"    label: {quoted(text.label)}",
        f"    version: {quoted(text.version or 'not stated')}{'' if text.version else fill_in}",
        f"    drug: {quoted(text.drug)}" if text.drug else f"    drug: not stated{fill_in}",
        "    route: not stated",
        "    use: not stated",
        "    steps:",
        f"      - {{name: visit, length: {text.minutes} min}}{_OUR_DEFAULT}",
        *(["    arms:"] if text.arms else []),
        *(f"      {quoted(name)}: {quoted(title)}" for name, title in text.arms),
        "    phases:",
        "      - name: visits",
        f"        first_day: {text.first_day}   # {_MEANING[text.first_day]}",
        "        sessions:",
        *_sessions(design, sessions, everywhere, text.first_day),
        *(["        reviews:"] if reviews else []),
        *(
            f"          - {{name: {quoted(review.name)}, after_session: {review.after_session}}}"
            for review in reviews
        ),
        *(["    instructions:   # what is done at every visit"] if everywhere else []),
        *(f"      - {{text: {quoted(_words_of(activity))}}}" for activity in everywhere),
        "    sources:",
        f"      - {{fact: {_FACT}, source: {quoted(text.file)}, grade: convention}}",
    ]
    return "\n".join(lines) + "\n"


def list_text(notes: list[str]) -> str:
    """The list of what is not in a protocol, as comments."""
    lines = ["    # What is not in it, or not as the study has it:"] if notes else []
    for note in notes:
        lines += _wrapped(note, "    # - ", "    #   ")
    return "".join(f"{line}\n" for line in lines)


_MEANING = ("day 0 is the baseline", "day 1 is the first day, there is no day 0")


def _sessions(
    design: Design, sessions: list[Session], everywhere: list[Activity], first_day: int
) -> Iterator[str]:
    epoch = ""
    for session in sessions:
        own = next((instance.epoch for instance in session.instances if instance.epoch), "")
        if own in design.epochs and own != epoch:
            epoch = own
            yield f"          # {design.epochs[own]}"
        yield _session(session, first_day)
        for instance in session.instances:
            words = "; ".join(
                _words_of(activity)
                for activity in _activities(design, [instance])
                if activity not in everywhere
            )
            if len(session.instances) > 1:  # what makes up the day
                words = f"{instance.name}: {words}" if words else instance.name
            if words:
                yield from _wrapped(words, "          #   ", "          #     ")


def _session(session: Session, first_day: int) -> str:
    early, late = (count_text(days, "day") for days in session.window)
    if session.follows:
        day = f"follows: {quoted(session.follows)}, day: {session.distance}"
    else:
        day = f"day: {day_number(session.offset, first_day)}"
    window = f"window: {{early: {early}, late: {late}}}"
    names = ", ".join(map(quoted, session.arms))
    arms = f", arms: [{names}]" if names else ""
    return f"          - {{name: {quoted(session.name)}, {day}, {window}{arms}}}"


# Activities


def _activities(design: Design, instances: Iterable[Instance]) -> list[Activity]:
    names = dict.fromkeys(name for instance in instances for name in instance.activities)
    return [design.activities[name] for name in names if name in design.activities]


def everywhere_of(
    text: Text, design: Design, sessions: list[Session], ledger: Ledger
) -> list[Activity]:
    """The activities of every session, which the protocol has as instructions, unless they give the
    treatment away; of the others a comment says where they are.
    """
    by_session = [_activities(design, session.instances) for session in sessions]
    every = dict.fromkeys(chain.from_iterable(by_session))
    stub = Protocol(
        text.identifier, text.title, text.label, text.version, text.drug, "", "", (), (), (), (), ()
    )
    instructions = []
    elsewhere = []
    for activity in every:
        ledger.say([activity.id])
        words = _words_of(activity)
        fits = len(words) <= _LONGEST_LINE and not gives_away(stub, words)
        if fits and all(activity in activities for activities in by_session):
            instructions.append(activity)
        else:
            elsewhere.append(activity)
    if elsewhere:
        ledger.note(
            f"{', '.join(map(called, elsewhere))}: not at every visit, or not for the patient's "
            "calendar; comments name them below their sessions"
        )
    return instructions


def _words_of(activity: Activity) -> str:
    """An activity with its procedures."""
    if not activity.procedures:
        return activity.name
    return f"{activity.name} ({', '.join(activity.procedures)})"


def _wrapped(text: str, first: str, others: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
