"""Records, fields, query language and battery figures: no Qt, no I/O, no clock."""
