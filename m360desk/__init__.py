"""M360 Desk: the device sessions of an M360 account, on your own computer."""

__version__ = "0.1.0"
