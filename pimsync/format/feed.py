"""Feed files: written to one side, read back, and only then put in place."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pimsync.errors import FeedError

if TYPE_CHECKING:
    import pyarrow as pa

    from pimsync.format.encode import Encoder


NOT_PLACED = "this is a bug in pimsync; the feed was not put in place, and what was there stays"


@dataclass(frozen=True)
class FeedFile:
    """A feed file that was written, read back and put in place."""

    path: Path
    bytes: int
    sha256: str
    items: int


@dataclass
class _Part:
    """A feed file that is being written, and the reader that reads beside the writing."""

    path: Path
    encoder: Encoder
    items: int = 0
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    meant: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.file = self.path.open("wb")
        self.reader = self.encoder.reader()
        self.write(self.encoder.before())

    def write(self, data: bytes | memoryview) -> None:
        self.file.write(data)
        self.digest.update(data)
        self.size += len(data)
        self.reader.feed(bytes(data))

    def add(self, data: memoryview, keys: list[str]) -> None:
        """Items that follow, and the keys they have to be known by when they are read back."""
        self.write(data)
        self.items += len(keys)
        self.meant += keys
        self.compare()

    def compare(self) -> None:
        """Hold the keys that were read so far against those that were written."""
        self.reader.take_samples()  # a second parser has read them; kept, they would grow with the feed
        read = self.reader.take_keys()
        if read != self.meant[: len(read)]:
            wrong = next((one for one, other in zip(self.meant, read, strict=False) if one != other), None)
            raise FeedError(
                f"item {wrong!r} did not read back as it was written", where=str(self.path), hint=NOT_PLACED
            )
        del self.meant[: len(read)]

    def close(self) -> None:
        """Finish the file, have it on the disk, and see that it reads back as what was written."""
        self.write(self.encoder.after())
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        read = self.reader.close()
        self.compare()
        if read != self.items or self.meant:
            raise FeedError(
                f"{self.items:,} items were written and {read:,} read back", where=str(self.path), hint=NOT_PLACED
            )
        if self.path.stat().st_size != self.size:
            raise FeedError("the disk holds another number of bytes than was written", where=str(self.path))


class FeedWriter:
    """Writes the feed of one channel into a folder, in as many files as the channel's limits ask for.

    Nothing in the folder changes until every file is complete, on the disk and read back; then each is renamed into its
    place. Where anything goes wrong, what was there stays.
    """

    def __init__(self, folder: Path, name: str, encoder: Encoder, max_bytes: int | None, max_items: int | None) -> None:
        self.folder, self.name, self.encoder = folder, name, encoder
        self.max_bytes, self.max_items = max_bytes, max_items
        self._done: list[tuple[_Part, str]] = []
        self._part: _Part | None = None

    def __enter__(self) -> FeedWriter:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for stale in self.folder.glob(f".{self.name}.*.partial"):
                stale.unlink()
        except OSError as error:
            raise _unwritable(error, self.folder) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for part in [*(part for part, _ in self._done), *([self._part] if self._part else [])]:
            part.file.close()
            part.path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _unwritable(error, self.folder) from None

    def write(self, items: pa.LargeStringArray, keys: pa.Array) -> None:
        """Items in order, cut into another file where a limit would be passed."""
        import numpy as np

        if not len(items):
            return
        _, offsets, data = items.buffers()
        ends = np.frombuffer(offsets, dtype=np.int64)[items.offset : items.offset + len(items) + 1]
        view, names, start = memoryview(data), keys.to_pylist(), 0
        while start < len(items):
            part = self._open()
            fitting = self._fitting(part, ends, start)
            if fitting == start and part.items:
                self._finish()
                continue
            stop = max(fitting, start + 1)
            part.add(view[ends[start] : ends[stop]], names[start:stop])
            start = stop

    def place(self) -> list[FeedFile]:
        """Finish, read back, and put the files in place; none where there was no item."""
        if self._part is not None:
            self._finish()
        names = self._names()
        placed = []
        for (part, digest), name in zip(self._done, names, strict=True):
            target = self.folder / name
            part.path.replace(target)
            placed.append(FeedFile(target, part.size, digest, part.items))
        self._done = []
        if placed:
            self._remove_others(set(names))
            _sync(self.folder)
        return placed

    def _open(self) -> _Part:
        if self._part is None:
            self._part = _Part(self.folder / f".{self.name}.{len(self._done) + 1}.partial", self.encoder)
        return self._part

    def _finish(self) -> None:
        assert self._part is not None
        self._part.close()
        self._done.append((self._part, self._part.digest.hexdigest()))
        self._part = None

    def _fitting(self, part: _Part, ends: Any, start: int) -> int:
        """Up to which item the file may grow."""
        stop = len(ends) - 1
        if self.max_items is not None:
            stop = min(stop, start + self.max_items - part.items)
        if self.max_bytes is not None:
            room = self.max_bytes - part.size - len(self.encoder.after())
            stop = min(stop, int(ends.searchsorted(ends[start] + room, side="right")) - 1)
        return max(stop, start)

    def _names(self) -> list[str]:
        if len(self._done) == 1:
            return [self.name]
        stem, _, ending = self.name.partition(".")
        return [f"{stem}-{number}.{ending}" for number in range(1, len(self._done) + 1)]

    def _remove_others(self, names: set[str]) -> None:
        """Take away what an earlier build left when the feed had another number of files."""
        stem, _, ending = self.name.partition(".")
        mine = re.compile(rf"{re.escape(stem)}(-\d+)?\.{re.escape(ending)}")
        for path in self.folder.iterdir():
            if mine.fullmatch(path.name) and path.name not in names:
                path.unlink()


def _sync(folder: Path) -> None:
    """Have the folder's names on the disk, where the system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def _unwritable(error: OSError, folder: Path) -> FeedError:
    hint = "free some space; the feed in place was left as it was" if error.errno == errno.ENOSPC else None
    return FeedError(
        f"the feed cannot be written: {error.strerror or error}", where=str(error.filename or folder), hint=hint
    )
