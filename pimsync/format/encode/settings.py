"""The `{setting}`s in a feed's header, first rows and head."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pimsync.errors import ChannelError

#: `{site}`; other braces stand for themselves.
PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}")


def filled(text: str, settings: Mapping[str, str], place: str) -> str:
    """The text with its settings filled in.

    Raises:
        ChannelError: a setting has no value.
    """
    return PLACEHOLDER.sub(lambda found: _value(found[1], settings, place), text)


def filled_or_empty(text: str, settings: Mapping[str, str]) -> str:
    """The text with its settings filled in, or nothing at all where one has no value."""
    wanted = set(PLACEHOLDER.findall(text))
    return PLACEHOLDER.sub(lambda found: settings[found[1]], text) if wanted <= settings.keys() else ""


def _value(name: str, settings: Mapping[str, str], place: str) -> str:
    if name not in settings:
        raise ChannelError(
            f"the setting {name} has no value, and {place} needs it",
            hint=f'set it in pimsync.toml: [channels.<name>.settings] {name} = "…"',
        )
    return settings[name]
