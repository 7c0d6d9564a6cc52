"""The door of the box: shuts this process in, then becomes the tool. Standard library alone, run with -I -S.

Called with one argument, JSON: {"argv": […], "mode": "shut" or "bare", "show": […], "hide": […], "limits": {…}}.
Ends with SHUT_FAILED where the kernel allows no closed box, NOT_STARTED where the tool cannot be run. What the tool
sees in a shut box: the system's programs and libraries and our Python, read-only; an empty folder of its own in
memory; its own processes; no network, no keys, no data, no other process of this machine.
"""

import ctypes
import json
import os
import resource
import signal
import struct
import sys
from pathlib import Path
from typing import Any

SHUT_FAILED, NOT_STARTED = 125, 126
_NEWNS, _NEWUTS, _NEWIPC = 0x00020000, 0x04000000, 0x08000000
_NEWUSER, _NEWPID, _NEWNET = 0x10000000, 0x20000000, 0x40000000
_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_DETACH = 2
_NOBODY = 65534
_DEVICES = ("null", "zero", "urandom", "random")
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/box", "TMPDIR": "/box"}
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
# To run and read files and list folders; the same of one file; to read and write one.
_READ, _READ_ONE, _READ_WRITE_ONE = 1 | 4 | 8, 1 | 4, 2 | 4
_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Shut in, limit, run."""
    told = json.loads(sys.argv[1])
    environment = shut_in(told)
    try:
        os.execve(told["argv"][0], told["argv"], environment)
    except OSError as error:
        print(error, file=sys.stderr)
        os._exit(NOT_STARTED)


def shut_in(told: dict[str, Any]) -> dict[str, str]:
    """Go on behind the walls, within the limits and without rights; gives the environment of whoever works there.

    Returns in a child of this process, which waits for it and ends as it does. Ends with SHUT_FAILED where the kernel
    allows no walls.
    """
    os.umask(0o022)
    die_with_parent()
    if told["mode"] == "shut":
        try:
            _leave_namespaces()
        except OSError as error:
            print(error, file=sys.stderr)
            os._exit(SHUT_FAILED)
        _go_on_in_a_child()
        try:
            _build_root(told["show"], told["hide"], told["limits"]["folder"])
        except OSError as error:
            print(error, file=sys.stderr)
            os._exit(SHUT_FAILED)
        # The kernel spares the first process of a world many signals: the tool is the second.
        _go_on_in_a_child()
    _limit(told["limits"])
    _drop_rights()
    if told["mode"] != "shut":
        _fence([*told["show"]], told["folder"])
    os.chdir("/box" if told["mode"] == "shut" else told["folder"])
    return _ENVIRONMENT if told["mode"] == "shut" else _ENVIRONMENT | {"HOME": ".", "TMPDIR": "."}


def die_with_parent() -> None:
    """Have the kernel end this process when the one that made it ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _leave_namespaces() -> None:
    apart = _NEWNS | _NEWUTS | _NEWIPC | _NEWPID | _NEWNET
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        _call(_libc.unshare, apart)
        return
    _call(_libc.unshare, apart | _NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_NOBODY} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{_NOBODY} {group} 1")


def _go_on_in_a_child() -> None:
    """Fork; the child goes on, and this process ends when it does, and as it did: 128 and more for a signal.

    The first process of a world takes with it whatever the tool has left running.
    """
    child = os.fork()
    if child == 0:
        die_with_parent()
        return
    # Holds nothing open, so that whoever reads sees the end when the tool is done.
    os.closerange(0, 2)
    os.closerange(3, 64)
    _pid, status = os.waitpid(child, 0)
    os._exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))


def _build_root(show: list[str], hide: list[str], size: int) -> None:
    """A world in memory with what is to be seen laid in, read-only; then the old one is let go of."""
    _mount("none", "/", None, _REC | _PRIVATE)
    # Only a place to mount on, in this world alone; nothing that is to be seen lies below it.
    root = "/sys"
    _mount("tmpfs", root, "tmpfs", _NOSUID | _NODEV, "size=1m,mode=755")
    for path in show:
        _lay_in(path, root)
    for path in hide:
        if os.path.isdir(root + path):
            _mount("tmpfs", root + path, "tmpfs", _RDONLY, "size=4k,mode=000")
    for name in ("box", "proc", "dev", "old"):
        os.makedirs(f"{root}/{name}", exist_ok=True)
    _mount("tmpfs", f"{root}/box", "tmpfs", _NOSUID | _NODEV | _NOEXEC, f"size={size},mode=1777")
    _mount("proc", f"{root}/proc", "proc", _NOSUID | _NODEV | _NOEXEC)
    for name in _DEVICES:
        Path(f"{root}/dev/{name}").touch()
        _mount(f"/dev/{name}", f"{root}/dev/{name}", None, _BIND)
    for name, place in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        os.symlink(f"/proc/self/fd{place}", f"{root}/dev/{name}")
    os.chdir(root)
    _call(_libc.pivot_root, b".", b"old")
    _call(_libc.umount2, b"/old", _DETACH)
    _mount("none", "/", None, _REMOUNT | _BIND | _RDONLY | _NOSUID | _NODEV)


def _lay_in(path: str, root: str) -> None:
    if os.path.islink(path):
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        os.symlink(os.readlink(path), root + path)
        return
    if os.path.isdir(path):
        os.makedirs(root + path, exist_ok=True)
    elif os.path.exists(path):
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        Path(root + path).touch()
    else:
        return
    _mount(path, root + path, None, _BIND | _REC)
    # What a mount forbids already may not be allowed by its image; the flags have the same bits in both calls.
    kept = os.statvfs(root + path).f_flag & (_NOSUID | _NODEV | _NOEXEC)
    _mount("none", root + path, None, _REMOUNT | _BIND | _RDONLY | _NOSUID | _NODEV | kept)


def _limit(limits: dict[str, int]) -> None:
    # A second apart: at the first the kernel says by its signal why it ends the tool, at the second it only ends it.
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu"], limits["cpu"] + 1))
    for name, value in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_FSIZE, limits["file"]),
        (resource.RLIMIT_NPROC, limits["processes"]),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(name, (value, value))
    os.nice(10)


def _drop_rights() -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    _call(_libc.prctl, _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _fence(show: list[str], folder: str) -> None:
    """Where there are no walls: ask the kernel (Landlock, Linux 5.13) to let this process read the system, write in its
    own folder, and do nothing else with files, nor with connections, signals or memory of others. Older ones do less.
    """
    version = _libc.syscall(_LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        return
    every = (1 << 13) - 1 | (1 << 13 if version > 1 else 0) | (1 << 14 if version > 2 else 0)
    wanted = struct.pack("<QQQ", every, 3 if version > 3 else 0, 3 if version > 5 else 0)
    size = 24 if version > 5 else 16 if version > 3 else 8
    fence = _libc.syscall(_LANDLOCK_CREATE, wanted, size, 0)
    if fence < 0:
        return
    for path in show:
        _open_in_fence(fence, path, _READ if os.path.isdir(path) else _READ_ONE)
    for name in _DEVICES:
        _open_in_fence(fence, f"/dev/{name}", _READ_WRITE_ONE)
    _open_in_fence(fence, folder, every)
    _libc.syscall(_LANDLOCK_RESTRICT, fence, 0)
    os.close(fence)


def _open_in_fence(fence: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what cannot be reached need not be opened
    _libc.syscall(_LANDLOCK_ADD, fence, 1, struct.pack("<Qi", rights, place), 0)
    os.close(place)


def _mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    _call(
        _libc.mount,
        source.encode(),
        target.encode(),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        options.encode(),
    )


def _call(function: "ctypes._NamedFuncPointer", *arguments: object) -> None:
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{function.__name__}: {os.strerror(number)}")


if __name__ == "__main__":
    main()
