"""Write the pages of the manual that follow from the code and the channels: commands, macros, catalog fields, channels.

`python -m docs.generate` writes them; with `--check` it only says which are stale, and exits with 1 if any is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from pimsync import knowledge
from pimsync.format import channel as channels
from pimsync.knowledge import AttributeCard, RuleCard
from pimsync.macros import MACROS
from pimsync.store.product import FIELDS

HERE = Path(__file__).parent
MADE = "<!-- Made by `make docs`; change the code or the channel's folder instead. -->\n\n"


def pages() -> Iterator[tuple[Path, str]]:
    """Every generated page and its text."""
    yield HERE / "commands.md", MADE + _commands()
    yield HERE / "macros.md", MADE + _macros()
    yield HERE / "catalog-fields.md", MADE + _fields()
    for key, folder in channels.folders().items():
        yield HERE / "channels" / f"{key}.md", MADE + _channel(channels.load(folder))


def main() -> int:
    """Write the pages, or see whether they are as they should be."""
    stale = []
    for path, text in pages():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path)
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    verb = "stale" if "--check" in sys.argv else "written"
    for path in stale:
        print(f"{verb}: {path.relative_to(HERE.parent)}")
    return int(bool(stale) and "--check" in sys.argv)


def _commands() -> str:
    from typer.main import get_command

    from pimsync.cli.app import app

    lines = ["# Commands\n"]
    for name, command in sorted(get_command(app).commands.items()):
        lines.append(f"## pimsync {name}\n\n{(command.help or '').strip()}\n")
        rows = [row for parameter in command.params if (row := _parameter(parameter))]
        lines += ["| option | means |", "| --- | --- |", *rows, ""]
    return "\n".join(lines).rstrip() + "\n\n" + _EXITS


_EXITS = """## Exit codes

| code | means |
| --- | --- |
| 0 | fine |
| 1 | findings at or above `--fail-on` |
| 2 | usage, configuration or unreadable input |
| 70 | a bug in pimsync: one line, and the path to a log |
| 130 | interrupted |
| 141 | whoever read the output has gone |
"""


def _parameter(parameter: object) -> str | None:
    names = [*getattr(parameter, "opts", [])]
    if "--help" in names:
        return None
    if getattr(parameter, "param_type_name", "") == "argument":
        names = [str(getattr(parameter, "name", "")).upper()]
    variable = getattr(parameter, "envvar", None)
    note = f" Variable: `{variable}`." if variable else ""
    return f"| `{'`, `'.join(names)}` | {getattr(parameter, 'help', '') or ''}{note} |"


def _macros() -> str:
    lines = ["# Macros\n", "Beside every scalar function of DuckDB, expressions may call these.\n"]
    for name, macro in sorted(MACROS.items()):
        parameters = macro.sql[: macro.sql.index(")") + 1]
        lines.append(f"## {name}{parameters}\n\n{macro.says}\n")
        for call, gives in macro.examples.items():
            lines.append(f"- `{call}` gives {'nothing' if gives is None else f'`{gives}`'}")
        lines.append("")
    return "\n".join(lines)


def _fields() -> str:
    lines = [
        "# Catalog fields\n",
        "What a product may say, and the other names under which a source column is taken for the field. Capitals, blanks,",
        "underscores and hyphens do not matter. `field:pl` and `field:DE` are the field for a language and for a country.\n",
        "| field | in expressions | read as | also named |",
        "| --- | --- | --- | --- |",
    ]
    for field in FIELDS.values():
        lines.append(
            f"| `{field.name}` | `{field.sql}` | {field.kind} | {', '.join(f'`{one}`' for one in field.synonyms)} |"
        )
    return "\n".join(lines) + "\n"


def _channel(channel: channels.ChannelType) -> str:
    card = knowledge.channel(channel.key)
    rules = knowledge.rules(channel)
    lines = [f"# {card.name} (`{card.key}`)\n", f"{card.about}\n", f"- Format: {card.format}"]
    lines.append(f"- Spec: <{card.spec}>, compared {card.checked}")
    if card.settings:
        lines += ["", "## Settings", "", "`[channels.<name>.settings]` in pimsync.toml, or `--set NAME=VALUE`.", ""]
        lines += [f"- `{name}`: {says}" for name, says in card.settings.items()]
    lines += [
        "",
        "## Attributes",
        "",
        "| attribute | level | type | limits | from | repaired by |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [_row(one) for one in card.attributes]
    lines += [
        "",
        "## Rules",
        "",
        "| rule | severity | wants | what to do | source |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [_rule(one) for one in rules]
    return "\n".join(lines) + "\n"


def _row(one: AttributeCard) -> str:
    level = f"{one.level}: {one.when}" if one.when else one.level
    cells = [
        f"`{one.name}`",
        level,
        one.type,
        one.limits,
        f"`{one.mapping}`" if one.mapping else "",
        ", ".join(one.fixes),
    ]
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _rule(one: RuleCard) -> str:
    cells = [f"`{one.id.partition('/')[2]}`", one.severity, one.wants, one.help, one.source]
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    """A cell: on one line, and what is no code without what Markdown would take for a link or a tag."""
    parts = " ".join(text.split()).replace("|", "\\|").split("`")
    return "`".join(
        part if n % 2 else part.replace("[", "\\[").replace("](", "]\\(").replace("<", "\\<")
        for n, part in enumerate(parts)
    )


if __name__ == "__main__":
    sys.exit(main())
