"""Kernels for wide networks: channels last, one example after another, a few rows of a picture at a time.

With many channels the long runs of memory are those of the channels, and a matrix product is best fed by pixels. A
tile of rows is small enough to stay in the cache while a convolution, its bias and the rectifier after it pass over it.
"""
