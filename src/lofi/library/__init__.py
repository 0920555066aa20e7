"""Finished tracks and unfinished jobs, kept so that any kill and any disk leaves them whole."""
