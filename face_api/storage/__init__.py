"""Where face ids, face lists and visitors are kept: one interface over SQLite and PostgreSQL."""
