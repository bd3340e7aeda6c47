"""Requests to a web front of a mail system: what logs of web servers have in common."""
