"""What stands around the pages: tool bar, search box, bands, status bar."""
