"""A stand-in for the M360 service on loopback, with a believable fleet."""
