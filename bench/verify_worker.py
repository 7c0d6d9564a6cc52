"""`python -m bench.verify_worker ENTRIES [--export DIR]`: fill the log of DATABASE_URL, verify it, print JSON.

Verifies at a hundredth, a tenth and the whole of the entries, so that the growth shows. The floor is SHA-256, in one
loop, of what a verification must hash: every leaf and every inner node.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import django
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection

django.setup()  # what follows needs the settings

from audit.actors import SystemActor  # noqa: E402
from audit.checkpoints import latest_checkpoint, prove  # noqa: E402
from audit.exporting import export_log  # noqa: E402
from audit.merkle import leaf_hash, verify_inclusion  # noqa: E402
from audit.models import Leaf  # noqa: E402
from audit.rows import bodies_in_order  # noqa: E402
from audit.span_looking import HELPED_FROM, helper_target  # noqa: E402
from audit.tiles import WIDTH  # noqa: E402
from audit.verification import verify_log  # noqa: E402
from bench.log_filling import fill_log  # noqa: E402
from bench.rows import RUNS  # noqa: E402
from config.key_making import make_missing_keys  # noqa: E402

_BENCH = SystemActor("bench")
_PROOFS = 100


def main() -> None:
    options = _options()
    call_command("migrate", verbosity=0)
    make_missing_keys(settings.DADKHAH_KEYS_DIR, data=settings.DADKHAH_DATA_DIR)
    sizes = []
    idle = 0.0
    for count in (options.entries // 100, options.entries // 10, options.entries):
        fill_log(count)
        idle = idle or _memory()
        took = _verified()
        own = _memory() - idle
        sizes.append(
            {
                "entries": count,
                "seconds": took,
                "each": took / count * 1e6,
                "memory": own + _helper_memory(count),
            }
        )
    found: dict[str, object] = {
        "sizes": sizes,
        "floor": _floor(options.entries),
        "note": "SHA-256 of leaves and nodes, one loop",
    }
    if connection.vendor == "postgresql":
        found["reading"] = _reading()
    found["proof"] = _proof(options.entries)
    if options.export:
        export_log(Path(options.export), actor=_BENCH)
        found["export"], found["export_memory"] = _export_checked(Path(options.export))
    print(json.dumps(found))


def _verified() -> float:
    def once() -> None:
        if not verify_log().ok:
            raise RuntimeError("the log under measure is broken")

    return _median(once)


def _floor(count: int) -> float:
    bodies = [body for _index, _hash, body in bodies_in_order(min(count, 100_000))]

    def once() -> None:
        row = []
        for body in bodies:
            row.append(sha256(b"\x00" + body).digest())
        while len(row) > 1:
            above = []
            for at in range(0, len(row) - 1, 2):
                above.append(sha256(b"\x01" + row[at] + row[at + 1]).digest())
            row = above

    return _median(once) * count / len(bodies)


def _reading() -> float:
    """Seconds to read the content of every entry in the order of the tree and hash it: one loop, nothing compared."""
    in_order = "SELECT e.body FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id ORDER BY l.leaf_index"

    def once() -> None:
        with (
            psycopg.connect(os.environ["DATABASE_URL"]) as plain,
            psycopg.ServerCursor(plain, "reading") as cursor,
        ):
            cursor.itersize = 2_000
            for (body,) in cursor.execute(in_order, binary=True):
                sha256(b"\x00" + body).digest()

    return _median(once)


def _proof(count: int) -> float:
    """Milliseconds to make and check one proof, on the average of proofs from all over the log, one at a time."""
    checkpoint = latest_checkpoint()
    if checkpoint is None:
        raise RuntimeError("the log under measure is not signed")
    places = range(count // (2 * _PROOFS), count, count // _PROOFS)
    entries = [Leaf.objects.get(index=place).entry_id for place in places]

    def all_of_them() -> None:
        for entry_id in entries:
            [proven] = prove([entry_id], checkpoint)
            if not verify_inclusion(
                proven.index, checkpoint.size, leaf_hash(proven.body), proven.proof, bytes(checkpoint.root)
            ):
                raise RuntimeError("the proof does not hold")

    all_of_them()
    return _median(all_of_them) / len(entries) * 1000


def _export_checked(folder: Path) -> tuple[float, float]:
    """Seconds, and MiB above an interpreter that does nothing."""
    command = [sys.executable, "-I", "-S", str(folder / "verify_log.py"), "--json"]
    took = _median(lambda: subprocess.run(command, check=True, capture_output=True))
    return took, _peak(command) - _peak([sys.executable, "-I", "-S", "-c", "pass"])


def _helper_memory(count: int) -> float:
    """All that the second process takes, for it is not there while nothing is verified."""
    tiles = count // WIDTH
    if tiles < HELPED_FROM:
        return 0
    order = json.dumps({"target": helper_target(), "start": tiles // 2, "end": tiles})
    return _peak([sys.executable, "-m", "audit.span_helper"], order)


def _peak(command: list[str], text: str = "") -> float:
    """The peak in MiB of a program, started by a small interpreter: what starts it is counted until it runs."""
    measure = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True);"
        " print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    run = subprocess.run(
        [sys.executable, "-c", measure, *command], check=True, stdout=subprocess.PIPE, text=True, input=text
    )
    return int(run.stdout) / 1024


def _median(once: Callable[[], object]) -> float:
    times = []
    for _round in range(RUNS):
        started = time.perf_counter()
        once()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _memory() -> float:
    """The peak of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.verify_worker")
    parser.add_argument("entries", type=int)
    parser.add_argument("--export", default="")
    return parser.parse_args()


if __name__ == "__main__":
    main()
