"""Every reference of one outcome contract, checked against the contract itself, the catalogue and what the code offers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from indicators.treatments import Placing
from pipelines.contracts.agreed_terms import check_agreed
from pipelines.contracts.catalogue import MATCHED_FROM, Catalogue, RuleTerms, Taking, Vocabulary, is_claimed_apart
from pipelines.contracts.comparing import check_comparison
from pipelines.contracts.eligible import Eligible
from pipelines.contracts.external import is_external, quantities_of
from pipelines.contracts.gates import check_gate
from pipelines.contracts.matched import Matched
from pipelines.contracts.outcome import Cohort, DatedMoney, Outcome, OutcomeContract, Payment
from pipelines.contracts.parts import MEAN, LeastShare, ValuesByPayer
from pipelines.contracts.payment import PinnedRule
from pipelines.contracts.register import RegisterContract
from pipelines.contracts.source import Place, Source, nearest, validate
from pipelines.contracts.steps import dated
from pipelines.contracts.valuing import check_value
from pipelines.contracts.waterfall import Waterfall
from pipelines.contracts.whole import check_whole

QUOTE = "'"


@dataclass
class ContractCheck:
    """Every reference of one contract, checked against the contract itself, the catalogue and the vocabulary."""

    made: Catalogue
    vocabulary: Vocabulary
    contract: OutcomeContract
    source: Source

    def run(self, stem: str) -> None:
        self._same_periods()
        if self.contract.waterfall is not None:
            self._waterfall(self.contract.waterfall)
        if self.contract.contract != stem:
            self.source.add(("contract",), f"the contract's name '{self.contract.contract}' is not the file's name '{stem}'")
        for key in ("parties", "cohorts", "outcomes", "payments"):
            self._unique_ids(key)
        for index, cohort in enumerate(self.contract.cohorts):
            self._cohort(cohort, ("cohorts", index))
        for index, outcome in enumerate(self.contract.outcomes):
            self._outcome(outcome, ("outcomes", index))
        for index, payment in enumerate(self.contract.payments):
            self._payment(payment, ("payments", index))
            for earlier in self.contract.payments[:index]:
                if (payment.pays_for, payment.rule.pin, payment.payee) == (earlier.pays_for, earlier.rule.pin, earlier.payee):
                    words = f"'{payment.id}' pays {payment.payee} for '{payment.pays_for}' by {payment.rule.pin}, and '{earlier.id}' does already; one result is paid once"
                    self.source.add(("payments", index), words)
        check_agreed(self.contract, self.source)
        check_whole(self.contract, self.source)
        check_value(self.contract, self.made.refunds, self.vocabulary.indicators, self.vocabulary.methods, self.source)
        self._gated()

    def _gated(self) -> None:
        """What the gate needs beside the terms of payment: implied outcomes, totals from outside, and the gate's own changes."""
        for index, outcome in enumerate(self.contract.outcomes):
            self._implied(outcome, ("outcomes", index, "implies"))
        for index, total in enumerate(self.contract.totals):
            self._register(total.register_name, "a total from outside", ("totals", index, "register"))
        if self._known(self.contract.gate.profile, self.made.profiles, "gate profile", ("gate", "profile")):
            check_gate(self.contract.gate, self.made.profiles[self.contract.gate.profile], self.vocabulary.expectations, self.source)

    def _implied(self, outcome: Outcome, place: Place) -> None:
        """An outcome implies another one of the same cohorts."""
        others = {other.id: other for other in self.contract.outcomes if other.id != outcome.id}
        if outcome.implies is not None and self._known(outcome.implies, others, "other outcome", place) and others[outcome.implies].cohorts != outcome.cohorts:
            self.source.add(place, f"'{outcome.implies}' is measured over other cohorts than '{outcome.id}'")

    def _same_periods(self) -> None:
        """A claim period's name stands for the same days in the whole contract: results are kept under it."""
        seen: dict[str, tuple[dt.date, dt.date, str]] = {}
        for index, payment in enumerate(self.contract.payments):
            for place, period in enumerate(payment.claim_periods):
                start, end, first = seen.setdefault(period.id, (period.start, period.end, payment.id))
                if (start, end) != (period.start, period.end):
                    words = f"the claim period {period.id} is {start} to {end} in the payment '{first}', and has other days here; give it another name"
                    self.source.add(("payments", index, "claim_periods", place), words)

    def _waterfall(self, terms: Waterfall) -> None:
        parties = {party.id: party for party in self.contract.parties}
        if self.contract.model == "payment_by_results":
            self.source.add(("waterfall",), "a contract of payment by results has no investors to repay; take the waterfall out, or change the model")
        for place, party, role in terms.parties_used():
            where: Place = ("waterfall", *place)
            if self._known(party, parties, "party", where) and role not in parties[party].roles:
                self.source.add(where, f"'{party}' stands in the waterfall as {role} and does not have that role")

    def _known(self, name: str, known: Any, what: str, place: Place) -> bool:
        if name not in known:
            self.source.add(place, f"there is no {what} '{name}'{nearest(name, list(known))}")
        return name in known

    def _unique_ids(self, key: str) -> None:
        seen: set[str] = set()
        for index, item in enumerate(getattr(self.contract, key)):
            if item.id in seen:
                self.source.add((key, index, "id"), f"the id '{item.id}' stands twice in {key}")
            seen.add(item.id)

    def _cohort(self, cohort: Cohort, place: Place) -> None:
        if cohort.register_name in self.made.broken_registers:
            self.source.add((*place, "from"), f"the register contract '{cohort.register_name}' does not load; mend it first")
        elif self._known(cohort.register_name, self.made.registers, "register", (*place, "from")):
            register = self.made.registers[cohort.register_name]
            self._may_administer(register.id, (*place, "from"))
            known = {column.name: column for column in register.table.properties}
            if self._known(cohort.enrolled_on, known, f"column of {register.id}", (*place, "enrolled_on")) and known[cohort.enrolled_on].logical_type != "date":
                self.source.add((*place, "enrolled_on"), f"the column '{cohort.enrolled_on}' is not a date")
            for name, value in cohort.where.items():
                self._column_code(register, name, value, f"code of {name}", (*place, "where", name))
            if cohort.arms is not None and self._known(cohort.arms.column, known, f"column of {register.id}", (*place, "arms", "column")):
                for arm in ("treatment", "comparison"):
                    self._column_code(register, cohort.arms.column, getattr(cohort.arms, arm), f"code for {arm}", (*place, "arms", arm))
            self._eligible_by_list(cohort.eligible, register, (*place, "eligible"))
        if cohort.matched is not None:
            self._matched(cohort.matched, (*place, "matched"))
        for name in cohort.eligible.registers if cohort.eligible else ():
            self._register(name, "who is eligible", (*place, "eligible"))

    def _eligible_by_list(self, eligible: Eligible | None, register: RegisterContract, place: Place) -> None:
        """Whether the columns that criteria look at are there, and the day of referral is a date."""
        known = {item.name: item for item in register.table.properties}
        if eligible is not None and eligible.withdrawn is not None:
            self._known(eligible.withdrawn.column, known, f"column of {register.id}", (*place, "withdrawn", "column"))
        referral = eligible.referral if eligible is not None else None
        if referral is not None and self._known(referral.column, known, f"column of {register.id}", (*place, "referral", "on")) and known[referral.column].logical_type != "date":
            self.source.add((*place, "referral", "on"), f"the column '{referral.column}' is not a date")

    def _column_code(self, register: RegisterContract, column: str, code: str, what: str, place: Place) -> None:
        """Whether a column is there and its code list has the code."""
        known = {item.name: item for item in register.table.properties}
        if self._known(column, known, f"column of {register.id}", place):
            listed = known[column].codelist or ""
            codes = self.made.codelists.get(listed, ())
            if code not in codes:
                where = f"in codelists/{listed}.csv" if listed else f"since the column '{column}' has no code list"
                self.source.add(place, f"there is no {what} '{code}' {where}{nearest(code, list(codes))}")

    def _matched(self, matched: Matched, place: Place) -> None:
        for register in MATCHED_FROM:
            self._register(register, "a matched comparison", place)
        if self._known(matched.codes, self.made.codes, "code list", (*place, "codes")):
            groups = {code.group for code in self.made.codes[matched.codes]}
            for index, group in enumerate(matched.benefits):
                self._known(group, groups, f"group of the code list {matched.codes} called", (*place, "benefits", index))

    def _register(self, register: str, needed_by: str, place: Place) -> None:
        if register in self.made.broken_registers:
            self.source.add(place, f"{needed_by} needs the register '{register}', whose contract does not load; mend it first")
        elif self._known(register, self.made.registers, f"register contract for {needed_by.strip(QUOTE)} named", place):
            self._may_administer(register, place)

    def _may_administer(self, register: str, place: Place) -> None:
        """Statistics data may not be used to administer: measuring and paying in one home is administration."""
        if self.made.registers[register].handling.permitted_use != "administration":
            self.source.add(place, f"the register '{register}' may be used for statistics only, and a payment decided here would use it to administer")

    def _outcome(self, outcome: Outcome, place: Place) -> None:
        cohorts = {cohort.id: cohort for cohort in self.contract.cohorts}
        for name in outcome.cohorts:
            self._known(name, cohorts, "cohort", (*place, "cohort"))
        named = [cohorts[name] for name in outcome.cohorts if name in cohorts]
        if any(cohort.after_enrolment != named[0].after_enrolment or cohort.is_compared != named[0].is_compared for cohort in named):
            self.source.add((*place, "cohort"), "cohorts that are counted together need the same 'after_enrolment', and all a comparison group or none")
        if self._known(outcome.indicator, self.vocabulary.indicators, "indicator", (*place, "indicator")):
            terms = self.vocabulary.indicators[outcome.indicator]
            given = self._arguments(terms, outcome.arguments, (*place, "with"))
            self._placings(given, (*place, "with"))
            for role in outcome.reads:
                self._known(role, terms.registers, f"register that {outcome.indicator} reads called", (*place, "reads", role))
            for register in terms.registers:
                is_bound = register in outcome.reads
                self._register(outcome.reads.get(register, register), f"'{outcome.indicator}'", (*place, "reads", register) if is_bound else (*place, "indicator"))
            if outcome.claimed_by == "window_end" and "claim_period" in terms.injected:
                self.source.add((*place, "claimed_by"), f"'{outcome.indicator}' is computed for each claim period; leave 'claimed_by' out")
        if outcome.compare and self._known(outcome.compare.method, self.vocabulary.methods, "method", (*place, "compare", "method")):
            method = self.vocabulary.methods[outcome.compare.method]
            given = self._arguments(method, outcome.compare.arguments, (*place, "compare", "with"))
            if given is not None or not is_external(outcome.compare):
                check_comparison(self.contract, outcome, self.vocabulary, self.source, (*place, "compare"))

    def _placings(self, given: BaseModel | None, place: Place) -> None:
        """Whether every placing of codes names a known list and gives each of its codes one place."""
        for name in type(given).model_fields if given else ():
            value = getattr(given, name)
            if isinstance(value, Placing) and self._known(value.codes, self.made.codes, "code list", (*place, name, "codes")):
                for words in value.findings([(code.code, code.group) for code in self.made.codes[value.codes]]):
                    self.source.add((*place, name), words)

    def _payment(self, payment: Payment, place: Place) -> None:
        outcomes = {outcome.id: outcome for outcome in self.contract.outcomes}
        parties = {party.id: party for party in self.contract.parties}
        if self._known(payment.payer, parties, "party", (*place, "payer")) and "payer" not in parties[payment.payer].roles:
            self.source.add((*place, "payer"), f"'{payment.payer}' pays but does not have the role 'payer'")
        self._known(payment.payee, parties, "party", (*place, "payee"))
        is_outcome = self._known(payment.pays_for, outcomes, "outcome", (*place, "pays_for"))
        self._claim_periods(payment, outcomes.get(payment.pays_for), (*place, "claim_periods"))
        self._conditions(payment, outcomes, place)
        rule_place = (*place, "rule", payment.rule.pin)
        if self._known(payment.rule.pin, self.vocabulary.rules, "payment rule", rule_place):
            rule = self.vocabulary.rules[payment.rule.pin]
            given = self._arguments(rule, payment.rule.arguments, rule_place)
            if is_outcome and given is not None:
                self._rule_fits(payment, given, outcomes[payment.pays_for], rule, rule_place)
                self._nested(payment, given, outcomes, rule_place)
        self._adjusted(payment, outcomes, place)

    def _adjusted(self, payment: Payment, outcomes: dict[str, Outcome], place: Place) -> None:
        """Whether every adjuster is there and takes its arguments, and has what it changes: persons' lines before the amount that they come to."""
        rule, after = self.vocabulary.rules.get(payment.rule.pin), ""
        for index, step in enumerate(payment.adjust):
            step_place = (*place, "adjust", index, step.pin)
            if not self._known(step.pin, self.vocabulary.adjusters, "adjuster", step_place):
                continue
            terms = self.vocabulary.adjusters[step.pin]
            given = self._arguments(terms, step.arguments, step_place)
            self._shares(given, outcomes.get(payment.pays_for), step_place)
            self._weighed(payment, step.weighed, outcomes, step_place)
            for _, amount in dated(given):
                self._holds(amount, payment, step_place)
            if terms.of == "amount":
                after = step.pin
            elif rule is not None and not rule.prices_persons:
                self.source.add(step_place, f"'{payment.rule.pin}' prices no persons, so there are no lines that '{step.pin}' could change")
            elif after:
                self.source.add(step_place, f"'{step.pin}' changes persons' lines and stands after '{after}', which changes their sum; put it before")

    def _weighed(self, payment: Payment, names: tuple[str, ...], outcomes: dict[str, Outcome], place: Place) -> None:
        """Whether other outcomes that are weighed are there and have a result under the payment's claim periods."""
        own = outcomes.get(payment.pays_for)
        for name in names:
            if not self._known(name, outcomes, "outcome", place) or own is None:
                continue
            if self._is_apart(outcomes[name]) != self._is_apart(own):
                self.source.add(place, f"'{name}' and '{own.id}' are not both measured for each claim period, so that they cannot be weighed together")

    def _is_apart(self, outcome: Outcome) -> bool:
        terms = self.vocabulary.indicators.get(outcome.indicator)
        return terms is not None and is_claimed_apart(outcome, terms)

    def _nested(self, payment: Payment, given: BaseModel, outcomes: dict[str, Outcome], place: Place) -> None:
        """Whether outcomes that a rule weighs are there, and rules inside it are known, take their arguments and price no persons."""
        self._weighed(payment, payment.rule.weighed, outcomes, place)
        for index, part in enumerate(getattr(given, "parts", [])):
            pinned: PinnedRule | None = getattr(part, "rule", None)
            where = (*place, "parts", index, "rule")
            if pinned is None or not self._known(pinned.pin, self.vocabulary.rules, "payment rule", where):
                continue
            rule = self.vocabulary.rules[pinned.pin]
            found = self._arguments(rule, pinned.arguments, where)
            looked_at = outcomes.get(part.outcome or payment.pays_for)
            if pinned.pin == payment.rule.pin:
                self.source.add(where, f"'{pinned.pin}' stands inside itself, where its parts would not count on; put their parts side by side")
            elif rule.prices_persons:
                self.source.add(where, f"'{pinned.pin}' prices persons, and their lines would be lost inside '{payment.rule.pin}'; make it a payment of its own")
            elif found is not None and any(isinstance(getattr(found, name), ValuesByPayer) for name in rule.parameters):
                self.source.add(where, f"'{pinned.pin}' says itself who pays, and that would be lost inside '{payment.rule.pin}'; make it a payment of its own")
            elif found is not None and looked_at is not None:
                self._rule_fits(payment, found, looked_at, rule, where)

    def _shares(self, given: BaseModel | None, outcome: Outcome | None, place: Place) -> None:
        """Whether an adjuster that names cohorts names those of the outcome, each of them and no other."""
        shares = getattr(given, "shares", None)
        if outcome is not None and isinstance(shares, dict) and set(shares) != set(outcome.cohorts):
            self.source.add((*place, "shares"), f"needs exactly one share for each cohort of '{outcome.id}': {', '.join(outcome.cohorts)}")

    def _conditions(self, payment: Payment, outcomes: dict[str, Outcome], place: Place) -> None:
        for index, condition in enumerate(payment.requires):
            self._known(condition.outcome, outcomes, "outcome", (*place, "requires", index, "outcome"))
            self._known(condition.rule, self.vocabulary.conditions, "condition", (*place, "requires", index, "rule"))
        if payment.on_account is None or not self._known(payment.on_account.pays_for, outcomes, "outcome", (*place, "on_account", "pays_for")):
            return
        own, final = outcomes[payment.on_account.pays_for], outcomes.get(payment.pays_for)
        if final is not None and _counted(own) != _counted(final):
            self.source.add((*place, "on_account", "pays_for"), f"'{own.id}' is not the same indicator over the same cohorts as '{final.id}', so it is no part of it")

    def _claim_periods(self, payment: Payment, outcome: Outcome | None, place: Place) -> None:
        terms = self.vocabulary.indicators.get(outcome.indicator) if outcome else None
        is_apart = outcome is not None and terms is not None and is_claimed_apart(outcome, terms)
        for index, period in enumerate(payment.claim_periods):
            if period.start < self.contract.term.start or period.end > self.contract.term.end:
                self.source.add((*place, index), f"the claim period {period.id} reaches outside the contract's term")
            for earlier in payment.claim_periods[:index]:
                if earlier.id == period.id:
                    self.source.add((*place, index, "id"), f"the claim period {period.id} stands twice in the payment '{payment.id}'")
                elif period.start < earlier.end and earlier.start < period.end:
                    self.source.add((*place, index), f"the claim period {period.id} overlaps {earlier.id}; a day is claimed once")
                elif not is_apart:
                    self.source.add((*place, index), f"'{payment.pays_for}' has one result, over its whole cohort, and {earlier.id} claims it; {period.id} would pay it again")

    def _rule_fits(self, payment: Payment, given: BaseModel, outcome: Outcome, rule: RuleTerms, place: Place) -> None:
        arguments = {name: getattr(given, name) for name in rule.parameters}
        for name, value in arguments.items():
            for keys, amount in dated(value):
                self._holds(amount, payment, (*place, name, *keys))
                if rule.has_one_price:
                    self._holds_throughout(amount, payment, (*place, name, *keys))
            if isinstance(value, ValuesByPayer):
                self._payers(value, (*place, name))
            if isinstance(value, LeastShare):
                self._ends_between(value, payment, (*place, name))
        self._fit_each_other(arguments, rule, place)
        self._measured(payment, arguments, outcome, rule, place)
        if arguments.get("role") not in (None, "treatment", "comparison"):
            self._known(arguments["role"], ["treatment", "comparison"], "role", (*place, "role"))

    def _fit_each_other(self, arguments: dict[str, Any], rule: RuleTerms, place: Place) -> None:
        try:
            if rule.fits is not None:
                rule.fits(**arguments)
        except ValueError as error:
            self.source.add(place, str(error))

    def _ends_between(self, floor: LeastShare, payment: Payment, place: Place) -> None:
        for period in payment.claim_periods:
            if period.start < floor.until < period.end:
                self.source.add(place, f"the floor ends on {floor.until}, inside the claim period {period.id}; end one claim period on that day and begin the next")

    def _payers(self, values: ValuesByPayer, place: Place) -> None:
        parties = {party.id: party for party in self.contract.parties}
        for name in values.root:
            if self._known(name, parties, "party", (*place, name)) and "payer" not in parties[name].roles:
                self.source.add((*place, name), f"'{name}' pays but does not have the role 'payer'")

    def _measured(self, payment: Payment, arguments: dict[str, Any], outcome: Outcome, rule: RuleTerms, place: Place) -> None:
        """Whether what a rule looks at of an outcome is there: a comparison with the quantity it names, and the interval."""
        named = {key: arguments[key] for key in ("measure", "figure") if key in arguments and (rule.needs_comparison or arguments[key] != MEAN)}
        compare = outcome.compare
        if compare is None and (rule.needs_comparison or named):
            self.source.add(place, f"'{payment.rule.pin}' pays on a comparison, and the outcome '{outcome.id}' has no 'compare'")
        for key, name in named.items():
            if compare is not None and compare.method in self.vocabulary.methods:
                others = () if rule.needs_comparison or key != "figure" else (MEAN,)
                self._known(name, (*others, *quantities_of(compare, self.vocabulary.methods[compare.method])), "measure", (*place, key))
        if compare is not None and "interval" in arguments:
            self._known(arguments["interval"], compare.intervals, f"interval in outcome '{outcome.id}' called", (*place, "interval"))

    def _holds(self, amount: DatedMoney, payment: Payment, place: Place) -> None:
        first: dt.date = min(period.start for period in payment.claim_periods)
        if min(amount.root) > first:
            self.source.add(place, f"no amount holds on {first}, the first day of a claim period; the first holds from {min(amount.root)}")

    def _holds_throughout(self, amount: DatedMoney, payment: Payment, place: Place) -> None:
        for period in payment.claim_periods:
            for day in sorted(day for day in amount.root if period.start < day < period.end):
                self.source.add(place, f"the price changes on {day}, inside the claim period {period.id}; end one claim period on that day and begin the next")
            until = amount.by_index.until if amount.by_index is not None else None
            if until is not None and period.start < until < period.end:
                self.source.add(place, f"no price holds from {until} on, inside the claim period {period.id}; end one claim period on that day and begin the next")

    def _arguments(self, taking: Taking, given: dict[str, Any], place: Place) -> BaseModel | None:
        return validate(taking.model, given, self.source, place)


def _counted(outcome: Outcome) -> tuple[Any, ...]:
    """What is counted of whom: alike in an outcome on account and in the final one."""
    return outcome.indicator, outcome.cohorts, outcome.arguments, outcome.unit, outcome.combine
