"""The outcome of a project's tests: for a terminal a line a test, as JSON, and as JUnit XML for what shows tests elsewhere."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from rich.text import Text

from pimsync.errors import UsageError
from pimsync.projecttests.coverage import Coverage
from pimsync.projecttests.run import Outcome, Tested
from pimsync.report.console import Console, write
from pimsync.words import count, shown

#: The version of the JSON; fields are only ever added.
VERSION = 1


def show(tested: Tested | None, coverage: Coverage | None, output_format: str) -> None:
    """Print the outcome to stdout."""
    if output_format == "json":
        write(json.dumps(document(tested, coverage), ensure_ascii=False, indent=2) + "\n")
        return
    console = Console()
    if tested:
        _show_tests(console, tested)
    if tested and coverage:
        console.print()
    if coverage:
        _show_coverage(console, coverage)


def _show_tests(console: Console, tested: Tested) -> None:
    for file, outcomes in groupby(tested.outcomes, key=lambda one: one.case.file):
        console.print(file, style="bold")
        for one in outcomes:
            _show_test(console, one)
    passed = len(tested.outcomes) - tested.failed
    parts = [f"{passed:,} passed", *([f"{tested.failed:,} failed"] if tested.failed else [])]
    console.print()
    console.print(f"{count(len(tested.outcomes), 'test')} in {tested.seconds:.1f} s: {', '.join(parts)}.")


def _show_test(console: Console, one: Outcome) -> None:
    name = f"{shown(one.case.name, 100)}  {one.case.channel}"
    if one.passed:
        console.print(Text.assemble("  ", ("passed", "green"), "  ", name), soft_wrap=True)
        return
    console.print(Text.assemble("  ", ("FAILED", "red"), "  ", name, f"  (line {one.case.line})"), soft_wrap=True)
    for failure in one.failures:
        console.print(f"            {failure}", soft_wrap=True)


def _show_coverage(console: Console, coverage: Coverage) -> None:
    if not coverage.gaps:
        console.print(f"All {count(coverage.looked, 'rule')} of the project meet something in the catalog.")
        return
    console.print(
        f"Of {count(coverage.looked, 'rule')} of the project, {len(coverage.gaps):,} never matter to the catalog:",
        style="bold",
    )
    for gap in coverage.gaps:
        console.print(Text.assemble("  ", (shown(gap.what, 110), "cyan"), f"  {gap.where}"), soft_wrap=True)
        console.print(f"    {gap.says}", soft_wrap=True)


def document(tested: Tested | None, coverage: Coverage | None) -> dict[str, Any]:
    """The outcome as plain data; docs/testing.md describes it."""
    found: dict[str, Any] = {"version": VERSION}
    if tested:
        found["seconds"] = round(tested.seconds, 3)
        found["tests"] = [
            {
                "name": one.case.name, "file": one.case.file, "line": one.case.line, "channel": one.case.channel,
                "passed": one.passed, "failures": list(one.failures),
            }
            for one in tested.outcomes
        ]  # fmt: skip
    if coverage:
        gaps = [{"kind": gap.kind, "where": gap.where, "what": gap.what, "says": gap.says} for gap in coverage.gaps]
        found["coverage"] = {"looked": coverage.looked, "products": coverage.products, "gaps": gaps}
    return found


def write_junit(tested: Tested, path: Path) -> None:
    """Write the outcome as JUnit XML.

    Raises:
        UsageError: there is no writing there.
    """
    root = ElementTree.Element(
        "testsuites", tests=str(len(tested.outcomes)), failures=str(tested.failed), time=f"{tested.seconds:.3f}"
    )
    for file, grouped in groupby(tested.outcomes, key=lambda one: one.case.file):
        outcomes = [*grouped]
        failed = sum(not one.passed for one in outcomes)
        suite = ElementTree.SubElement(root, "testsuite", name=file, tests=str(len(outcomes)), failures=str(failed))
        for one in outcomes:
            case = ElementTree.SubElement(
                suite, "testcase", name=shown(one.case.name, 500), classname=f"{file}:{one.case.channel}", file=file,
                line=str(one.case.line),
            )  # fmt: skip
            if not one.passed:
                failure = ElementTree.SubElement(case, "failure", message=one.failures[0])
                failure.text = "\n".join(one.failures)
    try:
        partial = path.with_name(f".{path.name}.partial")
        ElementTree.ElementTree(root).write(partial, encoding="utf-8", xml_declaration=True)
        partial.replace(path)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", where=str(path)) from None
