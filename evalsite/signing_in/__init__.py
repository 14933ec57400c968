"""Accounts, second factors, and how long a session lasts."""
