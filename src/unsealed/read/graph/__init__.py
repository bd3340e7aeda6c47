"""What Microsoft Graph's message resources hold, brought to the form that mail has."""
