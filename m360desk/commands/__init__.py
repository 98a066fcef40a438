"""What the command line does without a window: wiring of the layers below, no logic of its own."""
