"""Sound as samples, whoever made it: its form, its loudness, its ceiling."""
