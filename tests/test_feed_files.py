"""A build that is killed leaves the old feed or the new one, and the next build works."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from support.accounting import items

PRODUCTS = 100_000
HEADER = "sku,title,description,url,image,price,condition,quantity,brand,mpn\n"
FEED = "google_shopping.xml"
#: How much of a build's time has passed when it is killed; the last ones are where files are put in place.
MOMENTS = [*random.Random(11).sample([0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], 3), 0.95, 0.99]


def catalog(path, title):
    rows = (
        f"P{n},{title} {n},A warm cap of wool.,https://shop.example/p/{n},https://shop.example/i/{n}.jpg,10.00 EUR,new,4,B,M{n}\n"
        for n in range(PRODUCTS)
    )
    path.write_text(HEADER + "".join(rows), encoding="utf-8")


def started(folder):
    command = [
        sys.executable, "-m", "pimsync", "build", "--catalog", "catalog.csv", "--channel", "google_shopping", "--out", "out",
    ]  # fmt: skip
    env = {**os.environ, "TMPDIR": str(folder)}  # what is killed cannot clear its own folder away
    return subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finished(folder):
    done = started(folder)
    _, said = done.communicate(timeout=120)
    assert done.returncode == 0, said
    return (folder / "out" / "google_shopping" / FEED).read_bytes()


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A shop whose feed stands, the bytes of the old feed and of the next one, and how long a build takes."""
    folder = tmp_path_factory.mktemp("shop")
    catalog(folder / "catalog.csv", "Cap")
    old = finished(folder)
    catalog(folder / "catalog.csv", "Hat")
    start = time.monotonic()
    new = finished(folder)
    took = time.monotonic() - start
    assert old != new
    return folder, old, new, took


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_build_that_is_killed_leaves_the_old_feed_or_the_new(moment, shop):
    folder, old, new, took = shop
    feed = folder / "out" / "google_shopping" / FEED
    feed.write_bytes(old)
    building = started(folder)
    time.sleep(took * moment)
    building.send_signal(signal.SIGKILL)
    building.communicate()
    assert building.returncode in (-signal.SIGKILL, 0)
    assert feed.read_bytes() in (old, new)


@pytest.mark.slow
def test_the_build_after_a_kill_works_and_clears_what_was_left(shop):
    folder, _, new, _ = shop
    place = folder / "out" / "google_shopping"
    building = started(folder)
    while building.poll() is None and not [*place.glob(f".{FEED}.*")]:
        time.sleep(0.01)
    building.send_signal(signal.SIGKILL)
    building.communicate()
    assert [*place.glob(f".{FEED}.*")], "it was killed before it wrote"
    assert finished(folder) == new
    assert [path.name for path in place.iterdir()] == [FEED]
    assert {path.name for path in (folder / "out").iterdir()} == {"google_shopping", "report.json", "findings.parquet"}
    assert items(place / FEED, "google_shopping") == [f"P{n}" for n in range(PRODUCTS)]
