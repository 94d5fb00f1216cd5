"""Parameters on links."""

from __future__ import annotations

from pimsync.macros.macro import Macro


def _with(removed: str, added: str) -> str:
    """The SQL of a link without the parameters that a condition finds, and with others; the fragment stays last."""
    base, query, fragment = (
        "regexp_extract(link, '^[^?#]*')",
        r"regexp_extract(link, '^[^?#]*\?([^#]*)', 1)",
        "regexp_extract(link, '#.*$')",
    )
    left = f"array_to_string(list_filter(string_split({query}, '&'), lambda one: one <> '' and not {removed}), '&')"
    return f"concat({base}, '?', concat_ws('&', nullif({left}, ''), {added}), {fragment})"


_UTM = ("source", "medium", "campaign", "content", "term")

MACROS = (
    Macro(
        "with_parameter",
        "A link with a parameter, in place of the one of that name where there is one.",
        f"""(link, name, value) as case
             when link is not null and name is not null and value is not null
             then {_with("(one = name or starts_with(one, name || '='))", "name || '=' || url_encode(value)")} else link end""",
        examples={
            "with_parameter('https://shop.example/p?id=1#top', 'ref', 'feed & co')": (
                "https://shop.example/p?id=1&ref=feed%20%26%20co#top"
            ),
            "with_parameter('https://shop.example/p?ref=a&id=1', 'ref', 'b')": "https://shop.example/p?id=1&ref=b",
        },
    ),
    Macro(
        "utm",
        "A link with the parameters that web analytics count by; those it has already go.",
        f"""(link, source, medium, campaign := null, content := null, term := null) as case when link is not null then
             {_with("starts_with(one, 'utm_')", ", ".join(f"'utm_{name}=' || url_encode({name})" for name in _UTM))} end""",
        examples={
            "utm('https://shop.example/p?id=1&utm_source=old#top', 'google', 'cpc', 'Spring & Co')": (
                "https://shop.example/p?id=1&utm_source=google&utm_medium=cpc&utm_campaign=Spring%20%26%20Co#top"
            ),
            "utm('https://shop.example/p', 'meta', 'social')": (
                "https://shop.example/p?utm_source=meta&utm_medium=social"
            ),
        },
    ),
)
