"""Pages of the study app."""
