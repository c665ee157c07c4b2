"""The names of ImageNet's 1,000 classes, in the order of the challenge of 2012 (Russakovsky et al. 2015)."""

from pathlib import Path

CLASSES = Path(__file__).with_name("imagenet-classes.txt").read_text(encoding="utf-8").splitlines()
"""Each class with all of its names."""

LABELS = tuple(names.split(",")[0].strip() for names in CLASSES)
"""The first name of each."""
