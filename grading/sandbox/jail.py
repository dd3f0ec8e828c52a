"""Shuts a process in before it runs a student's code: what it sees, reaches, and leaves running.

`python jail.py MODE PARENT TOP PACKAGES PACKAGE... -- ARGS` runs TOP/worker.py with ARGS in the
folder TOP/work, shut in by MODE, for as long as the process PARENT runs:
    namespaces  of Linux: it sees its folder, Python's library and the PACKAGEs, the latter two
                read-only, and its own processes; no network; where it was root, as in `user`
    user        where it was root, as the user who owns TOP/work
    none        as who it was
Like worker.py, which it starts, it is self-contained. OSError where MODE cannot be had.
"""

import ctypes
import os
import signal
import sys
from typing import Any

MODES = ("namespaces", "user", "none")
NOBODY = 65534  # their group

NEW_MOUNTS, NEW_NAME, NEW_IPC = 0x20000, 0x4000000, 0x8000000  # <linux/sched.h>
NEW_USERS, NEW_PROCESSES, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
READ_ONLY, NO_SETUID, NO_DEVICES, REMOUNT = 1, 2, 4, 32  # <linux/mount.h>
BIND, RECURSIVE, PRIVATE, RELATIVE_TIMES = 0x1000, 0x4000, 0x40000, 0x200000
KEPT = READ_ONLY | NO_SETUID | NO_DEVICES | 8 | 1024 | 2048  # the same bits in statvfs
DIE_WITH_PARENT, NO_NEW_PRIVILEGES = 1, 38  # <linux/prctl.h>
CAPABILITY_VERSION = 0x20080522


def enter(mode: str, top: str, packages: str, names: list[str]) -> str:
    """Shuts this process in, its working folder being `work`. Returns where packages are then."""
    if mode not in MODES or (mode == "user" and os.geteuid() != 0):
        raise OSError(f"no way in by {mode}")
    root = os.geteuid() == 0
    if mode == "namespaces":
        _separate(root)
        die_with_parent()  # new rights have undone it
        _follow(os.fork())  # the first process of the new namespace: with it, all in it end
        die_with_parent()
        _furnish(top, packages, names)
        packages, top = "/packages", "/"
        _follow(os.fork())
    os.chdir(os.path.join(top, "work"))
    if root and mode != "none":
        user = os.stat(".").st_uid
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(user, user, user)
    if mode == "namespaces":
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
        _call("capset", header, (ctypes.c_uint32 * 6)())
    if sys.platform == "linux":
        _call("prctl", *map(ctypes.c_ulong, (NO_NEW_PRIVILEGES, 1, 0, 0, 0)))
    if mode != "namespaces":
        die_with_parent()  # so has another user
    return packages


def die_with_parent() -> None:
    """Has the system end this process with the one that started it; Linux only."""
    if sys.platform == "linux":
        _call("prctl", *map(ctypes.c_ulong, (DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)))


def _call(name: str, *args: Any) -> None:
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*args) == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _separate(root: bool) -> None:
    user, group = os.getuid(), os.getgid()
    kinds = NEW_MOUNTS | NEW_NAME | NEW_IPC | NEW_PROCESSES | NEW_NETWORK
    _call("unshare", kinds | (0 if root else NEW_USERS))
    if not root:
        maps = {"setgroups": "deny", "uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"}
        for name, text in maps.items():
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    # From here on, what is mounted is mounted for this process and those that it starts.
    _call("mount", None, b"/", None, ctypes.c_ulong(RECURSIVE | PRIVATE), None)


def _furnish(top: str, packages: str, names: list[str]) -> None:
    """Makes a root of all files that has what a worker needs, and enters it."""
    os.umask(0o022)
    root = f"{top}/root"
    os.mkdir(root)
    flags = ctypes.c_ulong(NO_SETUID | NO_DEVICES)
    _call("mount", b"none", root.encode(), b"tmpfs", flags, b"size=1m,mode=755")
    shared = [path for path in ("/lib", "/lib64", "/usr/lib", "/usr/lib64") if os.path.isdir(path)]
    libraries = [path for path in sys.path if os.path.isdir(path)]
    for path in (*shared, *libraries):
        _show(path, root + path)
    os.mkdir(f"{root}/none")
    for path in libraries:  # packages of the system, or of the project, may lie within
        for inner in ("site-packages", "dist-packages"):
            if os.path.isdir(f"{root}{path}/{inner}"):
                _show(f"{root}/none", f"{root}{path}/{inner}")
    for name in names:
        _show(f"{packages}/{name}", f"{root}/packages/{name}")
    _show(f"{top}/work", f"{root}/work", writable=True)
    os.chroot(root)


def _show(source: str, target: str, writable: bool = False) -> None:
    """Lets the folder `source` appear at `target` too, where nothing in it can be changed."""
    os.makedirs(target, exist_ok=True)
    places = os.path.realpath(source).encode(), target.encode()
    _call("mount", *places, None, ctypes.c_ulong(BIND | RECURSIVE), None)
    flags = os.statvfs(target).f_flag
    flags = flags & KEPT | (RELATIVE_TIMES if flags & 4096 else 0)
    flags |= REMOUNT | BIND | NO_SETUID | NO_DEVICES | (0 if writable else READ_ONLY)
    _call("mount", None, places[1], None, ctypes.c_ulong(flags), None)


def _follow(child: int) -> None:
    """Returns in the new process; the old one waits for it, and ends as it did."""
    while child:
        process, status = os.wait()
        if process == child:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)


def main() -> None:
    mode, parent, top, packages, *rest = sys.argv[1:]
    split = rest.index("--")
    with open(os.path.join(top, "worker.py"), "rb") as file:
        source = compile(file.read(), "worker.py", "exec")
    die_with_parent()
    if os.getppid() != int(parent):  # it ended before this process could say so
        os._exit(1)
    sys.argv = ["worker.py", *rest[split + 1 :]]
    sys.path.insert(0, enter(mode, top, packages, rest[:split]))
    exec(source, {"__name__": "__main__", "__builtins__": __builtins__})


if __name__ == "__main__":
    main()
