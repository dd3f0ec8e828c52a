"""Why steps that return new arrays are as fast as steps that overwrite old ones.

By default glibc gives large freed blocks back to the system, and every array of more than 128 kB
costs a page fault for each 4 kB when it is next filled. Asked to keep what was freed, it hands the
same warm pages out again (`make bench ARGS="--case evaluate"` times the cost of 5,000 images both
ways). On other C libraries nothing happens.
"""

import ctypes

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3  # from glibc's malloc.h


def keep_freed_memory() -> bool:
    """Whether the C library took the advice. Call once, when a program starts."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    mallopt.argtypes, mallopt.restype = [ctypes.c_int, ctypes.c_int], ctypes.c_int
    advice = ((M_MMAP_THRESHOLD, 32 << 20), (M_TRIM_THRESHOLD, 1 << 30), (M_TOP_PAD, 64 << 20))
    return all([mallopt(name, size) == 1 for name, size in advice])
