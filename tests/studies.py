"""Small study designs of our own, in the shape of USDM's JSON."""

import json
from itertools import chain

MAIN = "Main"


def code(decode):
    return {"id": f"Code {decode}", "code": "C1", "decode": decode, "instanceType": "Code"}


def visit(name, then=None, encounter=None, activities=(), epoch=None, **keys):
    """An instance called ``name``, at the encounter of its own name unless another is given; ""
    for none.
    """
    encounter = name if encounter is None else encounter
    return {
        "id": name,
        "name": name,
        "instanceType": "ScheduledActivityInstance",
        "defaultConditionId": then,
        "encounterId": f"E {encounter}" if encounter else None,
        "activityIds": list(activities),
        "epochId": epoch,
        **keys,
    }


def decision(name, then=None, **branches):
    """A decision; each keyword is a target, and its condition."""
    return {
        "id": name,
        "name": name,
        "instanceType": "ScheduledDecisionInstance",
        "defaultConditionId": then,
        "conditionAssignments": [
            {"id": f"{name} {target}", "condition": condition, "conditionTargetId": target}
            for target, condition in branches.items()
        ],
    }


def timing(instance, kind, value, counts_from="", early=None, late=None, **keys):
    return {
        "id": f"T {instance} {counts_from}",
        "name": f"T {instance} {counts_from}",
        "type": code(kind),
        "value": value,
        "relativeToFrom": code("Start to Start"),
        "relativeFromScheduledInstanceId": instance,
        "relativeToScheduledInstanceId": counts_from,
        "windowLower": early,
        "windowUpper": late,
        "instanceType": "Timing",
        **keys,
    }


def baseline(instance="Base", value="P1D", **keys):
    return timing(instance, "Fixed Reference", value, instance, **keys)


def after(instance, value, counts_from="Base", early=None, late=None):
    return timing(instance, "After", value, counts_from, early, late)


def before(instance, value, counts_from="Base", early=None, late=None):
    return timing(instance, "Before", value, counts_from, early, late)


def timeline(instances, timings, name=MAIN, **keys):
    return {
        "id": name,
        "name": name,
        "mainTimeline": name == MAIN,
        "entryId": instances[0]["id"] if instances else None,
        "instances": list(instances),
        "timings": list(timings),
        "exits": [{"id": "Exit"}],
        **keys,
    }


def design(instances=(), timings=(), arms=(), name="Design", **keys):
    """A design whose encounters, activities and epochs are those that its instances name; ``arms``
    by name, each with the epochs it has.
    """

    def named(key):
        values = [one.get(key) for one in instances]
        flat = [
            inner for value in values for inner in (value if isinstance(value, list) else [value])
        ]
        return list(dict.fromkeys(filter(None, flat)))

    return {
        "id": name,
        "name": name,
        "encounters": [{"id": one, "name": one.removeprefix("E ")} for one in named("encounterId")],
        "activities": [{"id": one, "name": one} for one in named("activityIds")],
        "epochs": [
            {"id": one, "name": one}
            for one in dict.fromkeys([*named("epochId"), *chain(*dict(arms).values())])
        ],
        "arms": [{"id": f"Arm {arm}", "name": arm} for arm in dict(arms)],
        "studyCells": [
            {"id": f"{arm} {epoch}", "armId": f"Arm {arm}", "epochId": epoch}
            for arm, epochs in dict(arms).items()
            for epoch in epochs
        ],
        "scheduleTimelines": [timeline(instances, timings)],
        **keys,
    }


def study(*designs, **keys):
    return {
        "study": {
            "name": "T7",
            "versions": [
                {"id": "V", "versionIdentifier": "2", "studyDesigns": list(designs), **keys}
            ],
            "instanceType": "Study",
        },
        "usdmVersion": "4.0.0",
    }


def written(values):
    """The JSON of a study, a value a line, as files of studies have it."""
    return json.dumps(values, indent=1)
