"""The logs of Microsoft Entra ID: one record, whatever export it came in."""
