"""Great Expectations' Data Docs of one night, for engineers: its own results through its own renderers, one page a subject and an index.

Runs in the child process. What goes in is allow-listed: what an expectation was asked, and what it counted; counts of few people are hidden as
our report hides them. The pages ask nothing of the network and run nothing. They are not sealed and no hash speaks of them.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from indicators.disclosure import SHOWN, state_of
from pipelines.quality.checks import counted_words, verdict_of

VIEWS = Path(__file__).parent / "views"
DAY = re.compile(r"\d{4}-\d\d-\d\d")
NOTE = (
    "For engineers. Great Expectations' own words about its own results, with counts of few people hidden. Not sealed: "
    "what payments rest on is the validation report, which also says what each rule protects and who can cure it."
)
DESCRIPTION = Markup(
    "<strong>{rule}</strong> {protects} {counted}Threshold {threshold}; severity {severity}; our verdict {verdict}."
    "<details><summary>{kind} on {table}</summary><code>{asked}</code></details>"
)
STATISTICS = ("evaluated_expectations", "successful_expectations", "unsuccessful_expectations", "success_percent")
"""What Great Expectations says of a suite, by its own names."""
NOT_MADE = ("unexpected_rows_expectation", {"unexpected_rows_query": "{batch}"})
"""What stands for an expectation that Great Expectations has no result of, since its table raised: its description says all there is."""


@dataclass(frozen=True)
class Asked:
    """One expectation as it was asked, Great Expectations' result of it (None where its table raised), and what was replied."""

    item: Mapping[str, Any]
    result: Any
    reply: Mapping[str, Any]


def pages(asked: Iterable[Asked], as_of: dt.date, smallest: int) -> dict[str, bytes]:
    """Every page by file name: one a subject, named by it, and `index.html`. Counts that could tell of fewer than `smallest` people are hidden."""
    from great_expectations.render.renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    view, renderer = DefaultJinjaPageView(custom_views_directory=str(VIEWS)), ValidationResultsPageRenderer()
    suites = _suites(asked, as_of, smallest)
    made = {"index.html": view.render(_index(suites, as_of), template="data_docs_page.j2", up=f"../../{as_of}/index.html", up_to="Validation report", note=NOTE)}
    for subject, suite in suites.items():
        document = renderer.render(suite)
        document.page_title = f"{subject}, {as_of}"
        _lead_to_report(document, f"../../{as_of}/index.html#{subject}")
        made[page_name(subject)] = view.render(document, template="data_docs_page.j2", up="index.html", up_to=f"Data Docs of {as_of}", note=NOTE)
    return {name: text.encode() for name, text in made.items()}


def page_name(subject: str) -> str:
    """The file that tells of a subject: `register:bef` stands in `register.bef.html`."""
    return f"{suite_name(subject)}.html"


def suite_name(subject: str) -> str:
    """A subject as Great Expectations names suites, by dots."""
    return re.sub(r"[^0-9A-Za-z_-]", ".", subject)


def write(folder: Path, content: Mapping[str, bytes], keep: int) -> int:
    """Have `folder`, named by a day, hold these pages and nothing else, and drop all but the `keep` newest such folders beside it. Returns how many
    pages there are. A kill leaves the folder before or the new one, or none: they can always be made again."""
    half = folder.with_name(f".{folder.name}.writing")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    for name, page in content.items():
        (half / name).write_bytes(page)
    if folder.exists():
        shutil.rmtree(folder)
    half.rename(folder)
    others = sorted((path for path in folder.parent.iterdir() if DAY.fullmatch(path.name) and path != folder), key=lambda path: path.stat().st_mtime_ns)
    for old in others[: max(len(others) - (keep - 1), 0)]:
        shutil.rmtree(old)
    return len(content)


def _suites(asked: Iterable[Asked], as_of: dt.date, smallest: int) -> dict[str, Any]:
    """The results of each subject as Great Expectations' own suite result, under a run that is named by the as-of day."""
    import great_expectations as gx
    from great_expectations.core import ExpectationSuiteValidationResult, RunIdentifier

    run = RunIdentifier(run_name=str(as_of), run_time=dt.datetime.combine(as_of, dt.time(), dt.UTC))
    by_subject: dict[str, list[Any]] = {}
    for one in asked:
        by_subject.setdefault(one.item["subject"], []).append(_result(one, smallest))
    made: dict[str, Any] = {}
    for subject, results in by_subject.items():
        meta = {"run_id": run, "great_expectations_version": gx.__version__, "batch_spec": {"data_asset_name": subject}}
        statistics = _statistics(results)
        is_success = statistics["unsuccessful_expectations"] == 0
        made[subject] = ExpectationSuiteValidationResult(success=is_success, results=results, suite_name=suite_name(subject), statistics=statistics, meta=meta)
    return made


def _statistics(results: list[Any]) -> dict[str, Any]:
    held = sum(bool(result.success) for result in results)
    return dict(zip(STATISTICS, (len(results), held, len(results) - held, 100 * held / len(results)), strict=True))


def _result(one: Asked, smallest: int) -> Any:
    """Great Expectations' result with nothing in it but what may be told."""
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    found = one.result.expectation_config if one.result is not None else None
    kind, kwargs = (found.type, found.kwargs) if found is not None else NOT_MADE
    arguments = {name: value for name, value in kwargs.items() if name != "batch_id"}
    description = _description(one, arguments if found is not None else one.item["arguments"], smallest)
    told = ExpectationConfiguration(type=kind, kwargs=arguments, description=description)
    raised = {"raised_exception": bool(one.reply["is_error"]), "exception_message": one.reply["reason"], "exception_traceback": ""}
    return ExpectationValidationResult(success=one.reply.get("is_success") is True, expectation_config=told, result=_counts(one, smallest), exception_info=raised)


def _description(one: Asked, arguments: Mapping[str, Any], smallest: int) -> str:
    """What stands for the expectation, as markup: our name of the rule, what it protects, our verdict, and all that Great Expectations was asked."""
    item, reply = one.item, one.reply
    verdict = verdict_of(is_success=reply.get("is_success") is True, is_error=bool(reply["is_error"]), severity=item["severity"], rows=reply.get("denominator"))
    asked = "\n".join(f"{name}: {value}" for name, value in arguments.items())
    counted = f"Counted {_observed(reply, smallest)}. " if _is_by_value(one) else ""
    return str(DESCRIPTION.format_map({**item, "verdict": verdict, "asked": asked, "counted": counted}))


def _is_by_value(one: Asked) -> bool:
    """Whether Great Expectations looked at each value of a column: then it speaks of shares, and words of ours stand elsewhere."""
    return one.result is not None and "unexpected_count" in one.result.result


def _observed(reply: Mapping[str, Any], smallest: int) -> str:
    """What was counted or seen, in the words of our report."""
    numerator, denominator = reply.get("numerator"), reply.get("denominator")
    if reply.get("observed") or numerator is None or denominator is None:
        return str(reply.get("observed") or "nothing")
    return counted_words(numerator, denominator, str(reply.get("bound", "at_most")), smallest)


def _counts(one: Asked, smallest: int) -> dict[str, Any]:
    """The fields of a result that hold counts, from what was replied; only words where they could tell of few people."""
    numerator, denominator = one.reply.get("numerator"), one.reply.get("denominator")
    told = {"observed_value": str(escape(_observed(one.reply, smallest)))}
    if numerator is None or not denominator or not _is_by_value(one) or state_of(denominator, [numerator], smallest) != SHOWN:
        return told
    return {**told, "element_count": denominator, "unexpected_count": numerator, "unexpected_percent": 100 * numerator / denominator}


def _index(suites: Mapping[str, Any], as_of: dt.date) -> Any:
    """The list of all subjects, with a link to the page of each."""
    from great_expectations.render import RenderedDocumentContent, RenderedSectionContent, RenderedTableContent

    rows = [[_icon(is_good=suite.success), _link(subject), *map(suite.statistics.get, STATISTICS[::2])] for subject, suite in suites.items()]
    table = RenderedTableContent(table=rows, header_row=["Status", "Suite", "Expectations", "Unsuccessful"], styling={"body": {"classes": ["table"]}})
    section = RenderedSectionContent(section_name="Suites", content_blocks=[table])
    return RenderedDocumentContent(sections=[section], page_title=f"Data Docs of {as_of}")


def _icon(*, is_good: bool) -> Any:
    from great_expectations.render import RenderedStringTemplateContent

    return RenderedStringTemplateContent(string_template={"template": "", "tag": "i", "styling": {"classes": ["fas", "fa-check-circle" if is_good else "fa-times"]}})


def _link(subject: str) -> Any:
    from great_expectations.render import RenderedStringTemplateContent

    styling = {"params": {"subject": {"tag": "a", "attributes": {"href": page_name(subject), "id": str(escape(subject))}}}}
    return RenderedStringTemplateContent(string_template={"template": "$subject", "params": {"subject": subject}, "styling": styling})


def _lead_to_report(document: Any, address: str) -> None:
    """Have the name of the suite lead to what our report says of the subject: a page of the suite alone is not made."""
    header = document.sections[0].content_blocks[0]
    header.subheader.string_template["styling"]["params"]["expectation_suite_name"]["attributes"]["href"] = address
