"""report.json, version 1: fields are only ever added. docs/report.md describes it."""

from __future__ import annotations

import json
from typing import Any

from pimsync.findings import Finding
from pimsync.report.console import write
from pimsync.result import ChannelSummary, Group, Result

VERSION = 1


def document(result: Result) -> dict[str, Any]:
    """A result as plain data."""
    catalog = result.catalog
    return {
        "version": VERSION,
        "catalog": {
            "source": catalog.source,
            "records": catalog.records,
            "products": catalog.products,
            "rejected": catalog.rejected,
            "left_out": catalog.left_out,
            "folded": catalog.folded,
            "preset": catalog.preset,
        },
        "channels": [_channel(one, result) for one in result.channels],
        "findings": [_finding(group) for group in result.findings],
        "fixes": [_fix(group) for group in result.fixes],
    }


def text(result: Result) -> str:
    """A result as the text of report.json."""
    return json.dumps(document(result), ensure_ascii=False, indent=2) + "\n"


def show(result: Result) -> None:
    """Print the report, and nothing else."""
    write(text(result))


def _channel(one: ChannelSummary, result: Result) -> dict[str, Any]:
    return {
        "channel": one.name,
        "type": one.type,
        "items": one.items,
        "excluded": one.excluded,
        "filtered": one.filtered,
        "feed": [
            {
                "path": str(feed.path.relative_to(result.out) if result.out else feed.path),
                "bytes": feed.bytes,
                "sha256": feed.sha256,
                "items": feed.items,
            }
            for feed in one.feed
        ],
    }


def _finding(group: Group) -> dict[str, Any]:
    rule = group.rule
    return {
        "rule": rule.id,
        "severity": rule.severity.value,
        "channel": group.channel,
        "attribute": rule.attribute,
        "count": group.count,
        "message": _message(group),
        "help": rule.help,
        "source": rule.source,
        "examples": [_example(one) for one in group.examples],
    }


def _example(one: Finding) -> dict[str, Any]:
    """A finding; the file is said where the catalog has several."""
    file = {"file": one.file} if one.file else {}
    return {"sku": one.sku, "record": one.record, "value": one.value, **file}


def _fix(group: Group) -> dict[str, Any]:
    rule = group.rule
    return {
        "rule": rule.id,
        "channel": group.channel,
        "attribute": rule.attribute,
        "count": group.count,
        "message": rule.message,
    }


def _message(group: Group) -> str:
    return group.examples[0].message if group.examples else group.rule.message
