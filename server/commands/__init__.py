"""What the command `convoscope` can do, a file for each; every one has `add(subparsers)` and `run(args)`."""
