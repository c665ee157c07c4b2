"""The tests: laws over everything, then each part on its own, then the whole in a browser."""
