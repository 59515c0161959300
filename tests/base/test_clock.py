"""Who may set the clock."""

from __future__ import annotations

import os

import psycopg
import pytest

from kodiai import Client
from tests.knowledge.calls import run


@pytest.mark.parametrize(
    ("role", "counts"), [("kodiai_app", False), ("kodiai_owner", True)]
)
@pytest.mark.parametrize("now", ["infinity", "2099-01-01 12:00Z"])
def test_the_setting_of_the_clock_counts_for_members_of_the_owner_role_only(
    database: psycopg.Connection, role: str, now: str, *, counts: bool
) -> None:
    """Ahead by more than an hour, a run that was just claimed can be claimed again."""
    user = f"{role}_user{os.environ.get('PYTEST_XDIST_WORKER', '')}"
    client = Client(database)
    with database.transaction(force_rollback=True):
        database.execute(f"create role {user} login in role {role}".encode())
        database.execute(f"set local session authorization {user}".encode())
        assert client.claim_run(**run()).reason == "new"
        database.execute("select set_config('kodiai.now', %s, true)", (now,))
        again = client.claim_run(**run(delivery_id="d2"))
        assert again.claimed is counts
        assert (again.reason == "duplicate") is not counts


def test_an_invalid_setting_of_others_has_no_effect(
    database: psycopg.Connection,
) -> None:
    user = f"clock_user{os.environ.get('PYTEST_XDIST_WORKER', '')}"
    with database.transaction(force_rollback=True):
        database.execute(f"create role {user} login in role kodiai_app".encode())
        database.execute(f"set local session authorization {user}".encode())
        database.execute("set local kodiai.now = 'soon'")
        assert Client(database).claim_run(**run()).claimed
