"""The groups of calls that a deployment may serve or leave out."""

from enum import StrEnum


class Calls(StrEnum):
    """By the first word of their path; `compare` stands for findsimilars, verify, group and identify."""

    DETECT = "detect"
    COMPARE = "compare"
    FACE_LISTS = "facelists"
    LARGE_FACE_LISTS = "largefacelists"
    VISITORS = "visitors"
