"""Whose window and gaps a session keeps: those of its phase as chosen, or of the pace it has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from ketasched.domain.cadence import Window, is_same_cadence
from ketasched.domain.course import Session
from ketasched.domain.protocol import Phase, Protocol
from ketasched.domain.typed_protocol import read_cadence
from ketasched.proving.premises import Options

_WINDOW = re.compile(r"\s*([0-9]+)\s*/\s*([0-9]+)\s*")


class Earlier(NamedTuple):
    """A version of its protocol by which a course was planned until an instant."""

    until: datetime
    protocol: Protocol
    options: Options


class Paces:
    """The phases of a protocol with the cadences and windows that were chosen for them."""

    def __init__(
        self, protocol: Protocol, options: Options, earlier: Sequence[Earlier] = ()
    ) -> None:
        """What began while an ``earlier`` version of the protocol held is judged by that; the
        oldest comes first.

        Raises:
        ValueError: an option that cannot be read.
        """
        self._earlier = [(each.until, Paces(each.protocol, each.options)) for each in earlier]
        self._written = {phase.name: phase for phase in protocol.known_phases}
        cadences, windows = (_by_phase(options, name) for name in ("cadence", "window"))
        self._chosen = {
            name: _with_window(
                _with_cadence(phase, cadences.get(name.casefold(), "")),
                windows.get(name.casefold(), ""),
            )
            for name, phase in self._written.items()
        }

    def of(self, session: Session) -> Phase:
        """The phase whose window and gaps a session keeps."""
        for until, paces in self._earlier:
            if session.start <= until:
                return paces.of(session)
        return self._of_now(session)

    def _of_now(self, session: Session) -> Phase:
        own = self._chosen[session.phase]
        if session.pace in ("", str(own.cadence)):
            return own
        if session.pace in self._chosen:
            return self._chosen[session.pace]
        return _with_cadence(self._written[session.phase], session.pace)

    def are_of_one_day(self, session: Session, other: Session) -> bool:
        """Whether two sessions are due on one treatment day of several sessions."""
        mine, its = ((each.phase, each.pace, each.target) for each in (session, other))
        return mine == its and self.of(session).per_day is not None

    def window_of(self, session: Session) -> Window:
        """How far from its target a session may stand: as it is listed by name, or as its phase
        says.
        """
        phase = self.of(session)
        own = (each.window for each in phase.listed if each.name == session.name)
        return next((window for window in own if window), phase.window)


def _by_phase(options: Options, name: str) -> Mapping[str, str]:
    typed = (text.rpartition("=") for text in options.get(name, ()))
    return {phase.strip().casefold(): value for phase, _, value in typed}


def _with_cadence(phase: Phase, text: str) -> Phase:
    if not text:
        return phase
    wanted = read_cadence(text)
    for other in phase.alternatives:
        if is_same_cadence(other.cadence, wanted):
            return phase.using(other)
    return phase


def _with_window(phase: Phase, text: str) -> Phase:
    match = _WINDOW.fullmatch(text)
    return replace(phase, window=Window(int(match[1]), int(match[2]))) if match else phase
