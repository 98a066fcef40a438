"""A stand-in for the M360 service on loopback, with a believable fleet.

It is always a process of its own: ``python -m m360desk.simulator``, or ``SimulatorProcess`` in ``host``.
It shares no code with the client it is used to test.
"""
