"""What holds when nothing else is asked."""

SAMPLE = "sample"
REAL_GAP_MINUTES = 60.0
"""Without being seen, until a visit is over."""
