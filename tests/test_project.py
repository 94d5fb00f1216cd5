"""pimsync.toml: what it may hold, and what is said where it is wrong."""

from __future__ import annotations

import pytest

from pimsync import project
from pimsync.errors import ProjectError, UsageError

GOOD = """
[catalog]
source = "catalog.csv"
[channels.google]
type = "google_shopping"
"""

#: What a project says wrong, the sentence, and the line.
WRONG = {
    "an unknown key": (GOOD + 'form = "x"\n', "pimsync does not know `channels.google.form`", 6),
    "a key that was nearly right": (GOOD + 'wher = "x"\n', "pimsync does not know `channels.google.wher`", 6),
    "a missing type": (
        '[catalog]\nsource = "a.csv"\n[channels.google]\nwhere = "x"\n',
        "`channels.google.type` is missing",
        None,
    ),
    "no catalog": ('[channels.google]\ntype = "x"\n', "there is no [catalog] table", None),
    "no TOML": ("[catalog\n", "this is no TOML", None),
    "a currency that is none": (GOOD + "[defaults]\ncurrency = 'euro'\n", "`defaults.currency` is 'euro'", 7),
    "a time zone that is none": (GOOD + "[defaults]\ntimezone = 'Mars'\n", "time zone such as Europe/Warsaw", 7),
    "a number for a text": (GOOD + "where = 3\n", "`channels.google.where` is 3", 6),
    "a memory limit that is none": (GOOD + "[run]\nmemory = 'lots'\n", "a size such as 512MB", 7),
}


def write(folder, text):
    path = folder / "pimsync.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", WRONG)
def test_a_project_is_refused_with(name, tmp_path):
    text, says, line = WRONG[name]
    with pytest.raises(ProjectError) as refused:
        project.load(write(tmp_path, text))
    assert says in refused.value.message
    assert line is None or f"line {line}" in refused.value.where


def test_a_near_spelling_is_offered(tmp_path):
    with pytest.raises(ProjectError) as refused:
        project.load(write(tmp_path, GOOD + 'wher = "x"\n'))
    assert refused.value.hint == "did you mean `where`?"


def test_the_nearest_project_above_is_found(tmp_path):
    path = write(tmp_path, GOOD)
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert project.find(deep) == path.resolve()


def test_where_there_is_no_project_the_places_looked_at_are_named(tmp_path):
    with pytest.raises(UsageError) as refused:
        project.find(tmp_path)
    assert str(tmp_path) in refused.value.where


def test_an_unknown_channel_is_answered_with_the_near_one(tmp_path):
    loaded = project.load(write(tmp_path, GOOD))
    with pytest.raises(UsageError, match="there is no channel 'gogle'") as refused:
        loaded.selected(["gogle"])
    assert refused.value.hint == "did you mean 'google'?"
