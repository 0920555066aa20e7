"""How a prompt is understood: from its letters to what it says about the music."""
