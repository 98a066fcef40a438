"""The Battery health page; it imports numpy and pyqtgraph, so nothing imports it before it is wanted."""
