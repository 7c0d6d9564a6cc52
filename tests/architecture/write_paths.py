"""Following every write of our program to the entry that records it, in the source and without running it.

What counts as a write: a method of the ORM that changes rows, a change of a relation, an object permission, a session,
or a statement of SQL that changes rows. A write is at peace if it stands in a block of one transaction from which the
log is reached, or in a function that appends outside any block of its own (which the log allows inside a transaction
alone, so it is the caller's), or if everybody who uses the function does so in one of these two ways.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

ROW_METHODS = {"save", "bulk_create", "get_or_create", "update_or_create", "bulk_update"}
RELATION_METHODS = {"add", "set", "remove", "clear"}
MANAGERS = {"objects", "_default_manager", "_base_manager"}
WRITING_FUNCTIONS = {"assign_perm", "remove_perm", "login", "logout"}
APPENDING = {"append", "append_refusal"}
LOG = "audit.log"
_SQL = re.compile(r"\b(INSERT|UPDATE|DELETE|TRUNCATE|MERGE|REPLACE)\b", re.IGNORECASE)
Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Event:
    """A write, an appending, or a use of another function of ours, and the blocks of transactions that it stands in.

    `called` is false for a function that is only named: handed on, or put into a list for somebody else to call.
    """

    kind: str
    what: str
    blocks: tuple[int, ...]
    called: bool = True


@dataclass
class Function:
    """One function of ours, and what happens in it."""

    name: str
    events: list[Event] = field(default_factory=list)

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]


class Program:
    """All functions of ours, and who uses whom."""

    def __init__(self, trees: Mapping[str, ast.Module], relations: set[str]) -> None:
        defined = {name for path, tree in trees.items() for name, _node in _definitions(path, tree)}
        self.functions: dict[str, Function] = {}
        for path, tree in trees.items():
            self.functions |= _Reader(path, tree, defined, relations).functions()

    def unlogged(self, excused: set[str]) -> dict[str, list[str]]:
        """The functions with writes that reach no entry, each with these writes; but for those that are excused."""
        wrong = {}
        for function in self.functions.values():
            if function.name not in excused:
                lost = [e.what for e in function.of("write") if not self._peaceful(function, e, frozenset())]
                if lost:
                    wrong[function.name] = lost
        return wrong

    def _peaceful(self, function: Function, event: Event, on_the_way: frozenset[str]) -> bool:
        if function.name in self._joining or any(
            self._logs(one) for one in function.events if set(one.blocks) & set(event.blocks)
        ):
            return True
        uses = [
            (user, use)
            for user, use in self._users.get(function.name, [])
            if user.name not in on_the_way | {function.name}
        ]
        on_the_way |= {function.name}
        return bool(uses) and all(self._peaceful(user, use, on_the_way) for user, use in uses)

    def _logs(self, event: Event) -> bool:
        return event.kind == "append" or (event.kind == "use" and event.what in self._logging)

    @cached_property
    def _users(self) -> dict[str, list[tuple[Function, Event]]]:
        users: dict[str, list[tuple[Function, Event]]] = {}
        for function in self.functions.values():
            for event in function.of("use"):
                users.setdefault(event.what, []).append((function, event))
        return users

    @cached_property
    def _logging(self) -> set[str]:
        """The functions that append, themselves or through what they use."""
        return self._closure(lambda event: True)

    @cached_property
    def _joining(self) -> set[str]:
        """The functions that append outside any block of their own, so that they run in their caller's transaction.

        Whoever calls one belongs to that transaction too. Whoever only names one, as a list of steps does, does not:
        each step is called by itself, and what one appends says nothing of another's writes.
        """
        return self._closure(lambda event: not event.blocks and event.called)

    def _closure(self, counts: Callable[[Event], bool]) -> set[str]:
        found: set[str] = set()
        while True:
            more = {
                function.name
                for function in self.functions.values()
                for event in function.events
                if counts(event) and (event.kind == "append" or (event.kind == "use" and event.what in found))
            }
            if more == found:
                return found
            found = more


def _module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def _definitions(path: str, tree: ast.Module) -> Iterator[tuple[str, Definition]]:
    """The functions and methods of a module; one inside another belongs to the outer one."""
    for node in tree.body:
        if isinstance(node, Definition):
            yield f"{_module(path)}.{node.name}", node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, Definition):
                    yield f"{_module(path)}.{node.name}.{inner.name}", inner


class _Reader:
    """Reads the functions of one module, with the names that it imports."""

    def __init__(self, path: str, tree: ast.Module, defined: set[str], relations: set[str]) -> None:
        self.path, self.module, self.tree = path, _module(path), tree
        self.defined, self.relations = defined, relations
        self.names = {
            alias.asname or alias.name: f"{node.module}.{alias.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }
        self.called: set[int] = set()
        self.texts: dict[str, str | None] = {}
        for node in tree.body:
            if isinstance(node, ast.Assign):
                text = _literal(node.value, self.texts)
                self.texts |= {target.id: text for target in node.targets if isinstance(target, ast.Name)}
        # Our own context managers that yield inside a transaction: `with` them, one stands inside it.
        self.managers = {
            node.name
            for _name, node in _definitions(path, tree)
            for block in ast.walk(node)
            if isinstance(block, ast.With) and _opens_transaction(block, set())
            if any(isinstance(inner, ast.Yield) for inner in ast.walk(block))
        }

    def functions(self) -> dict[str, Function]:
        found = {}
        for name, node in _definitions(self.path, self.tree):
            owner = name.split(".")[-2] if name.count(".") > self.module.count(".") + 1 else ""
            found[name] = Function(name, list(self._events(node, owner, ())))
        rest = [node for node in self.tree.body if not isinstance(node, ast.ImportFrom | ast.Import)]
        outside = f"{self.module}.<module>"
        found[outside] = Function(outside, [e for node in rest for e in self._module_level(node)])
        return found

    def _module_level(self, node: ast.AST) -> Iterator[Event]:
        """What a module does when it is loaded; the bodies of functions are their own."""
        if isinstance(node, Definition):
            for decorator in node.decorator_list:
                yield from self._events(decorator, "", ())
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                yield from self._module_level(inner)
        else:
            yield from self._events(node, "", ())

    def _events(self, node: ast.AST, owner: str, blocks: tuple[int, ...]) -> Iterator[Event]:
        if isinstance(node, ast.With) and _opens_transaction(node, self.managers):
            blocks = (*blocks, node.lineno)
        if isinstance(node, ast.Call):
            self.called.add(id(node.func))
            if self._is_append(node):
                yield Event("append", "", blocks)
            elif how := self._write(node):
                yield Event("write", f"{how} in line {node.lineno}", blocks)
        if used := self._used(node, owner):
            yield Event("use", used, blocks, called=id(node) in self.called)
        for child in ast.iter_child_nodes(node):
            yield from self._events(child, owner, blocks)

    def _is_append(self, node: ast.Call) -> bool:
        called = node.func
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
            return called.attr in APPENDING and self.names.get(called.value.id) == LOG
        return isinstance(called, ast.Name) and self.names.get(called.id) in {f"{LOG}.{a}" for a in APPENDING}

    def _write(self, node: ast.Call) -> str:
        """How the call writes, or ''."""
        called = node.func
        if isinstance(called, ast.Name):
            return f"{called.id}()" if called.id in WRITING_FUNCTIONS & self.names.keys() else ""
        if not isinstance(called, ast.Attribute):
            return ""
        method, receiver = called.attr, called.value
        attribute = receiver.attr if isinstance(receiver, ast.Attribute) else ""
        writes = (
            method in ROW_METHODS
            # A dictionary's and a hash's `update` take a value, the ORM's takes columns by name.
            or (method == "update" and bool(node.keywords) and not node.args)
            or (method == "delete" and not node.args)
            or (method in {"execute", "executemany"} and bool(node.args) and self._changes_rows(node.args[0]))
            # Not every `create` makes a row; one that does is asked of a manager or a relation.
            or (method == "create" and attribute in MANAGERS | self.relations)
            or (method in RELATION_METHODS and attribute in self.relations)
        )
        return f".{method}()" if writes else ""

    def _changes_rows(self, statement: ast.expr) -> bool:
        text = (
            self.texts.get(statement.id)
            if isinstance(statement, ast.Name)
            else _literal(statement, self.texts)
        )
        # A statement that cannot be read here may do anything.
        return text is None or bool(_SQL.search(text))

    def _used(self, node: ast.AST, owner: str) -> str:
        """The function of ours that a name stands for, called or handed on."""
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            names = (f"{self.module}.{node.id}", self.names.get(node.id, ""))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            own = f"{self.module}.{owner}.{node.attr}" if node.value.id in {"self", "cls"} else ""
            names = (own, f"{self.names.get(node.value.id, node.value.id)}.{node.attr}")
        else:
            return ""
        return next((name for name in names if name in self.defined), "")


def _opens_transaction(node: ast.With, managers: set[str]) -> bool:
    for item in node.items:
        called = item.context_expr.func if isinstance(item.context_expr, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr == "atomic":
            return True
        if isinstance(called, ast.Name) and called.id in managers | {"atomic"}:
            return True
    return False


def _literal(node: ast.expr, known: Mapping[str, str | None]) -> str | None:
    """The text of a literal; what is put into it is left out unless it is a `known` one. None for what is no literal."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.Name):
        return known.get(node.value.id)
    if isinstance(node, ast.JoinedStr):
        return "".join(_literal(part, known) or "…" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _literal(node.left, known), _literal(node.right, known)
        return None if left is None or right is None else left + right
    return None
