"""What is in a stranger's pickle, found out without running it.

A pickle is a program for a machine with a stack. It may import what it names and call it, so
whoever unpickles a file runs whatever its author liked. Here `pickletools` takes the program
apart, and we follow only the instructions that put numbers and text into tuples. Where the
program would call something, the call is noted and not made.
"""

import pickletools
from dataclasses import dataclass
from typing import IO, Any, cast

MAX_PICKLE = 2**30  # bytes, decompressed; MNIST in float32 has 220 million
MAX_STEPS = 10_000  # instructions; six arrays need about 200
NAMES = {  # all that an array's pickle mentions
    "numpy.core.multiarray _reconstruct",  # NumPy 1
    "numpy._core.multiarray _reconstruct",  # NumPy 2
    "numpy ndarray",
    "numpy dtype",
    "_codecs encode",  # how Python 3 writes bytes for Python 2
}
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
VALUES = set(
    "INT BININT BININT1 BININT2 LONG LONG1 LONG4 STRING BINSTRING SHORT_BINSTRING UNICODE"
    " BINUNICODE SHORT_BINUNICODE BINUNICODE8 BINBYTES SHORT_BINBYTES BINBYTES8".split()
)


@dataclass(eq=False)
class Noted:
    """What the pickle mentions by `name`, would call with `arguments`, and then give `state`."""

    name: str
    arguments: object = None
    state: object = None


class _Bounded:
    """A stream of which no more than MAX_PICKLE bytes are read, nor asked for at once."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.left = stream, MAX_PICKLE

    def tell(self) -> int:
        return MAX_PICKLE - self.left

    def read(self, count: int) -> bytes:
        self._spend(count)
        return self.stream.read(count)

    def readline(self) -> bytes:
        line = self.stream.readline(self.left + 1)
        self._spend(len(line))
        return line

    def _spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise ValueError(f"it promises more than the {MAX_PICKLE:,} bytes expected at most")


def follow(stream: IO[bytes]) -> object:
    """What the pickle would leave behind: numbers, text and tuples of them, and what is Noted."""
    stack: list[Any] = []
    marks: list[int] = []
    memo: dict[int, Any] = {}
    program = pickletools.genops(cast(IO[bytes], _Bounded(stream)))
    for _, (instruction, argument, _) in zip(range(MAX_STEPS), program, strict=False):
        match instruction.name:
            case "STOP":
                return stack.pop()
            case "PROTO" | "FRAME":
                pass
            case name if name in VALUES:
                stack.append(argument)
            case name if name in CONSTANTS:
                stack.append(CONSTANTS[name])
            case "MARK":
                marks.append(len(stack))
            case "TUPLE":
                start = marks.pop()
                stack[start:] = [tuple(stack[start:])]
            case "TUPLE1" | "TUPLE2" | "TUPLE3" as name:
                start = len(stack) - int(name[-1])
                stack[start:] = [tuple(stack[start:])]
            case "PUT" | "BINPUT" | "LONG_BINPUT":
                memo[cast(int, argument)] = stack[-1]
            case "MEMOIZE":
                memo[len(memo)] = stack[-1]
            case "GET" | "BINGET" | "LONG_BINGET":
                stack.append(memo[cast(int, argument)])
            case "GLOBAL" | "STACK_GLOBAL" | "REDUCE" | "BUILD" as name:
                _note(name, argument, stack)
            case name:
                raise ValueError(f"it has the instruction {name}")
    raise ValueError(f"it has more than {MAX_STEPS:,} instructions")


def _note(instruction: str, argument: object, stack: list[Any]) -> None:
    """Notes on the stack what the instruction would import, call, or give to what was called."""
    if instruction == "GLOBAL":
        stack.append(_mention(str(argument)))
        return
    top = stack.pop()
    match instruction, stack[-1]:
        case "STACK_GLOBAL", str(module) if isinstance(top, str):
            stack[-1] = _mention(f"{module} {top}")
        case "REDUCE", Noted(name):
            stack[-1] = Noted(name, top)
        case "BUILD", Noted() as noted:
            noted.state = top  # in place: the memo knows it too
        case _:
            raise ValueError(f"its {instruction} is given what has no name")


def _mention(name: str) -> Noted:
    if name not in NAMES:
        raise ValueError(f"it asks for {name.replace(' ', '.')}")
    return Noted(name.split()[1])
