"""Begin a public function: three scripts from templates/ and a line in the plan.

Usage: python scripts/new_function.py AREA NAME

A function whose name begins with get_, has_, list_, search_, count_, check_, audit_ or
assess_ only reads, so the reader role may execute it too.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from areas import AREAS

READS = re.compile(r"(get|has|list|search|count|check|audit|assess)_")
PLANNER = {"SQITCH_FULLNAME": "kodiai", "SQITCH_EMAIL": "kodiai@example.com"}

NEXT = """\
Next: complete the three scripts, and the note and requirements in sqitch.plan; test
the function; make client reference.
"""


def add(area: str, name: str) -> None:
    """Have Sqitch write the scripts and the line in the plan."""
    command = [
        *("sqitch", "add", f"{area}/functions/{name}"),
        *("--template", "function", "--set", f"function={name}"),
        *(("--set", "reads=1") if READS.match(name) else ()),
        *("--requires", "base/arguments", "--note", f"Add {name}."),
    ]
    subprocess.run(command, env=os.environ | PLANNER, check=True)  # noqa: S603


def place(plan: str, area: str) -> str:
    """Move the last line of a plan to the end of its area, unless a tag follows it."""
    *lines, new = plan.splitlines()
    while not lines[-1]:
        lines.pop()
    here = [n for n, line in enumerate(lines, 1) if line.startswith(f"{area}/")]
    end = max(here, default=len(lines))
    if any(line.startswith("@") for line in lines[end:]):
        end = len(lines)
    return "\n".join([*lines[:end], new, *lines[end:]]) + "\n"


def main() -> None:
    try:
        area, name = sys.argv[1:]
    except ValueError:
        sys.exit(__doc__)
    if area not in AREAS:
        sys.exit(f"AREA: expected one of {', '.join(AREAS)}, got {area!r}")
    if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", name):
        sys.exit(f"NAME: expected a verb and a noun, such as list_things, got {name!r}")
    add(area, name)
    plan = Path("sqitch.plan")
    plan.write_text(place(plan.read_text(), area))
    print(NEXT, end="")


if __name__ == "__main__":
    main()
