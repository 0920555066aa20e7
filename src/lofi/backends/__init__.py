"""The kinds of model that can make a track: one folder each, none knowing another."""
