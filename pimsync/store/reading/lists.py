"""Lists: a JSON array, or items with something between them."""

from __future__ import annotations

from pimsync.engine import ident, text
from pimsync.store.reading.reading import Manner, Reading, part, pattern
from pimsync.store.reading.texts import cleansed, trimmed, unprintable


def list_(name: str, manner: Manner) -> Reading:
    """Items between `|` or line breaks, unless the catalog names its own separator."""
    return _read(name, manner, f"regexp_split_to_array({ident(name)}, '[|\\r\\n]+')")


def links(name: str, manner: Manner) -> Reading:
    """Web addresses: also between blanks, commas or semicolons, where another address follows."""
    raw = ident(name)
    apart = rf"regexp_replace({raw}, '[\s,;|]+(https?://)', '|\1', 'g')"
    several = f"regexp_split_to_array({apart}, '[|\\r\\n]+')"
    one = f"suffix({raw}, ',') or contains({raw}, '|') or contains({raw}, chr(10)) or contains(substr({raw}, 2), '://')"
    return _read(name, manner, f"case when {one} then {several} else [{raw}] end", _PLAIN_LINKS)


#: Addresses with nothing but `|` between them: the way that is read fastest.
_PLAIN_LINKS = r"[^\s,;|\[\x{A0}]+([|][^\s,;|\x{A0}]+)*"


def _read(name: str, manner: Manner, undeclared: str, plain: str | None = None) -> Reading:
    raw, document = ident(name), part(name, "json")
    first = {
        document: f"case when prefix({raw}, '[') and suffix({raw}, ']') and json_valid({raw}) then {raw}::json end"
    }
    split = f"string_split({raw}, {text(manner.list_separator)})" if manner.list_separator else undeclared
    items = f"case when {document} is not null then {_scalars(document)} else {split} end"
    tidy = trimmed("_item")
    whole = f"list_filter(list_transform({items}, lambda _item: {tidy}), lambda _item: _item is not null)"
    if plain and not manner.list_separator:
        whole = f"case when regexp_full_match({raw}, {pattern(plain)}) then string_split({raw}, '|') else {whole} end"
    value = f"case when {raw} is not null and len({part(name, 'items')}) > 0 then {part(name, 'items')} end"
    return Reading(value, (first, {part(name, "items"): whole}), fixes=_repaired(document))


def _scalars(document: str) -> str:
    """The texts and numbers of a JSON array; null where it holds anything else."""
    nested = f"len(list_filter(json_type({document}, '$[*]'), lambda _type: _type in ('OBJECT', 'ARRAY'))) > 0"
    texts = f"list_transform(json_extract_string({document}, '$[*]'), lambda _item: {cleansed('_item')})"
    return f"case when not ({nested}) then {texts} end"


def _repaired(document: str) -> dict[str, str]:
    """What an escape brought into a JSON array."""
    dirty = f"len(list_filter(json_extract_string({document}, '$[*]'), lambda _item: {unprintable('_item')})) > 0"
    return {"control_characters": f"{document} is not null and {dirty}"}
