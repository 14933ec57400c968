"""The embedded model runner: rows -> core records -> core call -> services.

The only part of the Django app that loads torch; the queue worker and the commands call
it, the web process never does.
"""
