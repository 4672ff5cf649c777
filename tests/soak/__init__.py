"""The whole stack under faults of every kind at once, for as long as one likes; then: is anything lost, or too much?"""
