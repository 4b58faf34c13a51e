"""The built-in protocols: the numbers of the clinical table, literally."""

import pytest
from conftest import BUILT_IN, ROOT

# id: session steps in minutes; then per phase its name, sessions, cadence, window, gap, pause, after
OPEN = "open-ended"
TABLE = {
    "iv": ([20, 40, 60], [
        ("induction", 6, "2 per week", (1, 3), (2, 7), 1, None),
        ("maintenance", OPEN, "every 4 weeks", (7, 7), (14, 42), 0, 28),
    ]),
    "iv-two-weeks": ([20, 40, 60], [
        ("induction", 6, "3 per week", (1, 3), (1, 5), 1, None),
        ("continuation", 4, "1 per week", (2, 3), (4, 10), 1, None),
    ]),
    "im": ([15, 5, 70], [
        ("induction", 6, "2 per week", (1, 3), (2, 7), 1, None),
        ("maintenance", OPEN, "every 4 weeks", (7, 7), (14, 42), 0, 28),
    ]),
    "sc": ([15, 5, 100], [("treatment", 8, "2 per week", (1, 3), (2, 7), 1, None)]),
    "spravato": ([20, 10, 120], [
        ("induction", 8, "2 per week", (1, 3), (2, 7), 1, None),
        ("weekly", 4, "1 per week", (2, 3), (4, 10), 1, None),
        ("maintenance", OPEN, "every 2 weeks", (3, 3), (8, 20), 0, None),
    ]),
    "spravato-mdsi": ([20, 10, 120], [("induction", 8, "2 per week", (1, 3), (2, 7), 1, None)]),
    "spravato-eu": ([20, 10, 120], [
        ("induction", 8, "2 per week", (1, 3), (2, 7), 1, None),
        ("weekly", 4, "1 per week", (2, 3), (4, 10), 1, None),
        ("maintenance", OPEN, "every 2 weeks", (3, 3), (8, 20), 0, None),
    ]),
    "kap": ([15, 135, 30], [("dosing", 6, "1 per week", (2, 3), (3, 14), 2, None)]),
    "pain": ([30, 240, 60], [("series", 5, "consecutive working days", (0, 4), (1, 5), 0, None)]),
    "pain-ten-day": ([30, 240, 60], [
        ("series", 10, "consecutive working days", (0, 4), (1, 5), 0, None),
        ("taper, alternate weeks", 4, "2 per week, every other week", (1, 3), (2, 14), 1, 7),
        ("taper, fortnightly", 2, "every 2 weeks", (3, 3), (8, 20), 0, None),
        ("taper, monthly", 3, "every 4 weeks", (7, 7), (14, 42), 0, 28),
        ("maintenance", OPEN, "every 12 weeks", (14, 14), (42, 112), 0, 84),
    ]),
}  # fmt: skip


def test_the_table_is_whole():
    assert list(BUILT_IN) == list(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_the_numbers_of_the_table(name):
    protocol = BUILT_IN[name]
    steps, phases = TABLE[name]
    assert [step.minutes for step in protocol.steps] == steps
    assert [
        (
            phase.name,
            phase.sessions or OPEN,
            str(phase.cadence),
            (phase.window.early, phase.window.late),
            (phase.gap.min, phase.gap.max),
            phase.pause,
            phase.after,
        )
        for phase in protocol.phases
    ] == phases


def test_the_choices_and_alternatives_of_the_table():
    assert str(BUILT_IN["im"].phases[0].choice) == "4 to 6"
    (weekly,) = BUILT_IN["spravato"].phases[2].alternatives
    assert (str(weekly.cadence), weekly.gap.min, weekly.gap.max) == ("1 per week", 4, 10)


def test_the_reviews_of_the_table():
    found = {
        name: [
            (phase.name, review.after_session) for phase in one.phases for review in phase.reviews
        ]
        for name, one in BUILT_IN.items()
    }
    assert found == {
        "iv": [("induction", 6)],
        "iv-two-weeks": [("induction", 6)],
        "im": [("induction", None)],
        "spravato": [("induction", 8)],
        "spravato-mdsi": [("induction", 8)],
        "spravato-eu": [("induction", 8)],
        "sc": [("treatment", 8)],
        "kap": [("dosing", 6)],
        "pain": [],
        "pain-ten-day": [],
    }


@pytest.mark.parametrize("name", TABLE)
def test_every_protocol_says_where_its_facts_come_from(name):
    grades = {source.grade for source in BUILT_IN[name].sources}
    assert "convention" in grades
    assert grades & {"A", "B"}


@pytest.mark.parametrize("name", [name for name in TABLE if name != "spravato-eu"])
def test_every_protocol_but_the_eu_text_asks_for_a_ride_home(name):
    texts = [str(instruction) for instruction in BUILT_IN[name].instructions]
    assert "arrange a ride home" in texts
    assert "no driving until the next day, after a restful sleep" in texts


def test_conventions_are_marked_beside_their_numbers():
    text = (ROOT / "protocols.yaml").read_text()
    unsourced = [line for line in text.splitlines() if "window:" in line and "*" not in line]
    assert unsourced
    assert all("# convention" in line for line in unsourced)
