"""The radio: music that goes on, from the engine, from what is generated, and from favourites."""
