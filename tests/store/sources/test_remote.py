"""Catalogs from a web server and an object store, both of which run here."""

from __future__ import annotations

import gzip
import shutil
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pimsync.errors import CatalogError
from pimsync.store.sources import remote
from pimsync.store.sources.remote import expanded, fetched, scheme, shown

CATALOG = b"sku,price\nA,1\n" * 1000


class Shop(BaseHTTPRequestHandler):
    """A web server with every kind of answer."""

    asked: list[str] = []

    def do_HEAD(self):
        self.answer(200, b"")

    def do_GET(self):
        self.asked.append(self.path)
        page = self.path.partition("?")[0]
        times = self.asked.count(self.path)
        if page == "/catalog.csv":
            self.answer(200, CATALOG)
        elif page == "/packed.csv.gz":
            self.answer(200, gzip.compress(CATALOG))
        elif page == "/encoded.csv" or page == "/encoded.csv.gz":
            self.answer(200, gzip.compress(CATALOG), ("Content-Encoding", "gzip"))
        elif page == "/locked.csv":
            if self.headers.get("Authorization") == "Basic c2hvcDpwQHNzL3dvcmQ=":  # shop:p@ss/word
                self.answer(200, CATALOG)
            else:
                self.answer(401, b"")
        elif page == "/forbidden.csv":
            self.answer(403, b"")
        elif page == "/busy.csv":
            self.answer(503, b"") if times < 3 else self.answer(200, CATALOG)
        elif page == "/broken.csv":
            self.answer(500, b"")
        elif page == "/cut.csv" or (page == "/cut-once.csv" and times == 1):
            self.answer(200, CATALOG, cut=len(CATALOG) // 2)
        elif page == "/cut-once.csv":
            self.answer(200, CATALOG)
        elif page == "/slow.csv":
            time.sleep(3)
        elif page == "/moved.csv":
            self.answer(302, b"", ("Location", "/catalog.csv"))
        else:
            self.answer(404, b"not here")

    def answer(self, status, content, *headers, cut=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:cut])

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def shop():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(remote, "PAUSES", (0.01, 0.01))
    monkeypatch.setattr(remote, "READ", 0.5)
    Shop.asked.clear()


@pytest.mark.parametrize("page", ["catalog.csv", "busy.csv", "cut-once.csv", "moved.csv", "encoded.csv", "catalog.csv?key=1&x=2"])  # fmt: skip
def test_a_catalog_comes_whole(shop, tmp_path, page):
    path, name = fetched(f"{shop}/{page}", tmp_path)
    assert path.read_bytes() == CATALOG
    assert path.name == page.partition("?")[0]
    assert name == f"{shop}/{page.partition('?')[0]}"


def test_an_archive_stays_one(shop, tmp_path):
    path, name = fetched(f"{shop}/packed.csv.gz", tmp_path)
    assert (gzip.decompress(path.read_bytes()), name) == (CATALOG, f"{shop}/packed.csv.gz")


def test_what_the_server_unpacks_is_called_so(shop, tmp_path):
    path, name = fetched(f"{shop}/encoded.csv.gz", tmp_path)
    assert (path.read_bytes(), path.name, name) == (CATALOG, "encoded.csv", f"{shop}/encoded.csv")


@pytest.mark.parametrize(
    ("page", "said", "asked"),
    [
        ("none.csv", "there is nothing there (404 Not Found)", 1),
        ("locked.csv", "it may not be fetched (401 Unauthorized)", 1),
        ("forbidden.csv", "it may not be fetched (403 Forbidden)", 1),
        ("broken.csv", "the server answers 500 Internal Server Error", 3),
        ("cut.csv", "the connection was cut before all of it was here", 3),
        ("slow.csv", "the server does not answer within 0 s", 3),
    ],
)
def test_what_does_not_come_is_said_without_secrets(shop, tmp_path, page, said, asked):
    url = f"{shop.replace('://', '://shop:s3cret@')}/{page}?token=s3cret"
    with pytest.raises(CatalogError) as raised:
        fetched(url, tmp_path)
    assert raised.value.message == said
    assert raised.value.where == f"{shop}/{page}"
    assert "s3cret" not in f"{raised.value} {raised.value.hint}"
    assert len([one for one in Shop.asked if one.startswith(f"/{page}")]) == asked


def test_a_password_comes_from_the_environment(shop, tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "p@ss/word")
    path, name = fetched(f"{shop.replace('://', '://shop:${SHOP_PASSWORD}@')}/locked.csv", tmp_path)
    assert path.read_bytes() == CATALOG
    assert name == f"{shop}/locked.csv"


def test_a_variable_that_is_not_set_is_named(tmp_path):
    with pytest.raises(CatalogError, match="the variable NO_SUCH_KEY is not set"):
        fetched("https://shop.example/catalog.csv?key=${NO_SUCH_KEY}", tmp_path)


def test_a_whole_url_may_stand_in_a_variable(monkeypatch):
    monkeypatch.setenv("FEED", "https://a:b@shop.example/x.csv?k=1")
    assert (scheme("${FEED}"), expanded("${FEED}"), shown("${FEED}")) == ("https", "https://a:b@shop.example/x.csv?k=1", "${FEED}")  # fmt: skip


@pytest.mark.parametrize("path", ["catalog.csv", "/exports/catalog.csv", "C:\\exports\\catalog.csv", "-", "a://", "exports/*.csv"])  # fmt: skip
def test_a_path_is_no_url(path):
    assert scheme(path) in (None, "a")


def test_nobody_listening(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(CatalogError, match="the server cannot be reached"):
        fetched(f"http://127.0.0.1:{port}/catalog.csv", tmp_path)


@pytest.mark.parametrize("url", ["file:///etc/hostname", "gopher://shop.example/a", "simplecache::https://shop.example/a", "https://shop.example/a::file:///etc/hostname"])  # fmt: skip
def test_other_ways_to_files_are_refused(tmp_path, url):
    with pytest.raises(CatalogError, match="pimsync fetches nothing from") as raised:
        fetched(url, tmp_path)
    assert "https, http, s3" in raised.value.hint


def test_a_missing_package_is_named(tmp_path):
    pytest.importorskip("fsspec")
    try:
        import gcsfs  # noqa: F401
    except ImportError:
        with pytest.raises(CatalogError, match="gs:// needs a package that is not installed, gcsfs") as raised:
            fetched("gs://shop/catalog.csv", tmp_path)
        assert raised.value.hint == "pip install fsspec gcsfs"
    else:
        pytest.skip("gcsfs is installed")


def _rclone() -> str | None:
    beside = Path(sys.executable).with_name("rclone")
    return str(beside) if beside.exists() else shutil.which("rclone")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """An object store with one bucket."""
    if not _rclone():
        pytest.skip("there is no rclone to serve a bucket")
    root = tmp_path_factory.mktemp("store")
    (root / "shop" / "exports").mkdir(parents=True)
    (root / "shop" / "exports" / "catalog.csv").write_bytes(CATALOG)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = subprocess.Popen(
        [_rclone(), "serve", "s3", "--auth-key", "shop,s3cret", "--addr", f"127.0.0.1:{port}", str(root)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    served.terminate()
    served.wait()


@pytest.fixture
def signed_in(store, monkeypatch):
    for name, value in {"ENDPOINT_URL": store, "ACCESS_KEY_ID": "shop", "SECRET_ACCESS_KEY": "s3cret", "DEFAULT_REGION": "eu-west-1"}.items():  # fmt: skip
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setattr(remote, "READ", 10)


def test_an_object_is_fetched(signed_in, tmp_path):
    path, name = fetched("s3://shop/exports/catalog.csv", tmp_path)
    assert path.read_bytes() == CATALOG
    assert name == "s3://shop/exports/catalog.csv"


def test_an_object_that_is_not_there(signed_in, tmp_path):
    with pytest.raises(CatalogError, match="there is nothing there"):
        fetched("s3://shop/exports/none.csv", tmp_path)


def test_a_wrong_key_to_an_object_store(signed_in, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    with pytest.raises(CatalogError, match="it may not be fetched") as raised:
        fetched("s3://shop/exports/catalog.csv", tmp_path)
    assert "AWS_ACCESS_KEY_ID" in raised.value.hint
