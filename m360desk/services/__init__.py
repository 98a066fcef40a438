"""Use cases in plain Python: sync, lookup, export."""
