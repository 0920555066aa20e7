"""Work that waits, runs and ends: the queue, and the process that computes."""
