"""From pixels to faces: detect, align, describe."""
