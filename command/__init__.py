"""The one command, `footfall`: hands over to the rooms' own commands."""
