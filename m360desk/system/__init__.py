"""Folders, settings, credentials, locks, logs and crash reports."""
