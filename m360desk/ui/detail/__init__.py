"""The detail pane: one session of a device, from its verdicts down to the raw record."""
