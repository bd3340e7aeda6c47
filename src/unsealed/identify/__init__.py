"""Whose data was in the opened letters? Exposures, messages and attachments to `mentions`."""
