"""From bars of notes to sound: voices, effects, the engine and the endless stream."""
