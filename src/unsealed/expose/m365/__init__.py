"""What Microsoft 365's records say beyond single items: permissions, consents, exports and what they reach."""
