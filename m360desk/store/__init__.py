"""The local cache: one SQLite file for each account, mode and API URL."""
