---The plugin's version, which is the Python package's too: a test compares them.
return "0.1.0"
