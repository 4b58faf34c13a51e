"""Courses and protocols in FHIR R4, read by other models than ours and taken by a server in memory."""

import json
import os
import typing
from datetime import date, datetime
from pathlib import Path

import pytest
from conftest import BUILT_IN, ROOT
from fhir.resources.appointment import AppointmentRecurrenceTemplate
from fhir.resources.R4B import get_fhir_model_class
from fhir_server import FhirServer, Refused

from ketasched.domain.course import Status
from ketasched.domain.giveaways import gives_away
from ketasched.files.fhir.appointment import STATUSES
from ketasched.files.fhir.parts import UID_SYSTEM, from_r5, own
from ketasched.files.fhir.plan_definition import plan_definition
from ketasched.files.fhir.reading import entries_of, load
from ketasched.files.protocols import protocol_file
from ketasched.proving import vevents

NOW = "2026-12-20"
PLANS = [
    ("iv", "--tz", "America/Chicago", "--until", "2027-06-01"),
    ("spravato", "--tz", "Europe/Berlin", "--title", "Visit"),
    ("kap", "--tz", "America/New_York", "--location", "Lakeside"),
    ("pain", "--tz", "UTC"),
    ("trial-7", "--protocols", str(ROOT / "docs/trial.example.yaml"), "--tz", "UTC"),
    ("tms-example", "--protocols", str(ROOT / "docs/tms.example.yaml"), "--tz", "UTC"),
    ("weekly", "--protocols", str(ROOT / "docs/weekly.example.yaml"), "--tz", "UTC"),
]
AUDIENCES = ("patient", "staff", "free-busy")


@pytest.fixture
def save(at):
    """Save a course from Mon 4 Jan 2027 on."""

    def saved(name, protocol, *options):
        at(NOW, "plan", protocol, "--start", "2027-01-04", "--save", name, *options)

    return saved


@pytest.fixture
def export(at):
    """The bundle of a record or a folder."""

    def exported(name="alex", audience="staff", moment=NOW):
        return json.loads(at(moment, "export", name, "--for", audience, "--format", "fhir").out)

    return exported


@pytest.fixture
def lived(save, at):
    """A course that was moved twice, with a session cancelled, one missed and one that took place."""
    save("alex", "iv", "--tz", "America/Chicago")
    at("2027-01-03", "move", "alex", "2", "2027-01-08 10:00")
    at("2027-01-05", "done", "alex", "1")
    at("2027-01-05", "move", "alex", "3", "2027-01-12 09:00")
    at("2027-01-05", "cancel", "alex", "5")
    at("2027-01-09", "miss", "alex", "2")


def check(resource):
    """A resource holds by the models of R4B, and by what these do not ask."""
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    for part in parts_of(resource):
        assert part not in ("", [], {}, None)
    if resource["resourceType"] == "Appointment":
        assert datetime.fromisoformat(resource["start"]).tzinfo
        assert datetime.fromisoformat(resource["end"]).tzinfo


def parts_of(resource):
    """All values in a resource, from the outside."""
    yield resource
    inner = resource.values() if isinstance(resource, dict) else resource
    for part in inner if isinstance(resource, dict | list) else ():
        yield from parts_of(part)


def texts_of(resource):
    """All words in a resource; the addresses of extensions are FHIR's."""
    if isinstance(resource, str):
        yield resource
    elif isinstance(resource, list):
        for part in resource:
            yield from texts_of(part)
    elif isinstance(resource, dict):
        for key, part in resource.items():
            if key != "url":
                yield from texts_of(part)


def resources(bundle, kind):
    return [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind]


def extension(resource, url):
    """What an extension of a resource holds, by the names of its parts if it has some."""
    (said,) = [e for e in resource.get("extension", ()) if e["url"] == url] or [None]
    return value_of(said) if said else None


def value_of(said):
    if "extension" not in said:
        (content,) = [content for key, content in said.items() if key.startswith("value")]
        return content
    inside = {}
    for part in said["extension"]:
        inside.setdefault(part["url"], []).append(value_of(part))
    return {
        name: contents[0] if len(contents) == 1 else contents for name, contents in inside.items()
    }


# Every resource is one


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan[0])
def test_every_resource_is_valid_and_refers_to_what_is_there(save, export, plan):
    save("alex", *plan)
    for audience in AUDIENCES:
        bundle = export(audience=audience)
        check(bundle)
        urls = [entry["fullUrl"] for entry in bundle["entry"]]
        assert len(urls) == len(set(urls))
        for entry in bundle["entry"]:
            check(entry["resource"])
        for part in parts_of(bundle):
            if isinstance(part, dict) and "reference" in part:
                assert isinstance(part["reference"], dict) or part["reference"] in urls


@pytest.mark.usefixtures("lived")
def test_a_course_that_lived_is_valid(export):
    for audience in AUDIENCES:
        for entry in export(audience=audience, moment="2027-01-09")["entry"]:
            check(entry["resource"])


PROTOCOLS = [
    *BUILT_IN.values(),
    *(
        protocol
        for name in ("trial", "tms", "weekly")
        for protocol in protocol_file.load(str(ROOT / f"docs/{name}.example.yaml"))
    ),
]


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: protocol.id)
def test_a_protocol_is_a_plan_definition_whose_actions_find_each_other(protocol):
    definition = plan_definition(protocol)
    check(definition)
    actions = [part for part in parts_of(definition) if isinstance(part, dict) and "title" in part]
    ids = [action["id"] for action in actions if "id" in action]
    assert len(ids) == len(set(ids))
    related = [
        part["actionId"]
        for part in parts_of(definition)
        if isinstance(part, dict) and "actionId" in part
    ]
    assert set(related) <= set(ids)
    assert [
        action["title"] for action in definition["action"] if action["id"].startswith("phase")
    ] == [phase.name for phase in protocol.phases]


LISTED = """\
version: 1
protocols:
  - id: listed
    title: A listed protocol
    label: Listed
    version: 1
    drug: not stated
    route: not stated
    use: not stated
    steps: [{name: visit, length: 60 min}]
    phases:
      - name: early
        first_day: 1
        sessions:
          - {name: screening, day: -14, window: {early: 7 days, late: 0 days}, length: 30 min}
          - {name: dosing, day: 1, window: {early: 0 days, late: 0 days}}
          - {name: second, day: 15, window: {early: 1 day, late: 2 days}, apart: {from: dosing, min: 13 days}}
          - {name: call, follows: second, day: 2, window: {early: 0 days, late: 1 day}}
"""


@pytest.mark.parametrize(
    ("place", "relationship", "origin", "days", "minutes"),
    [
        (1, "before-start", 2, 14, 30),
        (2, None, None, None, None),
        (3, "after-start", 2, 14, None),
        (4, "after-start", 3, 2, None),
    ],
)
def test_listed_sessions_count_from_the_one_they_count_from(
    place, relationship, origin, days, minutes
):
    Path("listed.yaml").write_text(LISTED, "utf-8")
    (protocol,) = protocol_file.load("listed.yaml")
    definition = plan_definition(protocol)
    check(definition)
    assert "not stated" not in json.dumps(definition)
    session = action(definition, f"phase-1-session-{place}")
    if origin:
        (beside,) = session["relatedAction"]
        assert (beside["relationship"], beside["actionId"]) == (
            relationship,
            f"phase-1-session-{origin}",
        )
        assert beside["offsetDuration"]["value"] == days
    else:
        assert "relatedAction" not in session
    assert session.get("timingTiming", {}).get("repeat", {}).get("duration") == minutes
    early, late = [(7, 0), (0, 0), (1, 2), (0, 1)][place - 1]
    window = extension(session, own("window"))
    assert (window["early"]["value"], window["late"]["value"]) == (early, late)
    apart = extension(session, own("apart"))
    assert (apart and apart["days"]["low"]["value"]) == (13 if place == 3 else None)


ARMS = """\
version: 1
protocols:
  - id: arms
    title: Two arms
    label: Arms
    version: 1
    drug: not stated
    route: not stated
    use: not stated
    arms: {A: ketamine, B: placebo}
    steps: [{name: visit, length: 30 min}]
    phases:
      - {name: lead, cadence: 1 per week, sessions: 2, window: &w {early: 1 day, late: 1 day}, gap: &g {min: 1 day, max: 30 days}}
      - {name: one, arms: [A], cadence: 2 per week, sessions: 4, window: *w, gap: *g}
      - {name: two, arms: [B], cadence: 2 per week, sessions: 12, per_day: {sessions: 3, every: 1 h}, window: *w, gap: *g, reviews: [{name: look, after_session: 5}, {name: end}]}
      - {name: end, cadence: {cycle: 14 days, days: [1, 4], counts_from: planned}, cycles: 1, window: *w, gap: *g, reviews: [{name: stop, after_session: 1}]}
"""


def test_phases_of_arms_follow_what_their_arm_has_before_them():
    Path("arms.yaml").write_text(ARMS, "utf-8")
    (protocol,) = protocol_file.load("arms.yaml")
    definition = plan_definition(protocol)
    check(definition)
    phases = [action(definition, f"phase-{number}") for number in range(1, 5)]
    before = [[r["actionId"] for r in phase.get("relatedAction", ())] for phase in phases]
    assert before == [[], ["phase-1"], ["phase-1"], ["phase-2", "phase-3"]]
    assert [extension(phase, own("of-arm")) for phase in phases] == [None, "A", "B", None]
    repeat = phases[2]["timingTiming"]["repeat"]
    assert (repeat["count"], repeat["frequency"], repeat["period"]) == (36, 6, 1)
    assert extension(phases[2], own("per-day"))["sessions"] == 3
    assert extension(phases[2], own("counts-from")) is None
    assert extension(phases[3], own("counts-from")) == "day 1 of each cycle, as planned"


def test_a_review_comes_after_a_treatment_day_where_a_day_has_several(ketasched):
    Path("arms.yaml").write_text(ARMS, "utf-8")
    (protocol,) = protocol_file.load("arms.yaml")
    definition = plan_definition(protocol)
    reviews = [
        action(definition, f"phase-{name}") for name in ("3-review-1", "3-review-2", "4-review-1")
    ]
    after = [extension(review, own("after-session")) for review in reviews]
    assert after == ["treatment day 5", "the last session", "session 1"]
    shown = ketasched("show", "arms", "--protocols", "arms.yaml").out
    assert "look, after treatment day 5 of the phase" in shown


def action(definition, name):
    (action,) = [
        part for part in parts_of(definition) if isinstance(part, dict) and part.get("id") == name
    ]
    return action


def test_a_plan_definition_has_cadence_windows_steps_and_offsets():
    definition = plan_definition(BUILT_IN["iv"])
    phase = action(definition, "phase-1")
    assert phase["timingTiming"] == {
        "repeat": {"count": 6, "duration": 120, "durationUnit": "min", "frequency": 2, "period": 1, "periodUnit": "wk"},
        "code": {"text": "2 per week"},
    }  # fmt: skip
    assert extension(phase, own("gap"))["high"]["value"] == 7
    assert extension(phase, own("longest-pause"))["value"] == 1
    later = action(definition, "phase-2")
    assert extension(later, own("open-ended")) is True
    assert later["relatedAction"][0] == {
        "actionId": "phase-1",
        "relationship": "after-end",
        "offsetDuration": {
            "value": 28,
            "unit": "days",
            "system": "http://unitsofmeasure.org",
            "code": "d",
        },
    }
    session = action(definition, "phase-1-session")
    fasting = next(part for part in session["action"] if part["title"] == "no food")
    assert fasting["relatedAction"][0]["relationship"] == "before-start"
    assert fasting["relatedAction"][0]["offsetDuration"]["value"] == 360
    early = action(definition, "visit-2")
    assert extension(early, own("anchor")) == "after session 4"
    (beside,) = early["relatedAction"]
    assert (beside["actionId"], beside["relationship"]) == ("phase-1-session", "after-end")
    assert [beside["offsetRange"][end]["value"] for end in ("low", "high")] == [1440, 4320]
    reviewed = action(definition, "visit-3")
    assert [beside["actionId"] for beside in reviewed["relatedAction"]] == ["phase-1-review-1"]


# What it says


@pytest.mark.usefixtures("lived")
def test_an_appointment_says_what_the_calendar_says(export, at):
    for audience in AUDIENCES:
        entries = dict(entries_of(export(audience=audience, moment="2027-01-09")))
        calendar = at("2027-01-09", "export", "alex", "--for", audience).out.encode()
        events = {event.uid: event for event in vevents.read(calendar)}
        assert entries.keys() == events.keys()
        for uid, entry in entries.items():
            event = events[uid]
            assert (entry.start, entry.end, entry.sequence) == (
                event.start,
                event.end,
                event.sequence,
            )
            gone = entry.state in ("cancelled", "missed")
            tentative = "TENTATIVE" if entry.state == "tentative" else "CONFIRMED"
            assert event.status == ("CANCELLED" if gone else tentative)


@pytest.mark.usefixtures("lived")
def test_what_became_of_each_session(export):
    bundle = export(moment="2027-01-09")
    said = {
        appointment["description"]: appointment
        for appointment in resources(bundle, "Appointment")
        if "induction" in appointment["description"]
    }
    states = [said[f"alex · IV ketamine {number} of 6 · induction"] for number in range(1, 7)]
    assert [appointment["status"] for appointment in states] == [
        "fulfilled", "noshow", "booked", "booked", "cancelled", "booked",
    ]  # fmt: skip
    moved = states[2]
    assert moved["start"] == "2027-01-12T09:00:00-06:00"
    assert moved["minutesDuration"] == 120
    assert moved["serviceType"] == [{"text": "IV ketamine"}]
    assert moved["reasonCode"] == [{"text": "mood disorders"}]
    placement = extension(moved, own("placement"))
    assert placement["target"] == "2027-01-11"
    assert (placement["windowStart"], placement["windowEnd"]) == ("2027-01-10", "2027-01-14")
    assert placement["byHand"] is True
    assert placement["reason"] == "moved by hand"
    assert extension(moved, own("sequence")) == 1


def test_every_state_has_one_of_fhir_and_is_read_back():
    assert set(STATUSES) == set(typing.get_args(Status))
    for state, status in STATUSES.items():
        ((_, entry),) = entries_of(
            {
                "resourceType": "Appointment",
                "status": status,
                "identifier": [{"value": "a@appointments.invalid"}],
            }
        )
        assert entry.state == state


def test_a_linked_visit_names_its_session_and_a_duty_its_appointment(save, export):
    save("alex", "spravato", "--tz", "America/Chicago")
    bundle = export()
    by_url = {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}
    duties = resources(bundle, "Task")
    assert duties
    for duty in duties:
        session = by_url[duty["focus"]["reference"]]
        due = date.fromisoformat(duty["restriction"]["period"]["end"])
        assert due >= datetime.fromisoformat(session["start"]).date()
    visits = [a for a in resources(bundle, "Appointment") if "supportingInformation" in a]
    assert visits
    for visit in visits:
        (session,) = visit["supportingInformation"]
        assert "basedOn" in by_url[session["reference"]]


def test_a_pause_a_review_and_the_reasons_are_told_to_staff_alone(save, export):
    save("alex", "iv", "--tz", "UTC", "--closed", "2027-01-11..2027-01-17", "--pause", "1")
    (plan,) = resources(export(), "CarePlan")
    pause = extension(plan, own("pause"))
    assert pause["length"]["value"] == 1
    assert pause["reason"]
    reviews = [activity["detail"] for activity in plan["activity"] if "detail" in activity]
    assert [review["code"]["text"] for review in reviews] == ["response review"]
    (plan,) = resources(export(audience="patient"), "CarePlan")
    assert "extension" not in plan
    assert all("reference" in activity for activity in plan["activity"])


def test_the_recurrence_of_a_phase_is_r4s_timing_and_r5s_template(save, at, export):
    save("alex", "iv", "--tz", "America/Chicago")
    at(NOW, "move", "alex", "2", "2027-01-08")
    at(NOW, "cancel", "alex", "5")
    bundle = export()
    (request,) = resources(bundle, "ServiceRequest")
    timing = request["occurrenceTiming"]
    assert timing["code"] == {"text": "2 per week"}
    assert timing["repeat"] == {
        "boundsPeriod": {"start": "2027-01-04", "end": "2027-01-21"}, "count": 6,
        "duration": 120, "durationUnit": "min", "frequency": 2, "period": 1, "periodUnit": "wk",
        "dayOfWeek": ["mon", "thu"],
    }  # fmt: skip
    window = extension(request, own("window"))
    assert (window["early"]["value"], window["late"]["value"]) == (1, 3)
    sessions = [a for a in resources(bundle, "Appointment") if "basedOn" in a]
    template = extension(sessions[0], from_r5("recurrenceTemplate"))
    assert template["weeklyTemplate"] == {"monday": True, "thursday": True, "weekInterval": 1}
    assert template["excludingRecurrenceId"] == 5
    template["excludingRecurrenceId"] = [5]
    AppointmentRecurrenceTemplate.model_validate(template)  # R5 has an element of each name
    assert [extension(a, from_r5("recurrenceId")) for a in sessions] == [1, 2, 3, 4, 5, 6]
    assert [extension(a, from_r5("occurrenceChanged")) for a in sessions] == [
        None, True, None, None, None, None,
    ]  # fmt: skip
    origin = {
        "reference": next(e["fullUrl"] for e in bundle["entry"] if e["resource"] == sessions[0])
    }
    assert [extension(a, from_r5("originatingAppointment")) for a in sessions] == [None] + 5 * [
        origin
    ]


@pytest.mark.parametrize(
    ("protocol", "options", "repeat", "days"),
    [
        ("spravato", (), {"frequency": 2, "period": 1, "periodUnit": "wk"}, None),
        ("pain-ten-day", (), {"frequency": 1, "period": 1, "periodUnit": "d"}, None),
        (
            "tms-example",
            ("--protocols", str(ROOT / "docs/tms.example.yaml")),
            {"frequency": 5, "period": 1, "periodUnit": "wk"},
            None,
        ),
        ("trial-7", ("--protocols", str(ROOT / "docs/trial.example.yaml")), {}, "2027-01-04"),
    ],
)
def test_each_cadence_has_its_timing(save, export, protocol, options, repeat, days):
    save("alex", protocol, "--tz", "UTC", *options)
    timing = resources(export(), "ServiceRequest")[0]["occurrenceTiming"]
    pace = {
        key: timing["repeat"][key]
        for key in ("frequency", "period", "periodUnit")
        if key in timing["repeat"]
    }
    assert pace == repeat
    assert (days is None) == ("event" not in timing)
    assert days is None or days in timing["event"]


# Nothing gives the treatment away


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan[0])
def test_a_patients_bundle_names_no_treatment(save, at, export, plan):
    save("alex", *plan, "--name", "Al on ketamine")
    at(NOW, "cancel", "alex", "2", "--reason", "no ketamine there")
    bundle = export(audience="patient")
    protocol = next(each for each in PROTOCOLS if each.id == plan[0])
    words = [protocol.title, protocol.label, protocol.drug, protocol.route, protocol.use]
    for text in texts_of(bundle):
        assert not gives_away(protocol, text), text
        assert not [word for word in words if word and word.casefold() in text.casefold()], text
    assert "PlanDefinition" not in json.dumps(bundle)
    assert not [a for a in resources(bundle, "Appointment") if "reasonCode" in a or "comment" in a]


def test_a_patients_bundle_speaks_the_patients_language(save, export):
    save("alex", "iv", "--tz", "UTC", "--lang", "es", "--without", "consultation")
    for appointment in resources(export(audience="patient"), "Appointment"):
        assert appointment["language"] == "es"
        assert "ppointment" not in json.dumps(
            [appointment["description"], appointment["serviceType"]]
        )
    for text in texts_of(resources(export(audience="patient"), "ServiceRequest")):
        assert "per week" not in text


@pytest.mark.usefixtures("lived")
def test_who_only_has_to_know_when_is_told_nothing_else(export):
    bundle = export(audience="free-busy")
    assert {e["resource"]["resourceType"] for e in bundle["entry"]} == {"Appointment"}
    for appointment in resources(bundle, "Appointment"):
        assert appointment["description"] == "Busy"
        assert {said["url"] for said in appointment["extension"]} == {
            own("sequence"),
            own("last-changed"),
        }
        assert appointment["participant"][0]["actor"] == {"type": "Patient"}
    assert "alex" not in json.dumps(bundle)


# Sent to a server


def test_sent_twice_it_changes_nothing_and_a_move_updates_in_place(save, at, export):
    save("alex", "spravato", "--tz", "America/Chicago")
    save("bo", "iv", "--tz", "America/Chicago")
    server = FhirServer()
    first = export(".")
    assert len(server.post(first)) == len(first["entry"])
    assert server.post(export(".", moment="2026-12-24")) == set()
    there = set(server.resources)
    at("2026-12-24", "move", "bo", "2", "2027-01-08")
    changed = server.post(export(".", moment="2026-12-24"))
    assert set(server.resources) == there
    moved = [server.resources[name] for name in changed if name.startswith("Appointment/")]
    assert {extension(resource, own("sequence")) for resource in moved} == {1}
    assert "2027-01-08T09:00:00-06:00" in {resource["start"] for resource in moved}
    assert server.post(export(".", moment="2026-12-25")) == set()


def test_what_was_undone_is_called_off_where_it_was_told(save, at, export):
    save("alex", "spravato", "--tz", "America/Chicago")
    before = dict(entries_of(export()))
    server = FhirServer()
    at(NOW, "cancel", "alex", "3", "--then", "append")
    server.post(export())
    at(NOW, "undo", "alex")
    bundle = export()
    server.post(bundle)
    there = dict(entries_of(server.search()))
    gone = {there[uid].kind: there[uid].state for uid in there.keys() - before.keys()}
    assert gone == {"Appointment": "cancelled", "Task": "cancelled"}
    assert {uid: there[uid]._replace(sequence=0) for uid in before} == before
    for entry in bundle["entry"]:
        get_fhir_model_class(entry["resource"]["resourceType"]).model_validate(entry["resource"])
    Path("alex.json").write_text(json.dumps(bundle), "utf-8")
    at(NOW, "check", "alex", "--fhir", "alex.json")


def test_what_a_server_gives_back_is_read_as_what_was_sent(save, export):
    save("alex", "spravato", "--tz", "America/Chicago")
    bundle = export()
    server = FhirServer()
    server.post(bundle)
    assert dict(entries_of(server.search())) == dict(entries_of(bundle))


def test_the_server_of_the_tests_refuses_what_a_server_refuses(save, export):
    save("alex", "iv", "--tz", "UTC")
    bundle = export()
    with pytest.raises(Refused, match="nothing in the bundle"):
        FhirServer().post(bundle | {"entry": bundle["entry"][1:]} | {"entry": bundle["entry"][:1]})
    server = FhirServer()
    server.post(bundle)
    server.resources["Appointment/900"] = server.resources[
        next(n for n in server.resources if "App" in n)
    ]
    with pytest.raises(Refused, match="412"):
        server.post(bundle)


@pytest.mark.usefixtures("lived")
def test_the_same_record_gives_the_same_bytes_on_any_day(at):
    days = (NOW, "2027-03-01")
    first, later = (at(day, "export", "alex", "--format", "fhir").out for day in days)
    assert first == later


# Read back


UID = "6e0a4e0c-5a0f-5d3b-9d0e-0f4c2b7a91d4@appointments.invalid"
OURS = {"resourceType": "Appointment", "identifier": [{"system": UID_SYSTEM, "value": UID}]}
START = datetime.fromisoformat("2027-01-04T15:00:00+00:00")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (OURS, (None, None, "", None)),
        ([OURS], (None, None, "", None)),
        ({"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": OURS}, {}, 3, {"resource": None}]}, (None, None, "", None)),
        (OURS | {"start": "2027-01-04T15:00:00.000Z", "minutesDuration": 0}, (START, START, "", None)),
        (OURS | {"start": "2027-01-04T09:00:00", "status": "on fire"}, (None, None, "", None)),
        (OURS | {"start": 7, "end": {}, "status": 3, "extension": 9}, (None, None, "", None)),
        (OURS | {"status": "checked-in", "extension": [{"url": own("sequence"), "valueUnsignedInt": 4}]}, (None, None, "planned", 4)),
        (OURS | {"extension": [{"url": own("sequence"), "valueUnsignedInt": "4"}]}, (None, None, "", None)),
        (OURS | {"resourceType": "Task", "status": "completed", "restriction": {"period": {"end": "2027-01-06T00:00:00Z"}}}, (date(2027, 1, 6), date(2027, 1, 7), "attended", None)),
        (OURS | {"resourceType": "Task", "restriction": [1]}, (None, None, "", None)),
    ],
)  # fmt: skip
def test_what_others_wrote_is_read(data, said):
    (entry,) = entries_of(data)
    assert entry[0] == UID
    assert entry[1][1:] == said


def test_what_is_there_twice_is_read_twice():
    versions = [
        OURS | {"extension": [{"url": own("sequence"), "valueUnsignedInt": number}]}
        for number in (1, 3, 2)
    ]
    assert [(uid, entry.sequence) for uid, entry in entries_of(versions)] == [
        (UID, 1),
        (UID, 3),
        (UID, 2),
    ]


@pytest.mark.parametrize(
    "data",
    [
        3, None, [], {}, {"resourceType": "Bundle", "entry": {}}, OURS | {"resourceType": "Patient"},
        OURS | {"identifier": [{"system": "http://host/ids", "value": "7"}]}, OURS | {"identifier": "x"},
    ],
)  # fmt: skip
def test_what_is_not_ours_is_left_out(data):
    assert list(entries_of(data)) == []


def test_a_file_that_is_no_json_is_told_so():
    Path("x.json").write_text("{", "utf-8")
    with pytest.raises(Exception, match=r"x\.json is no JSON"):
        load("x.json")


def test_a_file_without_a_resource_is_no_bundle():
    Path("x.json").write_text("[]", "utf-8")
    with pytest.raises(Exception, match=r"x\.json has no FHIR resource"):
        load("x.json")


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_no_zone_has_is_not_read(start):
    ((_, entry),) = entries_of(OURS | {"start": start})
    assert entry.start is None


# The command line


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("export", "alex", "--format", "fhir", "--ics", "a.ics"), 2, "--ics is of a calendar, and --format fhir makes a bundle"),
        (("export", "alex", "--format", "fhir", "-o", "a.ics"), 2, "--output a.ics: --format fhir makes no calendar"),
        (("export", "alex", "--format", "fhir", "--changes"), 2, "--changes is of a calendar"),
        (("export", "alex", "--format", "fhir", "--drop-cancelled"), 2, "--drop-cancelled is of a calendar"),
        (("export", "nobody", "--format", "fhir"), 1, "there is no record nobody.course.json"),
        (("export", "empty", "--format", "fhir"), 2, "there is no record in empty"),
        (("status", "alex", "--format", "fhir"), 2, "--format: unknown `fhir`"),
        (("list", "--format", "fhir"), 2, "unknown option `--format`"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(save, at, arguments, code, said):
    save("alex", "iv", "--tz", "UTC")
    Path("empty").mkdir()
    assert said in at(NOW, *arguments, code=code).err
    assert not Path("a.ics").exists()


def test_a_bundle_goes_to_a_file_and_who_cannot_be_read_is_named(save, at):
    save("alex", "iv", "--tz", "UTC")
    assert "wrote alex.json" in at(NOW, "export", "alex", "-o", "alex.json").err
    check(json.loads(Path("alex.json").read_text("utf-8")))
    at(NOW, "export", "alex", "--for", "staff", "-o", "staff.json")
    if os.name == "posix":
        assert Path("staff.json").stat().st_mode & 0o077 == 0
    Path("bo.course.json").write_text("{}", "utf-8")
    outcome = at(NOW, "export", ".", "--format", "fhir", "-o", "all.json", code=1)
    assert "bo.course.json" in outcome.err
    assert Path("all.json").read_text("utf-8") == Path("alex.json").read_text("utf-8")


def test_show_writes_a_plan_definition(at):
    at(NOW, "show", "spravato", "-o", "spravato.json")
    assert json.loads(Path("spravato.json").read_text("utf-8"))["url"].endswith(
        "PlanDefinition/spravato"
    )
