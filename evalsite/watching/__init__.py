"""Observability of the running site: probes, metrics, logs, clock and certificate."""
