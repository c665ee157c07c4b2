"""The addresses of docs/wire.md, a file for each resource."""
