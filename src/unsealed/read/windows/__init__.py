"""Windows events, whatever they were exported as."""
