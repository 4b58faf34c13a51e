"""Visit tables as other programs export them: Excel's first line, UTF-16, REDCap's events and arms."""

import pytest
import yaml
from helpers import mistakes, writer

from ketasched.files.study_design.opening import MAX_STUDY
from ketasched.files.visit_table import conversion
from ketasched.reading.file_text import file_bytes

write = writer("visits.csv")
WHAT = "Visit,Day,Window\nBaseline,0,0\nDose 2,14,\xb12\n"
VISITS = [("Baseline", 0, "0 days", "0 days"), ("Dose 2", 14, "2 days", "2 days")]


def protocols_of(text, **columns):
    made = conversion.convert(
        file_bytes(write(text), MAX_STUDY, ""), columns, identifier="t", title="", minutes=60
    )
    return yaml.safe_load(made.text)["protocols"], made.ignored


def sessions_of(protocol):
    return [
        (one["name"], one["day"], one["window"]["early"], one["window"]["late"])
        for one in protocol["phases"][0]["sessions"]
    ]


def separated(by):
    return WHAT.replace(",", by)


@pytest.mark.parametrize(
    "text",
    [
        WHAT,
        "sep=,\n" + WHAT,
        "sep=,\r\n" + WHAT.replace("\n", "\r\n"),
        "SEP=;\n" + separated(";"),
        '"sep=;"\n' + separated(";"),
        "sep=\t\n" + separated("\t"),
        "sep=|\n" + separated("|"),
        "sep=^\n" + separated("^"),
        "sep=:\n" + separated(":"),
        "\nsep=;\n\n" + separated(";"),
        "\ufeffsep=;\r" + separated(";").replace("\n", "\r"),
        # Named, the separator is that one, whatever the headers look like.
        "sep=;\n" + 'Visit;Day;Window;"a,visit,day,window"\nBaseline;0;0;\nDose 2;14;2;\n',
        WHAT.encode("utf-8-sig"),
        WHAT.encode("utf-16"),
        b"\xff\xfe" + separated("\t").encode("utf-16-le"),
        b"\xfe\xff" + separated(";").encode("utf-16-be"),
        ("sep=;\r\n" + separated(";").replace("\n", "\r\n")).encode("utf-16"),
    ],
)
def test_tables_as_spreadsheets_export_them(text):
    (protocol,), _ = protocols_of(text)
    assert sessions_of(protocol) == VISITS


def test_a_mistake_below_the_line_of_the_separator_stands_where_it_is():
    with_line = "sep=;\n" + separated(";").replace("14", "soon")
    (problem,) = mistakes(protocols_of, with_line)
    assert (problem.line, problem.column, problem.source_line) == (4, 8, "Dose 2;soon;\xb12")


REDCAP = (
    "event_name,arm_num,day_offset,offset_min,offset_max,unique_event_name,custom_event_label\n"
)
ONE_ARM = REDCAP + "Baseline,1,0,0,0,baseline_arm_1,\nMonth 3,1,90,14,14,month_3_arm_1,\n"
TWO_ARMS = ONE_ARM + "Baseline,2,0,0,0,baseline_arm_2,\nMonth 6,2,180,14,21,month_6_arm_2,\n"
MONTH_3 = [("Baseline", 0, "0 days", "0 days"), ("Month 3", 90, "14 days", "14 days")]
MONTH_6 = [("Baseline", 0, "0 days", "0 days"), ("Month 6", 180, "14 days", "21 days")]


def test_redcap_s_events_of_one_arm_are_a_protocol():
    (protocol,), ignored = protocols_of(ONE_ARM)
    assert (protocol["id"], protocol["title"], protocol["version"]) == ("t", "visits", "not stated")
    assert sessions_of(protocol) == MONTH_3
    assert ignored == ("unique_event_name", "custom_event_label")


@pytest.mark.parametrize(
    ("header", "arms", "ids"),
    [
        ("arm_num", ("1", "2"), ["t-arm-1", "t-arm-2"]),
        ("Arm", ("A", "B"), ["t-a", "t-b"]),
        ("Arm", ("Arm 1", "Arm 2"), ["t-arm-1", "t-arm-2"]),
        ("Treatment Arm", ("Ketamine", "Placebo"), ["t-ketamine", "t-placebo"]),
        ("arm number", ("1", "10"), ["t-arm-1", "t-arm-10"]),
    ],
)
def test_several_arms_are_as_many_protocols(header, arms, ids):
    first, second = arms
    text = TWO_ARMS.replace("arm_num", header).replace(",1,", f",{first},").replace(",2,", f",{second},")  # fmt: skip
    protocols, _ = protocols_of(text)
    assert [protocol["id"] for protocol in protocols] == ids
    assert [protocol["title"] for protocol in protocols] == [f"visits, arm {arm}" for arm in arms]
    assert [sessions_of(protocol) for protocol in protocols] == [MONTH_3, MONTH_6]
    assert {protocol["version"] for protocol in protocols} == {"not stated"}


def test_versions_and_arms_together():
    text = TWO_ARMS.replace("unique_event_name", "version").replace("_arm_1", "1.0").replace("_arm_2", "1.0")  # fmt: skip
    text = (
        text.replace("baseline1.0", "1.0").replace("month_31.0", "1.0").replace("month_61.0", "1.0")
    )
    protocols, _ = protocols_of(text)
    assert [one["id"] for one in protocols] == ["t-arm-1", "t-arm-2"]
    assert [one["title"] for one in protocols] == ["visits, version 1.0, arm 1", "visits, version 1.0, arm 2"]  # fmt: skip
    assert {one["version"] for one in protocols} == {"1.0"}
    newer = text + "".join(line.replace(",1.0,", ",2.0,") + "\n" for line in text.splitlines()[1:])
    protocols, _ = protocols_of(newer)
    assert [one["id"] for one in protocols] == ["t-1-0-arm-1", "t-1-0-arm-2", "t-2-0-arm-1", "t-2-0-arm-2"]  # fmt: skip


def test_a_column_may_be_named_an_arm():
    text = TWO_ARMS.replace("arm_num", "group")
    protocols, _ = protocols_of(text, arm="group")
    assert [one["id"] for one in protocols] == ["t-arm-1", "t-arm-2"]


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        (lambda text: text.replace("Month 3,1,", "Month 3,,"), 3, "the visit has no arm"),
        (lambda text: text.replace("Month 3,1,", "Month 3,both,"), 3, "`both` is several arms: write a line for each"),
        (lambda text: text.replace("Month 3,1,", "Month 3,1 and 2,"), 3, "is several arms"),
        (lambda text: text.replace("Month 3,1,", "Month 3,1/2,"), 3, "is several arms"),
        (lambda text: text.replace("Month 3,1,", 'Month 3,"1, 2",'), 3, "is several arms"),
        (lambda text: text.replace("Baseline,2,0", "Week 1,2,7"), 1, "no visit of arm 2 is the baseline"),
        (lambda text: text.replace("Month 6,2,180", "Month 6,2,0"), 5, "two baselines"),
        (lambda text: text.replace(",2,", ",(1),"), 4, "another arm too would have the id `t-arm-1`"),
        (lambda text: text.replace("custom_event_label", "Visit"), 1, "could each be the visit name"),
    ],
)  # fmt: skip
def test_arms_that_are_not_clear_are_refused_where_they_stand(change, line, says):
    problems = mistakes(protocols_of, change(TWO_ARMS))
    assert [(problem.line, says in problem.message + problem.hint) for problem in problems] == [(line, True)]  # fmt: skip


def test_every_protocol_of_an_export_is_sound(ketasched):
    write(TWO_ARMS, "events.csv")
    made = ketasched("convert", "events.csv", "--id", "rc")
    assert made.code == 0
    write(made.out, "made.yaml")
    assert ketasched("check", "made.yaml").out == "made.yaml: 2 protocols, no problems: rc-arm-1, rc-arm-2\n"  # fmt: skip
    plan = ketasched("plan", "rc-arm-2", "--protocols", "made.yaml", "-s", "2027-01-04", "--tz", "UTC")  # fmt: skip
    assert "Month 6" in plan.out
