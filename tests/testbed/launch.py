"""Starts a program that dies with its parent: `python -I -S launch.py PARENT SIGNAL UID GID COMMAND...`.

A wrapper, because subprocess's preexec_fn is unsafe in a process with threads.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, signal, uid, gid, *command = sys.argv[1:]
    if int(uid):
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal))  # after setuid, which would clear it
    if os.getppid() == int(parent):
        os.execv(command[0], command)


main()
