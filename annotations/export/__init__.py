"""The export of an unblinded study, and what checks it without the site."""
