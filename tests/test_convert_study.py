"""Studies in USDM's JSON as protocol files: what is said, what is listed, what is refused."""

import pytest
import yaml
from helpers import mistakes, only, writer
from hypothesis import given
from hypothesis import strategies as st
from studies import (
    after,
    baseline,
    before,
    decision,
    design,
    study,
    timeline,
    timing,
    visit,
    written,
)

from ketasched.files.protocols.protocol_file import read
from ketasched.files.study_design import conversion
from ketasched.files.study_design.lengths import read_length
from ketasched.files.study_design.opening import MAX_STUDY, is_json
from ketasched.reading.file_text import FileBytes, FileText, file_bytes

write = writer("study.json")


def convert(values, *, title="", minutes=60):
    text = values if isinstance(values, str) else written(values)
    file = file_bytes(write(text), MAX_STUDY, "")
    return conversion.convert(file, identifier="t7", title=title, minutes=minutes)


def protocols_of(values, **options):
    return yaml.safe_load(convert(values, **options).text)["protocols"]


def sessions_of(values):
    (protocol,) = protocols_of(values)
    return protocol["phases"][0]["sessions"]


def days_of(*instances_and_timings):
    """The name, the day (or whom it follows, and how far), and the window of each session."""
    instances = [one for one in instances_and_timings if "type" not in one]
    timings = [one for one in instances_and_timings if "type" in one]
    return [
        (
            session["name"],
            *([session["follows"]] if "follows" in session else []),
            session["day"],
            *(int(session["window"][side].split()[0]) for side in ("early", "late")),
        )
        for session in sessions_of(study(design(instances, timings)))
    ]


def notes_of(values):
    return "\n".join(convert(values).notes)


def problem_of(values):
    return only(mistakes(convert, values))


def test_a_study_as_a_protocol_file():
    instances = [
        visit("Screening", "Base", epoch="Before", activities=["Pulse", "Consent"]),
        visit("Base", "Week 2", epoch="Treatment", activities=["Pulse"]),
        visit("Week 2", epoch="Treatment", activities=["Pulse"]),
    ]
    timings = [
        before("Screening", "P2W", early="P7D", late="P7D"),
        baseline(),
        after("Week 2", "P14D", early="P1D", late="P2D"),
    ]
    assert (
        convert(study(design(instances, timings)), title="Trial 7", minutes=45).text
        == """\
# Made by: ketasched convert study.json
version: 1
protocols:
  - id: "t7"
    title: "Trial 7"
    label: "Trial 7"
    version: "2"
    drug: not stated   # the study does not say: fill it in
    route: not stated
    use: not stated
    steps:
      - {name: visit, length: 45 min}   # our default, a study does not say: --length changes it
    phases:
      - name: visits
        first_day: 1   # day 1 is the first day, there is no day 0
        sessions:
          # Before
          - {name: "Screening", day: -14, window: {early: 7 days, late: 7 days}}
          #   Consent
          # Treatment
          - {name: "Base", day: 1, window: {early: 0 days, late: 0 days}}
          - {name: "Week 2", day: 15, window: {early: 1 day, late: 2 days}}
    instructions:   # what is done at every visit
      - {text: "Pulse"}
    sources:
      - {fact: "visits, days and windows", source: "study.json", grade: convention}
    # What is not in it, or not as the study has it:
    # - no window is said, so on their day only: Base
    # - Consent: not at every visit, or not for the patient's calendar; comments name them below
    #   their sessions
"""
    )


V = {name: visit(name) for name in ("Base", "A", "B", "C")}


@pytest.mark.parametrize(
    ("parts", "days"),
    [
        ([baseline(value="P0D"), after("A", "P7D")], [("Base", 0, 0, 0), ("A", 7, 0, 0)]),
        ([baseline(), after("A", "P7D")], [("Base", 1, 0, 0), ("A", 8, 0, 0)]),
        ([baseline(), before("A", "P7D")], [("A", -7, 0, 0), ("Base", 1, 0, 0)]),
        ([baseline(early="P1D", late="P3D"), after("A", "P1W")], [("Base", 1, 1, 3), ("A", 8, 0, 0)]),
        # Hours: a window never gets wider, and a day is not passed by what happens before a visit.
        (
            [baseline(), after("A", "P7D", early="PT23H", late="PT49H")],
            [("Base", 1, 0, 0), ("A", 8, 0, 2)],
        ),
        (
            [baseline(), after("A", "P7D"), before("B", "PT2H", "A", early="PT1H")],
            [("Base", 1, 0, 0), ("A / B", 8, 0, 0)],
        ),
        (
            [baseline(), after("A", "PT20H"), after("B", "PT20H", "A")],
            [("A / Base", 1, 0, 0), ("B", 2, 0, 0)],
        ),
        # Chains: from the baseline while nothing can move, then from the session that can.
        (
            [baseline(), after("A", "P7D"), after("B", "P7D", "A", early="P1D")],
            [("Base", 1, 0, 0), ("A", 8, 0, 0), ("B", 15, 1, 0)],
        ),
        (
            [baseline(), after("A", "P7D", late="P4D"), after("B", "P7D", "A"), after("C", "P2D", "B")],
            [("Base", 1, 0, 0), ("A", 8, 0, 4), ("B", "A", 7, 0, 0), ("C", "B", 2, 0, 0)],
        ),
        (
            [baseline(), after("B", "P7D", late="P4D"), before("A", "P2D", "B", early="P1D")],
            [("Base", 1, 0, 0), ("A", 6, 1, 0), ("B", 8, 0, 4)],
        ),
        # The baseline is where it is, whatever else falls on its day.
        (
            [baseline(), before("B", "P1D", late="P1D"), after("A", "P1D", "B")],
            [("B", -1, 0, 1), ("A / Base", 1, 0, 0)],
        ),
        # A timing of the baseline, read from its other end: its window too.
        (
            [baseline(), timing("Base", "After", "P14D", "A", "P1D", "P3D")],
            [("A", -14, 3, 1), ("Base", 1, 0, 0)],
        ),
    ],
)  # fmt: skip
def test_days_and_windows(parts, days):
    used = {part["relativeFromScheduledInstanceId"] for part in parts}
    used |= {part["relativeToScheduledInstanceId"] for part in parts}
    assert days_of(*(V[name] for name in sorted(used)), *parts) == days


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("P2W", 20160), ("P1DT12H", 2160), ("PT90M", 90), ("P0.5D", 720), ("P1,5D", 2160), ("PT59S", 0),
        ("-P2D", -2880), ("P0D", 0), ("PT0M", 0), ("p1w", 10080),
    ],
)  # fmt: skip
def test_lengths(text, minutes):
    assert read_length(text) == minutes


@pytest.mark.parametrize("text", ["", "P", "PT", "2 days", "P2", "P1DT", "P1M", "P1Y", "P1D2W"])
def test_texts_that_are_no_fixed_length(text):
    with pytest.raises(ValueError, match=r"no length|differ in length"):
        read_length(text)


def test_decisions_are_reviews_and_loops_are_told():
    instances = [
        visit("Base", "Cycle"),
        visit("Cycle", "More?"),
        decision("More?", "End", Cycle="it helps", Exit="consent is withdrawn"),
        visit("End"),
    ]
    timings = [baseline(), after("Cycle", "P21D"), after("End", "P42D")]
    values = study(design(instances, timings))
    assert protocols_of(values)[0]["phases"][0]["reviews"] == [
        {
            "name": "More? (if it helps: Cycle; if consent is withdrawn: the end; else: End)",
            "after_session": 2,
        }
    ]
    assert "More? may lead back to Cycle" in notes_of(values)


def test_arms_that_differ_say_of_which_sessions_they_are():
    instances = [visit("Base", "A", epoch="X"), visit("A", "B", epoch="Y"), visit("B", epoch="Z")]
    timings = [baseline(), after("A", "P7D"), after("B", "P14D")]
    second = "The second arm, which waits"
    arms = {"Active": ["X", "Y", "Z"], second: ["X", "Z"]}
    (protocol,) = protocols_of(study(design(instances, timings, arms)))
    assert protocol["arms"] == {"Active": "Active", "B": second}
    assert [(one["name"], one.get("arms")) for one in protocol["phases"][0]["sessions"]] == [
        ("Base", None),
        ("A", ["Active"]),
        ("B", None),
    ]


def test_arms_whose_reviews_differ_are_protocols_of_their_own():
    instances = [
        visit("Base", "A", epoch="X"),
        visit("A", "B", epoch="Y"),
        visit("B", "On?", epoch="Z"),
        decision("On?", Base="so"),
    ]
    timings = [baseline(), after("A", "P7D"), after("B", "P14D")]
    arms = {"Active": ["X", "Y", "Z"], "2": ["X", "Z"]}
    protocols = protocols_of(study(design(instances, timings, arms)))
    assert [
        (protocol["id"], [session["name"] for session in protocol["phases"][0]["sessions"]])
        for protocol in protocols
    ] == [("t7-active", ["Base", "A", "B"]), ("t7-arm-2", ["Base", "B"])]
    assert "is not in the protocol" not in notes_of(study(design(instances, timings, arms)))
    same = study(design(instances, timings, {arm: ["X", "Y", "Z"] for arm in arms}))
    assert len(protocols_of(same)) == 1
    assert "Active (Arm Active), 2 (Arm 2)" in notes_of(same)


def test_designs_and_versions_are_protocols_of_their_own():
    parts = [visit("Base")], [baseline()]
    values = study(design(*parts, name="First"), design(*parts, name="Second"))
    assert [one["id"] for one in protocols_of(values)] == ["t7-first", "t7-second"]
    values["study"]["versions"] += study(design(*parts), versionIdentifier="3.1")["study"][
        "versions"
    ]
    assert [one["id"] for one in protocols_of(values)] == ["t7-2-first", "t7-2-second", "t7-3-1"]


NOT_STUDIES = {
    '{"resourceType": "Bundle"}': "this is FHIR (Bundle)",
    '{"study": {"studyDesigns": []}}': "older version",
    '{"studyId": null, "studyDesigns": []}': "older version",
    '{"schema": "ketasched-record/2"}': "a file that ketasched wrote",
    '{"visits": []}': "this is JSON, and no study",
    '{"study": 1}': "this is JSON, and no study",
    "[]": "expected keys",
    '{"study": ': "not JSON",
    '{"study": {}, "study": {}}': "stands here twice",
}


@pytest.mark.parametrize(("text", "message"), NOT_STUDIES.items())
def test_json_that_is_no_study(text, message):
    problem = problem_of(text)
    assert message in problem.message
    assert problem.line


def damaged(place, value):
    """A study with one value in it that was damaged, or left out."""
    instances = [visit("Base", "A", activities=["Pulse"], epoch="X"), visit("A")]
    timings = [baseline(), after("A", "P7D", early="P1D", late="P1D")]
    values = study(design(instances, timings, {"Active": ["X"]}))
    part = values["study"]["versions"][0]["studyDesigns"][0]
    for step in place[:-1]:
        part = part[step]
    if value is None:
        del part[place[-1]]
    else:
        part[place[-1]] = value
    return values


LINE = ("scheduleTimelines", 0)
INSTANCE = (*LINE, "instances", 0)
TIMING = (*LINE, "timings", 1)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ((*INSTANCE, "instanceType"), "Foo", "`Foo` is no kind of instance"),
        ((*INSTANCE, "encounterId"), "E9", "there is no encounter `E9`"),
        ((*INSTANCE, "activityIds"), ["A9"], "there is no activity `A9`"),
        ((*INSTANCE, "activityIds"), [1], "no list of texts"),
        ((*INSTANCE, "epochId"), "X9", "there is no epoch `X9`"),
        ((*INSTANCE, "defaultConditionId"), "I9", "there is no instance `I9`"),
        ((*INSTANCE, "timings"), [{}], "an older version of USDM"),
        ((*INSTANCE, "id"), "A", "two objects in `instances` have the id `A`"),
        ((*LINE, "instances", 1, "defaultConditionId"), "Base", "in a circle"),
        ((*LINE, "entryId"), "I9", "there is no instance `I9`"),
        ((*LINE, "instances", 1), "A", "expected keys with values"),
        ((*LINE, "mainTimeline"), "yes", "neither true nor false"),
        ((*LINE, "timings", 0, "type"), {"decode": "After"}, "no timing of the main timeline is"),
        ((*TIMING, "type"), {"decode": "Around"}, "`Around` is no type of timing"),
        ((*TIMING, "type"), "After", "expected keys with values"),
        ((*TIMING, "value"), "7 days", "no length of time"),
        ((*TIMING, "value"), "-P7D", "has a sign"),
        ((*TIMING, "value"), 7, "`value` is no text"),
        ((*TIMING, "windowUpper"), "1 day", "no length of time"),
        ((*TIMING, "windowUpper"), "-P1D", "has no sign"),
        ((*TIMING, "relativeFromScheduledInstanceId"), None, "names no instance"),
        ((*TIMING, "relativeToScheduledInstanceId"), None, "counts from nothing"),
        ((*TIMING, "relativeToScheduledInstanceId"), "A", "counts from itself"),
        (("scheduleTimelines",), [], "the design has no timeline"),
        (("studyCells", 0, "armId"), "Arm 9", "there is no arm `Arm 9`"),
    ],
)
def test_what_is_damaged_is_told_with_its_place(place, value, message):
    problems = mistakes(convert, damaged(place, value))
    assert message in problems[0].message or any(message in one.message for one in problems)
    assert all(problem.line > 1 for problem in problems)


@pytest.mark.parametrize(
    ("timings", "message"),
    [
        ([after("A", "P7D"), after("A", "P7D", "B"), after("B", "P1D")], "contradict each other"),
        (
            [after("A", "P7D", "B"), after("B", "P7D", "A")],
            "the timings turn in a circle: `A`, `B`",
        ),
    ],
)
def test_timings_that_cannot_be(timings, message):
    values = study(design([V["Base"], V["A"], V["B"]], [baseline(), *timings]))
    problem = problem_of(values)
    assert message in problem.message
    assert problem.line > 1


def test_two_main_timelines_and_none():
    one = timeline([visit("Base")], [baseline()])
    values = study(
        design([visit("Base")], [baseline()], scheduleTimelines=[one, {**one, "id": "x"}])
    )
    assert "several timelines are the main one" in problem_of(values).message
    for inner in values["study"]["versions"][0]["studyDesigns"][0]["scheduleTimelines"]:
        inner["mainTimeline"] = False
    assert "no timeline is the main one" in problem_of(values).message


def test_what_a_protocol_cannot_say_is_listed():
    instances = [
        visit("Base", "A", activities=["Pulse", "Sampling"], timelineId="Samples"),
        visit("A"),
        visit("Early end"),
        visit("Late", activities=["Pulse"], encounter=""),
        visit("Months"),
    ]
    timings = [
        baseline(),
        after("A", "P7D", early="P1M"),
        after("Late", "P90D"),
        after("Months", "P6M", late="P1D"),
    ]
    samples = timeline(
        [visit("S", encounter="")], [after("S", "PT1H", "S", late="PT5M")], "Samples"
    )
    values = study(
        design(instances, timings), conditions=[{"id": "C", "name": "Women", "text": "only if"}]
    )
    only_design = values["study"]["versions"][0]["studyDesigns"][0]
    only_design["scheduleTimelines"].append(samples)
    only_design["encounters"].append({"id": "E9", "name": "Unused", "extensionAttributes": [{}]})
    only_design["encounters"][0]["contactModes"] = [{"decode": "Telephone Call"}]
    only_design["encounters"][0]["transitionEndRule"] = {"text": "all is done"}
    only_design["activities"].append({"id": "A9", "name": "Unused too"})
    notes = notes_of(values)
    for text in (
        "Early end has no timing: it is unscheduled",
        "windowLower P1M, counts months",
        "Months is P6M from another, and months differ",
        "Late: no encounter is named",
        "Unused (E9) is an encounter of no session",
        "activities of no session: Unused too (A9)",
        "Telephone Call",
        "ends by the rule: all is done",
        "timeline Samples, within Base: not read (1 instance, 1 timing, 1 window)",
        "condition Women: only if",
        "extensionAttributes",
        "Sampling",
    ):
        assert text in notes


def test_what_gives_the_treatment_away_is_no_instruction():
    instances = [visit("Base", activities=["Infusion of it", "Pulse"])]
    (protocol,) = protocols_of(study(design(instances, [baseline()])))
    assert protocol["instructions"] == [{"text": "Pulse"}]


def test_a_file_is_json_by_its_first_sign_or_its_name():
    assert is_json(FileBytes("a.txt", b'\xef\xbb\xbf\n {"study": 1}'))
    assert is_json(FileBytes("-", '{"study": 1}'.encode("utf-16")))
    assert is_json(FileBytes("a.JSON", b"visit,day"))
    assert not is_json(FileBytes("a.csv", b"visit,day"))


LENGTHS = ["P0D", "PT30M", "PT20H", "P1D", "P1DT12H", "P6D", "P2W", "P1M"]
SIZES = [None, "P0D", "PT6H", "PT36H", "P1D", "P5D", "P1M"]


@st.composite
def studies(draw):
    """A random study without damage: its instances count from one another in any order, some from
    nothing; some are decisions, some in epochs that an arm lacks.
    """
    names = [f"Visit{number}" for number in range(draw(st.integers(1, 7)))]
    order = draw(st.permutations(names))
    base = order[0]
    instances, timings = [], [baseline(base, draw(st.sampled_from(["P1D", "P0D"])))]
    for number, name in enumerate(names):
        then = names[number + 1] if number + 1 < len(names) else None
        if then and name != base and draw(st.integers(0, 4)) == 0:
            instances.append(decision(name, then, **{draw(st.sampled_from(names)): f"so{number}"}))
            continue
        activities = draw(st.lists(st.sampled_from(["Act1", "Act2", "Act3"]), unique=True))
        encounter = draw(st.sampled_from([name, name, "Shared", ""]))
        epoch = draw(st.sampled_from(["Epoch1", "Epoch1", "Epoch2"])) if name != base else "Epoch1"
        instances.append(visit(name, then, encounter, activities, epoch))
    for number, name in enumerate(order[1:], 1):
        if draw(st.integers(0, 5)):
            kind = draw(st.sampled_from([after, before]))
            other = draw(st.sampled_from(order[:number]))
            length, early, late = (
                draw(st.sampled_from(choice)) for choice in (LENGTHS, SIZES, SIZES)
            )
            timings.append(kind(name, length, other, early, late))
    epochs = draw(st.sampled_from([["Epoch1", "Epoch2"], ["Epoch1"]]))
    arms = draw(st.sampled_from([{}, {"ArmA": ["Epoch1", "Epoch2"], "ArmB": epochs}]))
    extra = {
        "activities": [{"id": f"Act{number}", "name": f"Act{number}"} for number in range(1, 5)]
    }
    return study(design(instances, timings, arms, **extra))


def true_day(name, timings):
    """The day of an instance, each step of its chain by itself; None if nothing says it."""
    day = minutes = 0
    while (step := timings.get(name)) and step["type"]["decode"] != "Fixed Reference":
        if step["value"] == "P1M":
            return None
        sign = -1 if step["type"]["decode"] == "Before" else 1
        days, rest = divmod(read_length(step["value"]), 24 * 60)
        day, minutes = day + sign * days, minutes + sign * rest
        name = step["relativeToScheduledInstanceId"]
    # What is left of the days is carried where it comes to a day: it is for the reader to say how.
    return (day, minutes) if step else None


def offsets_of(protocol):
    """Days from the baseline of each session of a protocol, by its name and its arms."""
    phase = protocol["phases"][0]
    offsets = {}
    for session in phase["sessions"]:
        day, arms = session["day"], tuple(session.get("arms", ()))
        if "follows" in session:
            day += next(
                offset
                for (name, others), offset in offsets.items()
                if name == session["follows"] and (not others or set(arms) <= set(others))
            )
        elif day >= 0:
            day -= phase["first_day"]
        offsets[session["name"], arms] = day
    return offsets


@given(studies())
def test_everything_in_a_study_is_in_the_protocol_or_in_the_list(values):
    (only_design,) = values["study"]["versions"][0]["studyDesigns"]
    (main,) = only_design["scheduleTimelines"]
    file = FileBytes("study.json", written(values).encode())
    converted = conversion.convert(file, identifier="t7", title="", minutes=60)
    notes = "\n".join(converted.notes)
    read(FileText("t7.yaml", converted.text))  # as `check` does
    protocols = yaml.safe_load(converted.text)["protocols"]
    timings = {one["relativeFromScheduledInstanceId"]: one for one in main["timings"]}
    offsets = [offsets_of(protocol) for protocol in protocols]
    (base,) = (name for name, one in timings.items() if one["type"]["decode"] == "Fixed Reference")
    epochs_of_arms = {cell["epochId"] for cell in only_design["studyCells"]}
    for instance in main["instances"]:
        name, day = instance["id"], true_day(instance["id"], timings)
        if "conditionAssignments" in instance:
            assert name in converted.text
            continue
        encounter = (instance["encounterId"] or "").removeprefix("E ")
        in_an_arm = not only_design["arms"] or instance["epochId"] in epochs_of_arms
        is_visit = instance["encounterId"] or instance["activityIds"] or name == base
        if day is None or not in_an_arm or not is_visit:
            assert name in notes
        elif abs(day[1]) < 24 * 60:
            assert encounter or name in converted.text
            assert any(
                offset == day[0] and encounter in session
                for sessions in offsets
                for (session, _), offset in sessions.items()
            )
    for one in main["timings"]:
        whole = one["value"] in ("P0D", "P1D", "P6D", "P2W")
        in_days = all(
            size in (None, "P0D", "P1D", "P5D") for size in (one["windowLower"], one["windowUpper"])
        )
        in_protocol = any(
            one["relativeFromScheduledInstanceId"] in session
            for sessions in offsets
            for session, _ in sessions
        )
        assert (
            (whole and in_days and in_protocol)
            or one["name"] in notes
            or in_protocol_by(one, values)
        )
    for part in ("encounters", "activities", "arms"):
        assert all(one["name"] in converted.text for one in only_design[part])


def in_protocol_by(one, values):
    """Whether the instance of a timing shares its encounter with others, or has none: its session
    is called by another name.
    """
    (main,) = values["study"]["versions"][0]["studyDesigns"][0]["scheduleTimelines"]
    (instance,) = (
        instance
        for instance in main["instances"]
        if instance["id"] == one["relativeFromScheduledInstanceId"]
    )
    return instance.get("encounterId") != f"E {instance['id']}"
