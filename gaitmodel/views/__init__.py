"""The lead's pages about clips, runs and systems, one file per page or topic."""
