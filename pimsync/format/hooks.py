"""Users' own Python: functions of a module in the project that take the mapped items as a pandas frame and give it back.

They run once, before the items are repaired, checked and encoded; what they make is put down and read from there.
"""

from __future__ import annotations

import contextlib
import importlib.util
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimsync.engine import Engine
from pimsync.errors import ProjectError
from pimsync.format.plan import Plan
from pimsync.store.snapshot import ROW_GROUP
from pimsync.words import closest

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

#: What a function takes and gives.
Hook = Callable[["pd.DataFrame"], "pd.DataFrame"]

#: The column that says whether the project's filter keeps a product.
_STAYS = "_stays"


def loaded(names: Sequence[str], folder: Path, channel: str) -> list[tuple[str, Hook]]:
    """The functions that a project names, `module:function`, from the modules in its folder.

    Raises:
        ProjectError: there is no such module or function, or the module cannot be run.
    """
    if importlib.util.find_spec("pandas") is None:
        raise ProjectError("a project's own functions need pandas", hint='pip install "pimsync[pandas]"')
    return [(name, _function(name, folder, f"pimsync.toml, [channels.{channel}] python")) for name in names]


def _function(name: str, folder: Path, where: str) -> Hook:
    module, colon, function = name.partition(":")
    path = folder / f"{module.replace('.', '/')}.py"
    if not colon or not function.isidentifier():
        raise ProjectError(f"{name!r} is no function", where=where, hint='write "module:function"')
    if not path.is_file():
        raise ProjectError(f"there is no module {module!r}", where=where, hint=f"it would be {path}")
    spec = importlib.util.spec_from_file_location(f"pimsync_project_{module.replace('.', '_')}", path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(folder))
    try:
        with contextlib.redirect_stdout(sys.stderr):
            spec.loader.exec_module(loaded)
    except (Exception, SystemExit) as error:
        raise _failed(f"the module {module!r}", error) from None
    finally:
        sys.path.remove(str(folder))
    found = getattr(loaded, function, None)
    if not callable(found):
        near = closest(function, [one for one in dir(loaded) if not one.startswith("_")])
        hint = f"did you mean {module}:{near}?" if near else None
        raise ProjectError(f"{path.name} has no function {function!r}", where=where, hint=hint)
    hook: Hook = found
    return hook


def hooked(plan: Plan, source: str, hooks: Sequence[tuple[str, Hook]], path: Path, engine: Engine) -> Plan:
    """A plan whose items come from a file: mapped as before, then through the functions.

    Args:
        source: the SELECT of the channel's products.
        path: where the file goes.

    Raises:
        ProjectError: a function fails, or gives something that is no frame of these items.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    (first, sql), *later = plan.steps
    kept = f"coalesce({plan.where}, false)" if plan.where else "true"
    query = (
        f"with product as (select *, {kept} as _kept from (\n{source})), {first} as (\n{sql}\n)"
        f" select * exclude (settings, now, _kept), _kept as {_STAYS} from {first}"
    )
    writer: Any = None
    try:
        for batch in engine.stream(query, ROW_GROUP):
            table = _through(pa.Table.from_batches([batch]), plan, hooks)
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
    finally:
        if writer:
            writer.close()
    if writer is None:
        return plan
    step = f"select * exclude ({_STAYS}) from product"
    return replace(plan, steps=((first, step), *later), where=_STAYS, mapped=str(path))


def _through(table: pa.Table, plan: Plan, hooks: Sequence[tuple[str, Hook]]) -> pa.Table:
    """A chunk of mapped items, through every function."""
    import pandas as pd
    import pyarrow as pa

    names = [name for name in plan.item.fields if name in table.column_names]
    skus = pd.Index(table.column("_sku").to_pylist(), name="sku")
    frame = table.select(names).to_pandas().set_axis(skus, axis=0)
    for name, hook in hooks:
        try:
            with contextlib.redirect_stdout(sys.stderr):
                result = hook(frame.copy())
        except (Exception, SystemExit) as error:
            raise _failed(name, error) from None
        frame = _checked(name, result, frame)
    columns = [
        _column(column, frame, table.schema.field(column).type, hooks) if column in names else table.column(column)
        for column in table.column_names
    ]
    return pa.Table.from_arrays(columns, schema=table.schema)


def _checked(name: str, result: Any, given: pd.DataFrame) -> pd.DataFrame:
    """What a function gave back, in the order of what it was given."""
    import pandas as pd

    if not isinstance(result, pd.DataFrame):
        raise ProjectError(f"{name} gives {type(result).__name__} and no pandas frame", hint="return the frame")
    unknown = [str(column) for column in result.columns if column not in given.columns]
    if unknown:
        hint = f"map {unknown[0]} for the channel first, if only to null, where it is one of its attributes"
        raise ProjectError(f"{name} adds the column {unknown[0]!r}, which the items do not have", hint=hint)
    lost = [str(column) for column in given.columns if column not in result.columns]
    if lost:
        raise ProjectError(
            f"{name} gives a frame without the column {lost[0]!r}", hint="set its values to None instead"
        )
    if len(result) != len(given) or not result.index.is_unique or not given.index.isin(result.index).all():
        raise ProjectError(
            f"{name} gives {len(result):,} items of {len(given):,}, or others than it was given",
            hint="keep the index, which is the sku; `where` leaves products out",
        )
    return result.loc[given.index, given.columns]


def _column(name: str, frame: pd.DataFrame, kind: pa.DataType, hooks: Sequence[tuple[str, Hook]]) -> pa.Array:
    import pyarrow as pa

    try:
        return pa.array(frame[name], kind, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError) as error:
        functions = ", ".join(function for function, _ in hooks)
        said = str(error).split("\n")[0]
        raise ProjectError(f"{functions}: {name} is no longer {kind}: {said}", hint=f"give {kind} or None") from None


def _failed(name: str, error: BaseException) -> ProjectError:
    """What a user's code raised, with the line of theirs that did."""
    frames = traceback.extract_tb(error.__traceback__)
    mine = [frame for frame in frames if frame.filename != __file__ and "site-packages" not in frame.filename]
    where = f"{mine[-1].filename}, line {mine[-1].lineno}" if mine else None
    said = str(error).split("\n")[0]
    return ProjectError(f"{name} fails: {type(error).__name__}{': ' + said if said else ''}", where=where)
