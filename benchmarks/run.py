"""Measures pimsync against a floor and a baseline, and holds it against its targets.

    python benchmarks/run.py --products 200000

Each contender runs as a process of its own, three times; the medians are printed as Markdown. Every feed is counted
after every run, so that a broken run is never a fast one. Ends with 1 if a target is missed, and says which.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OUT = HERE / "out"
PIMSYNC = [sys.executable, "-m", "pimsync"]
SAMPLE = 5000
FULL = 1_000_000
REFERENCE = 200_000

#: The rows before the first item of a CSV feed.
HEADS = {"meta": 1, "ebay": 2}

CATALOG = """\
[catalog]
source = "catalog.csv"
list_separator = "|"

[defaults]
currency = "EUR"
language = "en"
country = "DE"
shop = "Bench"
shop_url = "https://shop.example"

[run]
threads = 2
"""
GOOGLE = """
[channels.google]
type = "google_shopping"

[channels.google.map]
title = "title || ' ' || color || ' ' || size"
"""
META = """
[channels.meta]
type = "meta_catalog"
"""
EBAY = """
[channels.ebay]
type = "ebay"

[channels.ebay.settings]
site = "Germany"
site_country = "DE"
site_currency = "EUR"
template = "DE"
location = "Berlin"
shipping_profile = "Parcel"
return_profile = "30 days"
payment_profile = "Standard"
"""


@dataclass(frozen=True)
class Run:
    """What a process took: seconds from start to end, and the most memory it held at once."""

    seconds: float
    megabytes: float
    output: str = ""


@dataclass(frozen=True)
class Target:
    """Something measured, and how much it may be."""

    what: str
    measured: float
    limit: float
    unit: str
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def row(self) -> str:
        digits = 2 if self.measured < 10 else 0
        bound = "at least" if self.at_least else "at most"
        limit, met = f"{self.limit:,g}{self.unit}", "yes" if self.met else "**no**"
        return f"| {self.what} | {self.measured:,.{digits}f}{self.unit} | {bound} {limit} | {met} |"


class BrokenRunError(Exception):
    """A contender failed, or did not write what it should have."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure pimsync against a floor and a baseline.")
    parser.add_argument("--products", type=int, default=REFERENCE, help="the size of the catalog")
    parser.add_argument("--runs", type=int, default=3, help="how often each contender runs; the median counts")
    chosen = parser.parse_args()
    try:
        targets = compare(chosen.products, chosen.runs) + small(chosen.runs)
    except BrokenRunError as error:
        sys.exit(f"error: {error}")
    print("\n| target | measured | wanted | met |\n| --- | ---: | ---: | --- |")
    print(*(target.row() for target in targets), sep="\n")
    if missed := [target.what for target in targets if not target.met]:
        sys.exit(f"missed: {'; '.join(missed)}")


def compare(products: int, runs: int) -> list[Target]:
    """Print pimsync, the floor and the baseline on one catalog; the targets that hold for the full million."""
    print(machine(), f"{products:,} products; medians of {runs}", sep="\n\n", flush=True)
    folder = project("full", products, GOOGLE + META + EBAY)
    contenders = {
        "floor": lambda: copy(folder, products),
        "baseline": lambda: one_by_one(folder, products),
        "pimsync": lambda: built(folder, products),
    }
    if products > REFERENCE:
        smaller = project("reference", REFERENCE, GOOGLE + META + EBAY)
        contenders["reference"] = lambda: built(smaller, REFERENCE)
    medians = measured(runs, contenders)
    floor, baseline, build = medians["floor"], medians["baseline"], medians["pimsync"]
    reference = medians.get("reference", build)
    over_floor, over_baseline = build.seconds / floor.seconds, 3 * baseline.seconds / build.seconds
    print("\n| | seconds | products/s | peak MB | times the floor | times faster than three baselines |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    ours = "pimsync: google_shopping, meta_catalog, ebay, checked and read back"
    print(row(ours, build, products, f"{over_floor:.1f}", f"{over_baseline:.0f}"))
    print(row("floor: DuckDB copies the CSV", floor, products, "1", ""))
    scaled = f"baseline: one Google feed, item by item ({min(SAMPLE, products):,} measured, scaled)"
    print(row(scaled, baseline, products, f"{baseline.seconds / floor.seconds:.0f}", ""), flush=True)
    if products < FULL:
        return []
    return [
        Target("three feeds, times the floor", over_floor, 8, ""),
        Target("times faster than three baselines", over_baseline, 25, "", at_least=True),
        Target("peak memory", build.megabytes, 1200, " MB"),
        Target(f"peak memory, times that of {REFERENCE:,}", build.megabytes / reference.megabytes, 1.3, ""),
    ]


def small(runs: int) -> list[Target]:
    """What a shop of a usual size feels."""
    hundred = project("hundred", 100, GOOGLE + META + EBAY)
    shop = project("shop", 20_000, GOOGLE)
    contenders = {
        "--help": lambda: process([*PIMSYNC, "--help"]),
        "100 products": lambda: built(hundred, 100),
        "20,000 products": lambda: built(shop, 20_000),
    }
    medians = measured(runs, contenders)
    usual = medians["20,000 products"]
    return [
        Target("`pimsync --help`", medians["--help"].seconds, 0.25, " s"),
        Target("100 products, three feeds", medians["100 products"].seconds, 1.5, " s"),
        Target("20,000 products, one Google feed", usual.seconds, 2.0, " s"),
        Target("20,000 products, one Google feed, peak memory", usual.megabytes, 300, " MB"),
    ]


def project(name: str, products: int, channels: str) -> Path:
    """A project folder with a fresh catalog of this size."""
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    process([sys.executable, str(HERE / "catalog.py"), str(products), str(folder / "catalog.csv")])
    (folder / "pimsync.toml").write_text(CATALOG + channels, encoding="utf-8")
    return folder


def copy(folder: Path, products: int) -> Run:
    target = folder / "copy.csv"
    run = process([sys.executable, str(HERE / "floor.py"), str(folder / "catalog.csv"), str(target)])
    expect("the floor's copy", rows(target) - 1, products)
    target.unlink()
    return run


def one_by_one(folder: Path, products: int) -> Run:
    """The baseline on a sample, as long as it would take on all: the start once, the loop for each product."""
    feed, sample = folder / "baseline.xml", min(SAMPLE, products)
    arguments = [str(folder / "catalog.csv"), str(feed), "--sample", str(sample)]
    run = process([sys.executable, str(HERE / "baseline.py"), *arguments])
    said = json.loads(run.output)
    expect("the baseline's products", said["products"], sample)
    expect("the baseline's feed", tags(feed), said["items"])
    few_left_out("baseline", said["items"], sample)
    feed.unlink()
    return Run(run.seconds + said["seconds"] * (products / sample - 1), run.megabytes)


def built(folder: Path, products: int) -> Run:
    """pimsync on a whole project, from nothing, with every feed counted."""
    for remains in ("build", ".pimsync"):
        shutil.rmtree(folder / remains, ignore_errors=True)
    run = process([*PIMSYNC, "build", "-C", str(folder), "--fail-on", "never"])
    report = json.loads((folder / "build" / "report.json").read_text(encoding="utf-8"))
    expect("records in the report", report["catalog"]["records"], products)
    for channel in report["channels"]:
        name, items = channel["channel"], channel["items"]
        feeds = sorted((folder / "build" / name).iterdir())
        expect(
            f"{name}'s feed",
            sum(tags(feed) if feed.suffix == ".xml" else rows(feed) - HEADS[name] for feed in feeds),
            items,
        )
        few_left_out(name, items, products)
    if not ascending(folder / "build" / "google" / "google_shopping.xml"):
        raise BrokenRunError("google's feed is not in the catalog's order")
    shutil.rmtree(folder / "build")
    return run


def process(command: Sequence[str]) -> Run:
    """Run a command to its end, and measure that process alone."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if child.returncode:
            said = (output.read() + errors.read()).decode(errors="replace")
            raise BrokenRunError(f"{' '.join(command)} ended with {child.returncode}\n{said[-2000:]}")
        kilobytes = usage.ru_maxrss / 1024 if sys.platform == "darwin" else usage.ru_maxrss
        return Run(seconds, kilobytes * 1024 / 1e6, output.read().decode(errors="replace"))


def measured(runs: int, contenders: dict[str, Callable[[], Run]]) -> dict[str, Run]:
    """The median of each, measured in turns, so that a slow minute of the machine meets them all."""
    taken: dict[str, list[Run]] = {name: [] for name in contenders}
    for number in range(1, runs + 1):
        for name, measure in contenders.items():
            run = measure()
            taken[name].append(run)
            print(f"{name} {number}/{runs}: {run.seconds:.2f} s, {run.megabytes:,.0f} MB", file=sys.stderr)
    return {name: median(of) for name, of in taken.items()}


def median(taken: Sequence[Run]) -> Run:
    return Run(
        statistics.median(run.seconds for run in taken),
        statistics.median(run.megabytes for run in taken),
    )


def tags(feed: Path) -> int:
    """The items of an XML feed."""
    found, tag, rest = 0, b"</item>", b""
    with feed.open("rb") as file:
        while block := file.read(1 << 20):
            found += (rest + block).count(tag)
            rest = block[-(len(tag) - 1) :]
    return found


def ascending(feed: Path) -> bool:
    """Whether the items of an XML feed stand in the order of the catalog, whose SKUs only grow."""
    last, rest = b"", b""
    with feed.open("rb") as file:
        while block := file.read(1 << 20):
            skus = re.findall(rb"<g:id>([^<]*)<", rest + block)
            if skus != sorted(skus) or (skus and skus[0] < last):
                return False
            last = skus[-1] if skus else last
            rest = block[-100:]
    return True


def rows(feed: Path) -> int:
    """The rows of a CSV file, whatever stands in its cells."""
    with feed.open(encoding="utf-8", newline="") as lines:
        return sum(1 for _ in csv.reader(lines))


def expect(what: str, found: int, wanted: int) -> None:
    if found != wanted:
        raise BrokenRunError(f"{what}: {found:,} instead of {wanted:,}")


def few_left_out(name: str, items: int, products: int) -> None:
    """One product of a hundred has a flaw; a channel that leaves out many more, or none at all, did other work."""
    if not 0.98 * products <= items <= products or (products >= SAMPLE and items == products):
        raise BrokenRunError(f"{name}: {items:,} items of {products:,} products")


def row(name: str, run: Run, products: int, *more: str) -> str:
    cells = [name, f"{run.seconds:,.1f}", f"{products / run.seconds:,.0f}", f"{run.megabytes:,.0f}", *more]
    return f"| {' | '.join(cells)} |"


def machine() -> str:
    """What it was measured on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    python = f"Python {platform.python_version()}, DuckDB {version('duckdb')}"
    return f"{cores} cores ({processor()}), {memory:.0f} GB; {platform.system()} {platform.machine()}, {python}"


def processor() -> str:
    names = Path("/proc/cpuinfo")
    if names.exists():
        for line in names.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


if __name__ == "__main__":
    main()
