"""The scan card: what to do with the device that was just scanned, read from two metres."""
