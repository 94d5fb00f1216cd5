"""What a macro is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Macro:
    """A named SQL expression.

    `sql` is `(parameters) as expression`; `examples` maps a call to the text of its result; `whole_list` says that, used
    as a fix on a list, it takes the list and not each of its elements.
    """

    name: str
    says: str
    sql: str
    examples: Mapping[str, str | None] = field(default_factory=dict)
    whole_list: bool = False

    @property
    def create(self) -> str:
        """The statement that makes the macro known to a connection."""
        return f"create or replace macro {self.name}{self.sql}"
