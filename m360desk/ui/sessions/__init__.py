"""The list of device sessions: its model, its view and how a row is painted."""
