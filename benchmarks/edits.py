"""Generic mistakes in a module: signs flipped, factors, powers and transposes dropped, arguments
swapped, axes changed, means taken for sums, wherever the code has one. And more of them for what
can try many: terms and functions dropped, comparisons turned, products and quotients exchanged.
"""

import ast
import builtins
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    **{ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE), ast.Eq: (ast.NotEq,)},
    **{ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.NotEq: (ast.Eq,)},
}


class Mutant(NamedTuple):
    path: str  # of the module, from the project's root
    line: int
    change: str  # "old -> new", as Python prints the expressions
    occurrence: int  # the same change may be possible in several places of a module
    source: str  # the module's new text

    @property
    def name(self) -> str:
        """What a mutant is known by in its module, whichever line it stands in."""
        return f"{self.change} ({self.occurrence})"


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand where `node` stands, if somebody slips."""
    match node:
        case ast.BinOp(op=ast.Add()):
            yield ast.BinOp(node.left, ast.Sub(), node.right)
        case ast.BinOp(op=ast.Sub()):
            yield ast.BinOp(node.left, ast.Add(), node.right)
        case ast.BinOp(op=ast.Mult()):
            yield from (node.left, node.right)
        case ast.BinOp(op=ast.Div() | ast.Pow()):
            yield node.left
        case ast.UnaryOp(op=ast.USub()) if not isinstance(node.operand, ast.Constant):
            yield node.operand
        case ast.Attribute(attr="T"):
            yield node.value
        case ast.Attribute(attr="sum" | "mean" as name):
            yield ast.Attribute(node.value, "mean" if name == "sum" else "sum")
        case ast.keyword(arg="axis"):
            first = ast.unparse(node.value) == "0"
            yield ast.keyword("axis", ast.Constant(-1 if first else 0))
        case ast.Call(args=[a, b, *rest]) if not any(isinstance(x, ast.Starred) for x in node.args):
            yield ast.Call(node.func, [b, a, *rest], node.keywords)


def all_variants(node: ast.AST) -> Iterator[ast.AST]:
    """These, and less likely ones."""
    yield from variants(node)
    match node:
        case ast.BinOp(op=ast.Add()):
            yield from (node.left, node.right)
        case ast.BinOp(op=ast.Sub()):
            yield node.left
        case ast.BinOp(op=ast.Mult()):
            yield ast.BinOp(node.left, ast.Div(), node.right)
        case ast.BinOp(op=ast.Div()):
            yield ast.BinOp(node.left, ast.Mult(), node.right)
        case ast.BinOp(op=ast.MatMult()):
            yield ast.BinOp(node.right, ast.MatMult(), node.left)
        case ast.Compare(ops=[op], comparators=[right]):
            for other in COMPARED.get(type(op), ()):
                yield ast.Compare(node.left, [other()], [right])
        case ast.IfExp():
            yield from (node.body, node.orelse)
        case ast.AugAssign():
            yield ast.Pass()
        case ast.Call(args=[x], keywords=[]) if not hasattr(builtins, ast.unparse(node.func)):
            yield x
        case ast.Call(args=[a, b, c, *rest]):
            yield ast.Call(node.func, [a, c, b, *rest], node.keywords)


def mutants(
    root: Path, path: str, variants: Callable[[ast.AST], Iterator[ast.AST]] = variants
) -> Iterator[Mutant]:
    """Every mutant of the module that lies at `path` under `root`."""
    tree = ast.parse((root / path).read_text())
    fields = [(p, *pair) for p in ast.walk(tree) for pair in ast.iter_fields(p)]
    spots: list[tuple[Any, Any]] = []  # a list or the fields of a node, and where in it one stands
    for parent, field, value in fields:
        if field not in ("annotation", "returns"):
            inner = isinstance(value, list)
            spots += [(value, i) for i in range(len(value))] if inner else [(vars(parent), field)]
    seen: Counter[str] = Counter()
    for holder, place in spots:
        node = holder[place]
        for variant in variants(node) if isinstance(node, ast.AST) else ():
            change = f"{ast.unparse(node)} -> {ast.unparse(variant)}"
            if ast.unparse(variant) == ast.unparse(node):
                continue  # two equal arguments have changed places
            seen[change] += 1
            holder[place] = variant
            source = ast.unparse(tree)
            holder[place] = node
            yield Mutant(path, getattr(node, "lineno", 0), change, seen[change], source)


def sample(every: Sequence[Mutant], fraction: float, seed: int) -> list[Mutant]:
    """That fraction of a module's mutants, and at least one of them.

    Each is drawn by its own name, so that an edit of the module leaves the others drawn or not.
    """

    def drawn(mutant: Mutant) -> bytes:
        return hashlib.sha256(f"{seed} {mutant.path} {mutant.name}".encode()).digest()

    count = max(1, round(fraction * len(every)))
    chosen = set(sorted(every, key=drawn)[:count])
    return [mutant for mutant in every if mutant in chosen]
