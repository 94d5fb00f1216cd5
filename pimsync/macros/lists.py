"""Lists."""

from __future__ import annotations

from pimsync.macros.macro import Macro

MACROS = (
    Macro(
        "keep",
        "Keep the first n of a list.",
        "(items, n) as case when len(items) > n then items[1:n] else items end",
        examples={"keep(['a', 'b', 'c'], 2)": "[a, b]", "keep(['a'], 2)": "[a]"},
        whole_list=True,
    ),
    Macro(
        "distinct_items",
        "Drop what stands in a list a second time; the order stays.",
        """(items) as case when len(items) > len(list_distinct(items))
             then list_filter(items, lambda x, i: list_position(items, x) = i) else items end""",
        examples={"distinct_items(['a', 'b', 'a'])": "[a, b]"},
        whole_list=True,
    ),
    Macro(
        "one",
        "A list of the one value, or nothing where there is none.",
        "(value) as case when value is not null then [value] end",
        examples={"one('a')": "[a]", "one(null)": None},
        whole_list=True,
    ),
)
