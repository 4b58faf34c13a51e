"""What a record keeps of a change: not the plan before it, but the way back to that plan.

A way back says of each list which runs of items stand in the place of which others, the last run
first, and then which values of which items were other ones.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from ketasched.reading.json_shape import Shape, items, keys_of
from ketasched.records.busy_state import BUSY_BEFORE
from ketasched.records.course_state import ITEMS, LATER_STATE, LEFT_OUT, NEW, TOTAL
from ketasched.records.plain_values import COUNT

Item = Mapping[str, Any]
State = Mapping[str, Any]
WayBack = Mapping[str, Any]

_IDENTITIES: Mapping[str, Callable[[Item], Any]] = {
    "sessions": lambda session: session["number"],
    "visits": lambda visit: (visit["name"], visit["session"]),
    "unplaced": lambda unplaced: (unplaced["name"], unplaced["session"], unplaced["number"]),
    "pauses": lambda pause: pause["before_session"],
    "reviews": lambda review: review["name"],
    "busy": lambda busy: tuple(busy.values()),
}
"""What tells the items of a list apart, whatever else of them changes."""


def way_back(after: State, before: State) -> WayBack:
    """What turns the state after a change into the one before it."""
    ways = {
        name: _list_back(after[name], before[name], identity)
        for name, identity in _IDENTITIES.items()
        if name in before
    }
    whole = {name: before[name] for name in before if name not in ways}
    changed = {name: value for name, value in whole.items() if after[name] != value}
    return {name: way for name, way in ways.items() if way} | changed


def state_before(after: State, way: WayBack) -> dict[str, Any]:
    """The state before a change, from the one after it.

    Raises:
        IndexError: the way back is not one from there.
    """
    return {
        name: _gone_back(value, way[name]) if name in way and name in _IDENTITIES
        else way.get(name, value)
        for name, value in after.items()
    }  # fmt: skip


def way_faults(state: State, ways: Sequence[WayBack | None], phases: Collection[str]) -> list[str]:
    """What cannot be of the ways back from a state, the newest last: places that are not there, and
    phases that the protocol has not. It does not walk them; whoever does looks at what comes of it.
    """
    lengths = {name: len(state[name]) for name in _IDENTITIES}
    faults = []
    for way in reversed([way or {} for way in ways]):
        for name in way.keys() & lengths.keys():
            cuts, changes = way[name].get("cuts", []), way[name].get("set", [])
            length = lengths[name] + sum(len(cut["items"]) - cut["count"] for cut in cuts)
            if any(cut["at"] + cut["count"] > lengths[name] for cut in cuts) or any(
                change["at"] >= length for change in changes
            ):
                faults.append(f"the history speaks of {name} that were never there")
            lengths[name] = length
            items_said = [item for cut in cuts for item in cut["items"]]
            items_said += [change["to"] for change in changes]
            unknown = {item["phase"] for item in items_said if "phase" in item} - {*phases}
            faults += [f"the history has an unknown phase, `{phase}`" for phase in unknown]
    return faults


def shape_of_way(options: Shape, version: Mapping[str, Shape]) -> Shape:
    """What a way back may say; ``options`` are those of `plan`, ``version`` is of its protocol."""
    lists = {name: _shape_of_list(shapes, NEW.get(name, {})) for name, shapes in ITEMS.items()}
    lists["busy"] = keys_of({}, {"cuts": items(_shape_of_cut(BUSY_BEFORE))})
    whole = {"left_out": LEFT_OUT, "total": TOTAL, "asked": options, **LATER_STATE, **version}
    return keys_of({}, lists | whole)


def _shape_of_list(shapes: Mapping[str, Shape], new: Mapping[str, Shape]) -> Shape:
    cut = _shape_of_cut(keys_of(shapes, new))
    change = keys_of({"at": COUNT, "to": keys_of({}, {**shapes, **new})})
    return keys_of({}, {"cuts": items(cut), "set": items(change)})


def _shape_of_cut(item: Shape) -> Shape:
    return keys_of({"at": COUNT, "count": COUNT, "items": items(item)})


def _list_back(
    after: Sequence[Item], before: Sequence[Item], identity: Callable[[Item], Any]
) -> dict[str, Any]:
    way: dict[str, Any] = {}
    there, wanted = [identity(item) for item in after], [identity(item) for item in before]
    if there != wanted:
        runs = SequenceMatcher(None, there, wanted, autojunk=False).get_opcodes()
        way["cuts"] = [
            {"at": start, "count": end - start, "items": list(before[first:last])}
            for kind, start, end, first, last in reversed(runs)
            if kind != "equal"
        ]
        after = _cut(after, way["cuts"])
    changed = [
        {"at": place, "to": _values_back(item, old)}
        for place, (item, old) in enumerate(zip(after, before, strict=True))
        if item != old
    ]
    return way | ({"set": changed} if changed else {})


def _values_back(after: Item, before: Item) -> dict[str, Any]:
    """The values of an item that were other ones; null where there was none."""
    keys = dict.fromkeys((*before, *after))
    return {key: before.get(key) for key in keys if before.get(key) != after.get(key)}


def _cut(items_after: Sequence[Item], cuts: Sequence[Mapping[str, Any]]) -> list[Item]:
    before = list(items_after)
    for cut in cuts:
        if cut["at"] + cut["count"] > len(before):
            raise IndexError(cut["at"])
        before[cut["at"] : cut["at"] + cut["count"]] = cut["items"]
    return before


def _gone_back(after: Sequence[Item], way: Mapping[str, Any]) -> list[Item]:
    before = _cut(after, way.get("cuts", ()))
    for change in way.get("set", ()):
        before[change["at"]] = {**before[change["at"]], **change["to"]}
    return before
