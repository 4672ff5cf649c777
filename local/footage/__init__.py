"""Sample footage: a drawn shop scene, and people from package photographs who come, stay, leave and come back."""
