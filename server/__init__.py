"""Convoscope's server: it sends the engine's numbers, and knows no convolution itself."""
