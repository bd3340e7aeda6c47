"""What Outlook's formats share: MAPI properties, rich text, and the letter that they describe."""
