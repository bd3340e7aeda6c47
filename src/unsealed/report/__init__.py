"""Pictures of the tables, and nothing else: the terminal, one HTML file, sheets."""
