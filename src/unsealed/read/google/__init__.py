"""The logs of Google Workspace: one activity or one row, whatever export it came in."""
