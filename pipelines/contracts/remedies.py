"""What to do about a finding. Most sentences say it themselves, after a semicolon; what the others ask for is listed here, by words of theirs."""

from __future__ import annotations

import re

REMEDIES: tuple[tuple[str, str], ...] = (
    (r"^there is no code .* in codelists/", "write the code that was meant, or add it to that list"),
    (r"since the column '.*' has no code list", "name a column with a code list, or give it one in the register's contract"),
    (r"; did you mean '", "write the name that was meant"),
    (r"; known: ", "write one of those that are known"),
    (r"^there is no |^no payment is for ", "write the name of one that is there, or add what is missing"),
    (r"is missing from", "add it; an editor that knows the schema says what it takes"),
    (r"^unknown key|^unknown property|unknown argument", "take it out, or write the key that was meant"),
    (r"input should be a valid list", "write it in brackets, also where there is only one: [one, another]"),
    (r"input should be less than( or equal to)? 1$|less than or equal to 10$", "write a share from 0.0 to 1.0, as 0.40 for 40 %"),
    (r"input should be greater than( or equal to)? 0$", "write a number above nought, as 1000.00 for an amount"),
    (r"a number with a decimal point", "write it with its decimals: an amount as 1000.00, a share as 0.40 for 40 %"),
    (r"input should be (a valid|less|greater)|decimal input should", "write a value as it is asked for there"),
    (r"input should be '", "write one of those words"),
    (r"should match pattern", "write it in the form that the pattern asks for"),
    (r"should have at least|should have at most", "write as many as are asked for"),
    (r"keys with values are needed", "write keys with values, indented below it"),
    (r"not valid YAML", "correct the line; often it is an indent, a colon or a quote too many or too few"),
    (r"cannot be read as a regular expression", "write a pattern that RE2 takes; it has no look-around and no back-references"),
    (r"cannot be read as", "save the file as UTF-8, and a list as CSV with commas"),
    (r"is not an amount of money", "write digits with at most two decimals and no sign"),
    (r"an amount needs the day", "write the day before the amount, as shown"),
    (r"has exactly one rule", "leave one rule, with its arguments"),
    (r"is placed twice", "leave it in one place"),
    (r"'not_in' needs 'residence'", "add 'residence', or take 'not_in' out"),
    (r"(is|are) placed nowhere", "give it, or its group, one of the places"),
    (r"only an active one is acted on", "write 'active' when it is agreed; until then nothing may rest on it"),
    (r"refer to each other in a ring", "take one of the relationships out"),
    (r"is missing or only warns", "give the profile that rule, with the severity 'error'"),
    (r"would let everything through", "write a threshold by which it can fail"),
    (r"without it no delivery is ever late", "write it once"),
    (r"is larger than .* bytes|nested more than", "shorten it, or write parts of it as contracts of their own"),
    (r"rules for registers stand in", "move them to that profile"),
    (r"the shares (come|sum) to", "let the shares come to one"),
    (r"the ledger is kept for", "keep it for longer"),
    (r"they are never the same|neither may be checked|they must be of one|has an id to be referred", "refer to columns that fit each other"),
    (r"is neither a code nor a group", "write a code or a group that stands in the list, or add it there"),
    (r"stands twice|is changed twice|stands in another file|is placed, and its group", "leave one of the two, or give one another name"),
    (r"needs the same 'after_enrolment'|need the same 'after_enrolment'", "write the same for each, or count them in an outcome each"),
    (r"reaches outside the contract's term", "move the period into the term, or agree on another term"),
    (r"overlaps ", "end the one on the day that the other begins"),
    (r"would pay it again", "leave one claim period, or claim people by the end of their window: 'claimed_by: window_end'"),
    (r"does already; one result is paid once", "take one of the two payments out"),
    (r"^no amount holds on", "add the amount that holds from that day or an earlier one"),
    (r"may be used for statistics only", "use a register for administration (docs/contracts.md lists them), or measure where statistics are made"),
    (r"does not have (that|the) role", "give the party that role, or name the party that has it"),
    (r"has no 'compare'", "give the outcome 'compare', or pay by a rule that compares nothing"),
    (r"prices no persons", "take 'adjust' out, or pay by a rule that prices persons"),
    (r"is no part of it", "name an outcome with the same indicator, cohorts and arguments"),
    (r"needs exactly one share", "write one share for each of those cohorts, nought where there is none"),
    (r"is not the file's name", "give both the same name"),
    (r"is not a date$", "name a column of dates"),
    (r"treatment and comparison are the same", "write the two codes of the register"),
    (r"must be after|is before|is not after|is outside the term|ends before it starts|has no day|needs (from|on_account_from) \(", "put the days in their order"),
    (r"a residence is in", "write it in one of those two ways"),
    (r"is valid to .* before it is valid from", "put the days in their order"),
    (r"this row has no code", "write the code, or take the row out"),
    (r"a code list needs", "begin the file with a line of column names, one of them 'code', and write a row a code"),
    (r"'silence' go together", "write both, or neither"),
    (r"says what follows the 'long_stop'", "agree on a 'long_stop', or take 'then' out"),
    (r"is longer than ten years", "write a shorter window"),
    (r"than the .* points the scale has", "write a number of points that the scale has"),
    (r"and so caps nothing", "lower that cap, or raise the cap in all"),
    (r"closes at .* people, and below", "let it close at more people, or call it too small at fewer"),
    (r"amendments are listed|cites its 'clause'|needs the schedules|need the schedules|needs its '", "add what it says is missing"),
    (r"the steps of a refund|does not follow the one", "put them in their order"),
    (r"measured from|is measured as|the person key is", "name a column of the kind that it says"),
    (r"no whole number of at most", "use codes that are whole numbers, or deliver a row for each"),
    (r"no value (is|of)|no text of", "give bounds that leave a value"),
    (r"is compared with|only a text has a length|names the value", "write what fits the column's type"),
    (r"of type '|needs 'mustBe|exactly one bound|needs 'arguments|needs a query|has no '|is a list of at least|is a text$|is keys with values", "write the rule as it says"),
    (r"'name as many columns|' name as many columns|severity of a relationship|customProperties needs|give '", "write what it asks for"),
    (r"only a register whose deliveries|finds the row it corrects", "say what its deliveries are, or take it out"),
)
"""Words of a finding, as a regular expression, and what they ask for; the first that fits holds, before what the sentence itself says."""


def remedy_of(message: str) -> str:
    """What to do about a finding; empty when nobody has said."""
    for words, remedy in REMEDIES:
        if re.search(words, message):
            return remedy
    return message.partition("; ")[2]


def without_remedy(message: str) -> str:
    """What is wrong, without what its sentence says to do."""
    return message if any(re.search(words, message) for words, _ in REMEDIES) else message.partition("; ")[0]
