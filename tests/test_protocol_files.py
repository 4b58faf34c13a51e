"""Protocol files: what they may say, and one message at its line and column for each mistake."""

import contextlib
import json
from collections import Counter

import pytest
import yaml
from conftest import ROOT
from helpers import changer, mistakes, only, writer
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from texts import MINE

from ketasched.errors import FileProblems, FileTrouble, KetaschedError
from ketasched.files.protocols import protocol_file
from ketasched.reading.file_text import MAX_BYTES, FileText

OURS = (ROOT / "protocols.yaml").read_text()

write = writer("mine.yaml")
changed = changer(MINE)


def problems_of(text):
    return mistakes(protocol_file.load, write(text))


def only_problem(text):
    return only(problems_of(text))


def test_a_protocol_of_ones_own():
    (mine,) = protocol_file.load(write(MINE))
    assert (mine.id, mine.version, mine.minutes, mine.file) == ("mine", "3", 90, "mine.yaml")
    assert mine.phases[0].pause == 0
    assert mine.instructions == mine.reminders == ()


def test_all_that_a_file_may_say():
    text = changed(
        "        gap: {min: 2 days, max: 7 days}\n",
        """\
        gap: {min: 2 days, max: 7 days}
        pause: 2 weeks
        choice: 3 to 5
        reviews: [{name: halfway, after_session: 2}, {name: at the end}]
      - name: listed
        cadence: {days: [1, 4, 8], first_day: 1}
        window: {early: 0 days, late: 1 day}
        gap: {min: 1 day, max: 5 days}
      - name: run
        cadence: consecutive working days
        after: 3 days
        sessions: 3
        window: {early: 0 days, late: 4 days}
        gap: {min: 1 day, max: 5 days}
      - name: on
        cadence: twice a week, every other week
        after: 1 week
        sessions: open-ended
        window: {early: 1 day, late: 1 day}
        gap: {min: 2 days, max: 14 days}
        alternatives: [{cadence: every 3 weeks, gap: {min: 7 days, max: 30 days}}]
    reminders: [2 days, 90 min]
    instructions:
      - {text: eat lightly}
      - {text: no alcohol, when: for 24 h after}
""",
    )
    (mine,) = protocol_file.load(write(text))
    assert [str(phase.cadence) for phase in mine.phases] == [
        "2 per week",
        "on days 1, 4, 8 (the first day is day 1)",
        "consecutive working days",
        "2 per week, every other week",
    ]
    assert [phase.sessions for phase in mine.phases] == [4, 3, 3, None]
    (alternative,) = mine.phases[3].alternatives
    assert alternative.window == mine.phases[3].window
    assert [str(one) for one in mine.instructions] == ["eat lightly", "no alcohol for 1 day after"]


def keys_of(text):
    """Every key node of a YAML text, aliases once, with the keys it stands below."""
    seen, waiting, keys = set(), [((), yaml.compose(text))], []
    while waiting:
        path, node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            keys += [((*path, key.value), key) for key, _ in node.value]
            waiting += [((*path, key.value), value) for key, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            waiting += [(path, value) for value in node.value]
    return sorted(keys, key=lambda item: item[1].start_mark.index)


def misspellings(word):
    yield word[:-1] + "q"
    yield word[1:] + word[0]
    yield word + "s" if not word.endswith("s") else word[:-1]


OUR_KEYS = keys_of(OURS)


def check_misspelt(key, wrong, load):
    text = OURS[: key.start_mark.index] + wrong + OURS[key.end_mark.index :]
    with pytest.raises(FileProblems) as caught:
        load(text)
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (key.start_mark.line + 1, key.start_mark.column + 1)
    assert problem.message == f"unknown key `{wrong}`"
    assert problem.hint, wrong


def test_every_misspelt_key_is_one_mistake_at_its_place():
    assert len(OUR_KEYS) > 250
    last_of_each = dict(OUR_KEYS)
    assert len(last_of_each) > 50
    for number, key in enumerate(last_of_each.values()):
        wrong = list(misspellings(key.value))[number % 3]
        # Read as a file of ours: the same reader after a faster parser.
        check_misspelt(
            key, wrong, lambda text: protocol_file._read(FileText("it", text), ours=True)
        )


@pytest.mark.slow
def test_every_key_misspelt_in_every_way():
    """Each key where it stands first and twice more: the rest of our file says the same again."""
    places = Counter()
    for _, key in OUR_KEYS:
        places[key.value] += 1
        if places[key.value] > 3:
            continue
        for wrong in misspellings(key.value):
            check_misspelt(key, wrong, lambda text: protocol_file.load(write(text)))


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "message"),
    [
        ("version: 1\n", "version: 2\n", 1, 10, "`2` is not a version this program reads"),
        ("id: mine", "id: My Own", 3, 9, "not an id"),
        ("title: My protocol", "title:", 4, 11, "expected a text here, found nothing"),
        ("title: My protocol", "title: [a]", 4, 12, "expected a text here, found a list"),
        ("title: My protocol", "title: {a: b}", 4, 12, "expected a text here, found keys"),
        ("steps:\n", "steps: 5\nx:\n", 10, 12, None),
        ("      - {name: infusion, length: 1 h 30 min}", "      - 5", 11, 9, "expected keys here"),
        ("length: 1 h 30 min", "length: 90", 11, 34, "not a length of time"),
        ("length: 1 h 30 min", "length: 0 min", 11, 34, "outside 1 to 1440 min"),
        ("length: 1 h 30 min", "length: -5 min", 11, 34, "not a length of time"),
        ("sessions: 4", "sessions: 0", 15, 19, "write 1 to 1000 sessions"),
        ("sessions: 4", "cycles: 0", 15, 17, "write 1 to 1000 cycles"),
        ("sessions: 4", "sessions: -3", 15, 19, "write 1 to 1000 sessions"),
        ("sessions: 4", "sessions: 99999999999999999999", 15, 19, "write 1 to 1000 sessions"),
        ("sessions: 4", "sessions: four", 15, 19, "write 1 to 1000 sessions"),
        ("sessions: 4", "choice: 2 to 6", 13, 9, "the key `sessions` is missing"),
        ("cadence: 2 per week", "cadence: 0 per week", 14, 18, "a week has 1 to 7 sessions"),
        ("cadence: 2 per week", "cadence: 9 per week", 14, 18, "a week has 1 to 7 sessions"),
        ("cadence: 2 per week", "cadence: 2 per month", 14, 18, "is not a cadence: write 2 per week"),
        ("cadence: 2 per week", "cadence: often", 14, 18, "is not a cadence"),
        ("cadence: 2 per week", "cadence: [2]", 14, 18, "expected a text here, found a list"),
        ("early: 1 day", "early: 36 h", 16, 25, "whole days"),
        ("early: 1 day", "early: 999999 days", 16, 25, "outside 0 to 366 days"),
        ("max: 7 days", "max: 1 day", 17, 33, "the largest gap is smaller than the smallest"),
        ("min: 2 days, max: 7 days", "min: 4 days, max: 5 days", 17, 14, "no weekdays give"),
        ("min: 2 days, max: 7 days", "min: 0 days, max: 7 days", 17, 20, "outside 1 to 366 days"),
        ("grade: convention", "grade: C", 19, 55, "not one of A, B, convention"),
        ("    title: My protocol\n", "", 3, 5, "the key `title` is missing"),
        ("      - {fact: two a week, source: our clinic, grade: convention}\n", "      []\n", 19, 7, "the list is empty"),
        ("source: our clinic", "source: ''", 19, 36, "found nothing"),
        ("    label: Mine\n", "    label: Mine\n    label: Yours\n", 6, 5, "the key `label` stands here twice"),
        ("    label: Mine\n", "    label: Mine\n    ? [a]\n    : b\n", 6, 7, "a key must be a text"),
        ("    label: Mine\n", "    label: !!python/object:os.system Mine\n", 5, 12, "tags such as"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_message_at_its_line_and_column(old, new, line, column, message):
    if message is None:
        assert len(problems_of(changed(old, new))) >= 1
        return
    problem = only_problem(changed(old, new))
    assert message in problem.message
    assert (problem.line, problem.column) == (line, column)


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("        after: 1 week\n", "the first phase begins on the start itself"),
        ("        choice: 5 to 6\n", "must be a number inside this range"),
        (
            "        choice: 3 to 6\n        reviews: [{name: late, after_session: 4}]\n",
            "may have only 3",
        ),
        ("        choice: 6 to 4\n", "is not a range of sessions"),
        (
            "        reviews: [{name: late, after_session: 9}]\n",
            "the phase may have only 4 sessions",
        ),
        ("        alternatives: [{cadence: twice a week}]\n", "cadences are the same"),
        ("        alternatives: [{cadence: 3 per week}]\n", None),
        ("        pause: 10 days\n", "whole weeks"),
    ],
)
def test_rules_between_the_keys_of_a_phase(extra, message):
    text = changed(
        "        gap: {min: 2 days, max: 7 days}\n",
        f"        gap: {{min: 2 days, max: 7 days}}\n{extra}",
    )
    if message is None:
        assert protocol_file.load(write(text))
    else:
        assert message in only_problem(text).message


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("      - {name: FIRST, cadence: 1 per week, sessions: 2, %s}\n", "two phases are called"),
        ("      - {name: two, cadence: 1 per week, sessions: 2, after: 10 days, %s}\n", "write whole weeks"),
        ("      - {name: two, cadence: 1 per week, sessions: open-ended, reviews: [{name: r}], %s}\n", "has no last session"),
        ("      - {name: two, cadence: {days: [1, 1], first_day: 1}, %s}\n", "the days must go up"),
        ("      - {name: two, cadence: {days: [2, 3], first_day: 1}, %s}\n", "must begin with its first day, 1"),
        ("      - {name: two, cadence: {days: [1, 3], first_day: 1}, sessions: 9, %s}\n", "the cadence lists 2 days"),
    ],
)  # fmt: skip
def test_rules_between_phases(second, message):
    rules = "window: {early: 1 day, late: 1 day}, gap: {min: 1 day, max: 20 days}"
    text = changed("    sources:\n", f"{second % rules}    sources:\n")
    assert message in only_problem(text).message


def test_only_the_last_phase_can_be_open_ended():
    phase = "      - {name: two, cadence: 1 per week, sessions: 2, window: {early: 1 day, late: 1 day}, gap: {min: 1 day, max: 20 days}}\n"
    text = changed(
        "    sources:\n", f"{phase}    sources:\n", changed("sessions: 4", "sessions: open-ended")
    )
    assert only_problem(text).message == "only the last phase can be open-ended"


@pytest.mark.parametrize(
    ("instruction", "word"),
    [
        ("{text: no other Ketamine today}", "ketamine"),
        ("{text: no food, note: the esketamine works less well}", "esketamine"),
        ("{text: bring your Spravato card}", "spravato"),
        ("{text: stay for the infusion}", "infusion"),
        ("{text: no nasal spray}", "nasal"),
    ],
)
def test_instructions_must_not_give_the_treatment_away(instruction, word):
    text = changed("    sources:\n", f"    instructions: [{instruction}]\n    sources:\n")
    problem = only_problem(text)
    assert f"`{word}` gives the treatment away" in problem.message
    assert problem.line == 18


@pytest.mark.parametrize("key", ["LABEL", "Title", "ID", "labels"])
def test_a_key_in_another_case_is_one_mistake(key):
    word = key.casefold().removesuffix("s") if key == "labels" else key.casefold()
    text = MINE.replace(f"    {word}:", f"    {key}:").replace(f"  - {word}:", f"  - {key}:")
    assert only_problem(text).message == f"unknown key `{key}`"


@pytest.mark.parametrize(
    ("old", "new", "line", "column"),
    [
        ("title: My protocol", "title: 'My protocol", 4, 12),
        ("{fact: two a week, source: our clinic, grade: convention}", "{fact: two a week", 19, 9),
        ("id: mine", "id: \x00mine", 3, 9),
    ],
)
def test_what_is_left_open_is_marked_where_it_begins(old, new, line, column):
    problem = only_problem(changed(old, new))
    assert (problem.line, problem.column) == (line, column)


def test_all_problems_at_once_in_order():
    text = changed("label: Mine", "lable: Mine", changed("length: 1 h 30 min", "length: long"))
    text = changed("max: 7 days", "max: soon", text)
    assert [problem.line for problem in problems_of(text)] == [5, 11, 17]


def test_two_protocols_of_one_id():
    again = MINE.split("protocols:\n")[1]
    problem = only_problem(MINE + again)
    assert problem.message == "two protocols have the id `mine`"
    assert problem.line == 20


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("# only a comment\n", "the file is empty"),
        ("---\n", "the file is empty"),
        ("just words", "expected keys with values"),
        ("- a\n- b\n", "expected keys with values"),
        ("version: 1\n---\nversion: 1\n", "not YAML"),
        ("version: [1", "not YAML"),
        ("a: b: c", "not YAML"),
        ("\ta: b", "not YAML"),
        ("a: *nowhere", "not YAML"),
        ("version: 1\nprotocols: &a [*a]\n", "an alias contains itself"),
        ("[" * 200_000, "nested more than 20 deep"),
        ("{a: " * 60_000, "nested more than 20 deep"),
        ("- " * 100_000, "nested more than 20 deep"),
        (("a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
         "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
         "e: [*d,*d,*d,*d]\n"), "with its aliases the file has more than 20000 values"),
        ("a: \x01", "not text"),
    ],
)  # fmt: skip
def test_hostile_and_broken_files(text, message):
    assert message in only_problem(text).message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff\xfev\x00e", "is not UTF-8 text"),
        (b"\xffversion: 1", "is not UTF-8 text"),
        (b"version: 1\nprotocols: \xe9\n", "line 2 has a byte that cannot be read"),
        (b"x" * (MAX_BYTES + 1), "larger than 256 KiB"),
    ],
)
def test_files_that_are_no_text(data, message):
    with pytest.raises(FileTrouble, match=message):
        protocol_file.load(write(data))


@pytest.mark.parametrize(
    "coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le with mark", "utf-16-be with mark"]
)
def test_a_file_with_a_mark_is_read_in_its_coding(coding):
    text = (ROOT / "protocols.yaml").read_text("utf-8")
    name, _, mark = coding.partition(" ")
    data = (f"\ufeff{text}" if mark else text).encode(name)
    found = protocol_file.load(write(data))
    assert [protocol.id for protocol in found] == [
        written.protocol.id for written in protocol_file.load_built_in()
    ]


def test_a_huge_file_is_not_read_whole(tmp_path):
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(FileTrouble, match="larger than"):
        protocol_file.load(str(path))


@pytest.mark.parametrize("name", ["missing.yaml", ".", "no/such/folder.yaml", "nul\0byte"])
def test_files_that_cannot_be_read(name):
    with pytest.raises(FileTrouble, match="cannot read"):
        protocol_file.load(name)


def test_a_byte_order_mark_is_no_mistake():
    assert protocol_file.load(write(b"\xef\xbb\xbf" + MINE.encode()))


def test_a_mark_points_at_the_mistake(ketasched):
    outcome = ketasched("check", write(changed("sessions: 4", "sesions: 4")))
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err == (
        "error: unknown key `sesions`\n"
        "   --> mine.yaml:15:9\n"
        "   |\n"
        "15 |         sesions: 4\n"
        "   |         ^^^^^^^ did you mean `sessions`?\n"
    )


def test_the_schema_takes_our_file_and_refuses_a_misspelt_key():
    schema = protocol_file.schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert not list(validator.iter_errors(yaml.safe_load(OURS)))
    assert not list(validator.iter_errors(yaml.safe_load(MINE)))
    assert list(validator.iter_errors(yaml.safe_load(changed("label:", "lable:"))))
    assert list(validator.iter_errors(yaml.safe_load(changed("sessions: 4", "sessions: 0"))))


def test_the_published_schema_is_the_one_we_print(ketasched):
    published = json.loads((ROOT / "docs" / "protocols.schema.json").read_text())
    assert json.loads(ketasched("schema", "protocols").out) == published


pieces = st.sampled_from([*MINE.splitlines(keepends=True), "  ", "- ", ": ", "&a ", "*a", "[", "{", "}", "\n", "'", '"', "|", ">", "%", "@", "!!x ", "<<: "])  # fmt: skip


@given(st.lists(pieces, max_size=40).map("".join) | st.text() | st.binary())
def test_nothing_but_our_own_errors(text):
    with contextlib.suppress(KetaschedError):
        protocol_file.load(write(text))


@given(st.integers(0, len(MINE) - 1), st.integers(0, 6), st.text(max_size=4))
def test_damaged_files_give_nothing_but_our_own_errors(at, cut, inserted):
    with contextlib.suppress(KetaschedError):
        protocol_file.load(write(MINE[:at] + inserted + MINE[at + cut :]))
