"""How much of everything so many stores need: the formulas of docs/deploy.md, over figures measured here."""
