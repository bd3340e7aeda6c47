"""What an account does that it never did: a file each. See `unsealed.hunt.behaviour`, the interface."""
