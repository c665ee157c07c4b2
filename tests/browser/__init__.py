"""The page in a browser, as a person meets it."""
