"""The plan, the folders and the scripts say the same."""

from __future__ import annotations

import re

import pytest

from tests.server import ROOT, changes

AREAS = ["base", "knowledge", "telemetry", "learning", "grants"]
KINDS = ["tables", "triggers", "indexes", "functions"]
PLAN = (ROOT / "sqitch.plan").read_text()


@pytest.mark.parametrize("tree", ["deploy", "revert", "verify"])
def test_every_change_has_its_script_and_every_script_its_change(tree: str) -> None:
    scripts = (ROOT / tree).rglob("*.sql")
    names = [s.relative_to(ROOT / tree).with_suffix("").as_posix() for s in scripts]
    assert sorted(names) == sorted(changes())


def test_changes_are_grouped_by_area_and_kind() -> None:
    areas = [name.split("/")[0] for name in changes()]
    assert areas == sorted(areas, key=AREAS.index)
    kinds = {name.split("/")[1] for name in changes() if name.count("/") > 1}
    assert kinds == set(KINDS)
    assert all(1 <= name.count("/") <= 2 for name in changes())


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


@pytest.mark.parametrize("name", changes())
def test_a_revert_makes_sure_of_the_memory(name: str) -> None:
    """From the first change whose revert still finds the function that does so."""
    guard = changes().index("base/functions/_verify_registry")
    revert = (ROOT / "revert" / f"{name}.sql").read_text()
    is_guarded = "select _verify_registry(:'registry') as verified\n\\gset" in revert
    assert is_guarded == (changes().index(name) > guard and "/domains" not in name)


@pytest.mark.parametrize("name", [c for c in changes() if "/functions/" in c])
def test_a_function_change_makes_the_function_of_its_name(name: str) -> None:
    deploy = (ROOT / "deploy" / f"{name}.sql").read_text()
    assert re.findall(r"create function (\w+)", deploy) == [
        name.rsplit("/", maxsplit=1)[-1]
    ]


@pytest.mark.parametrize("name", [c for c in changes() if "/tables/" in c])
def test_a_table_change_makes_the_table_of_its_name(name: str) -> None:
    deploy = (ROOT / "deploy" / f"{name}.sql").read_text()
    assert re.findall(r"create table (\w+)", deploy) == [
        name.rsplit("/", maxsplit=1)[-1]
    ]
