"""Published MusicGen graphs to graphs made for speed. Needs the extra ``optimize``."""
