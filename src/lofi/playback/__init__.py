"""Sound on its way to the ears: what plays, how one thing follows another, and through what."""
