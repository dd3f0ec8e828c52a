"""Where the time of a step goes: samples of what the interpreter is doing, by kind of work.

A second thread looks every half a millisecond at which expression each thread is in: Python knows
the place of every instruction in its source. So nothing has to be marked in the models' code. While
an array is computed NumPy lets the second thread run; between two it waits until Python gives way,
for which it is asked to every 20 microseconds. What that costs is measured, too.
"""

import ast
import linecache
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType, FrameType

ROOT = str(Path(__file__).parent.parent)
PRODUCTS, RANDOM, COMPARED = "matrix products", "random numbers", "comparison"
ACTIVATIONS, OPTIMISER, COPIES = "activations", "optimiser", "copies"
ARITHMETIC, PYTHON = "other arithmetic", "Python"
KINDS = {
    PRODUCTS: "matmul dot einsum tensordot inner",
    RANDOM: "random standard_normal uniform integers random_raw normal bytes",
    COMPARED: "less less_equal greater greater_equal",
    ACTIVATIONS: "tanh exp log1p log maximum abs absolute sqrt",
    COPIES: "astype copy copyto empty empty_like zeros zeros_like full full_like ascontiguousarray"
    " reshape concatenate stack where pad view",
    ARITHMETIC: "add subtract multiply divide true_divide negative square sum mean reciprocal",
}
BY_NAME = {name: kind for kind, names in KINDS.items() for name in names.split()}
# What a file or function does, whatever its expressions are; products stay products.
BY_PLACE = {
    **{"optim": OPTIMISER, "streams": RANDOM, "ops": ACTIVATIONS, "losses": ACTIVATIONS},
    **{"patches": COPIES, "scatter": COPIES},
}
WAITING = ("threading.py", "thread.py", "_base.py", "queue.py")


def breakdown(step: Callable[[], object], seconds: float) -> dict[str, float]:
    """Fractions of the time of steps that are repeated for so many seconds; they add up to 1."""
    seen: dict[str, float] = defaultdict(float)
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.0005):
            frames = sys._current_frames()
            kinds = [k for i, f in frames.items() if i != threading.get_ident() and (k := kind(f))]
            for one in kinds:
                seen[one] += 1 / len(kinds)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(2e-5)
    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        start = time.perf_counter()
        while time.perf_counter() - start < seconds or not seen:
            step()
    finally:
        done.set()
        watcher.join()
        sys.setswitchinterval(interval)
    total = sum(seen.values()) or 1.0
    return {name: count / total for name, count in seen.items()}


def kind(frame: FrameType | None) -> str | None:
    """The kind of work that a thread is at; None where it waits for another one."""
    if frame and Path(frame.f_code.co_filename).name in WAITING:
        return None
    found = ""
    while frame:
        code = frame.f_code
        if code.co_filename.startswith(ROOT):
            found = found or of_expression(code, frame.f_lasti)
            places = [x for x in (Path(code.co_filename).stem, code.co_name) if x in BY_PLACE]
            if places and found != PRODUCTS and not code.co_name.startswith("affine"):
                return BY_PLACE[places[0]]
        frame = frame.f_back
    return found or None


@cache
def of_expression(code: CodeType, offset: int) -> str:
    """The kind of the expression that the instruction at this offset computes."""
    line, last, start, end = list(code.co_positions())[offset // 2]
    if None in (line, last, start, end):
        return PYTHON
    lines = [linecache.getline(code.co_filename, i).encode() for i in range(line, last + 1)]  # type: ignore
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    try:
        (node,) = ast.parse(b"".join(lines)).body
    except (SyntaxError, ValueError):
        return PYTHON
    match node.value if isinstance(node, ast.Expr) else node:
        case ast.BinOp(op=ast.MatMult()):
            return PRODUCTS
        case ast.BinOp() | ast.UnaryOp() | ast.AugAssign():
            return ARITHMETIC
        case ast.Compare():
            return COMPARED
        case ast.Subscript():
            return COPIES
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return BY_NAME.get(name, PYTHON)
    return PYTHON
