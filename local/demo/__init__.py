"""The demo: footage through every step of the pattern, watched live and summed up."""
