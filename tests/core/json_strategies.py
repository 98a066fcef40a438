"""Hypothesis strategies for records as nobody would think of them."""

from hypothesis import strategies as st

from m360desk.core.notes import KNOWN

INNER_NAMES = (
    *("testId", "result", "status", "details", "tests", "finishedTime", "contextId", "value", "unit", "id"),
    *(
        "battery",
        "storage",
        "temperature",
        "designCapacity",
        "BatteryVoltage",
        "grade",
        "total",
        "isOriginal",
    ),
    *("isBlacklisted", "isLocked", "0", "1"),
)
TEXTS = st.one_of(
    st.text(),
    st.text(st.characters(codec=None), max_size=8),  # lone surrogates too
    st.sampled_from(
        [
            "",
            " ",
            "100%",
            "3095 mAh",
            "31,4 °C",
            "1 TB",
            "2026-08-26T05:14:12+00:00",
            "0001-01-01T00:00:00-23:59",
        ]
    ),
    st.sampled_from(
        ["Passed", "failed", "NA", "Locked", "off", "unknown", "1e400", "-", "9" * 400, "٣٤", "²"]
    ),
    st.from_regex(r"[0-9 .,'+\-]{1,12} ?(mAh|%|V|°C|GB|cycles)?", fullmatch=True),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), TEXTS, st.integers(-(10**30), 10**30)
)
NAMES = st.one_of(st.sampled_from(sorted(KNOWN)), st.sampled_from(INNER_NAMES), TEXTS)
VALUES: st.SearchStrategy[object] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=5)),
    max_leaves=20,
)
RECORDS = st.dictionaries(st.one_of(st.sampled_from(sorted(KNOWN)), NAMES), VALUES, max_size=12)
