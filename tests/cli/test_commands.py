"""The commands, run for real: exit code, stdout and stderr apart."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from lxml import etree

CATALOG = """sku,title,description,url,image,price,availability,brand,gtin,condition
MUG-1,Stoneware mug,A mug of grey stoneware for a large coffee.,https://shop.example/p/mug-1,https://shop.example/i/mug-1.jpg,12.50 EUR,in_stock,Northpeak,4006381333931,new
MUG-2,Stoneware mug in blue,A mug of blue stoneware for a large coffee.,https://shop.example/p/mug-2,https://shop.example/i/mug-2.jpg,13.00 EUR,in_stock,Northpeak,4006381333948,new
"""
WRONG_GTIN = CATALOG.replace("4006381333948", "4006381333949")
G = "{http://base.google.com/ns/1.0}"


def pimsync(*arguments, stdin=None, cwd=None, env=None):
    """Run the command as a person would."""
    return subprocess.run(
        [sys.executable, "-m", "pimsync", *map(str, arguments)],
        input=stdin, capture_output=True, cwd=cwd, env={**os.environ, **(env or {})}, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture
def catalog(tmp_path):
    path = tmp_path / "catalog.csv"
    path.write_text(CATALOG, encoding="utf-8")
    return path


def build(catalog, out, *more):
    return pimsync("build", "--catalog", catalog, "--channel", "google_shopping", "--out", out, *more)


def items(out):
    return etree.parse(out / "google_shopping" / "google_shopping.xml").findall(".//item")


def test_a_catalog_without_a_project_becomes_a_feed(catalog, tmp_path):
    done = build(catalog, tmp_path / "out")
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    assert done.stderr == b""
    assert b"google_shopping (Google Shopping): 2 ready, 0 left out." in done.stdout
    assert [item.findtext(f"{G}id") for item in items(tmp_path / "out")] == ["MUG-1", "MUG-2"]


def test_an_item_with_an_error_is_left_out_and_reported(catalog, tmp_path):
    catalog.write_text(WRONG_GTIN, encoding="utf-8")
    done = build(catalog, tmp_path / "out")
    assert done.returncode == 1
    assert b"gtin/checksum" in done.stdout
    assert b"MUG-2 (record 2)" in done.stdout
    assert [item.findtext(f"{G}id") for item in items(tmp_path / "out")] == ["MUG-1"]


def test_strict_writes_no_feed_for_a_channel_with_an_erroneous_item(catalog, tmp_path):
    build(catalog, tmp_path / "out")
    before = (tmp_path / "out" / "google_shopping" / "google_shopping.xml").read_bytes()
    catalog.write_text(WRONG_GTIN, encoding="utf-8")
    done = build(catalog, tmp_path / "out", "--strict")
    assert done.returncode == 1
    assert b"no feed was written" in done.stdout
    assert (tmp_path / "out" / "google_shopping" / "google_shopping.xml").read_bytes() == before


def test_a_catalog_where_nothing_is_ready_leaves_the_feed_in_place(catalog, tmp_path):
    build(catalog, tmp_path / "out")
    before = (tmp_path / "out" / "google_shopping" / "google_shopping.xml").read_bytes()
    catalog.write_text("\n".join(line.replace("https://", "") for line in CATALOG.splitlines()), encoding="utf-8")
    done = build(catalog, tmp_path / "out")
    assert done.returncode == 1
    assert b"no item is ready" in done.stdout
    assert (tmp_path / "out" / "google_shopping" / "google_shopping.xml").read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [b"", b"sku,title\n", b"\x00\x01\x02\x03", b"\xff\xfe\x00"],
    ids=["empty", "header only", "binary", "not UTF-8"],
)
def test_a_catalog_that_is_none_touches_no_feed(content, catalog, tmp_path):
    build(catalog, tmp_path / "out")
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    catalog.write_bytes(content)
    done = build(catalog, tmp_path / "out")
    assert done.returncode == 2, done.stdout
    assert done.stdout == b""
    assert done.stderr.startswith(b"error: ")
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} == before


def test_standard_input_is_a_catalog(tmp_path):
    done = pimsync("build", "--catalog", "-", "--channel", "google_shopping", "--out", tmp_path, stdin=CATALOG.encode())
    assert done.returncode == 0, done.stderr
    assert len(items(tmp_path)) == 2


def test_a_compressed_catalog_is_read(tmp_path):
    path = tmp_path / "catalog.csv.gz"
    path.write_bytes(gzip.compress(CATALOG.encode()))
    assert build(path, tmp_path / "out").returncode == 0
    assert len(items(tmp_path / "out")) == 2


def test_the_json_report_is_json_and_nothing_else(catalog, tmp_path):
    catalog.write_text(WRONG_GTIN, encoding="utf-8")
    done = build(catalog, tmp_path / "out", "--output-format", "json")
    report = json.loads(done.stdout)
    assert report == json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["version"] == 1
    figures = {"records": 2, "products": 2, "rejected": 0, "left_out": 0, "folded": 0, "preset": None}
    assert report["catalog"] == {"source": str(catalog), **figures}
    [channel] = report["channels"]
    assert (channel["items"], channel["excluded"], channel["filtered"]) == (1, 1, 0)
    [feed] = channel["feed"]
    assert feed["items"] == 1
    assert feed["bytes"] == (tmp_path / "out" / feed["path"]).stat().st_size
    finding = next(one for one in report["findings"] if one["rule"] == "google_shopping/gtin/checksum")
    assert finding["count"] == 1
    assert finding["examples"] == [{"sku": "MUG-2", "record": 2, "value": "4006381333949"}]


def test_check_writes_no_feed(catalog, tmp_path):
    done = pimsync("check", "--catalog", catalog, "--channel", "google_shopping", cwd=tmp_path)
    assert done.returncode == 0
    assert b"2 ready" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["catalog.csv"]


@pytest.mark.parametrize(("fail_on", "code"), [("error", 1), ("never", 0), ("warning", 1)])
def test_fail_on_decides_the_exit_code(fail_on, code, catalog, tmp_path):
    catalog.write_text(WRONG_GTIN, encoding="utf-8")
    assert build(catalog, tmp_path / "out", "--fail-on", fail_on).returncode == code


WRONG = {
    "an unknown channel": (["build", "--catalog", "{catalog}", "--channel", "google_shoping"], "there is no channel type 'google_shoping'", "did you mean 'google_shopping'?"),
    "a catalog that is not there": (["build", "--catalog", "nowhere.csv", "--channel", "google_shopping"], "nowhere.csv", None),
    "no channel": (["build", "--catalog", "{catalog}"], "--catalog needs at least one --channel", "pimsync channels lists them"),
    "no project": (["build"], "there is no pimsync.toml", "name a catalog and a channel instead"),
    "a setting that is none": (["build", "--catalog", "{catalog}", "--channel", "google_shopping", "--set", "currency"], "is no NAME=VALUE", None),
    "a memory that is none": (["build", "--catalog", "{catalog}", "--channel", "google_shopping", "--memory", "lots"], "`memory` is 'lots'", None),
    "an unknown topic": (["explain", "google_shopping/gtn"], "nothing is known about 'google_shopping/gtn'", "did you mean"),
    "an unknown key": (["channels", "gogle_shopping"], "there is no channel type", "did you mean 'google_shopping'?"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_usage_that_is_wrong_is_one_clear_message(name, catalog, tmp_path):
    arguments, says, hint = WRONG[name]
    done = pimsync(*[one.format(catalog=catalog) for one in arguments], cwd=tmp_path)
    said = done.stderr.decode()
    assert done.returncode == 2, said
    assert done.stdout == b""
    assert said.startswith("error: ")
    assert says in said
    assert hint is None or hint in said
    assert "Traceback" not in said


def test_a_project_in_the_folder_is_built(catalog, tmp_path):
    project = (
        '[catalog]\nsource = "catalog.csv"\n[channels.google]\ntype = "google_shopping"\nwhere = "sku <> \'MUG-1\'"\n'
    )
    (tmp_path / "pimsync.toml").write_text(
        project + "[channels.google.map]\ntitle = \"concat_ws(' ', brand, title)\"\n", encoding="utf-8"
    )
    done = pimsync("build", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert b"1 ready, 0 left out, 1 filtered" in done.stdout
    item = etree.parse(tmp_path / "build" / "google" / "google_shopping.xml").find(".//item")
    assert item.findtext(f"{G}title") == "Northpeak Stoneware mug in blue"


def test_an_expression_that_cannot_be_computed_names_its_place(catalog, tmp_path):
    project = '[catalog]\nsource = "catalog.csv"\n[channels.google]\ntype = "google_shopping"\n[channels.google.map]\ntitle = "cast(title as integer)"\n'
    (tmp_path / "pimsync.toml").write_text(project, encoding="utf-8")
    done = pimsync("build", cwd=tmp_path)
    assert done.returncode == 2
    assert b"cannot be computed for every product" in done.stderr
    assert b"Traceback" not in done.stderr
    assert not (tmp_path / "build" / "google").exists() or not list((tmp_path / "build" / "google").glob("*.xml"))


def test_a_closed_pipe_is_no_failure(catalog, tmp_path):
    command = f"{sys.executable} -m pimsync channels google_shopping | (sleep 0.1; true); echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False, timeout=60)
    assert done.stdout.strip() == b"141"
    assert done.stderr == b""


def test_no_colour_and_no_progress_outside_a_terminal(catalog, tmp_path):
    done = build(catalog, tmp_path / "out")
    assert b"\x1b" not in done.stdout + done.stderr


def test_the_same_catalog_gives_the_same_bytes(catalog, tmp_path):
    build(catalog, tmp_path / "a")
    build(catalog, tmp_path / "b", "--threads", "1")
    path = "google_shopping/google_shopping.xml"
    assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes()


@pytest.mark.parametrize(
    "topic",
    [
        "google_shopping/gtin/checksum",
        "google_shopping/gtin",
        "gtin",
        "google_shopping",
        "truncate",
        "catalog/price/ambiguous",
    ],
)
def test_explain_knows(topic):
    done = pimsync("explain", topic)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 50
    assert json.loads(pimsync("explain", topic, "--output-format", "json").stdout)


def test_channels_lists_them_and_their_attributes():
    assert b"google_shopping" in pimsync("channels").stdout
    listed = json.loads(pimsync("channels", "google_shopping", "--output-format", "json").stdout)
    assert "sale_price_effective_date" in [attribute["name"] for attribute in listed["attributes"]]


def test_help_answers_at_once():
    """Nothing heavy is imported to say what there is."""
    code = "import sys\nfrom pimsync.cli import app\nheavy = {'duckdb', 'pandas', 'pyarrow', 'lxml', 'numpy', 'jsonschema'} & set(sys.modules)\nassert not heavy, heavy"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert b"build" in pimsync("--help").stdout


@pytest.mark.parametrize("seconds", [0.2, 1.0, 2.0])
def test_an_interrupted_run_says_so_and_nothing_else(seconds, tmp_path):
    """Ctrl-C, whether it comes while modules load, the catalog is read, or standard input is waited for."""
    command = [
        sys.executable,
        "-m",
        "pimsync",
        "build",
        "--catalog",
        "-",
        "--channel",
        "google_shopping",
        "--out",
        tmp_path,
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        time.sleep(seconds)
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=30) in (130, -signal.SIGINT)
        assert b"bug" not in running.stderr.read()
    assert not list(tmp_path.rglob("*.xml"))
