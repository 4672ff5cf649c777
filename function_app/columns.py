"""The names of a tally's counts, and what each adds up to."""

AGES = ("age0to12", "age13to17", "age18to24", "age25to34", "age35to44", "age45to54", "age55to64", "age65plus")
AGE_STARTS = (13, 18, 25, 35, 45, 55, 65)
"""Where each band but the first begins, in years."""
GENDERS = ("female", "male")
EMOTIONS = ("anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
VISITS = ("newVisitors", "returningVisitors")

SPLITS = {"visits": VISITS, "gender": GENDERS, "ages": AGES, "emotions": EMOTIONS}
"""Counts that part one total into kinds: `visitors`, `displayVisitors` twice, and for emotions `faces`."""
TOTAL_OF = {"visits": "visitors", "gender": "displayVisitors", "ages": "displayVisitors", "emotions": "faces"}
