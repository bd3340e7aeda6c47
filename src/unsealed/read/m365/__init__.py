"""The Microsoft 365 unified audit log: one record, whatever export it came in."""
