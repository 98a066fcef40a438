"""Where the field names of a query stand."""

import pytest

from m360desk.core.query_tokens import field_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("K26 battery:<80", ["battery:"]),
        ("-grade:D (model:x or -failed:camera)", ["-grade:", "model:", "-failed:"]),
        ("-word time:2026", ["time:"]),
        ('note:"a battery:80" grade:A', ["note:", "grade:"]),
        ("grade:A battery:", ["grade:"]),
    ],
)
def test_field_names_are_found_up_to_the_first_mistake(text: str, names: list[str]) -> None:
    assert [text[start:end] for start, end in field_names(text)] == names
