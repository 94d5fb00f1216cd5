"""JSON: an array of products, an object that holds one, or one product a line."""

from __future__ import annotations

from pimsync.engine import Engine, ident, text
from pimsync.errors import CatalogError
from pimsync.project import Input
from pimsync.store.sources.dialect import RESAVE, named
from pimsync.store.sources.objects import Unpacked, of_array, of_lines
from pimsync.store.sources.source import RECORD, File, Reject, Source, SourceColumn
from pimsync.store.sources.survey import Survey, survey
from pimsync.store.sources.variants import steps

#: What the engine takes for one record unless it is told otherwise.
_OBJECT = 16 * 1024 * 1024

_NUMBERS = "('DOUBLE', 'UBIGINT', 'BIGINT', 'HUGEINT', 'UHUGEINT', 'DECIMAL')"


def json(file: File, catalog: Input) -> Source:
    """Read a JSON document; one that is in truth one object a line is read as that."""
    with file.path.open("rb") as opened:
        head = opened.read(1 << 16).removeprefix(b"\xef\xbb\xbf").lstrip()
    _is_json(head, file.name)
    items, variants = steps(catalog.items or ""), steps(catalog.variants or "")
    if not items and not head.startswith(b"[") and _one_a_line(head):
        return jsonl(file, catalog)
    seen = survey(file.path, escapes=True)
    whole = None
    if head.startswith(b"[") and not items and not variants and _ends_with(file, b"]"):
        whole = _read(file, "array", seen)
    return whole or _unpacked(file, of_array(file, items, variants), seen, numbered=bool(variants))


def jsonl(file: File, catalog: Input) -> Source:
    """Read one JSON object a line.

    Raises:
        CatalogError: it is no such file.
    """
    if catalog.items:
        raise CatalogError("each line is a product: `items` says nothing of such a file", where=file.name)
    with file.path.open("rb") as opened:
        _is_json(opened.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip(), file.name)
    seen = survey(file.path, escapes=True)
    variants = steps(catalog.variants or "")
    whole = None if variants else _read(file, "newline_delimited", seen)
    return whole or _unpacked(file, of_lines(file, variants), seen, numbered=bool(variants))


def _ends_with(file: File, end: bytes) -> bool:
    """Whether a file's last byte, blanks left out, is this one: the engine takes an array that breaks off for a whole one."""
    with file.path.open("rb") as opened:
        opened.seek(max(0, file.path.stat().st_size - (1 << 16)))
        return opened.read().rstrip().endswith(end)


def _is_json(head: bytes, name: str) -> None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise CatalogError("this is UTF-16 text", where=f"{name}, byte 1", hint=RESAVE)
    if not head.startswith((b"{", b"[")):
        raise CatalogError("this is no JSON: it starts with neither { nor [", where=name)


def _one_a_line(head: bytes) -> bool:
    """Whether the first line is a whole object and another one starts on the next."""
    import json as standard

    first, _, rest = head.partition(b"\n")
    if not rest.lstrip().startswith(b"{"):
        return False
    try:
        return isinstance(standard.loads(first), dict)
    except ValueError:
        return False


def _read(file: File, layout: str, seen: Survey) -> Source | None:
    """The file as it stands, if the engine can read every record of it; None where it cannot."""
    import duckdb

    objects = f"read_json_objects({text(str(file.path))}, format = '{layout}', maximum_object_size = {_OBJECT})"
    try:
        keys, records, others = _keys(objects, file)
    except (duckdb.Error, UnicodeDecodeError):
        return None
    if others or not records or {"node"} <= {*keys} <= {"node", "cursor"}:
        return None
    if layout == "newline_delimited" and records != seen.lines:
        return None
    return _source(objects, keys, seen, [], {}, numbered=False)


def _unpacked(file: File, unpacked: Unpacked, seen: Survey, *, numbered: bool) -> Source:
    """The file's records, taken out one by one and put down one a line."""
    import duckdb

    size = max(_OBJECT, 2 * unpacked.longest)
    objects = (
        f"read_json_objects({text(str(unpacked.path))}, format = 'newline_delimited', maximum_object_size = {size})"
    )
    fixes = {"catalog/record/surrogates": unpacked.surrogates} if unpacked.surrogates else {}
    if not unpacked.records:
        first = f"{file.name}, record {unpacked.rejects[0].record}" if unpacked.rejects else file.name
        raise CatalogError("the catalog holds no product", where=first)
    try:
        keys, _, _ = _keys(objects, file)
    except duckdb.Error:
        raise CatalogError("this cannot be read as JSON", where=file.name) from None
    return _source(objects, keys, seen, unpacked.rejects, fixes, numbered=numbered)


def _keys(objects: str, file: File) -> tuple[list[str], int, int]:
    """The names that the records use, in the order of the first record; how many records there are, and how many are no objects."""
    with Engine(folders=[file.work], files=[file.path], temporary=file.work / "spill") as engine:
        shapes = f"select case when json_type(json) = 'OBJECT' then json_keys(json) end as keys, count(*) as n from {objects} group by 1"
        engine.run(f"create temp table shapes as {shapes}")
        ((records, others),) = engine.rows("select sum(n), coalesce(sum(n) filter (keys is null), 0) from shapes")
        head = engine.rows(f"select json_keys(json) from {objects} limit 1")
        known = [
            key for (key,) in engine.rows("select distinct unnest(keys) as key from shapes order by key limit 10000")
        ]
    first = dict.fromkeys((head[0][0] or []) if head else [])
    return [*first, *(key for key in known if key not in first)], int(records or 0), int(others)


def _source(
    objects: str, keys: list[str], seen: Survey, rejects: list[Reject], fixes: dict[str, int], *, numbered: bool
) -> Source:
    keys = [key for key in keys if not numbered or key != RECORD]
    pointers = ", ".join(text("/" + key.replace("~", "~0").replace("/", "~1")) for key in keys)
    names, notices = named(tuple(keys), len(keys))
    columns = ", ".join(f'"?texts"[{n}] as {ident(name)}' for n, name in enumerate(names, 1))
    lists = f'json_extract_string(json, [{pointers}]) as "?texts", json_type(json, [{pointers}]) as "?types"'
    if numbered:
        lists += f", cast(json_extract_string(json, {text('/' + RECORD)}) as bigint) as {ident(RECORD)}"
        columns += f", {ident(RECORD)}"
    relation = f'select {columns}, "?types" from (select {lists} from {objects})'
    exact = [SourceColumn(name, f'"?types"[{n}] in {_NUMBERS}') for n, name in enumerate(names, 1)]

    def finish(engine: Engine, rows: int) -> list[Reject] | None:
        return rejects

    extras = (RECORD,) if numbered else ()
    return Source(relation, tuple(exact), seen, finish, notices=notices, fixes=fixes, extras=extras)
