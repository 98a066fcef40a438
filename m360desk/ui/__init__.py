"""Windows, models, panes and charts."""
