"""Who is still the same person from frame to frame."""
