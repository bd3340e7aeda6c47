"""The words in what hangs on a letter: documents, archives, images; read in a process of its own that may die."""
