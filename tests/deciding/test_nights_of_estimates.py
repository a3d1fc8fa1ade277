"""Nights that take an evaluator's estimate: paid on one that holds, held with words on everything else, and settled again when she revises it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from estimates_given import BO, CLAIM, DECIDED_ON, FINAL, GIVEN_ON, INGE, PERIOD, STRANGER, Estimating, estimated, put, signed, town_with, value

from pipelines.canonical import canonical
from pipelines.deliveries.archive import deliveries
from pipelines.errors import EstimateRefusedError, HandoverRefusedError, LedgerError
from pipelines.estimates import keeping
from pipelines.ledger import estimating, handover, proving, signing
from pipelines.ledger.book import Book
from pipelines.ledger.journal import Journal
from pipelines.ledger.settle import settle
from pipelines.reports import tables
from pipelines.reports.evidence.archived import prove_kept
from pipelines.reports.evidence.chain import tell_of_chain
from pipelines.reports.phrases import Language

DAY = dt.timedelta(days=1)
WHOSE = "hjemmedage: estimated by institut, not computed here; signed file "


@pytest.fixture
def town(tmp_path: Path) -> Estimating:
    return town_with(tmp_path / "town")


def held_by(town: Estimating, as_of: dt.date = DECIDED_ON) -> str:
    """Why the claim is held, after who is asked for it; and that it is held for nothing else, and said in Danish too."""
    made = town.one(as_of)
    assert (made.state, made.amount) == ("held", 0)
    (hold,) = made.holds
    assert (hold["subject"], hold["rule"], hold["cured_by"]) == (f"outcome:hjem/{CLAIM}", "estimate_exists", "institut")
    assert 'lang="en"' not in str(Language("da").say(hold["words"])), hold["words"]
    assert 'lang="en"' not in str(Language("da").say(hold["remedy"]))
    return str(hold["words"]).removeprefix("no estimate of institut can be used: ")


def test_a_valid_estimate_pays_and_says_whose_it_is(town: Estimating) -> None:
    entry = town.give()
    assert entry is not None
    made = town.one()
    assert (made.state, str(made.amount)) == ("due", "90000.00")
    assert made.arithmetic[0] == f"{WHOSE}{entry.body['seal']['sha256'][:12]}   (Bilag 2)"
    assert town.amounts() == {FINAL: "90000.00"}
    assert 'lang="en"' not in str(Language("da").line(made.arithmetic[0]))


def test_an_estimate_below_the_threshold_pays_nothing(town: Estimating) -> None:
    town.give(signed(value("2.99")))
    assert town.one().state == "not_met"


def test_the_result_has_every_figure_the_file_has_and_whose_it_is(town: Estimating) -> None:
    town.give()
    found, _ = town.result(CLAIM, DECIDED_ON)
    assert found is not None
    assert found.estimate is not None
    (quantity,) = found.estimate.quantities.values()
    assert [str(part) for part in (quantity.value, quantity.std_error, quantity.exact)] == ["3.25", "0.75", "None"]
    assert [(item.name, str(item.low), str(item.high)) for item in quantity.intervals] == [("robust", "1.75", "4.75"), ("stated", "1.50", "5.00")]
    said = dict(found.estimate.diagnostics)
    assert (said["estimated_by"], said["stated_method"], said["signed_by"]) == ("institut", "synthetic_control", signing.public_half(INGE))
    assert (said["n_treatment"], said["n_comparison"], said["pre_trend"]) == ("9", "11", "None was seen in 2023 and 2024")


def test_without_an_estimate_it_is_held_and_says_when_it_was_to_come(town: Estimating, tmp_path: Path) -> None:
    assert held_by(town) == "none was given, and it was to come by 2025-10-29"
    assert held_by(town_with(tmp_path / "other", estimated(at_latest=None))) == "none was given"


def test_one_given_after_a_night_decided_is_known_from_the_next(town: Estimating) -> None:
    assert held_by(town).startswith("none was given")
    entry = town.give(as_of=DECIDED_ON)
    assert entry is not None
    assert (entry.as_of, entry.body["known_from"]) == (DECIDED_ON, str(DECIDED_ON + DAY))
    assert held_by(town).startswith("none was given")
    assert town.one(DECIDED_ON + DAY).state == "due"


def test_giving_the_same_again_adds_nothing_and_an_older_one_again_is_stood_by(town: Estimating) -> None:
    assert town.give() is not None
    assert town.give() is None
    assert town.give(signed(value("2.00"))) is not None
    assert town.give() is not None
    assert town.one().state == "due"
    assert len(list(keeping.folder(town.home).iterdir())) == 2


REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    ("not signed", lambda: canonical({**json.loads(signed()), "seal": None}), "it is not signed"),
    ("by a stranger", lambda: signed(key=STRANGER), "nobody signs with this key"),
    ("by another party", lambda: signed(key=BO), "this key signs for another party than the estimate names"),
    ("a changed figure", lambda: signed().replace(b'"3.25"', b'"3.26"'), "it is not what was signed"),
    ("another signature", lambda: canonical({**json.loads(signed()), "seal": json.loads(signed(value("4.00")))["seal"]}), "it is not what was signed"),
    ("no such contract", lambda: signed(put("contract", value="tarp")), "there is no contract 'tarp' that loads"),
    ("another outcome", lambda: signed(put("outcome", value="trivsel")), "the contract has no such outcome whose estimate is given"),
    ("another claim period", lambda: signed(put("claim_period", value="2024H2")), "the outcome has no such claim period"),
    ("another version", lambda: signed(put("version", value=2)), "it is of another version of the contract than this"),
    ("made later than given", lambda: signed(put("made_on", value="2025-09-02")), "it says it was made after the day it was given on"),
    ("nothing at all", lambda: b"anna 010190-1234", "it is not JSON with each key once"),
]


@pytest.mark.parametrize(("raw", "words"), [item[1:] for item in REFUSED], ids=[item[0] for item in REFUSED])
def test_what_does_not_hold_is_refused_and_kept_apart_and_the_claim_is_held(town: Estimating, raw: Callable[[], bytes], words: str) -> None:
    before = len(town.entries)
    with pytest.raises(EstimateRefusedError, match=words) as refused:
        town.give(raw())
    assert refused.value.exit_code == 17
    (place,) = (town.home.quarantine / "estimates").iterdir()
    reason = json.loads((place / "reason.json").read_bytes())
    assert ((place / "original").read_bytes(), reason["refused_on"]) == (raw(), str(GIVEN_ON))
    assert words in reason["reason"]
    assert (place / "original").stat().st_mode & 0o077 == 0
    assert len(town.entries) == before
    assert deliveries(town.home) == []  # it is no delivery
    assert held_by(town).startswith("none was given")


def test_one_that_comes_first_after_its_deadline_is_refused_and_a_correction_is_not(town: Estimating) -> None:
    late = dt.date(2025, 10, 30)
    with pytest.raises(EstimateRefusedError, match="the first estimate was to be given by 2025-10-29"):
        town.give(as_of=late)
    town.give(as_of=late - DAY)
    town.give(signed(value("4.00")), as_of=late + DAY)
    assert town.one(late + 2 * DAY).state == "due"


def test_a_kept_file_that_is_changed_swapped_or_gone_holds_the_claim_and_is_found(town: Estimating) -> None:
    """The newest that does not hold is never passed over for an older one that does."""
    town.give(signed(value("4.00")))
    whole = town.kept.read_bytes()
    town.give()
    path = keeping.place_of(town.home, json.loads(signed())["seal"]["sha256"])
    right = path.read_bytes()
    assert prove_kept(town.home).faults == {}
    for tampered in (right.replace(b"3.25", b"3.26"), whole, right + b" ", right[:-10], b""):
        path.write_bytes(tampered)
        assert held_by(town) == "the file of an estimate is not what was given"
        assert list(prove_kept(town.home).faults) == [f"archive/estimates/{path.name}"]
        with pytest.raises(LedgerError, match="not what was given"):
            tell_of_chain(town.home, as_json=True)
    path.unlink()
    assert held_by(town) == "the file of an estimate is gone"
    path.write_bytes(right)
    tell_of_chain(town.home, as_json=True)
    assert town.one().state == "due"


def withdrawn(town: Estimating, as_of: dt.date) -> None:
    signing.withdraw_signatory(Journal(town.home), "hjem", signing.public_half(INGE), "she left", as_of)


def test_a_key_withdrawn_before_it_was_known_holds_and_after_it_stands(town: Estimating, tmp_path: Path) -> None:
    town.night(GIVEN_ON)
    town.give()  # known from the day after
    withdrawn(town, GIVEN_ON)
    assert held_by(town) == "the key that signed it was withdrawn before it was known"
    other = town_with(tmp_path / "other")
    other.give()
    withdrawn(other, GIVEN_ON + DAY)
    assert other.one().state == "due"
    with pytest.raises(EstimateRefusedError, match="the key of Inge Dahl was withdrawn"):
        other.give(signed(value("4.00")), as_of=DECIDED_ON)


def test_somebody_of_the_evaluator_without_the_role_may_not(tmp_path: Path) -> None:
    made = estimated()
    party = made.parties[-1].model_copy(update={"roles": ["evaluator", "data_supplier"]})
    town = town_with(tmp_path / "town", made.model_copy(update={"parties": [*made.parties[:-1], party]}))
    signing.add_signatory(Journal(town.home), "hjem", "institut", "Ole Krag", ["data_supplier"], signing.public_half(STRANGER), dt.date(2024, 6, 3))
    with pytest.raises(EstimateRefusedError, match="has not the role evaluator"):
        town.give(signed(key=STRANGER))


def test_an_entry_that_was_not_rightly_made_holds_the_claim_and_is_found(town: Estimating) -> None:
    """Whoever runs the home can write its ledger, and signs for nobody."""
    town.give()
    body = next(entry for entry in town.entries if entry.kind == "estimate").body
    forged = json.loads(signed(value("9.00", high="9.99"), key=STRANGER))
    keeping.place_of(town.home, forged["seal"]["sha256"]).write_bytes(canonical(forged) + b"\n")
    Journal(town.home).post_estimate("hjem", f"hjem/{CLAIM}", {**body, "known_from": str(GIVEN_ON + DAY), "seal": forged["seal"]}, GIVEN_ON + DAY)
    assert held_by(town) == "nobody signs with this key"
    assert "nobody signs with this key" in proving.fault(town.entries)
    with pytest.raises(LedgerError, match="nobody signs with this key"):
        tell_of_chain(town.home, as_json=True)


def test_a_revised_estimate_is_settled_again_and_names_what_changed(town: Estimating) -> None:
    first = town.give()
    assert first is not None
    town.one()
    second = town.give(signed(value("2.00")), as_of=DECIDED_ON + DAY)
    assert second is not None
    made = town.one(DECIDED_ON + 2 * DAY)
    assert made.fingerprint
    (entry,) = [item for item in town.entries if item.kind == "true_up"]
    assert (entry.body["amount"], entry.body["cause"]) == ("-90000.00", "estimate_revised")
    assert entry.body["changed"] == {"estimates": sorted(item.body["seal"]["sha256"] for item in (first, second))}
    assert town.result(CLAIM, DECIDED_ON)[0] != town.result(CLAIM, DECIDED_ON + 2 * DAY)[0]
    town.night(DECIDED_ON + 2 * DAY)
    assert sum(item.kind == "true_up" for item in town.entries) == 1


def test_an_earlier_day_knows_what_was_known_then_and_decides_as_it_did(town: Estimating) -> None:
    town.give()
    before = town.decide(DECIDED_ON)
    town.night(DECIDED_ON)
    town.give(signed(value("2.00")), as_of=DECIDED_ON)
    assert [item.as_data() for item in town.decide(DECIDED_ON)] == [item.as_data() for item in before]


def test_an_amended_contract_asks_for_an_estimate_of_its_own_version(town: Estimating) -> None:
    town.give()
    town.made = estimated(version=2)
    found, failure = town.result(CLAIM, DECIDED_ON)
    assert found is not None
    assert (found.estimate, failure) == (None, "no estimate of institut can be used: it is of another version of the contract than this")


def test_the_number_of_treated_people_is_asked_again_at_night(town: Estimating) -> None:
    town.give()
    town.days = {CLAIM: {f"child {number}": 80 for number in range(12)}}
    assert held_by(town) == "its number of treated people differs from the cohort's by more than 10.0 %"


def test_what_anyone_may_read_has_the_figures_and_none_of_the_evaluators_words(town: Estimating) -> None:
    town.give()
    found, _ = town.result(CLAIM, DECIDED_ON)
    assert found is not None
    data = {CLAIM: json.loads(canonical(found.as_data()))}
    party, anyone = (json.loads(tables.results(data, DECIDED_ON, smallest)["estimates"][0]) for smallest in ({}, {"hjem": 3}))
    assert party == data[CLAIM]["estimate"]
    assert anyone["quantities"] == party["quantities"]
    assert (anyone["assumptions"], [name for name, _ in anyone["diagnostics"]]) == ([["estimate", "given by institut, not computed here"]], ["estimated_by", "file"])


def handed_over(town: Estimating) -> dict[str, object]:
    """What a night hands over of the contract, with the result and the signed file."""
    found, _ = town.result(CLAIM, DECIDED_ON)
    assert found is not None
    files = keeping.files_of(town.home, town.entries, town.made, [CLAIM], DECIDED_ON)
    results = {CLAIM: json.loads(canonical(found.as_data()))}
    return {"contract": {"id": "hjem", "version": 1, "sha256": "a" * 64}, "as_of": str(DECIDED_ON), "cohorts": {}, "decisions": [], "results": results, "estimates": files}


def test_a_hand_over_carries_the_signed_file_and_is_refused_without_it_or_with_other_figures(town: Estimating) -> None:
    town.give()
    content = handed_over(town)
    handover.refuse_people(json.loads(canonical(content)))
    assert settle(town.home, Journal(town.home), [handover.write(town.home, content)]) == []
    book = Book.of(town.entries)
    changed: list[tuple[Callable[[dict[str, dict[str, dict]]], object], str]] = [  # type: ignore[type-arg]
        (lambda made: made["estimates"].clear(), "has no signed file that can be read"),
        (lambda made: made["estimates"][CLAIM].update(made_on="2025-07-02"), "is not what its evaluator signed"),
        (lambda made: made["results"][CLAIM]["estimate"]["quantities"]["difference"].update(value="3.26"), "has other figures than its signed file"),
        (lambda made: made["estimates"].update({CLAIM: json.loads(signed(key=STRANGER))}), "signed by nobody who signs for institut here"),
    ]
    for change, words in changed:
        made = json.loads(canonical(content))
        change(made)
        with pytest.raises(HandoverRefusedError, match=words):
            estimating.refuse_handed_over(lambda: book, made, "hjem")


def test_only_the_newest_known_of_each_claim_is_in_a_fingerprint(town: Estimating) -> None:
    town.give()
    first = estimating.seals(town.entries, DECIDED_ON, "hjem", "hjemmedage")
    town.give(signed(value("2.00")), as_of=GIVEN_ON + DAY)
    assert estimating.seals(town.entries, GIVEN_ON, "hjem", "hjemmedage") == first
    assert set(estimating.seals(town.entries, DECIDED_ON, "hjem", "hjemmedage")) == {PERIOD}
    assert estimating.seals(town.entries, DECIDED_ON, "hjem", "hjemmedage") != first
    assert estimating.seals(town.entries, GIVEN_ON - DAY, "hjem", "hjemmedage") == {}
