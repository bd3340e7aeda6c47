"""From the paths that a person gives to files that a reader can take: walking, unpacking, hashing, placing."""
