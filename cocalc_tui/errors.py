"""Every error that this project raises.

CocalcError                 what was being done, what went wrong, what to do
├── UsageError              the command line, the answers file, a name that does not exist      exit 2
├── Stale                   the plan no longer fits the cluster                                 exit 5
├── LeaseHeld               another operator is at work here                                    exit 5
├── Refused                 the server refused an action (401, 403, 409, 422, admission)        exit 3
├── Unreached               no usable answer: refused, timed out, cut                           exit 6
└── Stopped                 interrupted at a safe point                                         exit 130

Expected trouble is a verdict, not an exception. Adapters translate their library's errors into these;
above them nobody catches another library's names.
"""

from __future__ import annotations


class CocalcError(Exception):
    """Something went wrong that a user can act on; `exit_code` is the command's."""

    exit_code = 3

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class UsageError(CocalcError):
    """What was asked for cannot be understood, or names something that is not there."""

    exit_code = 2


class Stale(CocalcError):
    """The plan no longer fits: the cluster or the answers moved."""

    exit_code = 5


class LeaseHeld(CocalcError):
    """Another operator holds the lease."""

    exit_code = 5


class Refused(CocalcError):
    """The server understood and refused."""

    exit_code = 3

    def __init__(self, message: str, remedy: str = "", code: int = 0) -> None:
        super().__init__(message, remedy)
        self.code = code


class Unreached(CocalcError):
    """No usable answer came back."""

    exit_code = 6


class Stopped(CocalcError):
    """Interrupted at a safe point."""

    exit_code = 130
