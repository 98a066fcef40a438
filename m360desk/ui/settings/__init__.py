"""The settings dialog, a page for each subject, and the parts that the welcome page shares with it."""
