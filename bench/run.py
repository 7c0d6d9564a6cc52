"""`python -m bench.run`: measure every row and print the table; `--write` keeps it in bench/RESULTS.md."""

import argparse
import os
import platform
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench import (
    append_rows,
    explorer_rows,
    leak_rows,
    register_rows,
    small_files_rows,
    vault_rows,
    verify_rows,
    witness_rows,
)
from bench.rows import RUNS, Row

RESULTS = Path(__file__).parent / "RESULTS.md"
GROUPS: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "vault": lambda options: vault_rows.rows(size_mib=options.size_mib),
    "small-files": lambda options: small_files_rows.rows(count=options.files),
    "huge-file": lambda options: small_files_rows.huge_rows(gib=options.huge_gib),
    "append": lambda _options: append_rows.rows(),
    "verify": lambda options: verify_rows.rows(entries=options.entries),
    "explorer": lambda _options: explorer_rows.rows(),
    "register": lambda options: register_rows.rows(items=options.items),
    "witness": lambda _options: witness_rows.rows(),
    "leaks": lambda options: leak_rows.rows(pages=options.pages),
}


def main() -> int:
    """Print the table. Gives 1 when a goal is missed, so that a script can tell."""
    options = _options()
    if shutil.which("openssl") is None:
        print(
            "The floors are measured with openssl, which is not on this machine. Install it and run this again."
        )
        return 2
    measured = [row for name in options.only or GROUPS for row in GROUPS[name](options)]
    text = table(measured)
    print(text)
    if options.write:
        RESULTS.write_text(_page(text), encoding="utf-8")
        print(f"\nWritten to {RESULTS}")
    return 0 if all(row.holds for row in measured) else 1


def table(measured: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| work | figure | floor | ratio | goal | | floor is |", "|---|---|---|---|---|---|---|"]
    lines += [
        f"| {row.work} | {row.figure:.3f} {row.unit} | {row.floor:.3f} {row.unit} | {row.ratio:.2f} "
        f"| {row.goal:.2f} | {'holds' if row.holds else 'MISSED'} | {row.note} |"
        for row in measured
    ]
    return "\n".join(lines)


def _page(text: str) -> str:
    now = datetime.now(UTC).strftime("%Y-%m-%d")
    cores = f"{os.cpu_count()} cores"
    kernel = ".".join(platform.release().split(".")[:2])
    machine = f"{cores}, {platform.system()} {kernel}, Python {platform.python_version()}"
    return (
        f"# Measured\n\n{now}, {machine}; medians of {RUNS} runs, each row beside its floor in the same run. "
        f"Machines are noisy: trust the ratios. Made by `make bench`.\n\n{text}\n"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.run", description="What the work costs beside its floor."
    )
    parser.add_argument(
        "--size-mib", type=int, default=512, help="size of the large file; the goal is for 2048"
    )
    parser.add_argument("--files", type=int, default=2000, help="how many small files; the goal is for 10000")
    parser.add_argument(
        "--huge-gib", type=int, default=0, help="also take in one file of so many GiB; the goal is for 20"
    )
    parser.add_argument(
        "--entries", type=int, default=1_000_000, help="length of the log; the goals are for 1000000"
    )
    parser.add_argument(
        "--items", type=int, default=1_000_000, help="length of the register; the goal is for 1000000"
    )
    parser.add_argument(
        "--pages", type=int, default=10_000, help="pages to look through; the goal is for 10000"
    )
    parser.add_argument("--only", nargs="+", choices=GROUPS, help="measure these groups of rows alone")
    parser.add_argument("--write", action="store_true", help=f"keep the table in {RESULTS.name}")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
