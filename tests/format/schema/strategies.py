"""Shapes, instances of them, and schemas that speak of them."""

from __future__ import annotations

from hypothesis import strategies as st

from pimsync.format.schema.formats import FORMATS
from pimsync.format.schema.shape import Group, ListOf, Scalar

NAMES = ("a", "b", "kind", "size mm", 'q"uote')

FORMED = (
    *(
        "2027-02-24",
        "2026-02-30",
        "2027-02-24T11:07+0100",
        "2027-02-24T11:07:00Z",
        "2027-02-24/2027-03-01",
        "0000-01-01",
    ),
    *(
        "4006381333931",
        "4006381333932",
        "12.50 EUR",
        "12,50 EUR",
        "12 ZZZ",
        "EUR",
        "DE",
        "NO",
        "de",
        "https://a.example/p",
    ),
    *("a://b c", "", "ab\n", "\n", "٣", "é", "👍", "A-1", "a b", "ſ", "\u00a0", "\u2028"),
)
PATTERNS = (
    *(
        "^a",
        "b$",
        "^[a-z]*$",
        r"^\d+$",
        r"\w",
        r"\s",
        r"^\S*$",
        "^.$",
        "a|b",
        "^(ab){1,2}$",
        r"[^\d\s]",
        "^[^a]?$",
        "é",
        "^$",
    ),
    *(r"^\u0061", r"\.", "[-a]", r"^(?!a)", r"(a)\1", r"\p{Lu}"),
)

TEXTS = st.one_of(st.text("abA1 -.é👍\n٣", max_size=6), st.sampled_from(FORMED))
WHOLES = st.one_of(st.integers(-5, 5), st.integers(-(2**63), 2**63 - 1))
POINTS = st.one_of(
    st.integers(-5, 5).map(float),
    st.floats(-1e9, 1e9).map(lambda number: round(number, 2)),
    st.floats(-1e12, 1e12),
)
VALUES = {"string": TEXTS, "integer": WHOLES, "number": POINTS, "boolean": st.booleans()}
LIMITS = st.one_of(st.integers(-6, 6), POINTS, st.sampled_from((2**53 + 1, 2**63, -(2**64), 10**400, 0.5)))
STEPS = st.sampled_from((1, 2, 3, 7.0, 0.5, 0.01, 0.1, 2.5, 0.05, 1e-3, 100, 1e-20))

SCALARS = st.sampled_from(tuple(Scalar(kind) for kind in VALUES))


def groups(of):
    fields = st.lists(st.tuples(st.sampled_from(NAMES), of), min_size=1, max_size=3, unique_by=lambda pair: pair[0])
    return fields.map(lambda pairs: Group(dict(pairs)))


SHAPES = st.recursive(SCALARS, lambda inner: inner.map(ListOf) | groups(inner), max_leaves=4)


def instances(shape):
    match shape:
        case Scalar(kind):
            return VALUES[kind]
        case ListOf(of):
            return st.lists(instances(of), max_size=4)
        case Group(fields):
            return st.fixed_dictionaries({}, optional={name: instances(of) for name, of in fields.items()})


def keywords(shape, part):
    """Each keyword's argument for a shape; `part` makes a schema for a shape inside it."""
    same, value = part(shape), instances(shape)
    few = st.integers(0, 4)
    types = st.sampled_from(("string", "integer", "number", "boolean", "array", "object", "null"))
    known = {
        "type": types | st.lists(types, min_size=1, max_size=3, unique=True),
        "enum": st.lists(value | st.sampled_from((1, 1.0, True, "a", [], {})), min_size=1, max_size=4),
        "const": value | st.sampled_from((0, False, "", None)),
        "allOf": st.lists(same, min_size=1, max_size=2),
        "anyOf": st.lists(same, min_size=1, max_size=3),
        "oneOf": st.lists(same, min_size=1, max_size=3),
        "not": same,
        "if": same,
        "then": same,
        "else": same,
        "minLength": few,
        "maxLength": few,
        "pattern": st.sampled_from(PATTERNS),
        "format": st.sampled_from((*FORMATS, "email")),
        "minimum": LIMITS,
        "maximum": LIMITS,
        "exclusiveMinimum": LIMITS,
        "exclusiveMaximum": LIMITS,
        "multipleOf": STEPS,
    }
    if isinstance(shape, ListOf):
        known |= dict.fromkeys(("minItems", "maxItems", "minContains", "maxContains"), few)
        known |= {"uniqueItems": st.booleans(), "contains": part(shape.of), "items": part(shape.of)}
        known |= {"prefixItems": st.lists(part(shape.of), min_size=1, max_size=2)}
    if isinstance(shape, Group):
        names = st.sampled_from((*shape.fields, "absent"))
        fields = st.fixed_dictionaries({}, optional={name: part(of) for name, of in shape.fields.items()})
        anything = st.one_of(st.booleans(), *(part(of) for of in shape.fields.values()))
        known |= dict.fromkeys(("minProperties", "maxProperties"), few)
        known |= {
            "required": st.lists(names, max_size=2, unique=True),
            "properties": fields,
            "patternProperties": st.dictionaries(st.sampled_from(("^a", "b", r"\s", "^(?!a)")), anything, max_size=2),
            "additionalProperties": anything,
            "propertyNames": st.sampled_from((True, {"maxLength": 1}, {"pattern": "^[a-z]$"}, {"enum": ["a", "kind"]})),
            "dependentRequired": st.dictionaries(names, st.lists(names, max_size=2, unique=True), max_size=2),
            "dependentSchemas": st.dictionaries(names, same, max_size=2),
            "unevaluatedProperties": st.booleans(),
        }
    return known


def schemas(shape, depth=2, only=None):
    """Schemas of a few keywords that mean something for a shape, or of the one keyword and its neighbours."""
    known = keywords(shape, lambda of: schemas(of, depth - 1)) if depth else leaves(shape)
    if only:
        needed, near = NEEDED.get(only, ()), NEIGHBOURS.get(only, ())
        must = {name: known[name] for name in (only, *needed)}
        return st.fixed_dictionaries(must, optional={name: known[name] for name in near if name in known})
    some = st.lists(st.sampled_from(relevant(shape, known)), min_size=1, max_size=3, unique=True)
    chosen = some.flatmap(lambda names: st.fixed_dictionaries({name: known[name] for name in names}))
    return chosen if depth else st.one_of(chosen, chosen, st.booleans())


def leaves(shape):
    return {name: one for name, one in keywords(shape, lambda of: st.booleans()).items() if name not in FRAMES}


def relevant(shape, known):
    """Keywords that say something about a shape, more often than those that do not."""
    useless = set() if shape == Scalar("string") else {"minLength", "maxLength", "pattern", "format"}
    if shape not in (Scalar("integer"), Scalar("number")):
        useless |= {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    return [name for name in known if name not in useless]


FRAMES = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")
NEEDED = {
    "prefixItems": ("items",),
    "if": ("then",),
    "then": ("if",),
    "else": ("if",),
    "minContains": ("contains",),
    "maxContains": ("contains",),
}
NEIGHBOURS = {
    "if": ("else",),
    "contains": ("minContains", "maxContains"),
    "maxContains": ("minContains",),
    "items": ("prefixItems",),
    "additionalProperties": ("properties", "patternProperties"),
}
