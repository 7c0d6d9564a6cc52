"""The project's own source files, parsed once for the rules of the house."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("audit", "accounts", "cases", "evidence", "witnesses", "dossiers", "config")


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of ours but migrations, by its path from the root."""
    found = {}
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                found[str(path.relative_to(ROOT))] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def length(path: str) -> int:
    return (ROOT / path).read_text(encoding="utf-8").count("\n")
