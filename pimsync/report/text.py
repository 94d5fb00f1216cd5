"""The report for a terminal: same flaws together, the first examples, and at the end the result and the next step."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich.table import Table
from rich.text import Text

from pimsync.findings import Finding, Severity
from pimsync.report.console import Console
from pimsync.result import Group, Result
from pimsync.words import count, shown

#: How many rules of a channel are shown; the rest stand in report.json.
SHOWN = 25
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "dim"}


def show(result: Result) -> None:
    """Print the report to stdout."""
    console = Console()
    for channel, groups in groupby(result.findings, key=lambda group: group.channel):
        _print_channel(console, channel, list(groups))
    if result.fixes:
        repairs = sum(group.count for group in result.fixes)
        console.print(f"Repaired on the way: {count(repairs, 'value')}, counted by rule in the report.", style="dim")
        console.print()
    for line in _summary(result):
        console.print(line)


def _print_channel(console: Console, channel: str, groups: list[Group]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0), expand=False)
    table.add_column("channel", no_wrap=True)
    table.add_column("severity", no_wrap=True)
    table.add_column("rule", overflow="fold")
    table.add_column("count", no_wrap=True, justify="right")
    table.add_column("message", overflow="fold", ratio=3)
    for group in groups[:SHOWN]:
        severity = group.rule.severity
        short = group.rule.id.partition("/")[2]
        table.add_row(
            channel,
            Text(severity.value, style=_COLOURS[severity]),
            short,
            _how_many(group),
            "\n".join([*_sentences(group), *_places(group)]),
        )
    console.print(table)
    if len(groups) > SHOWN:
        console.print(f"… and {count(len(groups) - SHOWN, 'more rule')}", style="dim")
    console.print()


def _how_many(group: Group) -> str:
    """How many records or products; nothing where it is about the catalog as a whole."""
    if group.channel != "catalog":
        return count(group.count, "product")
    return count(group.count, "record") if any(one.record is not None for one in group.examples) else ""


def _sentences(group: Group) -> list[str]:
    """What is wrong with the first one; with each, where they are about the catalog as a whole."""
    examples = group.examples if not _places(group) else group.examples[:1]
    return list(dict.fromkeys(_sentence(group, one) for one in examples)) or [_sentence(group, None)]


def _sentence(group: Group, example: Finding | None) -> str:
    message = example.message if example else group.rule.message
    if example and example.value and example.value not in message:
        return f"{shown(example.value, 50)}: {shown(message, 160)}"
    return shown(message, 160)


def _places(group: Group) -> list[str]:
    places = [place for place in map(_place, group.examples[:3]) if place]
    return [", ".join(places)] if places else []


def _place(example: Finding) -> str:
    record = f"record {example.record}" if example.record is not None else ""
    if example.file:
        record = f"{shown(example.file, 40)} {record}"
    if example.sku is None:
        return record
    sku = shown(example.sku, 40)
    return f"{sku} ({record})" if record else sku


def _summary(result: Result) -> Iterator[str]:
    catalog = result.catalog
    figures = [count(catalog.records, "record"), count(catalog.products, "product")]
    figures += [f"{catalog.rejected:,} that cannot be used"] if catalog.rejected else []
    figures += (
        [f"{catalog.left_out:,} that {'is' if catalog.left_out == 1 else 'are'} no product"] if catalog.left_out else []
    )
    figures += [f"{catalog.folded:,} that go into others"] if catalog.folded else []
    read_as = f" ({catalog.preset})" if catalog.preset else ""
    yield f"{catalog.source}{read_as}: {', '.join(figures)}."
    for one in result.channels:
        parts = [f"{one.items:,} ready", f"{one.excluded:,} left out"]
        if one.filtered:
            parts.append(f"{one.filtered:,} filtered")
        yield f"{one.name} ({one.title}): {', '.join(parts)}."
        for feed in one.feed:
            yield f"  {feed.path} ({count(feed.items, 'item')}, {size(feed.bytes)})"
        if result.built and not one.feed:
            why = "there are items with errors" if one.items else "no item is ready"
            yield f"  no feed was written: {why}; a feed already there was left as it was"
    if result.out:
        yield f"Report: {result.out / 'report.json'} · every finding: {result.out / 'findings.parquet'}"
    order = (Severity.ERROR, Severity.WARNING)
    first = next((group for one in order for group in result.findings if group.rule.severity is one), None)
    if first:
        yield f"Why: pimsync explain {first.rule.id}"


def size(number: int) -> str:
    """Bytes as people say them: `1.2 MB`."""
    amount = float(number)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:,.0f} {unit}" if unit == "bytes" or amount >= 100 else f"{amount:,.1f} {unit}"
        amount /= 1000
    raise AssertionError
