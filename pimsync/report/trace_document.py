"""A trace as plain data: docs/trace.md describes it."""

from __future__ import annotations

import dataclasses
from typing import Any

from pimsync.store.origin import At, FieldOrigin
from pimsync.tracing.follower import AttributeTrace, ChannelTrace, Filter
from pimsync.tracing.item import Verdict
from pimsync.tracing.trace import Trace

#: The version of the JSON; fields are only ever added.
VERSION = 1


def document(trace: Trace) -> dict[str, Any]:
    """A trace as plain data; docs/trace.md describes it."""
    origin = trace.origin
    return {
        "version": VERSION,
        "sku": origin.sku,
        "state": origin.state,
        "catalog": {"source": trace.source, "products": trace.products, "preset": trace.preset},
        "record": _at(origin.at),
        "again": [_at(one) for one in origin.again],
        "near": list(origin.near),
        "texts": [{"record": _at(at), "column": column} for at, column in origin.texts],
        "findings": [
            {
                "rule": one.rule, "severity": one.severity, "attribute": one.attribute, "value": one.value,
                "message": one.message, "help": one.help, "record": _at(one.at),
            }
            for one in origin.findings
        ],
        "fields": {name: _field_document(one) for name, one in origin.fields.items()},
        "channels": [_channel_document(one) for one in trace.channels],
    }  # fmt: skip


def _at(at: At | None) -> dict[str, Any] | None:
    return dataclasses.asdict(at) if at else None


def _field_document(one: FieldOrigin) -> dict[str, Any]:
    said = [
        {
            "sku": told.sku, "record": _at(told.at), "supplement": told.supplement, "texts": dict(told.texts),
            "expression": told.expression, "where": told.where, "raw": told.raw, "value": told.value,
            "stands": _at(told.stands), "repairs": list(told.repairs), "follows": list(told.follows), "counts": told.counts,
        }
        for told in one.told
    ]  # fmt: skip
    return {"value": one.value, "parent": one.parent, "said": said}


def _channel_document(one: ChannelTrace) -> dict[str, Any]:
    return {
        "channel": one.name,
        "type": one.type,
        "state": one.state,
        "filter": _filter_document(one.filter) if one.filter else None,
        "copy": dataclasses.asdict(one.copy) if one.copy else None,
        "attributes": [_attribute_document(attribute) for attribute in one.attributes],
        "rules": [_rule_document(verdict) for verdict in one.rules],
        "unfilled": [dataclasses.asdict(unfilled) for unfilled in one.unfilled],
        "item": one.encoded,
    }


def _filter_document(one: Filter) -> dict[str, Any]:
    reads = [dataclasses.asdict(read) for read in one.reads]
    return {"expression": one.expression, "where": one.where, "reads": reads, "kept": one.kept}


def _attribute_document(one: AttributeTrace) -> dict[str, Any]:
    return {
        "attribute": one.name,
        "expression": one.expression,
        "where": one.where,
        "reads": [dataclasses.asdict(read) for read in one.reads],
        "mapped": one.mapped,
        "fixes": [dataclasses.asdict(step) for step in one.steps],
        "value": one.value,
        "feed": one.feed,
        "rules": [_rule_document(verdict) for verdict in one.rules],
    }


def _rule_document(one: Verdict) -> dict[str, Any]:
    rule = one.rule
    return {
        "rule": rule.id, "severity": rule.severity.value, "passed": one.passed, "value": one.value,
        "message": one.message, "help": rule.help, "source": rule.source,
    }  # fmt: skip
