"""The M360 Customer API v2 over HTTPS."""
