"""A first look at an XML file: whether it is safe to read, and which of its elements are the products."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pimsync.errors import CatalogError
from pimsync.store.sources.source import File
from pimsync.store.sources.xml_bytes import broken, chunks

#: What an element is called that is a product, the likeliest first; whatever its case.
PRODUCTS = (
    "item", "entry", "offer", "product", "shopitem", "o", "produkt", "artikel", "article", "articulo", "artículo",
    "prodotto", "produit", "producto", "produto", "towar", "good", "row", "record",
)  # fmt: skip

#: How far into a file the products must begin.
_FAR = 32 * 1024 * 1024

#: How deep elements may be nested.
DEEP = 200

Steps = tuple[str, ...]


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


GOOGLE = "http://base.google.com/ns/1.0"

#: The namespace of attributes that speak to XML tools.
TOOLS = "http://www.w3.org/2001/XMLSchema-instance"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the products are, from the root on, and what of the file is no matter of theirs."""

    products: Steps
    doctype: int = -1  # where the document type declaration ends, if there is one
    root: int = 0  # where the root's name ends
    prefixes: tuple[str, ...] = ()  # those that the root does not declare

    def ready(self, chunk: bytes) -> bytes:
        """A file's beginning without its document type declaration, line by line, and with all prefixes declared.

        Nothing is fetched that a declaration names, and a parser that knows of it lets pass what might be declared there.
        """
        if not self.prefixes or self.root > len(chunk):
            return self.plain(chunk)
        known = {"g": GOOGLE, "xsi": TOOLS}
        said = "".join(f' xmlns:{one}="{known.get(one, f"urn:{one}")}"' for one in self.prefixes).encode()
        return self.plain(chunk[: self.root]) + said + chunk[self.root :]

    def plain(self, chunk: bytes) -> bytes:
        """A file's beginning without its document type declaration."""
        begin = chunk.rfind(b"<!DOCTYPE", 0, max(0, self.doctype))
        if begin < 0:
            return chunk
        blank = re.sub(rb"[^\n]", b" ", chunk[begin : self.doctype + 1])
        return chunk[:begin] + blank + chunk[self.doctype + 1 :]


def looked_at(file: File, path: Path, wanted: Steps | None) -> Layout:
    """Find the products: where they are said to be, or by their look.

    Raises:
        CatalogError: there are none, or the file declares entities, or it is no XML.
    """
    from xml.parsers import expat

    look = _Look(file, wanted)
    seen = 0
    for chunk in chunks(path, 1 << 18):
        try:
            look.parser.Parse(chunk, False)
        except expat.ExpatError as error:
            if not look.chosen():
                raise broken(error, look.parser, file, path) from None
            break
        seen += len(chunk)
        if look.settled() or seen > _FAR:
            break
    chosen = look.chosen()
    if chosen:
        undeclared = sorted(look.prefixes - look.declared - {"xml", "xmlns"})
        return Layout(chosen, look.doctype, look.root, tuple(undeclared))
    if wanted is None:
        raise CatalogError("there is no element in it that looks like a product", where=file.name, hint=_HINT)
    raise CatalogError(f"there is no element at {'/'.join(wanted)}", where=file.name, hint=look.places())


_HINT = 'say where the products are: items = "shop/offers/offer" under [catalog] in pimsync.toml'


class _Look:
    def __init__(self, file: File, wanted: Steps | None) -> None:
        from xml.parsers import expat

        self.file = file
        self.wanted = wanted
        self.path: list[str] = []
        self.found: dict[Steps, int] = Counter()  # how often there is an element at a path
        self.within: dict[Steps, set[str]] = defaultdict(set)  # what is in it
        self.siblings: dict[Steps, int] = Counter()  # the most of one name in one parent
        self._here: list[Counter[str]] = [Counter()]
        self.ended: set[Steps] = set()
        self.parser: Any = expat.ParserCreate("utf-8")
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EndDoctypeDeclHandler = self._doctype_ends
        self.doctype = self.root = -1
        self.prefixes: set[str] = set()
        self.declared: set[str] = set()  # by the root

    def _start(self, name: str, attributes: list[str]) -> None:
        if self.root < 0:
            self.root = self.parser.CurrentByteIndex + 1 + len(name.encode())
            self.declared = {one[6:] for one in attributes[::2] if one.startswith("xmlns:")}
        self.prefixes.update(one.partition(":")[0] for one in (name, *attributes[::2]) if ":" in one)
        name = local(name)
        if not self.path and name.lower() == "html":
            raise CatalogError("this is a web page, and no catalog", where=self.file.name)
        if len(self.path) == DEEP:
            raise too_deep(self.file)
        above = tuple(self.path)
        self.path.append(name)
        path = (*above, name)
        self.found[path] += 1
        self._here[-1][name] += 1
        self.siblings[path] = max(self.siblings[path], self._here[-1][name])
        self._here.append(Counter())
        self.within[path].update(f"@{one}" for one in attributes[::2] if not one.startswith("xmlns"))
        if above:
            self.within[above].add(name)

    def _end(self, name: str) -> None:
        self.ended.add(tuple(self.path))
        self.path.pop()
        self._here.pop()

    def _refuse(self, name: str, *_: Any) -> None:
        raise CatalogError(
            f"it declares an entity of its own, {name}; pimsync reads no such file, for they can be made to do harm",
            where=f"{self.file.name}, line {self.parser.CurrentLineNumber}",
            hint="take the declaration out, and write what it stands for",
        )

    def _doctype(self, name: str, *_: Any) -> None:
        if name.lower() == "html":
            raise CatalogError("this is a web page, and no catalog", where=self.file.name)

    def _doctype_ends(self) -> None:
        self.doctype = self.parser.CurrentByteIndex

    def settled(self) -> bool:
        """Whether nothing that follows can change the answer for a better one."""
        if self.wanted is not None:
            return bool(self.chosen())
        return bool(self._called_so())

    def chosen(self) -> Steps | None:
        """The path of the products, by what has been seen."""
        if self.wanted is not None:
            return next((found for path in self.found if (found := _matched(path, self.wanted))), None)
        return self._called_so() or self._most()

    def _called_so(self) -> Steps | None:
        """The element whose name says that it is a product: the one nearest to the root."""
        called = [path for path in self.ended if len(path) > 1 and path[-1].lower() in PRODUCTS and self.within[path]]
        return min(called, key=lambda path: (len(path), PRODUCTS.index(path[-1].lower()), path), default=None)

    def _most(self) -> Steps | None:
        """The repeated element with the most in it, and in no other repeated one."""
        many = {path for path, times in self.siblings.items() if times > 1 and len(path) > 1 and self.within[path]}
        outer = [path for path in many if not any(path[:n] in many for n in range(1, len(path)))]
        return max(outer, key=lambda path: (len(self.within[path]), self.found[path]), default=None)

    def places(self) -> str | None:
        """The elements that might have been meant, the fullest first."""
        many = sorted(
            (path for path in self.found if len(path) > 1 and len(self.within[path]) > 1),
            key=lambda p: -len(self.within[p]),
        )
        return f"there is {', '.join('/'.join(path) for path in many[:5])}" if many else None


def _matched(path: Steps, wanted: Steps) -> Steps | None:
    """A path that ends as it is wanted, with `*` where any element will do."""
    above, end = path[: -len(wanted)], path[-len(wanted) :]
    same = len(end) == len(wanted) and all(step in ("*", name) for step, name in zip(wanted, end, strict=True))
    return (*above, *wanted) if same else None


def too_deep(file: File) -> CatalogError:
    """Elements within elements without end."""
    return CatalogError(f"elements are nested more than {DEEP} deep", where=file.name)
