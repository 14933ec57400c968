"""Backup and restore of the whole site: database, media and keys."""
