"""Model files from a hub: fetched, verified, installed, checked and removed."""
