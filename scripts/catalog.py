"""Read the public functions of a deployed schema: signatures and structured comments.

The comments are the only description of each call. The client and the reference are
written from them, so a comment that does not parse is an error. CONTRIBUTING.md shows
their form.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg

from areas import AREAS

ROOT = Path(__file__).resolve().parent.parent

FUNCTIONS = """
select
  p.proname,
  obj_description(p.oid, 'pg_proc'),
  coalesce(p.proargnames[:p.pronargs], '{}'),
  array(
    select format_type(t.oid, null)
    from unnest(p.proargtypes::oid[]) with ordinality as t (oid, n) order by t.n
  ),
  array(
    select pg_get_function_arg_default(p.oid, n)
    from generate_series(1, p.pronargs) as n
  ),
  coalesce(p.proargnames[p.pronargs + 1:], '{}'),
  array(
    select format_type(t.oid, null)
    from unnest(p.proallargtypes[p.pronargs + 1:]) with ordinality as t (oid, n)
    order by t.n
  ),
  format_type(p.prorettype, null),
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

WORDS = re.compile(r"(?:array of )?([\w+-]+(?: \| [\w+-]+)+)(?=[;,]|$)")
OBJECTS = re.compile(r"(array of )?([A-Z]\w+) objects?(?=;|$)")
RESULT = re.compile(r"(rows, each an?|one row, an?|one row or none, an?) (\w+)\b")
KEY = re.compile(r"(\w+) \(([^)]+?)(, required)?\): (.+)")
#: Stands for an embedding in an example: a variable of psql.
EMBEDDING = ":'embedding'"
CARDINALITY = {"rows": "many", "one row": "one", "one row or none": "optional"}


@dataclass(frozen=True)
class Item:
    """An argument, a column of a result, or a key of an object."""

    name: str
    type: str
    text: str
    keys: tuple[Item, ...] = ()
    #: SQL expression of an argument's default, and its value.
    default: str | None = None
    default_value: Any = None
    #: Of a key.
    is_required: bool = True

    @cached_property
    def words(self) -> list[str]:
        """The words that are valid, if they are a closed set."""
        found = WORDS.match(self.type if " | " in self.type else self.text)
        return found[1].split(" | ") if found else []

    @cached_property
    def object_class(self) -> str | None:
        found = OBJECTS.match(self.text)
        return found[2] if found else None

    @cached_property
    def meaning(self) -> str:
        """The text without the values that the Python type already expresses."""
        typed = WORDS.match(self.text) or OBJECTS.match(self.text)
        return self.text[typed.end() :].lstrip(";, ") if typed else self.text

    @property
    def is_array(self) -> bool:
        is_array_of_objects = re.match("array of ", self.text) and self.object_class
        return bool(is_array_of_objects) or self.type.endswith(("[]", " array"))

    @property
    def is_nullable(self) -> bool:
        """Whether null is a valid value."""
        if re.search(r"\bnull\b", self.text):
            return True
        return self.default_value is None if self.default else not self.is_required


@dataclass(frozen=True)
class Function:
    """A public function."""

    area: str
    name: str
    summary: str
    text: str
    arguments: tuple[Item, ...]
    #: many, one or optional for rows of row_class; value for a single value.
    cardinality: str
    row_class: str | None
    #: The columns; for a single value, one item without a name.
    result: tuple[Item, ...]
    result_text: str
    errors: dict[str, str]
    #: A valid call: by argument, the SQL expression and its value.
    example: dict[str, tuple[str, Any]]
    roles: tuple[str, ...]


class CommentError(ValueError):
    """A comment that does not have the required form."""


def read(connection: psycopg.Connection[Any], schema: str = "kodiai") -> list[Function]:
    """Return the public functions, sorted by area and name.

    Raises CommentError if a comment does not describe its function.
    """
    functions = []
    for (
        name,
        comment,
        *arguments,
        columns,
        column_types,
        return_type,
        roles,
    ) in connection.execute(FUNCTIONS, (schema,)):
        parts = Comment(name, comment)
        cardinality, row_class, text = parts.result(is_table=bool(columns))
        names, types, defaults = arguments
        values = [d and evaluate(connection, d) for d in defaults]
        items = parts.items("Arguments", names, types, defaults, values)
        if columns:
            result = parts.items("Result", columns, column_types)
        else:
            result = (Item("", return_type, text),)
        functions.append(
            Function(
                area=area_of(name),
                name=name,
                summary=parts.summary,
                text=parts.text,
                arguments=items,
                cardinality=cardinality,
                row_class=row_class,
                result=result,
                result_text=text,
                errors=parts.errors(),
                example={
                    argument: (
                        expression,
                        evaluate(connection, expression, types[names.index(argument)]),
                    )
                    for argument, expression in parts.example(names).items()
                },
                roles=tuple(roles),
            )
        )
    order = list(AREAS)
    return sorted(functions, key=lambda f: (order.index(f.area), f.name))


def evaluate(
    connection: psycopg.Connection[Any], expression: str, type_: str | None = None
) -> Any:
    """Evaluate an SQL expression, with '[1]' as the embedding."""
    expression = expression.replace(EMBEDDING, "'[1]'")
    cast = f"({expression})::{type_}" if type_ else expression
    row = connection.execute(f"select {cast}".encode()).fetchone()
    return row and row[0]


def area_of(function: str) -> str:
    (script,) = (ROOT / "deploy").glob(f"*/functions/{function}.sql")
    return script.parent.parent.name


class Comment:
    """The comment of a function, split into its parts."""

    def __init__(self, function: str, comment: str | None) -> None:
        self.function = function
        head, *rest = re.split(
            r"(?m)^(Arguments|Result|Errors|Example):", comment or ""
        )
        self.sections = dict(zip(rest[::2], rest[1::2], strict=True))
        in_order = ("Arguments", "Result", "Errors", "Example")
        self.require(
            rest[::2] == [each for each in in_order if each in self.sections],
            "Sections",
            f"appear once, in the order {', '.join(in_order)}",
        )
        summary, _, text = head.strip().partition("\n\n")
        self.summary = " ".join(summary.split())
        self.text = text.strip()
        self.require(
            re.fullmatch(r"[A-Z].{1,75}\.", self.summary) is not None,
            "the summary",
            "is a sentence of at most 77 characters",
        )
        for section in ("Result", "Errors"):
            self.require(section in self.sections, section, "is present")

    def require(self, is_met: bool, part: str, rule: str) -> None:
        if not is_met:
            raise self.error(part, rule)

    def error(self, part: str, rule: str) -> CommentError:
        return CommentError(f"{self.function}: expected that {part} {rule}")

    def result(self, *, is_table: bool) -> tuple[str, str | None, str]:
        """Return cardinality, class of the rows, and text."""
        text = self.first_line("Result")
        found = RESULT.match(text)
        self.require(bool(found) == is_table, "Result", "names the class of a row")
        if found:
            return CARDINALITY[re.sub(", .*", "", found[1])], found[2], text
        return "value", None, text

    def errors(self) -> dict[str, str]:
        return {code: " ".join(text.split()) for code, text in self.lines("Errors")}

    def first_line(self, section: str) -> str:
        """Return the text between the name of a section and its items."""
        head = re.split(r"(?m)^  (?! )", self.sections[section])[0]
        return " ".join(head.split())

    def lines(self, section: str, separator: str = ":") -> Iterator[tuple[str, str]]:
        """Yield the items of a section, each with its text."""
        items = re.split(r"(?m)^  (?! )", self.sections.get(section, ""))[1:]
        for item in items:
            name, found, text = item.partition(separator)
            self.require(bool(found), f"{section} {item!r:.40}", f"has a {separator}")
            yield name.strip(), text

    def items(
        self,
        section: str,
        names: list[str],
        types: list[str],
        defaults: list[str | None] | None = None,
        values: list[Any] | None = None,
    ) -> tuple[Item, ...]:
        """Return the arguments or columns, of which the comment must describe each."""
        lines = list(self.lines(section))
        described = [name for name, _ in lines]
        self.require(described == names, section, f"are {names}, not {described}")
        none = [None] * len(names)
        return tuple(
            self.item(name, type_, text, default, value)
            for (name, text), type_, default, value in zip(
                lines, types, defaults or none, values or none, strict=True
            )
        )

    def item(
        self, name: str, type_: str, text: str, default: str | None, value: object
    ) -> Item:
        meaning, *keys = re.split(r"(?m)^    - ", text)
        meaning = " ".join(meaning.split())
        self.require(
            bool(meaning) and not meaning.endswith("."),
            name,
            "does not end in a period",
        )
        return Item(name, type_, meaning, tuple(map(self.key, keys)), default, value)

    def key(self, line: str) -> Item:
        found = KEY.fullmatch(" ".join(line.split()))
        if not found:
            raise self.error(line, "is: name (type, required): meaning")
        return Item(found[1], found[2], found[4], is_required=bool(found[3]))

    def example(self, names: list[str]) -> dict[str, str]:
        example = {n: e.strip() for n, e in self.lines("Example", "=>")}
        self.require(
            example.keys() <= set(names) and bool(example) == bool(names),
            "Example",
            "passes arguments",
        )
        return example


@contextmanager
def deployed() -> Iterator[psycopg.Connection[Any]]:
    """Deploy a schema on a temporary server, and connect to it."""
    from kodiai import embedded  # noqa: PLC0415 - tests use their own server

    with (
        tempfile.TemporaryDirectory(prefix="kodiai-catalog-") as folder,
        embedded.running(folder + "/data", "catalog") as url,
    ):
        command = ["sqitch", "deploy", "--quiet", f"db:{url}"]
        subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603
        with psycopg.connect(url) as connection:
            yield connection
