"""Runs the commands that a document names, and writes what they print below their names.

A command stands in a comment, <!-- run: weft stat -->, and what it prints in the block behind it.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT, DATA = Path(sys.argv[1]), sys.argv[2]
DOCUMENT = ROOT / "docs" / "OPERATIONS.md"
BLOCK = re.compile(r"<!-- run: (weft [^\n]*?) -->\n```\n.*?```\n", re.S)
LINES_MAX = 40


def shown(match):
    line = match.group(1)
    words = line.split(" ")[1:]
    ran = subprocess.run(
        [str(ROOT / "scripts" / "weft"), *words, "--data", DATA],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    lines = ran.stdout.rstrip("\n").split("\n")
    if len(lines) > LINES_MAX:
        lines = lines[:LINES_MAX] + ["…"]
    code = f"\n(exit code {ran.returncode})" if ran.returncode else ""
    print(f"{line}: {ran.returncode}", file=sys.stderr)
    return f"<!-- run: {line} -->\n```\n$ {line}\n" + "\n".join(lines) + code + "\n```\n"


DOCUMENT.write_text(BLOCK.sub(shown, DOCUMENT.read_text()))
