"""The manual names what there is, its links lead somewhere, and what it tells people to type works."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from pimsync.cli.app import app

ROOT = Path(__file__).parents[1]
PAGES = sorted(ROOT.glob("docs/**/*.md"))
READMES = [ROOT / "README.md", *sorted(ROOT.glob("examples/*/README.md"))]
MANUAL = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
COMMANDS = get_command(app).commands
OPTIONS = sorted({name for one in COMMANDS.values() for parameter in one.params for name in parameter.opts if name.startswith("--")} - {"--help"})  # fmt: skip
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("pimsync/**/*.py"))
VARIABLES = sorted(set(re.findall(r"\bPIMSYNC_[A-Z]+(?:_[A-Z]+)*\b", SOURCE)))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_manual_names_the_command(name):
    assert f"pimsync {name}" in MANUAL


@pytest.mark.parametrize("name", OPTIONS)
def test_the_manual_names_the_option(name):
    assert f"`{name}`" in MANUAL


@pytest.mark.parametrize("name", VARIABLES)
def test_the_manual_names_the_variable(name):
    assert name in MANUAL


def test_the_generated_pages_are_not_stale():
    done = subprocess.run(
        [sys.executable, "-m", "docs.generate", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def typed():
    """Each line that a README, a page or a command's help tells people to type, by the file that says so."""
    for page in [*READMES, *PAGES]:
        fence = None
        for line in page.read_text(encoding="utf-8").splitlines():
            if line.startswith("```"):
                fence = None if fence is not None else line.strip("`").strip()
            indented = fence is None and line.startswith("    ")
            told = line.strip().removeprefix("$ ") if indented or fence in ("sh", "console") else ""
            if told.startswith("pimsync "):
                yield page.relative_to(ROOT).as_posix(), told
    for name, command in COMMANDS.items():
        for told in re.findall(r"Example: (pimsync .*)", command.help or ""):
            yield f"pimsync {name} --help", told


#: Each line once, though several pages have it, where it is typed in the same folder.
TYPED = {(line, page if "-C" not in line else ""): (page, line) for page, line in typed()}


def test_readmes_tell_what_to_type():
    assert {page.relative_to(ROOT).as_posix() for page in READMES[1:]} <= {page for page, _ in typed()}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """The examples and what they need, where builds may leave their folders."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in ("examples", "channel_schemas"):
        for path in (ROOT / name).rglob("*"):
            if path.is_file() and not {"build", ".pimsync"} & {*path.relative_to(ROOT).parts}:
                (copy / path.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
                (copy / path.relative_to(ROOT)).write_bytes(path.read_bytes())
    return copy


@pytest.mark.parametrize(("page", "line"), TYPED.values(), ids=str)
def test_what_people_are_told_to_type_works(page, line, checkout):
    """Fine, or findings: nothing else."""
    arguments = shlex.split(line, comments=True)[1:]
    folder = checkout / Path(page).parent if (checkout / page).is_file() and "-C" not in arguments else checkout
    done = subprocess.run(
        [sys.executable, "-m", "pimsync", *arguments],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout


def anchors(page):
    """What GitHub makes of a page's headings."""
    heads = re.findall(r"^#+ +(.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def links():
    for page in [*READMES, *PAGES]:
        content = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", content):
            if not re.match(r"[a-z]+:", target):
                yield page.relative_to(ROOT).as_posix(), target


def test_links_lead_somewhere():
    broken = []
    for page, target in links():
        path, _, anchor = target.partition("#")
        to = (ROOT / page).parent / path if path else ROOT / page
        if not to.exists() or (anchor and anchor not in anchors(to)):
            broken.append((page, target))
    assert not broken
