"""Follows documents: gives their commands to a shell, and compares what comes with what they show.

usage: follow.py CHECKOUT -- SHELL…

A block is followed when its lines begin with "$ ", and is not under a comment "<!-- not run: why -->".
What is shown may be cut: the lines shown must come, in their order, with other lines between them.
Ids, times and process ids differ and are compared by their form; an id that is shown twice must come
twice. JSON is compared as JSON.
"""

import json
import os
import re
import select
import signal
import subprocess
import sys
import time

SECTIONS = [
    ("README.md", ["The two commands", "A tour", "More ways in"]),
    ("docs/WRITE-A-SERVICE.md", ["Run it"]),
]
STEP_SECONDS = 900  # the first builds, with an empty Maven repository
AGAIN_SECONDS = 10  # for what comes about a moment later, such as the effect of an event
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
FORMS = [  # what differs from run to run, in the order in which it is looked for
    ("uuid", UUID),
    ("hex", r"\b[0-9a-f]{32}\b"),
    ("instant", r"\d{4}-\d\d-\d\dT[\d:.]+Z"),
    ("clock", r"\d\d:\d\d:\d\d\.\d{3}"),
    ("duration", r"\b\d+(?:\.\d+)? m?s\b"),
    ("rate", r"\b\d+ orders/s"),
    ("retry", r"(?<=retry: )\d+"),
    ("cores", r"(?<=routing=)\d"),
    ("pid", r"(?<![:.,\d\"])\b\d{4,7}\b(?![,.\d\"])"),
]
COMES = dict(FORMS) | {"pid": r"\d+"}  # what may come there
FORM = re.compile("|".join(f"(?P<{name}>{form})" for name, form in FORMS))
MOVE = re.compile(r"^\s+n\d: ")  # which node of several a scale chooses


class Ids:
    """The ids that the documents show, and those that came in their places."""

    def __init__(self):
        self.actual = {}

    def put(self, text):
        """Returns a command with the ids that came."""
        return re.sub(UUID, lambda m: self.actual.get(m.group(), m.group()), text)

    def same(self, shown, came):
        if not re.fullmatch(UUID, came):
            return False
        return self.actual.setdefault(shown, came) == came


def blocks(text, sections):
    """Yields the blocks of sections: their lines, and whether they are to be run."""
    inside, wanted, above, lines = False, False, "", []
    for line in text.splitlines():
        if line.startswith("```"):
            if inside and wanted:
                yield lines, not above.startswith("<!-- not run:")
            inside, lines = not inside, []
        elif inside:
            lines.append(line)
        elif line.startswith("## "):
            wanted = line[3:] in sections
        elif line.strip():
            above = line


def steps(lines):
    """Yields each command of a block with what is shown behind it."""
    command, shown, more = None, [], False
    for line in lines:
        if more:
            command += "\n" + line
        elif line.startswith("$ "):
            if command is not None:
                yield command, shown
            command, shown = line[2:], []
        elif line.strip():
            shown.append(line)
            continue
        else:
            continue
        more = line.endswith("\\")
    if command is not None:
        yield command, shown


def json_alike(shown, came, ids):
    if isinstance(shown, dict):
        return (
            isinstance(came, dict)
            and shown.keys() == came.keys()
            and all(json_alike(shown[k], came[k], ids) for k in shown)
        )
    if isinstance(shown, list):
        return (
            isinstance(came, list)
            and len(shown) == len(came)
            and all(json_alike(s, c, ids) for s, c in zip(shown, came))
        )
    if isinstance(shown, str):
        return isinstance(came, str) and text_alike(shown, came, ids)
    return shown == came


def text_alike(shown, came, ids):
    """Compares lines; what differs from run to run by its form, blanks by their being there."""
    shown, came = MOVE.sub(" nX: ", shown), MOVE.sub(" nX: ", came)
    pattern, at, ids_shown = "", 0, []
    for found in FORM.finditer(shown):
        pattern += re.escape(shown[at : found.start()])
        pattern += "(" + COMES[found.lastgroup] + ")"
        ids_shown.append(found.group() if found.lastgroup == "uuid" else None)
        at = found.end()
    pattern = re.sub(r"(\\ )+", r"\\s+", pattern + re.escape(shown[at:]))
    match = re.fullmatch(pattern, came.rstrip(), re.IGNORECASE)
    if not match:
        return False
    return all(s is None or ids.same(s, c) for s, c in zip(ids_shown, match.groups()))


def line_alike(shown, came, ids):
    brace = shown.find("{")
    if brace >= 0 and shown.endswith("}"):
        try:
            value = json.loads(shown[brace:])
        except ValueError:
            return text_alike(shown, came, ids)
        try:
            other = json.loads(came[came.index("{") :])
        except ValueError:
            return False
        return came[: came.index("{")] == shown[:brace] and json_alike(value, other, ids)
    return text_alike(shown, came, ids)


def first_missing(shown, came, ids):
    """Returns the first line shown that did not come, or None."""
    at = 0
    for line in shown:
        if line.strip() == "…":
            continue
        while at < len(came) and not line_alike(line, came[at], ids):
            at += 1
        if at == len(came):
            return line
        at += 1
    return None


class Shell:
    """A shell that is given one command after the other."""

    def __init__(self, arguments):
        self.process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        os.set_blocking(self.process.stdout.fileno(), False)
        self.count = 0

    def run(self, command, until=None):
        """Runs a command; returns its lines and exit code. Interrupts it once a line is alike."""
        self.count += 1
        mark = f"--- followed {self.count} "
        if until is not None:
            # What Ctrl-C does to a command in the foreground, from a shell without a terminal.
            command = f"set -m; {command} & set +m; wait $!"
        text = command + f'\necho "{mark}$?"\n'
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()
        lines, rest, end, asked = [], "", time.monotonic() + STEP_SECONDS, False
        while time.monotonic() < end:
            select.select([self.process.stdout], [], [], 1)
            data = self.process.stdout.read()
            if data is None:
                continue
            if not data:
                return lines + [rest, "the shell has ended"], -1
            *new, rest = (rest + data.decode(errors="replace")).split("\n")
            for line in (each.rstrip("\r") for each in new):
                if mark in line:
                    before, code = line.split(mark)
                    return lines + ([before] if before else []), int(code)
                lines.append(line)
                if until is not None and not asked and until(line):
                    asked = True
                    interrupt(self.process.pid)
        return lines + [f"no end within {STEP_SECONDS} s"], -1


def descendants(pid):
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8") as file:
                    fields = file.read().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(name))
    found, todo = [], [pid]
    while todo:
        for child in children.get(todo.pop(), []):
            found.append(child)
            todo.append(child)
    return found


def interrupt(shell):
    """Does what Ctrl-C does: a node is a java below the shell."""
    for pid in descendants(shell):
        try:
            with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
                if file.read().strip() == "java":
                    os.kill(pid, signal.SIGINT)
        except OSError:
            continue


class Follower:
    def __init__(self, shell):
        self.shell = shell
        self.ids = Ids()
        self.passed = 0
        self.failed = 0

    def step(self, command, shown):
        begin = time.monotonic()
        while True:
            lines, code = self.shell.run(self.ids.put(command))
            missing = first_missing(shown, lines, self.ids)
            # curl ends so when the time is up that it was given.
            right = code == 0 or code == 28 and " -m " in command
            reads = command.startswith("curl") and " -d " not in command
            if missing is None and right or not reads or time.monotonic() - begin > AGAIN_SECONDS:
                break
            time.sleep(1)
        self.tell(command, missing if right else f"exit code 0, not {code}", lines, begin)

    def until_ready(self, command, shown):
        """Runs what stays in the foreground, until it has printed what is shown."""
        begin = time.monotonic()
        lines, _ = self.shell.run(command, lambda line: line_alike(shown[-1], line, self.ids))
        self.tell(command, first_missing(shown, lines, self.ids), lines, begin)

    def tell(self, command, missing, lines, begin):
        seconds = time.monotonic() - begin
        what = " ".join(command.split())[:90]
        if missing is None:
            self.passed += 1
            print(f"ok      {what} ({seconds:.1f} s)", flush=True)
            return
        self.failed += 1
        print(f"FAILED  {what} ({seconds:.1f} s)\n  missing: {missing}\n  printed:", flush=True)
        print("\n".join("    " + line for line in lines[-40:]), flush=True)


def follow(follower, text, sections):
    waiting = None
    for lines, run in blocks(text, sections):
        if not run:
            continue
        if not any(line.startswith("$ ") for line in lines):
            # The first block names commands; the next shows what the first of them prints.
            if waiting is not None:
                follower.until_ready(waiting, lines)
                waiting = None
            elif lines[0].startswith("scripts/"):
                waiting = lines[0].partition(" #")[0].strip()
            continue
        for command, shown in steps(lines):
            follower.step(command, shown)


def main():
    if len(sys.argv) < 4 or sys.argv[2] != "--":
        print(__doc__.splitlines()[2], file=sys.stderr)
        return 2
    shell = Shell(sys.argv[3:])
    follower = Follower(shell)
    for name, sections in SECTIONS:
        with open(os.path.join(sys.argv[1], name), encoding="utf-8") as file:
            text = file.read()
        follow(follower, text, sections)
    shell.process.stdin.close()
    shell.process.wait(timeout=60)
    print(f"{follower.passed} passed, {follower.failed} failed")
    return 0 if follower.failed == 0 and follower.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
