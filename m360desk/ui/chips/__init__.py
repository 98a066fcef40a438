"""The parts of a query as chips that can be taken out."""
