"""What people install: the wheel, in a place where there is nothing of ours."""

from __future__ import annotations

import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CATALOG = """sku,title,description,url,image,price,condition,quantity,brand,mpn
MUG-1,Stoneware mug,A mug for a large coffee.,https://shop.example/p,https://shop.example/i.jpg,12.50 EUR,new,3,N,M1
"""

pytestmark = pytest.mark.slow


def run(*command, cwd):
    done = subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from what is tracked, nothing else."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("this is no checkout: what is tracked is not known")
    copy = tmp_path_factory.mktemp("wheel")
    for name in filter(None, tracked.stdout.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", cwd=copy)
    [built] = (copy / "dist").glob("*.whl")
    return built


def test_the_wheel_holds_every_channel_and_no_test(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    folders = {path.parent.name for path in ROOT.glob("channel_schemas/*/channel.toml")}
    assert folders
    for folder in folders:
        assert {f"pimsync/channel_schemas/{folder}/{name}" for name in ("channel.toml", "item.schema.json")} <= names
    assert "pimsync/channel_schemas/_shared/defs.json" in names
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"pimsync"}


def test_no_file_of_the_wheel_names_a_machine(wheel):
    path = re.compile(rb"(?<![\w.:/-])/(?:home|root|Users|tmp|work|workspace|build|mnt)/[\w.-]+")
    with zipfile.ZipFile(wheel) as opened:
        found = {name: hits for name in opened.namelist() if (hits := path.findall(opened.read(name)))}
    assert not found


def test_the_installed_command_makes_a_feed(wheel, tmp_path):
    venv.create(tmp_path / "venv", with_pip=True)
    folder = tmp_path / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    run(folder / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", ROOT / "constraints.txt", wheel, cwd=tmp_path)  # fmt: skip
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "catalog.csv").write_text(CATALOG, encoding="utf-8")
    said = run(folder / "pimsync", "build", "--catalog", "catalog.csv", "--channel", "google_shopping", "--out", "out", cwd=shop)  # fmt: skip
    assert "1 ready, 0 left out" in said
    assert "<g:id>MUG-1</g:id>" in (shop / "out" / "google_shopping" / "google_shopping.xml").read_text("utf-8")
    assert "meta_catalog" in run(folder / "pimsync", "channels", cwd=shop)
