"""Other people's clients against our servers: each official library as its own quickstart uses it."""
