"""Sample footage: a drawn shop scene, and people from package photographs who come, stay, leave and come back."""

from local.footage.sample import sample_footage

__all__ = ["sample_footage"]
