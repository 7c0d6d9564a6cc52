"""Rules that a reader of one file cannot see broken: sizes, names, local imports, vanished exceptions, one writer."""

import ast
import re

import pytest

from audit.actions import Action
from tests.architecture.sources import ROOT, length, modules

FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "misc", "managers", "signals", "services"}
# The verifiers travel with a dossier and an export, each as one file that a stranger reads from top to bottom.
# The vocabulary of the log is one enumeration, which cannot be cut in two.
ONE_LONG_FILE = {
    "dossiers/verifier/verify.py",
    "audit/verifier/verify_log.py",
    "audit/actions.py",
    # The readers of every kind of file, which call each other for what lies in it.
    "evidence/inspecting/inside/searchable.py",
}


def functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", sorted(modules()))
def test_a_module_holds_one_noun(path):
    assert path in ONE_LONG_FILE or length(path) <= 300
    assert path.rsplit("/", 1)[-1].removesuffix(".py") not in FORBIDDEN_NAMES


@pytest.mark.parametrize("path", sorted(modules()))
def test_a_function_can_be_read_at_a_glance(path):
    long = [f.name for f in functions(modules()[path]) if (f.end_lineno or 0) - f.lineno + 1 > 60]
    assert long == []


@pytest.mark.parametrize("path", sorted(modules()))
def test_imports_stand_at_the_top(path):
    local = [
        f"{f.name}:{node.lineno}"
        for f in functions(modules()[path])
        for node in ast.walk(f)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert local == []


@pytest.mark.parametrize("path", sorted(modules()))
def test_no_exception_vanishes(path):
    swallowed = [
        node.lineno
        for node in ast.walk(modules()[path])
        if isinstance(node, ast.ExceptHandler) and all(isinstance(line, ast.Pass) for line in node.body)
    ]
    assert swallowed == []


def writers(pattern: str) -> set[str]:
    return {path for path in modules() if re.search(pattern, (ROOT / path).read_text(encoding="utf-8"))}


def test_only_the_log_writes_entries():
    assert writers(
        r"INSERT INTO audit_entry|Entry\.objects\.(create|bulk_create)|\bEntry\(\s*\n?\s*recorded_at"
    ) == {"audit/log.py"}


def test_only_custody_writes_custody_events():
    assert writers(r"CustodyEvent\.objects\.(create|bulk_create)|\bCustodyEvent\(") - {
        "evidence/models/custody.py"
    } == {"evidence/custody.py"}


def test_stored_bytes_are_opened_as_what_the_record_says_they_are():
    # By its name alone an object could be another one that was put in its place. A dossier compares for itself what
    # it has read; whether the store answers at all is asked of any object.
    by_name = writers(r"(vault\(\)|store|vault)\.open\(")
    assert {path for path in by_name if not path.startswith("evidence/vault/")} <= {
        "evidence/stored_objects.py",
        "evidence/reachability.py",
        "dossiers/packaging.py",
    }


def test_no_superuser_and_no_thread_local_user():
    assert writers(r"threading\.local|is_superuser\s*=\s*True|create_superuser") == set()


def test_the_product_names_no_path_of_a_machine():
    texts = [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        ROOT / "Makefile",
        *map(ROOT.joinpath, modules()),
    ]
    pattern = re.compile(r"\.\./shared|/work/|/tmp/[a-z]+/|/root/|/home/")
    assert [str(path) for path in texts if pattern.search(path.read_text(encoding="utf-8"))] == []


def test_every_action_of_the_vocabulary_is_done_somewhere():
    elsewhere = [ROOT / path for path in modules() if path != "audit/actions.py"]
    named = {name for path in elsewhere for name in re.findall(r"\bAction\.(\w+)", path.read_text("utf-8"))}
    assert {action.name for action in Action} - named == set()


@pytest.mark.parametrize(
    "path", sorted(str(p.relative_to(ROOT)) for p in (ROOT / "tests").rglob("test_*.py"))
)
def test_what_a_test_needs_is_said_by_a_marker_that_the_runs_know(path):
    """A condition of a test's own is a skip that fails where nothing may be skipped."""
    marks = [
        node.attr
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(node, ast.Attribute)
    ]
    assert not {"skipif", "skip", "importorskip"} & set(marks)
