"""The last line of an apply."""


def closing(code: int, done: int, failed: int, left: int, writes: int) -> str:
    """How it ended, in a line."""
    if code == 130:
        return "stopped at a safe point; apply again to continue"
    parts = [f"{done} done"]
    if failed:
        parts.append(f"{failed} failed")
    if left:
        parts.append(f"{left} left for a person")
    return ", ".join(parts) + f", {writes} writes"
