"""The wire: bytes to lines, lines to messages, and the way back."""
