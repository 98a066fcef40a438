"""QThread lanes that keep slow work off the UI thread."""
