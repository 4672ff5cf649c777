"""What was done, and what held: two tables."""

from collections.abc import Iterable, Mapping

from tests.soak.ledger import Check


def table(done: Mapping[str, int | str], checks: Iterable[Check]) -> str:
    """As text."""
    lines = ["", "what was done"]
    lines += [f"  {number!s:>6}  {what}" for what, number in done.items()]
    lines += ["", "what held"]
    lines += [f"  {'yes' if check.held else 'NO':>6}  {check.what}: {check.figures}" for check in checks]
    return "\n".join(lines)
