"""What helps people to help themselves: the about box, the keys, and what to send when something is wrong."""
