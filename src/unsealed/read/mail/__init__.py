"""From the bytes of one message to its row: headers, charsets, text, threads."""
