"""The logs of Exchange Server: lines of comma-separated values below a `#Fields:` line."""
