"""A trace for a terminal: each attribute, the text it began as, and every hand it went through."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.padding import Padding
from rich.text import Text

from pimsync.findings import Severity
from pimsync.report.console import Console, write
from pimsync.report.trace_document import document
from pimsync.store.origin import At, FieldOrigin, Found, Origin, Told
from pimsync.tracing.follower import AttributeTrace, ChannelTrace, Copy, Filter, Read
from pimsync.tracing.item import Step, Verdict
from pimsync.tracing.trace import Trace
from pimsync.words import count, shown

#: How much of a value, and of an expression, is shown.
_VALUE, _EXPRESSION = 80, 110

_STATES = {
    "in_feed": "in the feed",
    "left_out": "left out of the feed",
    "filtered": "left out by the filter",
    "not_reached": "never reached",
}
_COLOURS = {"error": "red", "warning": "yellow"}


def show(trace: Trace, output_format: str) -> None:
    """Print a trace to stdout."""
    if output_format == "json":
        write(json.dumps(document(trace), ensure_ascii=False, indent=2) + "\n")
        return
    console = Console()
    for line in _head(trace):
        _print(console, line, 0)
    for channel in trace.channels if trace.origin.row is not None and trace.origin.state == "product" else ():
        console.print()
        for depth, line in _channel(channel, trace.origin):
            _print(console, line, depth)
    for line in _last(trace):
        console.print()
        _print(console, line, 0)


def _print(console: Console, line: Text, depth: int) -> None:
    """A line, set in; one that is too wide for a terminal goes on below."""
    if console.is_terminal:
        console.print(Padding(line, (0, 0, 0, 2 * depth), expand=False))
    else:
        console.print(Text("  " * depth) + line, soft_wrap=True)


def _head(trace: Trace) -> Iterator[Text]:
    """Where the product is, and what became of it on the way into the catalog."""
    origin = trace.origin
    sku, place = shown(origin.sku), f": {_place(origin.at)}" if origin.at else ""
    match origin.state:
        case "product":
            yield Text.assemble((sku, "bold"), place)
        case "rejected":
            yield Text.assemble((sku, "bold"), place, ". It is no product that a channel gets: the record has errors.")
        case "left_out":
            yield Text.assemble((sku, "bold"), place, ". The record is no product.")
        case "unreadable":
            yield Text.assemble((sku, "bold"), place, ". The record cannot be read.")
        case _:
            there = f"there are {count(trace.products, 'product')}"
            yield Text.assemble((sku, "bold"), f": {trace.source} has no such sku; {there}.")
    if trace.preset and origin.at:
        yield Text(f"  read as: {trace.preset}")
    for at, column in origin.texts:
        yield Text(f"  {_place(at)} has it as {column}; no product of that sku came of the record.")
    for one in origin.again:
        yield Text(f"  {_place(one)} has this sku again and does not count (catalog/sku/duplicate).")
    for found in origin.findings:
        yield from _found(found)
    if origin.state in ("rejected", "left_out"):
        for field in origin.fields.values():
            if field.value is None and not any(told.raw for told in field.told):
                continue
            for _, line in _field(field, field.name, 1):
                yield Text("  ") + line


def _found(found: Found) -> Iterator[Text]:
    style = _COLOURS.get(found.severity, "dim")
    yield Text.assemble(
        "  ", (found.severity, style), f" {found.rule}: {shown(found.message, 160)} ({_place(found.at)})"
    )
    if found.severity == "error" and found.help:
        yield Text(f"    {found.help}", style="dim")


def _channel(one: ChannelTrace, origin: Origin) -> Iterator[tuple[int, Text]]:
    """A channel's lines, each with how far it is set in."""
    state = f"left out, as {shown(one.copy.first)} is the same" if one.copy else _STATES[one.state]
    yield 0, Text.assemble((one.name, "bold"), f" ({one.title}): {state}")
    if one.copy:
        yield from _condition("unique", one.copy)
        return
    if one.filter and not one.filter.kept:
        yield from _condition("where", one.filter)
        return
    for verdict in _failed(one.failed):
        yield from _verdict(verdict, 1)
    for attribute in one.attributes:
        if attribute.value is not None or _changed(attribute.steps) or any(not rule.passed for rule in attribute.rules):
            yield from _attribute(attribute, origin, in_feed=one.state == "in_feed")
    empty = [a.name for a in one.attributes if a.value is None and not _changed(a.steps)]
    if empty:
        yield 1, Text(f"without a value for this product: {', '.join(empty)}", style="dim")
    if one.unfilled:
        names = ", ".join(unfilled.name for unfilled in one.unfilled)
        yield 1, Text(f"the catalog has nothing to fill: {names}", style="dim")


def _failed(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """What is wrong, the gravest first."""
    order = [*Severity]
    return sorted(verdicts, key=lambda one: order.index(one.rule.severity))


def _condition(name: str, one: Filter | Copy) -> Iterator[tuple[int, Text]]:
    yield 1, Text.assemble(f"{name} ", (shown(one.expression, _EXPRESSION), "cyan"), f"  {one.where}")
    for read in one.reads:
        yield 2, Text(f"{read.name} is {_value(read.value)}")


def _verdict(one: Verdict, depth: int) -> Iterator[tuple[int, Text]]:
    severity = one.rule.severity.value
    yield depth, Text.assemble((severity, _COLOURS.get(severity, "dim")), f" {one.rule.id}: {_sentence(one)}")
    if one.rule.help:
        yield depth + 1, Text(one.rule.help, style="dim")


def _sentence(one: Verdict) -> str:
    message = shown(one.message or "", 160)
    if one.value and one.value not in (one.message or ""):
        return f"{shown(one.value, 50)}: {message}"
    return message


def _attribute(one: AttributeTrace, origin: Origin, *, in_feed: bool) -> Iterator[tuple[int, Text]]:
    """An attribute's lines: what stands in the feed, and under it how it came there."""
    written = one.feed if in_feed else one.value
    yield 1, Text.assemble((one.name, "bold"), "  ", _value(written))
    for read in one.reads:
        yield from _read(read, origin)
    if one.reads != (Read(one.expression, one.expression, one.mapped),):
        bare = len(one.reads) == 1 and one.reads[0].name == one.expression
        if not bare:
            made = "" if one.mapped == one.value and not _changed(one.steps) else f" = {_value(one.mapped)}"
            yield 2, Text.assemble((shown(one.expression, _EXPRESSION), "cyan"), made, (f"  {one.where}", "dim"))
    for step in one.steps:
        if step.before != step.after:
            yield 2, Text.assemble((step.fix, "cyan"), f": {_value(step.before)} → {_value(step.after)}")
    failed = [rule for rule in one.rules if not rule.passed]
    for rule in failed:
        yield (
            2,
            Text.assemble(
                (rule.rule.severity.value, _COLOURS.get(rule.rule.severity.value, "dim")), f" {_demand(rule)}"
            ),
        )
    passed = ", ".join(_demand(rule) for rule in one.rules if rule.passed)
    if passed:
        yield 2, Text(f"passed: {passed}", style="dim")


def _changed(steps: Sequence[Step]) -> bool:
    return any(step.before != step.after for step in steps)


def _demand(one: Verdict) -> str:
    """A rule without the channel and the attribute that stand above it."""
    about = one.rule.attribute
    demand = one.rule.id.rpartition("/")[2]
    return f"{about.partition('.')[2]}.{demand}" if "." in about else demand


def _read(one: Read, origin: Origin) -> Iterator[tuple[int, Text]]:
    """Where a value that an expression reads comes from."""
    field = origin.fields.get(one.field or "")
    if field is None:
        if one.value is not None:
            yield 2, Text(f"{one.name} is {_value(one.value)}")
    elif one.value is None and field.value is not None:
        yield 2, Text(f"{one.name} is in another currency than this market's price and left out: {_value(field.value)}")
    elif one.value is not None or any(told.raw for told in field.told):
        yield from _field(field, one.name, 2)


def _field(field: FieldOrigin, name: str, depth: int) -> Iterator[tuple[int, Text]]:
    """A field's value, and each record that says something of it, the one that counts first."""
    called = field.name if field.name == name else f"{name} ({field.name})"
    says = [told for told in field.told if told.raw is not None or told.value is not None]
    ordered = sorted(says, key=lambda told: not told.counts)
    for told in ordered:
        if told.counts:
            inherited = f", its parent {shown(told.sku)}" if field.parent else ""
            value = (
                "" if told.raw is not None and _value(told.raw) == _value(field.value) else f" = {_value(field.value)}"
            )
            yield (
                depth,
                Text.assemble(
                    f"{called} ← {_told(told)}{value}", (f"  {_place(told.stands or told.at)}{inherited}", "dim")
                ),
            )
            if told.expression and told.texts and told.expression.strip('" ') not in told.texts:
                yield (
                    depth + 1,
                    Text.assemble((shown(told.expression, _EXPRESSION), "cyan"), (f"  {told.where}", "dim")),
                )
        elif told.value is None:
            yield depth, Text.assemble(f"{called} ← {_told(told)} cannot be read", (f"  {_place(told.at)}", "dim"))
        else:
            yield depth + 1, Text(f"instead of {_told(told)}  {_place(told.at)}", style="dim")
        for repair in dict.fromkeys(told.repairs):
            yield depth + 1, Text(f"repaired: {repair}", style="dim")
    if not ordered and field.value is not None:
        yield depth, Text(f"{called} is {_value(field.value)}")


def _told(told: Told) -> str:
    """The text of a record that a value began as."""
    if told.follows:
        return f"follows from {', '.join(told.follows)}"
    columns = [f"{column} {_value(value)}" for column, value in told.texts.items()]
    if columns:
        return ", ".join(columns)
    return shown(f"{told.expression} ({told.where})", _EXPRESSION) if told.expression else "[defaults]"


def _place(at: At) -> str:
    record = f"{at.file}, record {at.in_file:,}"
    return record if at.in_file == at.record else f"{record} ({at.record:,} of all)"


def _value(value: Any) -> str:
    """A value on one line, shortened, without what a terminal would take for a command."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"“{shown(value, _VALUE)}”"
    return shown(json.dumps(value, ensure_ascii=False), _VALUE)


def _last(trace: Trace) -> Iterator[Text]:
    """The next step."""
    origin = trace.origin
    if origin.near:
        yield Text(f"The nearest: {', '.join(shown(sku) for sku in origin.near)}")
    rules = [found.rule for found in origin.findings if found.severity == "error"]
    rules += [one.rule.id for channel in trace.channels for one in _failed(channel.failed)]
    if rules:
        yield Text(f"Why: pimsync explain {rules[0]}")
