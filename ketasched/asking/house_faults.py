"""What only a clinic and the protocols together show to be wrong: who takes what of the house."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import yaml

from ketasched.asking import library
from ketasched.asking.surroundings import protocol_folders, protocols_beside, protocols_file
from ketasched.domain.house import is_kind
from ketasched.errors import FileProblems, Problem, UsageProblem, did_you_mean
from ketasched.files.clinic.resources import need_fault, unknown_subject
from ketasched.reading.file_text import compose
from ketasched.reading.needs import one_spelling

if TYPE_CHECKING:
    from ketasched.asking.request import Terms
    from ketasched.domain.house import House
    from ketasched.domain.protocol import Protocol, Step
    from ketasched.files.clinic.clinic import ClinicFile
    from ketasched.files.protocols.protocol_file import WrittenProtocol


def refuse_house_faults(terms: Terms, file: ClinicFile | None, written: WrittenProtocol) -> None:
    """Refuse what cannot be of a clinic's house and of the protocol that is planned.

    Raises:
        UsageProblem: it is to be planned beside others, and nothing is known of the house.
        FileProblems: a file says what unknown protocols take, or more than there is.
    """
    house = file.house if file else None
    if file is None or house is None:
        if terms.beside:
            raise UsageProblem(
                "--beside looks for room, and no clinic file says how much there is",
                "write, say, `resources: {chair: 3}` into it, and name it with --clinic",
            )
        return
    refuse_impossible_steps(house, [written])
    if file.takes:
        refuse_unknown_takes(file, _known(terms, file, written))


def _known(terms: Terms, file: ClinicFile, written: WrittenProtocol) -> dict[str, Protocol]:
    """The protocols of which a clinic file may speak; only those that it needs are read."""
    known = {written.protocol.id: written.protocol}
    subjects = {takes.subject for takes in file.takes if not is_kind(takes.subject)}
    if subjects <= known.keys():
        return known
    known = {**library.load(protocols_file(terms.protocols, file)), **known}
    if file.defaults.protocols:
        known = {**library.load(protocols_beside(file)), **known}
    return known | of_their_own_files(subjects - known.keys(), file)


def of_their_own_files(ids: Iterable[str], file: ClinicFile) -> dict[str, Protocol]:
    """The protocols that stand in files called after them, in this folder or the clinic file's."""
    known = {}
    for name in ids:
        with contextlib.suppress(UsageProblem):
            known[name] = library.find(name, "", protocol_folders("", file)).protocol
    return known


def refuse_unknown_takes(clinic: ClinicFile, protocols: Mapping[str, Protocol]) -> None:
    """Refuse a clinic file that says what unknown protocols or steps take.

    Raises:
        FileProblems: all of them, each where it stands.
    """
    source = clinic.source
    if source is None or not clinic.takes:
        return
    unknown = list(_unknown(clinic, protocols))
    if not unknown:
        return
    root = compose(source)
    problems = [
        source.at(_key(root, ("takes", *place)), message, hint)
        for place, (message, hint) in unknown
    ]
    raise FileProblems(source.file, problems)


def _unknown(
    clinic: ClinicFile, protocols: Mapping[str, Protocol]
) -> Iterator[tuple[tuple[str, ...], tuple[str, str]]]:
    for takes in clinic.takes:
        if is_kind(takes.subject):
            continue
        protocol = protocols.get(takes.subject)
        if protocol is None:
            yield (takes.subject,), unknown_subject(takes.subject, protocols)
            continue
        named = (step.name for steps in protocol.all_steps for step in steps)
        names = list(dict.fromkeys(named))
        for name, _ in takes.steps:
            if name not in names:
                hint = did_you_mean(name, names) or f"its steps are {', '.join(names)}"
                message = f"{protocol.id} has no step `{name}`"
                yield (takes.subject, name), (message, hint)


def refuse_impossible_steps(house: House, protocols: Iterable[WrittenProtocol]) -> None:
    """Refuse protocols whose own steps take what a house does not have, or not as much of, unless
    the clinic says otherwise.

    Raises:
        FileProblems: all of them in the first such file, each where it stands.
    """
    problems: list[Problem] = []
    for written in protocols:
        problems += _impossible(house, written)
        if problems:
            raise FileProblems(written.source.file, problems)


def _impossible(house: House, written: WrittenProtocol) -> Iterator[Problem]:
    protocol = written.protocol
    said = next((takes for takes in house.takes if takes.subject == protocol.id), None)
    if said and said.need is not None:
        return
    settled = {name for name, _ in said.steps} if said else set()
    for step, node in zip(_steps(protocol), _step_nodes(written), strict=True):
        for name, number in () if step.name in settled else step.takes or ():
            fault = need_fault(house, name, number)
            if fault:
                yield written.source.at(_key(node, ("takes", name)), *fault)


def _steps(protocol: Protocol) -> Iterator[Step]:
    """Every step of a protocol, those of single sessions too."""
    return (step for steps in protocol.all_steps for step in steps)


def _step_nodes(written: WrittenProtocol) -> Iterator[yaml.Node]:
    """Where they stand."""
    yield from _value(written.node, "steps").value
    for phase in _value(written.node, "phases").value:
        keys = {key.value: value.value for key, value in phase.value}
        for _, steps in keys.get("steps", ()):
            yield from steps.value
        listed = keys["sessions"] if isinstance(keys.get("sessions"), list) else ()
        for session in listed:
            for key, steps in session.value:
                yield from steps.value if key.value == "steps" else ()


def _key(node: yaml.Node, place: tuple[str, ...]) -> yaml.Node:
    """The last of some keys, each in the value of the one before; or the nearest there is."""
    found = node
    for name in place:
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        for key, value in pairs:
            if one_spelling(str(key.value)) == name:
                found, node = key, value
    return found


def _value(node: yaml.Node, name: str) -> yaml.Node:
    values: dict[str, yaml.Node] = {key.value: value for key, value in node.value}
    return values[name]
