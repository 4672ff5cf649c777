"""From the bytes of a picture to upright RGB pixels, within limits."""
