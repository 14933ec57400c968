"""Blinding as a theorem: what the blind can reach does not depend on who wrote what."""
