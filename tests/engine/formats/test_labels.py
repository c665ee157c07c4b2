"""Labels files as people keep them are read; what is wrong in one is said with its place."""

import pytest

from convoscope.engine.errors import FormatError
from convoscope.engine.formats.labels import parse_labels


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("cat\ndog\n", ("cat", "dog")),
        ("\ufeffcat\r\ndog, hound\r\n\r\n", ("cat", "dog, hound")),
        ('["cat", "dog"]', ("cat", "dog")),
        ('{"1": "dog", "0": "cat"}', ("cat", "dog")),
        ('{"0": ["n02123045", "tabby"], "1": ["n02123159", "tiger cat"]}', ("tabby", "tiger cat")),
        ("猫\nchien à poil", ("猫", "chien à poil")),
    ],
)
def test_each_form_of_a_labels_file_is_read(text: str, labels: tuple[str, ...]) -> None:
    assert parse_labels(text) == labels


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The labels file is empty."),
        ("\n \n", "The labels file is empty."),
        ("cat\n\ndog", "Label 1 is empty."),
        ('["cat", 7]', "Label 1 is no text."),
        ('["cat", "\\ud800"]', "Label 1 is no name"),
        ("cat\nx" + "y" * 200, "Label 1 is no name: it is longer than 200 characters"),
        ("cat\na\x07b", "Label 1 is no name"),
        ('["cat", "dog"', "begins like JSON, but is none"),
        ("[" * 100_000, "begins like JSON, but is none"),
        ('{"0": "cat", "2": "dog"}', "has 2 names, but none for class 1"),
        ('{"cat": 0, "dog": 1}', "are the indices of the classes, 0 to 1"),
    ],
)
def test_a_wrong_labels_file_is_refused_by_what_is_wrong_with_it(text: str, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        parse_labels(text)
