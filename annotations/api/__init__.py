"""The REST API: leads import, watch and export; raters read and answer their own cases.

Serializers are allow-lists: a field that is not named in them does not leave the site,
and a test fails when a model's field becomes reachable without being listed.
"""
