"""Where runs work: the project's `.pimsync/` folder, one run at a time, the engine's ways in, and the time of the run."""

from __future__ import annotations

import datetime
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pimsync.engine import Engine
from pimsync.errors import CatalogError, FeedError, PimsyncError, UsageError
from pimsync.expressions import learn, plain
from pimsync.format.channel import ChannelType
from pimsync.lookups import Table
from pimsync.project import Project
from pimsync.store.snapshot import ROW_GROUP

STATE = ".pimsync"


@contextmanager
def written(out: Path | None) -> Iterator[None]:
    """What the disk refuses, in people's words."""
    import duckdb

    try:
        yield
    except OSError as error:
        where = str(error.filename or out or tempfile.gettempdir())
        raise FeedError(f"cannot be written: {error.strerror or error}", where=where) from None
    except duckdb.IOException as error:
        raise FeedError(f"cannot be written or read: {plain(error)}", where=str(out or tempfile.gettempdir())) from None


@contextmanager
def at_work(project: Project) -> Iterator[Path]:
    """The project's `.pimsync/` folder, or a temporary one where there is no project."""
    if project.file is not None:
        work = project.folder / STATE
        writable(work)
        with _alone(work / "lock"):
            shutil.rmtree(work / "run", ignore_errors=True)
            yield work
            shutil.rmtree(work / "run", ignore_errors=True)
        return
    _sweep(Path(tempfile.gettempdir()))
    work = Path(tempfile.mkdtemp(prefix=f"pimsync-{os.getpid()}-"))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


#: From how many products on it pays to plan with more care.
MANY = 100_000


def prepared(
    project: Project, work: Path, tables: Mapping[str, Table], types: Iterable[ChannelType], rows: int = 0
) -> Engine:
    """An engine of one thread for the channels, which has parsed what their definitions say.

    Args:
        rows: how many products there are at least.
    """
    engine = Engine(
        folders=[work],
        threads=1,
        memory=project.run.memory,
        temporary=work / "spill",
        timezone=project.defaults.timezone,
        tables=tables,
        thorough=rows >= MANY,
    )
    for one in types:
        learn([*one.definition.attributes.values(), *(check.fails for check in one.definition.check)], engine)
    return engine


def crews(engine: Engine, project: Project, rows: int, channels: int) -> list[list[Engine]]:
    """Ways into one engine of one thread: who asks does the work, and keeps the catalog's order while it streams.

    A large catalog has one crew, a worker for each core, which makes one channel after the other; a small one has a crew of
    one for each channel, and they work at the same time.
    """
    cores = project.run.threads or os.cpu_count() or 2
    workers = min(cores, -(-rows // ROW_GROUP))
    sizes = [workers] if workers > 1 or cores == 1 else [1] * channels
    return [[engine.another() for _ in range(size)] for size in sizes]


def _sweep(folder: Path) -> None:
    """Take away what runs left here that were killed: the number in the name is the process's."""
    for left in folder.glob("pimsync-*-*"):
        owner = left.name.split("-")[1]
        if owner.isdigit() and left.is_dir() and not Path(f"/proc/{owner}").exists() and Path("/proc/self").exists():
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One run at a time in a project: two would write the same files. The system lets go of the lock when a run dies."""
    try:
        import fcntl
    except ImportError:  # a system without such locks
        yield
        return
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError("another pimsync is at work in this project", where=str(path.parent)) from None
        yield


def writable(folder: Path) -> None:
    """Make a folder that a run writes to.

    Raises:
        PimsyncError: it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PimsyncError(f"cannot write there: {error.strerror}", where=str(folder)) from None
    if not os.access(folder, os.W_OK):
        raise PimsyncError("cannot write there: permission denied", where=str(folder))


def moment() -> str:
    """The time of the build: PIMSYNC_NOW where it is set (for builds that must give the same bytes), else the clock."""
    given = os.environ.get("PIMSYNC_NOW") or os.environ.get("SOURCE_DATE_EPOCH")
    try:
        if given and given.isdigit():
            moment = datetime.datetime.fromtimestamp(int(given), datetime.UTC)
        else:
            moment = datetime.datetime.fromisoformat(given) if given else datetime.datetime.now(datetime.UTC)
    except ValueError:
        raise CatalogError(f"PIMSYNC_NOW is {given!r}", hint="write a time such as 2026-11-21T12:00:00+00:00") from None
    return moment.replace(microsecond=0).astimezone(datetime.UTC).isoformat()
