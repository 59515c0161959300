"""The plan, the folders and the scripts agree."""

from __future__ import annotations

import re
from itertools import groupby

import pytest

from tests.server import ROOT, changes, created

#: What is learned by searching comes after the search, which reads what was learned.
AREAS = ["base", "knowledge", "telemetry", "learning", "search", "learning", "grants"]
KINDS = ["tables", "triggers", "indexes", "functions"]
PLAN = (ROOT / "sqitch.plan").read_text()


@pytest.mark.parametrize("tree", ["deploy", "revert", "verify"])
def test_changes_and_scripts_correspond(tree: str) -> None:
    scripts = (ROOT / tree).rglob("*.sql")
    names = [s.relative_to(ROOT / tree).with_suffix("").as_posix() for s in scripts]
    assert sorted(names) == sorted(changes())


def test_changes_are_grouped_by_area() -> None:
    areas = [area for area, _ in groupby(changes(), key=lambda n: n.split("/")[0])]
    assert areas == AREAS


@pytest.mark.parametrize("name", changes())
def test_a_change_is_a_topic_or_an_object_of_a_known_kind(name: str) -> None:
    _, *kind, _ = name.split("/")
    assert kind in [[], *([k] for k in KINDS)]


@pytest.mark.parametrize("name", changes())
def test_note_is_a_sentence(name: str) -> None:
    (note,) = re.findall(rf"(?m)^{re.escape(name)} .*# (.*)$", PLAN)
    assert re.fullmatch(r"[A-Z].*\w\.", note)


@pytest.mark.parametrize("name", changes())
def test_scripts_follow_the_conventions(name: str) -> None:
    deploy, revert, verify = (
        (ROOT / tree / f"{name}.sql").read_text()
        for tree in ("deploy", "revert", "verify")
    )
    assert deploy.startswith(f"-- Deploy kodiai:{name} to pg\n")
    assert revert.startswith(f"-- Revert kodiai:{name} from pg\n")
    assert verify.startswith(f"-- Verify kodiai:{name} on pg\n")
    for script, end in ((deploy, "commit"), (revert, "commit"), (verify, "rollback")):
        assert len(re.findall(r"(?m)^begin;$", script)) == 1
        assert script.endswith(f"\n{end};\n")
    assert not re.search(r"\b(cascade|if exists)\b", revert.replace(" if exists (", ""))
    # Without overloads, a name suffices.
    assert not re.search(r"comment on function \w+\s*\(", deploy)
    assert not re.search(r"drop function \w+\s*\(", revert)
    # "division by zero" would not name the difference.
    assert not re.search(r"\b1\s*/", verify)


@pytest.mark.parametrize("name", changes())
def test_reverts_verify_the_registry(name: str) -> None:
    """From the first change whose revert can still call _verify_registry."""
    guard = changes().index("base/verify")
    revert = (ROOT / "revert" / f"{name}.sql").read_text()
    is_guarded = "select _verify_registry(:'registry') as verified\n\\gset" in revert
    assert is_guarded == (changes().index(name) >= guard)


@pytest.mark.parametrize("name", changes())
def test_every_public_function_and_table_is_a_separate_change(name: str) -> None:
    parent, own = name.rsplit("/", maxsplit=1)
    made = created(name)
    functions = [made_name for kind, made_name in made if kind == "function"]
    tables = [made_name for kind, made_name in made if kind == "table"]
    if parent.endswith("/functions"):
        assert functions == [own]
        assert not own.startswith("_")
    else:
        assert all(function.startswith("_") for function in functions)
    assert tables == ([own] if parent.endswith("/tables") else [])


@pytest.mark.parametrize("name", changes())
def test_dynamic_sql_is_commented_and_absent_from_searches(name: str) -> None:
    deploy = (ROOT / "deploy" / f"{name}.sql").read_text()
    for body in re.findall(r"as \$\$\n(.*?)\n\$\$;", deploy, re.DOTALL):
        if re.search(r"(?m)^ *execute ", body):
            assert not name.startswith("search/")
            assert "-- Dynamic" in body
