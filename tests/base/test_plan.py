"""The plan, the folders and the scripts say the same."""

from __future__ import annotations

import re

import pytest

from tests.server import ROOT, changes, created

AREAS = ["base", "knowledge", "telemetry", "learning", "search", "grants"]
KINDS = ["tables", "triggers", "indexes", "functions"]
PLAN = (ROOT / "sqitch.plan").read_text()


@pytest.mark.parametrize("tree", ["deploy", "revert", "verify"])
def test_every_change_has_its_script_and_every_script_its_change(tree: str) -> None:
    scripts = (ROOT / tree).rglob("*.sql")
    names = [s.relative_to(ROOT / tree).with_suffix("").as_posix() for s in scripts]
    assert sorted(names) == sorted(changes())


def test_changes_are_grouped_by_area() -> None:
    areas = [name.split("/")[0] for name in changes()]
    assert areas == sorted(areas, key=AREAS.index)


@pytest.mark.parametrize("name", changes())
def test_a_change_is_a_topic_or_an_object_of_some_kind(name: str) -> None:
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
    # There are no overloads, so a name is enough.
    assert not re.search(r"comment on function \w+\s*\(", deploy)
    assert not re.search(r"drop function \w+\s*\(", revert)
    # "Division by zero" would not say what is wrong.
    assert not re.search(r"\b1\s*/", verify)


@pytest.mark.parametrize("name", changes())
def test_a_revert_makes_sure_of_the_memory(name: str) -> None:
    """From the first change whose revert still finds the function that does so."""
    guard = changes().index("base/verify")
    revert = (ROOT / "revert" / f"{name}.sql").read_text()
    is_guarded = "select _verify_registry(:'registry') as verified\n\\gset" in revert
    assert is_guarded == (changes().index(name) >= guard)


@pytest.mark.parametrize("name", changes())
def test_public_functions_and_tables_have_changes_of_their_own(name: str) -> None:
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
def test_dynamic_sql_says_what_varies_and_searches_have_none(name: str) -> None:
    deploy = (ROOT / "deploy" / f"{name}.sql").read_text()
    for body in re.findall(r"as \$\$\n(.*?)\n\$\$;", deploy, re.DOTALL):
        if re.search(r"(?m)^ *execute ", body):
            assert not name.startswith("search/")
            assert "-- Dynamic" in body
