"""A valid call of each function: the example in its comment."""

from __future__ import annotations

from typing import Any

import psycopg

from catalog import EMBEDDING, Function, read
from tests.learning.corpus import vector


def examples(database: psycopg.Connection) -> dict[str, dict[str, Any]]:
    """Return the arguments of each example, named as in Python, by function."""
    return {function.name: python_arguments(function) for function in read(database)}


def python_arguments(function: Function) -> dict[str, Any]:
    return {
        name.removeprefix("p_"): _embedding(sql) if EMBEDDING in sql else value
        for name, (sql, value) in function.example.items()
    }


def _embedding(sql: str) -> Any:
    return [vector(1)] if sql.startswith("array") else vector(1)
