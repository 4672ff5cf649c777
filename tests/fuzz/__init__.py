"""Whatever comes from outside, damaged at random: no traceback, no hang, no more memory than is bounded."""
