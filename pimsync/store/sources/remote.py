"""Catalogs that are elsewhere: on web servers, in object stores, on SFTP and FTP servers."""

from __future__ import annotations

import os
import re
import time
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from pimsync.errors import CatalogError

#: How long a server may take to answer, and to go on, in seconds.
CONNECT, READ = 30.0, 60.0

#: How long to wait before asking again, where the next answer may be another one.
PAUSES = (1.0, 4.0)

#: What can be fetched, and the package that does it.
SCHEMES = {
    "https": "aiohttp", "http": "aiohttp", "s3": "s3fs", "gs": "gcsfs", "az": "adlfs", "abfs": "adlfs", "sftp": "paramiko",
    "ftp": "fsspec", "smb": "smbprotocol", "webdav": "webdav4",
}  # fmt: skip

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_USER = re.compile(r"(?<=://)[^/?#]*(?=@)")

#: Answers after which it is worth asking again.
_PASSING = {408, 425, 429, 500, 502, 503, 504}


def scheme(source: str) -> str | None:
    """The scheme of a URL, `https`; None for a path. What stands in a variable counts."""
    match = _SCHEME.match(_VARIABLE.sub(lambda one: os.environ.get(one[1], ""), source))
    return match[1].lower() if match else None


def expanded(source: str) -> str:
    """A URL with what its `${…}` stand for; in the place of a user and a password, with what a URL may not hold escaped.

    Raises:
        CatalogError: a variable is not set.
    """
    missing = [name for name in _VARIABLE.findall(source) if name not in os.environ]
    if missing:
        raise CatalogError(f"the variable {missing[0]} is not set", where=shown(source))
    escaped = _USER.sub(lambda user: _VARIABLE.sub(lambda one: quote(os.environ[one[1]], safe=""), user[0]), source)
    return _VARIABLE.sub(lambda one: os.environ[one[1]], escaped)


def shown(source: str) -> str:
    """A URL as it may be shown: without user, password, query, and what its variables stand for."""
    return re.split(r"[?#]", _USER.sub("", source).replace("://@", "://"), maxsplit=1)[0]


def fetched(source: str, work: Path) -> tuple[Path, str]:
    """A copy of what is at a URL, in a folder, and what people call it.

    Raises:
        CatalogError: there is nothing, it may not be fetched, or it did not come whole.
    """
    url, name = expanded(source), shown(source)
    system, place = _system(url, name)
    path = work / "fetched" / _file_name(url)
    path.parent.mkdir(exist_ok=True)
    for pause in (*PAUSES, None):
        try:
            system.get_file(place, str(path))
            break
        except Exception as error:  # every driver has errors of its own
            if pause is None or not _passing(error):
                raise CatalogError(_said(error), where=name, hint=_hint(error, url)) from None
            time.sleep(pause)
    if name.lower().endswith(".gz") and not _is_gzip(path):  # the server has unpacked it on its way
        return path.rename(path.with_suffix("")), name[:-3]
    return path, name


def _system(url: str, name: str) -> tuple[Any, str]:
    """What fetches from such a place, and the place as it calls it."""
    kind = (scheme(url) or "").lower()
    if kind not in SCHEMES or "::" in url:
        raise CatalogError(f"pimsync fetches nothing from {kind}://", where=name, hint=f"it knows {', '.join(SCHEMES)}")
    try:
        import fsspec

        system, place = fsspec.core.url_to_fs(url, skip_instance_cache=True, **_options(kind))
        return system, str(place)
    except ImportError:
        package = SCHEMES[kind]
        hint = f"pip install fsspec {package}" if package != "fsspec" else "pip install fsspec"
        raise CatalogError(
            f"{kind}:// needs a package that is not installed, {package}", where=name, hint=hint
        ) from None
    except Exception as error:  # some drivers connect at once
        raise CatalogError(_said(error), where=name, hint=_hint(error, url)) from None


def _options(kind: str) -> dict[str, Any]:
    if kind in ("http", "https"):
        import aiohttp

        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT, sock_read=READ)
        return {"client_kwargs": {"timeout": timeout, "trust_env": True}}
    if kind == "s3":
        return {"config_kwargs": {"connect_timeout": CONNECT, "read_timeout": READ}}
    return {"timeout": CONNECT} if kind in ("sftp", "ftp") else {}


def _file_name(url: str) -> str:
    """A name that a file can have, with the ending that says what it is."""
    name = PurePosixPath(unquote(urlsplit(url).path)).name
    return re.sub(r"[^\w.-]", "_", name)[-100:].lstrip(".") or "catalog"


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def _status(error: BaseException) -> int | None:
    """The status of an answer of the web, wherever a driver keeps it."""
    if isinstance(error, FileNotFoundError):
        return 404
    answer = getattr(error, "response", None)
    found = getattr(error, "status", None) or (
        answer.get("ResponseMetadata", {}).get("HTTPStatusCode") if isinstance(answer, dict) else None
    )
    return found if isinstance(found, int) else None


def _passing(error: BaseException) -> bool:
    status = _status(error)
    if status is not None:
        return status in _PASSING
    if isinstance(error, PermissionError) or "Credentials" in type(error).__name__ or _certificate(error):
        return False
    return isinstance(error, OSError | TimeoutError | EOFError) or "Payload" in type(error).__name__


def _certificate(error: BaseException) -> bool:
    import ssl

    return isinstance(error, ssl.SSLError) or "Certificate" in type(error).__name__


def _said(error: BaseException) -> str:
    """What went wrong; never in a driver's words, for they repeat the URL with its secrets."""
    status = _status(error)
    kind = type(error).__name__
    if status == 404:
        return "there is nothing there (404 Not Found)"
    if status in (401, 403) or isinstance(error, PermissionError) or "Authentication" in kind:
        return f"it may not be fetched{f' ({status} {HTTPStatus(status).phrase})' if status else ''}"
    if status is not None:
        phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "an unknown status"
        return f"the server answers {status} {phrase}"
    if "Credentials" in kind:
        return "it may not be fetched without credentials, and there are none"
    if _certificate(error):
        return "the server's certificate is not to be trusted"
    if isinstance(error, TimeoutError) or "Timeout" in kind:
        return f"the server does not answer within {READ:.0f} s"
    if "DNS" in kind or kind == "gaierror":
        return "there is no such host"
    if "Payload" in kind or "Disconnected" in kind or "Incomplete" in kind or isinstance(error, EOFError):
        return "the connection was cut before all of it was here"
    reason = getattr(error, "strerror", None) or getattr(getattr(error, "os_error", None), "strerror", None)
    if isinstance(error, OSError) and (reason or "Connect" in kind):
        return f"the server cannot be reached: {reason or 'no connection'}"
    return f"it cannot be fetched ({kind})"


_VARIABLES = {
    "s3": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_ENDPOINT_URL, if it is not Amazon's)",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS",
    "az": "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
    "abfs": "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
}


def _hint(error: BaseException, url: str) -> str | None:
    """What to do where nobody is let in."""
    refused = (
        _status(error) in (401, 403) or isinstance(error, PermissionError) or "Credentials" in type(error).__name__
    )
    if not refused and "Authentication" not in type(error).__name__:
        return None
    kind = scheme(url) or ""
    if kind in _VARIABLES:
        return f"set {_VARIABLES[kind]} in the environment"
    return f"say who asks, with what is in the environment: {kind}://${{USER}}:${{PASSWORD}}@…"
