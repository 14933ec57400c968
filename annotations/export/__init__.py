"""The export of an unblinded study, and scripts that check it without the site."""
