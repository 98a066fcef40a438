"""The made-up shop: its phones, its days, its devices and the records of their sessions."""
