"""Is every record of a catalog accounted for, and does every feed read back by parsers that are not ours?"""

from __future__ import annotations

import csv
import io

from lxml import etree

from pimsync.format import channel as channels

csv.field_size_limit(100_000_000)


def rows(path, type_, folder=None):
    """The header of a delimited feed and its rows, as any CSV reader sees them."""
    feed = channels.find(type_, folder).definition.feed
    content = path.read_bytes()
    encoded = content.decode("utf-8-sig" if feed.delimited.bom else "utf-8")
    for line in feed.delimited.before:
        assert encoded.partition(feed.delimited.newline)[0].startswith(line.partition("{")[0])
        encoded = encoded.partition(feed.delimited.newline)[2]
    read = csv.reader(io.StringIO(encoded, newline=""), delimiter=feed.delimited.delimiter, strict=True)
    header, *found = read
    assert {len(row) for row in found} <= {len(header)}
    return header, found


def elements(path):
    """The items of an RSS feed, as any XML parser sees them."""
    return etree.parse(path, etree.XMLParser(huge_tree=True, resolve_entities=False)).findall(".//item")


def items(path, type_, folder=None):
    """The items of a feed file, in its order, each by its key."""
    definition = channels.find(type_, folder)
    if path.suffix == ".xml":
        name = f"{{{definition.definition.feed.xml.namespaces['g']}}}{definition.identity}"
        return [one.findtext(name) for one in elements(path)]
    header, found = rows(path, type_, folder)
    at = [one.lstrip("*").partition("(SiteID")[0] for one in header].index(definition.identity)
    return [row[at] for row in found]


def products(findings):
    """The products that findings are about: a record may hold several."""
    return set(findings[findings.record.notna()][["record", "sku"]].fillna("").itertuples(index=False, name=None))


def accounted(result, folder=None):
    """Every record is a product or was rejected for an error; every product is in the feed, or said to be left out."""
    catalog, findings = result.catalog, result.frame()
    errors = findings[findings.severity == "error"]
    variants = max(0, catalog.products + catalog.rejected + catalog.left_out + catalog.folded - catalog.records)
    assert catalog.records == catalog.products + catalog.rejected + catalog.left_out + catalog.folded - variants
    assert not variants or catalog.products > variants
    refused = products(errors[errors.channel == "catalog"].dropna(subset=["record"]))
    assert len(refused) == catalog.rejected
    for channel in result.channels:
        assert channel.items + channel.excluded + channel.filtered == catalog.products
        left_out = products(errors[errors.channel == channel.name])
        assert len(left_out) == channel.excluded
        assert not left_out & refused
        assert sum(file.items for file in channel.feed) == channel.items
        for file in channel.feed:
            assert len(items(file.path, channel.type, folder)) == file.items
            assert file.path.stat().st_size == file.bytes
    assert findings.record.dropna().between(1, catalog.records).all()
    assert {*findings[findings.record.isna()].severity} <= {"warning", "info", "fix"}
