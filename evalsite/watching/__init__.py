"""What is seen of the running site: probes, metrics, logs, a clock that jumps."""
