"""Ways for sound to leave: a device of the system, a program of it, or nowhere."""
