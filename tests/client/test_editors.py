"""What editors and type checkers show about the client."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import AsyncMock, create_autospec

import jedi
import mypy.api
import pytest

from kodiai import AsyncClient, Client
from tests.server import ROOT

from .language_server import LanguageServer

pytestmark = pytest.mark.slow

SETUP = """\
from kodiai import AsyncClient, Client, FoundMemory

def use(memory: Client, awaited: AsyncClient, hit: FoundMemory) -> None:
"""

FINDING = (
    '"file_path": "a.py", "severity": "major", "category": "style", "confidence": 80,'
    ' "title": "Too long"'
)

METHODS = {
    "search_memories": "Search memories by text",
    "claim_run": "Claim a review run",
    "purge_authors": "Delete one batch",
}


@pytest.fixture(scope="module")
def pyright(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    folder = tmp_path_factory.mktemp("editor")
    (folder / "pyrightconfig.json").write_text(
        f'{{"extraPaths": ["{ROOT / "client"}"], "pythonPath": "{sys.executable}"}}'
    )
    command = [str(Path(sys.executable).with_name("pyright-langserver")), "--stdio"]
    with LanguageServer(command, folder) as server:
        yield server


@pytest.mark.parametrize("method", METHODS)
def test_pyright_shows_signature_and_text_on_hover(
    pyright: LanguageServer, method: str
) -> None:
    for client, result in (("memory", ") -> "), ("awaited", ") -> CoroutineType[")):
        found = pyright.ask(f"{SETUP}    {client}.{method[0]}|{method[1:]}", "hover")
        text = found["contents"]["value"]
        assert f"(method) def {method}(" in text
        assert result in text
        assert METHODS[method] in text


@pytest.mark.parametrize("method", METHODS)
def test_pyright_shows_parameters_in_a_call(
    pyright: LanguageServer, method: str
) -> None:
    (signature,) = pyright.ask(f"{SETUP}    memory.{method}(|", "signatureHelp")[
        "signatures"
    ]
    expected = list(inspect.signature(getattr(Client, method)).parameters)
    for parameter in expected[1:]:
        assert f"{parameter}: " in signature["label"]


def test_pyright_completes_methods_and_columns(pyright: LanguageServer) -> None:
    methods = pyright.ask(f"{SETUP}    memory.|", "completion")["items"]
    assert METHODS.keys() <= {item["label"] for item in methods}
    columns = pyright.ask(f"{SETUP}    hit.|", "completion")["items"]
    assert {"finding_text", "score", "to_dict"} <= {item["label"] for item in columns}


def test_pyright_shows_the_description_of_a_column(pyright: LanguageServer) -> None:
    found = pyright.ask(f"{SETUP}    hit.sever|ity", "hover")["contents"]["value"]
    assert "severity: Severity" in found
    assert "How bad" in found


def test_pyright_completes_the_words_of_a_closed_set(pyright: LanguageServer) -> None:
    source = f'{SETUP}    memory.has_memory("acme/api", 7, "|")'
    words = {item["label"] for item in pyright.ask(source, "completion")["items"]}
    assert words == {
        '"published"',
        '"accepted"',
        '"suppressed"',
        '"thumbs_up"',
        '"thumbs_down"',
    }


def script(line: str) -> tuple[jedi.Script, int, int]:
    source = f"{SETUP}    {line}"
    before = source[: source.index("|")]
    position = (before.count("\n") + 1, len(before.rpartition("\n")[2]))
    project = jedi.Project(ROOT, added_sys_path=[str(ROOT / "client")])
    return jedi.Script(source.replace("|", "", 1), project=project), *position


@pytest.mark.parametrize("method", METHODS)
def test_jedi_shows_signature_and_text(method: str) -> None:
    for client in ("memory", "awaited"):
        jedi_script, *position = script(f"{client}.{method}(|")
        (signature,) = jedi_script.get_signatures(*position)
        expected = list(inspect.signature(getattr(Client, method)).parameters)
        assert [p.name for p in signature.params] == expected[1:]
        assert METHODS[method] in signature.docstring()


def test_jedi_completes_methods_and_columns() -> None:
    for line, names in (
        ("memory.|", METHODS.keys()),
        ("hit.|", {"finding_text", "score", "to_dict"}),
    ):
        jedi_script, *position = script(line)
        completions = jedi_script.complete(*position)
        assert names <= {completion.name for completion in completions}


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize("method", METHODS)
def test_docstrings_describe_methods_and_errors(
    kind: type[object], method: str
) -> None:
    function = getattr(kind, method)
    assert inspect.iscoroutinefunction(function) == (kind is AsyncClient)
    assert METHODS[method] in (inspect.getdoc(function) or "")
    assert "Raises:" in (inspect.getdoc(function) or "")


def test_mocks_of_the_asynchronous_client_are_awaitable() -> None:
    mock = create_autospec(AsyncClient)
    for method in METHODS:
        assert isinstance(getattr(mock, method), AsyncMock)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ('memory.has_memory("acme/api", 7, "accepted")', None),
        ('memory.has_memory("acme/api", 7, "approved")', 'expected "Literal['),
        ('memory.search_memories("acme/api", outcomes=["approved"])', "List item 0"),
        (f"memory.record_findings(1, [{{{FINDING}}}])", None),
        (f"memory.record_findings(1, [{{{FINDING}, 'line': 1}}])", 'Extra key "line"'),
        ("hit.rank", 'has no attribute "rank"'),
    ],
)
def test_mypy_reports_wrong_words_and_unknown_keys(
    line: str, error: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MYPYPATH", str(ROOT / "client"))
    (tmp_path / "example.py").write_text(f"{SETUP}    {line}\n")
    config = ["--config-file=", "--strict", f"--cache-dir={ROOT / '.mypy_cache'}"]
    report, _, status = mypy.api.run([*config, str(tmp_path / "example.py")])
    assert status == (error is not None), report
    assert (error or "Success") in report
