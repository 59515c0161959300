"""Memories as files: export, import, and conversion of what other systems export.

A file is JSON Lines: a header, one memory per line in order of memory_id, and a footer
by which an incomplete file is recognized. Importing a file again changes nothing, so an
import that was interrupted is continued by starting it again.

Usage: python -m kodiai.transfer export --owner acme > acme.jsonl
       python -m kodiai.transfer import < acme.jsonl
       python -m kodiai.transfer convert --from mem0 ... mem0.json > mem0.jsonl
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, NoReturn, TextIO

from pgvector import Vector
from psycopg import Error

from kodiai import Client
from kodiai.errors import argument_of

FORMAT = "kodiai memories"
VERSION = 1
BATCH = 500

#: Called with the number of memories so far, and of all, None if unknown.
Progress = Callable[[int, int | None], None]
#: A line of a file: its number and the memory in it.
Line = tuple[int, dict[str, Any]]


class TransferError(ValueError):
    """A file cannot be imported or converted; the message names the line."""


def export_memories(
    client: Client,
    owner: str | None,
    file: TextIO,
    *,
    progress: Progress | None = None,
) -> int:
    """Write the memories of an owner, or all of them, to a file; return how many.

    They are read page by page: a memory that is changed meanwhile is in the file as it
    was when its page was read.
    """
    info = client.get_info()
    total = info.memories
    if owner is not None:
        count = client.count_memories(None, owner)
        total = count.memories + count.pending + count.retired
    header = {
        "format": FORMAT,
        "version": VERSION,
        "schema_version": info.schema_version,
        "embedding_dim": info.embedding_dim,
        "active_model": info.active_model,
        "owner": owner,
        "count": total,
    }
    file.write(_dump(header) + "\n")
    exported, after_id = 0, None
    while rows := client.export_memories(owner, after_id, BATCH):
        file.writelines(_line(row.memory, row.embedding) for row in rows)
        after_id = rows[-1].memory_id
        exported += len(rows)
        if progress:
            progress(exported, total)
    file.write(_dump({"end": True, "memories": exported}) + "\n")
    return exported


def import_memories(
    client: Client,
    file: Iterable[str],
    *,
    on_conflict: Any = "keep",
    embeddings: bool = True,
    findings: bool = True,
    progress: Progress | None = None,
) -> Counter[str]:
    """Import the memories in a file; return how many were inserted, and so on.

    on_conflict: as in Client.import_memories. embeddings: whether to import them; False
    for a schema of another embedding_dim. findings: whether ids of findings and reviews
    mean the same in this schema; False leaves them out.

    Each batch of lines is a transaction, unless client has a connection in one.

    Raises TransferError if the file is not one, if it is incomplete, or if a memory in
    it is refused; what precedes that memory has been imported.
    """
    source = _Source(file, client, embeddings=embeddings)
    actions: Counter[str] = Counter()
    for batch in _batches(source.memories()):
        numbers = [number for number, _ in batch]
        memories: list[Any] = [memory for _, memory in batch]
        vectors = [memory.pop("embedding", None) for memory in memories]
        if not findings:
            memories = list(map(_without_findings, memories))
        try:
            rows = client.import_memories(
                memories, vectors if embeddings else None, on_conflict
            )
        except Error as error:
            raise _located(error, numbers) from error
        actions.update(row.action for row in rows)
        if progress:
            progress(actions.total(), source.total)
    return actions


class _Source:
    """The lines of a file, some of which are headers and footers.

    Files may follow each other: cat one.jsonl two.jsonl.
    """

    def __init__(
        self, file: Iterable[str], client: Client, *, embeddings: bool
    ) -> None:
        self.total: int | None = None
        self._file = file
        self._client = client
        self._embeddings = embeddings

    def memories(self) -> Iterator[Line]:
        number, count = 0, None
        for number, text in enumerate(self._file, 1):
            if not text.strip():
                continue
            line = _parse(text, number)
            if "format" in line:
                self._begin(line, number)
                count = 0
            elif count is None:
                raise TransferError(f"line {number}: expected a header")
            elif "end" in line:
                if line.get("memories") != count:
                    raise TransferError(
                        f"line {number}: expected {line.get('memories')} memories"
                        f" before it, got {count}"
                    )
                count = None
            else:
                count += 1
                yield number, line
        if count is not None or not number:
            raise TransferError(f"line {number}: the file is incomplete")

    def _begin(self, header: dict[str, Any], number: int) -> None:
        kind = (header["format"], header.get("version"))
        if kind != (FORMAT, VERSION):
            raise TransferError(
                f"line {number}: expected {FORMAT!r}, version {VERSION}, got {kind}"
            )
        self.total = (self.total or 0) + (header.get("count") or 0)
        if not self._embeddings:
            return
        info = self._client.get_info()
        dimensions = header.get("embedding_dim")
        if dimensions not in {None, info.embedding_dim}:
            raise TransferError(
                f"line {number}: the embeddings have {dimensions} dimensions, but the"
                f" schema has {info.embedding_dim}; import without embeddings, then"
                " embed again"
            )
        # Not that of the first memory, which may be an older model.
        if header.get("active_model") and not info.active_model:
            self._client.set_embedding_model(header["active_model"])


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while batch := list(islice(lines, BATCH)):
        yield batch


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _line(memory: Mapping[str, Any], embedding: Vector | None) -> str:
    numbers = embedding.to_list() if embedding else []
    # Nine digits say which number of type real it is.
    digits = ",".join(["%.9g"] * len(numbers)) % tuple(numbers)
    vector = f"[{digits}]" if embedding else "null"
    return f'{_dump(memory)[:-1]},"embedding":{vector}}}\n'


def _parse(text: str, number: int) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except ValueError as error:
        raise TransferError(f"line {number}: expected JSON: {error}") from None
    if not isinstance(line, dict):
        raise TransferError(f"line {number}: expected an object")
    return line


def _without_findings(memory: dict[str, Any]) -> dict[str, Any]:
    others = {
        key: value
        for key, value in memory.items()
        if key not in {"finding_id", "review_id", "findings"}
    }
    if voices := memory.get("voices"):
        others["voices"] = [voice | {"finding_id": None} for voice in voices]
    return others


def _located(error: Error, numbers: list[int]) -> Exception:
    """Return the error with the line number of the memory that it is about."""
    found = re.match(r"(memories|embeddings)\[(\d+)\]\.?", argument_of(error) or "")
    if not found:
        return error
    message = str(error).removeprefix(found[0]).lstrip(": ")
    if found[1] == "embeddings":
        message = f"embedding: {message}"
    return TransferError(f"line {numbers[int(found[2]) - 1]}: {message}")


# Other systems


def convert_memories(
    kind: str, document: Any, defaults: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Return memories that another system exported, for import_memories.

    kind: mem0 or hindsight. document: the parsed JSON. defaults: what these systems do
    not know: repo, severity, category, outcome and file_path; a memory whose metadata
    has one of these keys has that value instead.
    """
    for key in ("results", "items"):
        if isinstance(document, dict) and key in document:
            document = document[key]
    if not isinstance(document, list):
        raise TransferError(f"expected an array of memories of {kind}")
    for number, item in enumerate(document, 1):
        try:
            yield _converted(SYSTEMS[kind](item), defaults)
        except (AttributeError, KeyError, TypeError) as error:
            got = type(error).__name__
            raise TransferError(
                f"memory {number}: expected one of {kind} ({got}: {error})"
            ) from None


def _converted(item: dict[str, Any], defaults: Mapping[str, str]) -> dict[str, Any]:
    metadata = item["metadata"]
    known = {key: metadata.pop(key, value) for key, value in defaults.items()}
    digest = hashlib.sha256(str(item["id"]).encode()).digest()
    memory = {
        # The same each time, so that a memory is not imported twice.
        "memory_id": int.from_bytes(digest[:8], "big") % 2**62 + 1,
        "finding_text": item["text"],
        "created_at": item["created_at"],
        "metadata": metadata,
    }
    if item.get("retired_at"):
        memory |= {
            "state": "retired",
            "retired_at": item["retired_at"],
            "retired_reason": item["retired_reason"],
        }
    return known | memory


def _from_mem0(item: dict[str, Any]) -> dict[str, Any]:
    """Read an element of what get_all() of mem0 returns."""
    whose = ("user_id", "agent_id", "app_id", "run_id", "categories")
    return {
        "id": item["id"],
        "text": item["memory"],
        "created_at": item["created_at"],
        "metadata": {"mem0_id": item["id"]}
        | {key: item[key] for key in whose if item.get(key)}
        | (item.get("metadata") or {}),
    }


def _from_hindsight(item: dict[str, Any]) -> dict[str, Any]:
    """Read an item of what /memories/list of Hindsight returns."""
    times = ("mentioned_at", "date", "occurred_start", "created_at")
    created_at = next(item[key] for key in times if item.get(key))
    about = ("fact_type", "context", "tags", "entities", "document_id")
    memory = {
        "id": item["id"],
        "text": item["text"],
        "created_at": created_at,
        "metadata": {"hindsight_id": item["id"]}
        | {key: item[key] for key in about if item.get(key)}
        | (item.get("metadata") or {}),
    }
    if item.get("state") == "invalidated":
        memory |= {
            "retired_at": item.get("invalidated_at") or created_at,
            "retired_reason": item.get("invalidation_reason") or "invalidated",
        }
    return memory


SYSTEMS = {"mem0": _from_mem0, "hindsight": _from_hindsight}


# The command


def main(arguments: list[str] | None = None) -> None:
    """Run the command; exit with 1 if it fails."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit("\ninterrupted" + (options.command == "import") * "; start it again")
    except BrokenPipeError:
        # Nobody reads the rest; keep Python from flushing it on exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (Error, OSError, TransferError, UnicodeError) as error:
        _fail(error)


def _fail(error: Exception) -> NoReturn:
    sys.exit(f"{_clear()}error: {str(error).strip()}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m kodiai.transfer", description="Take memories along."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    target = argparse.ArgumentParser(add_help=False)
    target.add_argument("--url", help="of the database (DATABASE_URL)")
    target.add_argument("--schema", default="kodiai", help="schema (kodiai)")

    command = commands.add_parser(
        "export", parents=[target], help="write memories to the standard output"
    )
    command.set_defaults(run=_export)
    command.add_argument("--owner", help="only the repositories of this owner")

    command = commands.add_parser(
        "import", parents=[target], help="import what export or convert wrote"
    )
    command.set_defaults(run=_import)
    command.add_argument(
        "--on-conflict",
        choices=["keep", "replace", "reject"],
        default="keep",
        help="what happens to a known memory that differs (keep)",
    )
    command.add_argument(
        "--without-embeddings",
        action="store_true",
        help="for a schema of another width: embed again afterwards",
    )
    command.add_argument(
        "--without-findings",
        action="store_true",
        help="leave out ids of findings and reviews, if they mean others here",
    )
    _add_file(command)

    command = commands.add_parser(
        "convert", help="write what another system exported as import reads it"
    )
    command.set_defaults(run=_convert)
    command.add_argument(
        "--from", choices=SYSTEMS, required=True, dest="kind", help="the system"
    )
    for name in ("repo", "severity", "category", "outcome"):
        command.add_argument(
            f"--{name}", required=True, help="of memories without one in their metadata"
        )
    command.add_argument("--file-path", default=".", help="likewise (.)")
    _add_file(command)
    return parser


def _add_file(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "file",
        nargs="?",
        type=argparse.FileType(encoding="utf-8"),
        default=sys.stdin,
        help="standard input by default",
    )


def _connect(options: argparse.Namespace) -> Client:
    try:
        return Client.connect(options.url, schema=options.schema)
    except ValueError as error:
        _fail(error)


def _export(options: argparse.Namespace) -> None:
    with _connect(options) as client:
        exported = export_memories(
            client, options.owner, sys.stdout, progress=_progress()
        )
    _report(f"{exported:,} exported")


def _import(options: argparse.Namespace) -> None:
    with _connect(options) as client:
        actions = import_memories(
            client,
            options.file,
            on_conflict=options.on_conflict,
            embeddings=not options.without_embeddings,
            findings=not options.without_findings,
            progress=_progress(),
        )
    counts = [f"{count:,} {action}" for action, count in sorted(actions.items())]
    _report(", ".join(counts) or "nothing to import")


def _convert(options: argparse.Namespace) -> None:
    names = ("repo", "severity", "category", "outcome", "file_path")
    defaults = {name: getattr(options, name) for name in names}
    try:
        document = json.load(options.file)
    except ValueError as error:
        raise TransferError(f"expected JSON: {error}") from None
    memories = list(convert_memories(options.kind, document, defaults))
    header = {"format": FORMAT, "version": VERSION, "count": len(memories)}
    for line in (header, *memories, {"end": True, "memories": len(memories)}):
        sys.stdout.write(_dump(line) + "\n")
    _report(f"{len(memories):,} converted")


def _progress() -> Progress | None:
    """Return what shows the progress on a terminal."""

    def show(done: int, total: int | None) -> None:
        of = f" of {total:,}" if total else ""
        sys.stderr.write(f"\r{done:,}{of} memories")
        sys.stderr.flush()

    return show if sys.stderr.isatty() else None


def _clear() -> str:
    return f"\r{'':79}\r" if sys.stderr.isatty() else ""


def _report(text: str) -> None:
    sys.stderr.write(f"{_clear()}{text}\n")


if __name__ == "__main__":
    main()
