"""Groups: details and shipping, several values that belong together."""

from __future__ import annotations

from pimsync.engine import ident
from pimsync.store.product import TYPES
from pimsync.store.reading.currencies import is_code
from pimsync.store.reading.reading import Manner, Reading, part, pattern
from pimsync.store.reading.texts import cleansed, trimmed


def details(name: str, manner: Manner) -> Reading:
    """A JSON array of {section, name, value}; Google's names for the three are known too."""
    line = _struct(
        section=_member("section", "section_name"),
        name=_member("name", "attribute_name"),
        value=_member("value", "attribute_value"),
    )
    value = f"case when {_every(name, 'l.name is not null and l.value is not null')} then {part(name, 'lines')} end"
    return Reading(f"cast({value} as {TYPES['details']})", (_document(name), {part(name, "lines"): _lines(name, line)}))


def shipping(name: str, manner: Manner) -> Reading:
    """A JSON array of {country, region, service, price, currency}, or Google's `US:CA:Ground:9.99 USD`, several with commas."""
    line = _struct(
        country=f"upper({_member('country')})",
        region=_member("region"),
        service=_member("service"),
        price=f"try_cast(replace(regexp_extract({_price('value')}, {pattern(_AMOUNT)}, 1), ',', '.') as decimal(18, 4))",
        currency=f"upper(coalesce({_member('currency', 'price.currency')}, nullif({_code('value')}, '')))",
    )
    good = f"regexp_full_match(l.country, '[A-Z]{{2}}') and l.price >= 0 and coalesce({is_code('l.currency')}, true)"
    lines = f"case when {part(name, 'json')} is not null then {_lines(name, line)} else {_written(name)} end"
    value = f"case when {_every(name, good)} then {part(name, 'lines')} end"
    return Reading(f"cast({value} as {TYPES['shipping']})", (_document(name), {part(name, "lines"): lines}))


#: An amount without thousands, and perhaps a currency.
_AMOUNT = r"^([0-9]{1,14}(?:[.,][0-9]{1,4})?)(?: ?([A-Za-z]{3}))?$"

#: One line of Google's own way of writing shipping.
_LINE = (
    r"\s*[,;|]?\s*([A-Za-z]{2}):([^:,]*):([^:,]*): ?([0-9]{1,14}(?:[.,][0-9]{1,2})?)(?: ?([A-Za-z]{3}))?\s*(?:$|[,;|])"
)


def _written(name: str) -> str:
    """Google's text as lines; null where anything of it is left over."""
    raw = ident(name)
    members = [
        f"list_transform(regexp_extract_all({raw}, {pattern(_LINE)}, {n}), lambda x: nullif(trim(x), ''))"
        for n in range(1, 6)
    ]
    fields = (
        "country: upper(t[1]), region: t[2], service: t[3], price: try_cast(replace(t[4], ',', '.') as decimal(18, 4))"
    )
    zipped = f"list_transform(list_zip({', '.join(members)}), lambda t: {{{fields}, currency: upper(t[5])}})"
    return f"case when trim(regexp_replace({raw}, {pattern(_LINE)}, '', 'g')) = '' then {zipped} end"


def _document(name: str) -> dict[str, str]:
    raw = ident(name)
    object_ = f"when prefix({raw}, '{{') and json_valid({raw}) then ('[' || {raw} || ']')::json"
    return {part(name, "json"): f"case when prefix({raw}, '[') and json_valid({raw}) then {raw}::json {object_} end"}


def _lines(name: str, line: str) -> str:
    return f"list_transform(json_extract({part(name, 'json')}, '$[*]'), lambda x: {line})"


def _every(name: str, good: str) -> str:
    lines = part(name, "lines")
    return f"len({lines}) > 0 and len(list_filter({lines}, lambda l: {good})) = len({lines})"


def _struct(**members: str) -> str:
    return "{" + ", ".join(f"{name}: {sql}" for name, sql in members.items()) + "}"


def _code(value: str) -> str:
    return f"regexp_extract({_price(value)}, {pattern(_AMOUNT)}, 2)"


def _member(*names: str) -> str:
    """A member of the JSON object at hand, under the first of the names that it has."""
    found = ", ".join(f"x->>'$.{name}'" for name in names)
    text = f"coalesce({found})" if len(names) > 1 else found
    return f"list_transform([{cleansed(text)}], lambda _member: {trimmed('_member')})[1]"


def _price(member: str) -> str:
    """A price as a number or text, or the value of {value, currency}."""
    return f"coalesce(x->>'$.price.{member}', x->>'$.price')"
