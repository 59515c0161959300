"""Write docs/reference/README.md from a deployed database: its catalog and comments.

Usage: python scripts/write_reference.py    deploys one on a server of its own
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference" / "README.md"

INTRODUCTION = """\
# Reference

Every function of the database, generated from its own comments by `make reference`;
`select obj_description('kodiai.search_memories'::regproc)` shows the same.

Call a function as `select * from kodiai.name(p_argument => value, ...)`. The Python
clients have a method of the same name for each, with the arguments without `p_`.
The role `kodiai_app` may call all functions, `kodiai_reader` those that only read.
[errors.md](errors.md) explains the SQLSTATEs, [Values](#values) what an argument can be
and [Tables](#tables) what columns mean.
"""

AREAS = {
    "knowledge": "what reviews happened and what they found",
    "telemetry": "what running the agent cost",
    "learning": "what the team taught it",
    "search": "how anything is found",
}

FUNCTIONS = """
select
  p.proname,
  obj_description(p.oid, 'pg_proc'),
  array(
    select
      format('%%s %%s', p.proargnames[n], format_type(p.proargtypes[n - 1], null))
      || coalesce(' default ' || pg_get_function_arg_default(p.oid, n), '')
    from generate_series(1, p.pronargs) as n
  ),
  pg_get_function_result(p.oid),
  array(
    select a.grantee::regrole::text
    from aclexplode(p.proacl) as a
    where a.privilege_type = 'EXECUTE' and a.grantee <> p.proowner
    order by a.grantee::regrole::text
  )
from pg_proc as p
where p.pronamespace = %s::regnamespace and p.proname !~ '^_'
order by p.proname
"""


# In the order of the plan, with the columns that a caller can meet.
COLUMNS = """
select
  c.relname, obj_description(c.oid, 'pg_class'), a.attname,
  regexp_replace(format_type(a.atttypid, null), '^.*\\.', ''), a.attnotnull,
  col_description(c.oid, a.attnum)
from pg_class as c
inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
where c.relnamespace = %s::regnamespace and c.relkind = 'r' and not a.attisdropped
order by c.oid, a.attnum
"""

DOMAINS = """
select t.typname, obj_description(t.oid, 'pg_type')
from pg_type as t
where t.typnamespace = %s::regnamespace and t.typtype = 'd'
order by t.typname
"""

VALUES = """\
## Values

What the columns of the tables can hold, and so the arguments of the same names. Text
outside this is refused, not cut or folded: letters in upper and lower case differ.

| type | |
| --- | --- |"""

TABLES = """
## Tables

Nobody but the functions touches them; their columns are what results are made of. Those
marked * are never null.
"""


def reference(connection: psycopg.Connection[Any]) -> str:
    """Return the whole page, for the memory in the schema kodiai."""
    rows = connection.execute(FUNCTIONS, ("kodiai",)).fetchall()
    areas = {name: area_of(name) for name, *_ in rows}
    page = [INTRODUCTION]
    for area, meaning in AREAS.items():
        page.append(f"## {area}: {meaning}\n")
        here = [row for row in rows if areas[row[0]] == area]
        page += [f"- [{name}](#{name}): {first(comment)}" for name, comment, *_ in here]
        page += ["", *(section(area, *row) for row in here)]
    domains = connection.execute(DOMAINS, ("kodiai",)).fetchall()
    page += [VALUES, *(f"| {name} | {comment} |" for name, comment in domains), TABLES]
    columns = connection.execute(COLUMNS, ("kodiai",)).fetchall()
    for (table, comment), group in groupby(columns, key=itemgetter(0, 1)):
        page += [
            f"### {table}\n\n{comment}\n",
            "| column | type | |",
            "| --- | --- | --- |",
        ]
        page += [
            f"| {column}{'*' if is_required else ''} | {type_} | {meaning} |"
            for _, _, column, type_, is_required, meaning in group
        ]
        page.append("")
    return "\n".join(page).rstrip() + "\n"


def area_of(function: str) -> str:
    (script,) = (ROOT / "deploy").glob(f"*/functions/{function}.sql")
    return script.parent.parent.name


def first(comment: str) -> str:
    """Return the first sentence, in one line."""
    sentence = re.split(r"(?<=[.;:])\s", comment, maxsplit=1)[0].rstrip(";:.")
    return " ".join(sentence.split()) + "."


def section(
    area: str,
    name: str,
    comment: str,
    arguments: list[str],
    result: str,
    roles: list[str],
) -> str:
    signature = f"{name}({listed(arguments)})\nreturns {result_type(result)}"
    parts = re.split(r"(?m)^(?=(?:Arguments?|Result|Errors):)", comment)
    paragraphs = "\n\n".join(
        re.sub(
            r"^(Arguments?|Result|Errors):",
            r"**\1:**",
            re.sub(r"\bp_\w+", r"`\g<0>`", p),
        ).strip()
        for p in parts
    )
    source = f"deploy/{area}/functions/{name}.sql"
    return (
        f"### {name}\n\n```sql\n{signature}\n```\n\n{paragraphs}\n\n"
        f"**May call it:** {' and '.join(roles)}. Source: [{source}](../../{source})\n"
    )


def listed(arguments: list[str]) -> str:
    lines = [
        re.sub(r"::[\w ]+(\[\])?$", "", a).replace("NULL", "null") for a in arguments
    ]
    return "\n  " + ",\n  ".join(lines) + "\n" if len(lines) > 1 else "".join(lines)


def result_type(result: str) -> str:
    if not result.startswith("TABLE("):
        return result
    columns = result.removeprefix("TABLE(").removesuffix(")").split(", ")
    return f"table ({listed(columns)})"


def main() -> None:
    from kodiai import embedded  # noqa: PLC0415 - the tests need it not

    with (
        tempfile.TemporaryDirectory(prefix="kodiai-reference-") as folder,
        embedded.running(folder + "/data", "reference") as url,
    ):
        command = ["sqitch", "deploy", "--quiet", f"db:{url}"]
        subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603
        with psycopg.connect(url) as connection:
            REFERENCE.write_text(reference(connection), encoding="utf-8")


if __name__ == "__main__":
    main()
