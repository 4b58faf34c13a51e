"""A running course takes over another version of its protocol: what moves, and what stays.

The lives of the property are random: a protocol of some kind, days on which things happen to the
course, and a version that says something else. What `check --against` says would move is what
`adjust --protocols` does; `check` proves the result; `undo` brings the record back.
"""

import copy
import json
import random
from pathlib import Path

import pytest
from helpers import be_at, record_of

HEAD = {"id": "mine", "title": "Mine", "label": "Mine", "version": "1"}
STEPS = [{"name": "treatment", "length": "40 min"}]


def days(number):
    return f"{number} day{'' if number == 1 else 's'}"


def window(early, late):
    return {"early": days(early), "late": days(late)}


def phase(name, cadence, sessions, own=(1, 1), gap=(2, 10), **more):
    gaps = {"min": days(gap[0]), "max": days(gap[1])}
    said = {} if sessions is None else {"sessions": str(sessions)}
    return {"name": name, "cadence": cadence, **said, "window": window(*own), "gap": gaps, **more}


def listed(*sessions):
    own = [dict(session, day=str(session["day"])) for session in sessions]
    return {"name": "study", "first_day": "0", "window": window(1, 2), "sessions": own}


def protocol(*phases, **more):
    return {**HEAD, "steps": STEPS, "phases": list(phases), **more}


CALL = {
    "kind": "check-in", "length": "20 min", "by": "video",
    "after": "each session", "distance": {"from": "12 h", "to": "60 h", "ideally": "24 h"},
}  # fmt: skip
TWO = phase("induction", "2 per week", 6, gap=(2, 6), missed="append")
ONE = phase("maintenance", "1 per week", 4, (2, 2), (4, 14))
OPEN = phase("maintenance", "1 per week", "open-ended", (2, 3), (4, 20))
REVIEWED = TWO | {"reviews": [{"name": "response", "after_session": "4"}]}
TRIAL = listed(
    {"name": "screening", "day": -7, "window": window(5, 5)},
    {"name": "baseline", "day": 0},
    {"name": "check", "follows": "baseline", "day": 1},
    {"name": "week 2", "day": 14},
    {"name": "week 4", "day": 28},
    {"name": "week 8", "day": 56, "window": window(3, 3)},
)
CYCLES = phase(
    "cycles", {"cycle": "21 days", "days": ["1", "8"]}, None, (0, 2), (5, 20), cycles="3"
)
MONTHS = phase("doses", "every 1 month", 4, (2, 4), (20, 45))
SEVERAL = phase("days", "3 per week", 4, (0, 2), (1, 7), per_day={"sessions": "2", "every": "2 h"})
BOOSTER = phase(
    "booster", "every 2 weeks", 2, (3, 3), (4, 21), apart={"from": "1", "min": "13 days"}
)
ARMS = {"arms": {"A": "more", "B": "less"}}
ONLY_A = phase("only A", "1 per week", 2, (2, 2), (2, 14), arms=["A"], lengths={"1": "70 min"})
ARM_LIST = listed(*TRIAL["sessions"][1:5], {"name": "late", "day": 40, "arms": ["A"]})
KINDS = {
    "two phases": protocol(TWO, ONE),
    "open-ended": protocol(TWO, OPEN),
    "reviews and visits": protocol(REVIEWED, ONE, visits=[CALL]),
    "trial": protocol(TRIAL),
    "cycles": protocol(CYCLES),
    "months": protocol(TWO | {"sessions": "2"}, MONTHS),
    "several a day": protocol(SEVERAL, ONE),
    "distances": protocol(TWO | {"sessions": "4"}, BOOSTER),
    "arms": protocol(TWO, ONLY_A, ONE, **ARMS),
    "arms of a list": protocol(ARM_LIST, **ARMS),
}
HOUSE = """\
version: 1
name: House
timezone: UTC
hours: {mon-fri: 08:00-18:00}
chairs: 1
"""


def write(path, *protocols):
    data = {"version": "1", "protocols": list(protocols)}
    Path(path).write_text(json.dumps(data, indent=1), "utf-8")


def other_version(chance, before):
    """A version that says a thing or two otherwise; it may be none that is sound."""
    after = copy.deepcopy(before) | {"version": "2"}
    for _ in range(chance.choice((1, 1, 2))):
        chance.choice(CHANGES)(chance, after)
    return after


def of_sessions(chance, after):
    own = chance.choice(after["phases"])
    if own.get("sessions", "").__class__ is str and own.get("sessions", "x").isdigit():
        own["sessions"] = str(max(1, int(own["sessions"]) + chance.choice((-2, -1, 1, 2))))
    elif "cycles" in own:
        own["cycles"] = str(max(1, int(own["cycles"]) + chance.choice((-1, 1))))


def of_cadence(chance, after):
    own = chance.choice(after["phases"])
    if isinstance(own.get("cadence"), str):
        own["cadence"] = chance.choice(("1 per week", "2 per week", "every 2 weeks"))
        own["gap"] = {"min": "2 days", "max": "30 days"}


def of_window(chance, after):
    chance.choice(after["phases"])["window"] = window(chance.randrange(3), chance.randrange(4))


def of_gap(chance, after):
    own = chance.choice(after["phases"])
    own["gap"] = {"min": days(chance.choice((1, 2, 3))), "max": days(chance.choice((8, 21, 40)))}


def of_name(chance, after):
    own = chance.choice(after["phases"])
    own["name"] += " 2"


def of_phases(chance, after):
    if chance.random() < 0.5:
        place = chance.randrange(len(after["phases"]) + 1)
        after["phases"].insert(place, phase("between", "1 per week", 2, (2, 3), (2, 30)))
    elif len(after["phases"]) > 1:
        del after["phases"][chance.randrange(len(after["phases"]))]


def of_list(chance, after):
    own = after["phases"][0]
    if not isinstance(own.get("sessions"), list):
        return of_sessions(chance, after)
    place = chance.randrange(len(own["sessions"]))
    kind = chance.randrange(3)
    if kind == 0:
        own["sessions"].insert(place, {"name": "extra", "day": str(chance.randrange(3, 60))})
    elif kind == 1:
        del own["sessions"][place]
    else:
        own["sessions"][place]["day"] = str(chance.randrange(2, 60))
    return None


def of_length(chance, after):
    after["steps"] = [{"name": "treatment", "length": f"{chance.choice((20, 90))} min"}]


def of_visits(chance, after):
    del chance
    after["visits"] = [] if after.get("visits") else [CALL]
    after["duties"] = [{"name": "form", "within": "7 days"}]


def of_reviews(chance, after):
    own = chance.choice(after["phases"])
    if isinstance(own.get("sessions"), str) and own["sessions"].isdigit():
        own["reviews"] = [{"name": "benefit", "after_session": "1"}]


def of_lengths(chance, after):
    own = chance.choice(after["phases"])
    if isinstance(own.get("sessions"), list):
        chance.choice(own["sessions"])["length"] = "75 min"
    else:
        number = str(chance.randrange(1, 4))
        more = {"steps": {number: [{"name": "talk", "length": "55 min", "takes": {}}]}}
        own |= chance.choice(({"lengths": {number: "75 min"}}, more))


def of_apart(chance, after):
    own = chance.choice(after["phases"])
    if isinstance(own.get("sessions"), list):
        own = own["sessions"][-1]
    own["apart"] = {"from": "1", chance.choice(("min", "max")): days(chance.randrange(7, 50))}


def of_arms(chance, after):
    own = chance.choice(after["phases"])
    if "arms" in after:
        own["arms"] = chance.choice((["A"], ["B"], ["A", "B"]))


CHANGES = (
    of_sessions, of_cadence, of_window, of_gap, of_name, of_phases, of_list, of_length, of_visits,
    of_reviews, of_lengths, of_apart, of_arms,
)  # fmt: skip


def live(chance, run):
    """Some things happen; what is refused does not."""
    for _ in range(chance.randrange(5)):
        record = record_of()
        number = str(chance.choice(record["sessions"])["number"])
        words = chance.choice((
            ("done", number), ("done", number), ("miss", number), ("cancel", number),
            ("move", number, f"2027-0{chance.randrange(1, 4)}-{chance.randrange(10, 29)}"),
            ("extend", "--sessions", "2"),
            ("adjust", "--away", f"2027-02-{chance.randrange(10, 25)}"),
        ))  # fmt: skip
        run(words[0], "alex", *words[1:])


def house(chance, run):
    """Somebody else has the only chair of the house for an hour on many days."""
    Path("clinic.yaml").write_text(HOUSE, "utf-8")
    other = phase("other", "3 per week", 18, (2, 2), (1, 9))
    write("other.yaml", {**protocol(other), "id": "other"})
    at = chance.choice(("08:00", "09:30", "10:00"))
    words = ("--protocols", "other.yaml", "--start", "2027-01-04", "--at", at, "--save", "bo")
    assert run("plan", "other", *words).code == 0
    return ("--flex", "2h")


def shown(report):
    return [
        {key: value for key, value in session.items() if key != "change"}
        for session in [*report["sessions"], *report["visits"]]
    ]


def but_for_what_was_told(record):
    kept = {key: value for key, value in record.items() if key not in ("history", "entries")}
    return json.dumps(kept | {"calendars": []})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.sampled(6)  # each kind once, by a seed of its own
def test_what_would_move_is_what_moves_and_undo_brings_it_back(ketasched, monkeypatch, kind, seed):
    chance = random.Random(f"{kind} {seed}")
    before = KINDS[kind]
    write("old.yaml", before)
    be_at(monkeypatch, "2026-12-20 12:00")
    more = ("--until", "2027-04-01") if kind == "open-ended" and chance.random() < 0.6 else ()
    more += ("--arm", chance.choice("AB")) if "arms" in before else ()
    more += house(chance, ketasched) if seed % 2 else ("--tz", "UTC")
    outcome = ketasched(
        "plan", "mine", "--protocols", "old.yaml", "--start", "2027-01-04", "--save", "alex", *more
    )
    assert outcome.code == 0, outcome
    be_at(monkeypatch, f"2027-0{chance.randrange(1, 3)}-{chance.randrange(1, 28):02} 12:00")
    live(chance, ketasched)
    after = other_version(chance, before)
    write("new.yaml", after)
    if ketasched("check", "new.yaml").code:
        return
    if ketasched("check", ".").code:
        pytest.fail("the life itself is not legal")
    seen = Path("alex.course.json").read_bytes()
    told = ketasched("check", "new.yaml", "--against", "old.yaml", ".", "--format", "json")
    report = json.loads(told.out)
    act = ketasched("adjust", "alex", "--protocols", "new.yaml", "--format", "json", "--dry-run")
    assert Path("alex.course.json").read_bytes() == seen
    done = ketasched("adjust", "alex", "--protocols", "new.yaml", "--format", "json")
    assert act.out == done.out
    if not report["courses"]:
        assert done.code in (0, 2, 3), done
    else:
        (course,) = report["courses"]
        assert (told.code == 0) == course["can"] == (done.code == 0), (told, done)
        if course["can"]:
            assert shown(course["change"]) == shown(json.loads(done.out))
    if done.code:
        assert done.code in (2, 3), done
        assert Path("alex.course.json").read_bytes() == seen
        return
    proof = ketasched("check", ".")
    assert proof.code == 0, (proof, done.out)
    stands_what_took_place(json.loads(seen), record_of())
    assert ketasched("status", "alex").code == 0
    if ketasched("undo", "alex").code == 0 and record_of()["history"][-1]["undoes"]:
        now, then = record_of(), json.loads(seen)
        numbers = {session["number"] for session in then["sessions"]}
        keys = [(visit["name"], visit["session"]) for visit in then["visits"]]
        now["sessions"] = [each for each in now["sessions"] if each["number"] in numbers]
        now["visits"] = [each for each in now["visits"] if (each["name"], each["session"]) in keys]
        assert but_for_what_was_told(now) == but_for_what_was_told(then)
        assert ketasched("check", ".").code == 0


def stands_what_took_place(before, after):
    by_number = {session["number"]: session for session in after["sessions"]}
    for session in before["sessions"]:
        now = by_number[session["number"]]
        if session["status"] in ("attended", "missed"):
            assert now["start"] == session["start"]
            assert now["status"] == session["status"]
        assert now["place"] == session["place"]


@pytest.fixture
def course(ketasched, monkeypatch):
    """Six and four sessions, of which two took place; and what a command comes to."""
    write("old.yaml", KINDS["two phases"])
    be_at(monkeypatch, "2026-12-20 12:00")
    ketasched(
        "plan", "mine", "--protocols", "old.yaml", "--start", "2027-01-04", "--tz", "UTC",
        "--save", "alex", "--ics", "alex.ics",
    )  # fmt: skip
    be_at(monkeypatch, "2027-01-08 12:00")
    ketasched("done", "alex", "1,2")

    def amend(*phases, code=0, more=(), **said):
        write("new.yaml", {**protocol(*phases), **said})
        outcome = ketasched("adjust", "alex", "--protocols", "new.yaml", *more)
        assert outcome.code == code, outcome
        return outcome

    return amend


def told():
    return {(entry["uid"], entry["for"]): entry["sequence"] for entry in record_of()["entries"]}


def test_a_phase_that_is_renamed_keeps_its_uids(course, ketasched):
    before = told()
    course(TWO | {"name": "beginning"}, ONE, version="2")
    assert told().keys() == before.keys()
    assert {session["phase"] for session in record_of()["sessions"]} == {"beginning", "maintenance"}
    assert ketasched("check", ".").code == 0
    course(TWO | {"name": "beginning"}, ONE | {"sessions": "5"}, version="3")
    assert told().keys() > before.keys()


def test_only_what_changed_is_told_anew(course):
    before = told()
    course(TWO, ONE | {"window": window(1, 2)}, version="2")
    assert {uid: n for uid, n in told().items() if uid[1] == "patient"} == {
        uid: n for uid, n in before.items() if uid[1] == "patient"
    }


def test_what_is_gone_is_cancelled_under_its_uid(course):
    before = told()
    course(TWO, ONE | {"sessions": "3"}, version="2")
    assert told().keys() == before.keys()
    (gone,) = [each for each in record_of()["sessions"] if each["status"] == "cancelled"]
    assert gone["number"] == 10


def test_the_history_keeps_the_version_before(course):
    course(TWO, ONE, version="2", steps=[{"name": "treatment", "length": "50 min"}])
    record = record_of()
    assert record["protocol"]["version"] == "2"
    assert record["history"][-1]["back"]["protocol"]["version"] == "1"


def test_a_version_that_is_not_called_another_is_noted(course):
    assert "both call themselves version 1" in course(TWO, ONE | {"sessions": "3"}).err


def test_the_same_version_changes_nothing(course):
    before = Path("alex.course.json").read_bytes()
    outcome = course(TWO, ONE)
    assert outcome.out.startswith("Nothing changes: alex goes by this version already")
    assert Path("alex.course.json").read_bytes() == before


def test_another_protocol_is_refused_with_the_ids(course):
    outcome = course(TWO, ONE, code=2, id="other")
    assert "alex goes by the protocol `mine`, and new.yaml has `other`" in outcome.err


def test_a_choice_that_is_no_longer_left_is_refused_with_what_to_type(ketasched, monkeypatch):
    write("old.yaml", protocol(TWO | {"choice": "4 to 6"}, ONE))
    be_at(monkeypatch, "2026-12-20 12:00")
    ketasched(
        "plan", "mine", "--protocols", "old.yaml", "--start", "2027-01-04", "--tz", "UTC",
        "--save", "alex", "--sessions", "induction=4",
    )  # fmt: skip
    write("new.yaml", protocol(TWO, ONE) | {"version": "2"})
    refused = ketasched("adjust", "alex", "--protocols", "new.yaml")
    assert refused.code == 2
    assert "--drop sessions:induction=4" in refused.err
    told = ketasched("check", "new.yaml", "--against", "old.yaml", ".")
    assert told.code == 1
    assert "cannot take it over: alex" in told.err
    done = ketasched("adjust", "alex", "--protocols", "new.yaml", "--drop", "sessions:induction=4")
    assert done.code == 0, done
    assert len(record_of()["sessions"]) == 10


def test_a_number_that_means_another_session_here_is_refused(course):
    needs = [{"before": "9", "what": "approval"}]
    outcome = course(TWO | {"sessions": "8"}, ONE, code=2, needs=needs)
    assert "session 9, which is session 7 of this course" in outcome.err


def test_a_cadence_that_is_no_longer_offered(course, ketasched):
    offered = ONE | {
        "alternatives": [{"cadence": "every 2 weeks", "gap": {"min": "8 days", "max": "20 days"}}]
    }
    course(TWO, offered, version="2")
    assert ketasched("extend", "alex", "--cadence", "every 2 weeks", "--sessions", "1").code == 0
    refused = course(TWO, ONE, version="3", code=2)
    assert "session 11 is to come at `every 2 weeks`, which version 3 does not offer" in refused.err
    assert ketasched("cancel", "alex", "11", "--then", "keep").code == 0
    course(TWO, ONE, version="3")
    assert ketasched("check", ".").code == 0


@pytest.mark.parametrize("marks", [(), ("1,2",)])
@pytest.mark.parametrize("own", [{"day": "22"}, {"day": "1", "window": window(0, 0)}])
def test_what_follows_and_is_over_stays_as_it_was_due(ketasched, monkeypatch, marks, own):
    write("old.yaml", protocol(listed(*TRIAL["sessions"][1:5])))
    be_at(monkeypatch, "2026-12-20 12:00")
    words = ("--protocols", "old.yaml", "--start", "2027-01-04", "--tz", "UTC", "--save", "alex")
    ketasched("plan", "mine", *words)
    be_at(monkeypatch, "2027-01-15 12:00")
    for numbers in marks:
        assert ketasched("done", "alex", numbers).code == 0
    before = record_of()["sessions"]
    sessions = copy.deepcopy(TRIAL["sessions"][1:5])
    sessions[1] |= own
    write("new.yaml", protocol(listed(*sessions), version="2"))
    told = ketasched("check", "new.yaml", "--against", "old.yaml", ".")
    assert "nothing would move" in told.out
    assert ketasched("adjust", "alex", "--protocols", "new.yaml").code == 0
    assert record_of()["sessions"] == before
    proof = ketasched("check", ".")
    assert proof.code == 0, proof


def test_what_follows_and_is_over_counts_from_where_its_leader_took_place(ketasched, monkeypatch):
    sessions = copy.deepcopy(TRIAL["sessions"][1:5])
    sessions[1]["day"] = "3"
    write("old.yaml", protocol(listed(*sessions)))
    be_at(monkeypatch, "2026-12-20 12:00")
    words = ("--protocols", "old.yaml", "--start", "2027-01-04", "--tz", "UTC", "--save", "alex")
    ketasched("plan", "mine", *words)
    be_at(monkeypatch, "2027-01-08 12:00")
    assert ketasched("done", "alex", "2").code == 0
    assert ketasched("done", "alex", "1", "--on", "2027-01-05").code == 0
    (check,) = (each for each in record_of()["sessions"] if each["name"] == "check")
    assert check["target"] == "2027-01-08"
    assert check["start"].startswith("2027-01-07")
