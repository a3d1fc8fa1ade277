"""What differs between two folders of contracts, said term by term."""

from __future__ import annotations

from pathlib import Path

import pytest
from planning.plans_made import changed
from support import SHIPPED

from pipelines.contracts.differences import LONGEST, Difference, differences
from pipelines.contracts.texts import lay, texts_of

UNGEBRO, TARP, STANDARD, DREAM = "outcomes/ungebro.yaml", "outcomes/tarp.yaml", "profiles/standard.yaml", "codelists/dream.csv"
TWO = "codelists/two.csv"


def found(before: Path, after: Path) -> list[Difference]:
    return differences(before, after, (texts_of(before), texts_of(after)))


def told(before: Path, after: Path) -> list[tuple[str, str, str]]:
    return [(item.what, item.before, item.after) for item in found(before, after)]


POLICE = "{id: police, name: The police, roles: [data_supplier"
SUCCESS = ("[selvforsoergelse, beskaeftigelse, servicejob]", "[beskaeftigelse, selvforsoergelse, servicejob]")
ONE_TERM = [
    ((TARP, "indicator: enrolled@1", "indicator: enrolled@2"), ("outcomes[enrolment].indicator", "enrolled@1", "enrolled@2")),
    ((TARP, "{from: 2024-06-01, to: 2028-07-01}", "{from: 2024-06-01, to: 2029-07-01}"), ("term.to", "2028-07-01", "2029-07-01")),
    ((TARP, "smallest_count: 5", "smallest_count: 10"), ("disclosure.smallest_count", "5", "10")),
    ((TARP, POLICE, f"{POLICE}, evaluator"), ("parties[police].roles (added)", "-", "[evaluator]")),
    ((UNGEBRO, f"success: {SUCCESS[0]}", f"success: {SUCCESS[1]}"), ("outcomes[uger].with.states.success", *SUCCESS)),
    ((UNGEBRO, "share: 0.50, cap: 400000.00}", "share: 0.50}"), ("waterfall.bonus.cap", "400000.00", "-")),
    (("refunds/ydelser.csv", "week,5,0.40", "week,5,0.45"), ("step week 5 from 2016-01-04, share", "0.40", "0.45")),
    ((TARP, "given financial aid. The people", "given aid. The people"), ("comments or the way it is written", "one text", "another with the same terms")),
]


@pytest.mark.parametrize(("change", "said"), ONE_TERM, ids=[said[0] for _, said in ONE_TERM])
def test_a_changed_term_is_named_by_its_place(tmp_path: Path, change: tuple[str, str, str], said: tuple[str, str, str]) -> None:
    assert told(SHIPPED, changed(tmp_path, SHIPPED, change)) == [said]


def test_a_rule_of_a_profile_is_found_again_wherever_it_stands(tmp_path: Path) -> None:
    after = changed(tmp_path, SHIPPED)
    head, rules = (after / STANDARD).read_text(encoding="utf-8").split("rules:\n", 1)
    first, second, *others = rules.split("  - rule: ")[1:]
    (after / STANDARD).write_text(f"{head}rules:\n" + "".join(f"  - rule: {rule}" for rule in (second, first, *others)), encoding="utf-8")
    ((what, was, now),) = told(SHIPPED, after)
    assert what == "rules (order)"
    assert was.split(", ")[:2] == now.split(", ")[1::-1]


def test_what_is_gone_has_the_line_that_it_stood_on(tmp_path: Path) -> None:
    line = next(number for number, text in enumerate((SHIPPED / TARP).read_text(encoding="utf-8").splitlines(), start=1) if "{id: institute" in text)
    (gone,) = found(SHIPPED, changed(tmp_path, SHIPPED, (TARP, "  - {id: institute, name: The evaluating institute, roles: [evaluator]}\n", "")))
    assert (gone.file, gone.line, gone.what, gone.after) == (TARP, line, "parties[institute]", "-")


def test_codes_come_go_move_and_are_called_otherwise(tmp_path: Path) -> None:
    head = "code,label,group,valid_from,valid_to\n"
    before = lay({TWO: head + "1,One,a,,\n2,Two,a,,2020-12-31\n2,Two,b,2021-01-01,\n3,Three,b,,\n"}, tmp_path / "before")
    after = lay({TWO: head + "1,First,c,,\n2,Two,a,,2020-12-31\n2,Two,a,2021-01-01,\n4,Four,b,,\n"}, tmp_path / "after")
    assert [(item.line, item.what, item.before, item.after) for item in found(before, after)] == [
        (2, "code 1, label", "One", "First"),
        (2, "code 1, group", "a", "c"),
        (4, "code 2 from 2021-01-01, group", "b", "a"),
        (5, "code 3", "group b: Three", "-"),
        (5, "code 4", "-", "group b: Four"),
    ]


def test_long_texts_are_cut_where_they_begin_to_differ(tmp_path: Path) -> None:
    texts = [lay({TARP: f"title: {'x' * 3 * LONGEST}{end}{'y' * 3 * LONGEST}\n"}, tmp_path / end) for end in ("before", "after")]
    ((_, was, now),) = told(*texts)
    assert "before" in was
    assert "after" in now
    assert max(len(was), len(now)) <= LONGEST + 6


def test_a_file_that_is_new_or_gone_is_one_difference(tmp_path: Path) -> None:
    after = changed(tmp_path, SHIPPED)
    (after / UNGEBRO).rename(after / "outcomes" / "other.yaml")
    assert [(item.file, item.before, item.after) for item in found(SHIPPED, after)] == [("outcomes/other.yaml", "-", "stands"), (UNGEBRO, "stands", "-")]


def test_the_same_texts_do_not_differ() -> None:
    assert found(SHIPPED, SHIPPED) == []
