"""Design capacities of common phones, for devices that report their full charge but not their design.

From the makers' published specifications, as phone catalogues list them (typical capacity, in mAh); Apple
publishes none, its figures are those printed on the batteries. A health that rests on this table is always
marked as derived.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from m360desk.core.folding import fold
from m360desk.core.late_regex import LateRegex

_APPLE: Final = {
    "iphone 6": 1810, "iphone 6 plus": 2915, "iphone 6s": 1715, "iphone 6s plus": 2750,
    "iphone se": 1624, "iphone se (1st generation)": 1624,
    "iphone 7": 1960, "iphone 7 plus": 2900, "iphone 8": 1821, "iphone 8 plus": 2691,
    "iphone x": 2716, "iphone xr": 2942, "iphone xs": 2658, "iphone xs max": 3174,
    "iphone 11": 3110, "iphone 11 pro": 3046, "iphone 11 pro max": 3969,
    "iphone se (2020)": 1821, "iphone se (2nd generation)": 1821,
    "iphone 12 mini": 2227, "iphone 12": 2815, "iphone 12 pro": 2815, "iphone 12 pro max": 3687,
    "iphone 13 mini": 2406, "iphone 13": 3227, "iphone 13 pro": 3095, "iphone 13 pro max": 4352,
    "iphone se (2022)": 2018, "iphone se (3rd generation)": 2018,
    "iphone 14": 3279, "iphone 14 plus": 4325, "iphone 14 pro": 3200, "iphone 14 pro max": 4323,
    "iphone 15": 3349, "iphone 15 plus": 4383, "iphone 15 pro": 3274, "iphone 15 pro max": 4422,
    "iphone 16": 3561, "iphone 16 plus": 4674, "iphone 16 pro": 3582, "iphone 16 pro max": 4685,
    "iphone 16e": 4005,
}  # fmt: skip
_SAMSUNG: Final = {
    "galaxy s7": 3000, "galaxy s7 edge": 3600, "galaxy s8": 3000, "galaxy s8+": 3500,
    "galaxy s9": 3000, "galaxy s9+": 3500, "galaxy note 8": 3300, "galaxy note 9": 4000,
    "galaxy s10e": 3100, "galaxy s10": 3400, "galaxy s10+": 4100, "galaxy s10 lite": 4500,
    "galaxy note 10": 3500, "galaxy note 10+": 4300,
    "galaxy s20": 4000, "galaxy s20+": 4500, "galaxy s20 ultra": 5000, "galaxy s20 fe": 4500,
    "galaxy note 20": 4300, "galaxy note 20 ultra": 4500,
    "galaxy s21": 4000, "galaxy s21+": 4800, "galaxy s21 ultra": 5000, "galaxy s21 fe": 4500,
    "galaxy s22": 3700, "galaxy s22+": 4500, "galaxy s22 ultra": 5000,
    "galaxy s23": 3900, "galaxy s23+": 4700, "galaxy s23 ultra": 5000, "galaxy s23 fe": 4500,
    "galaxy s24": 4000, "galaxy s24+": 4900, "galaxy s24 ultra": 5000, "galaxy s24 fe": 4700,
    "galaxy s25": 4000, "galaxy s25+": 4900, "galaxy s25 ultra": 5000, "galaxy s25 edge": 3900,
    "galaxy z flip3": 3300, "galaxy z flip4": 3700, "galaxy z flip5": 3700, "galaxy z flip6": 4000,
    "galaxy z fold3": 4400, "galaxy z fold4": 4400, "galaxy z fold5": 4400, "galaxy z fold6": 4400,
    "galaxy a12": 5000, "galaxy a13": 5000, "galaxy a14": 5000, "galaxy a15": 5000, "galaxy a16": 5000,
    "galaxy a20e": 3000, "galaxy a21s": 5000, "galaxy a22": 5000, "galaxy a23": 5000, "galaxy a25": 5000,
    "galaxy a32": 5000, "galaxy a33": 5000, "galaxy a34": 5000, "galaxy a35": 5000, "galaxy a36": 5000,
    "galaxy a40": 3100, "galaxy a41": 3500, "galaxy a42": 5000, "galaxy a50": 4000, "galaxy a51": 4000,
    "galaxy a52": 4500, "galaxy a52s": 4500, "galaxy a53": 5000, "galaxy a54": 5000, "galaxy a55": 5000,
    "galaxy a56": 5000, "galaxy a70": 4500, "galaxy a71": 4500, "galaxy a72": 5000, "galaxy a73": 5000,
    "galaxy xcover 5": 3000, "galaxy xcover 6 pro": 4050,
}  # fmt: skip
_OTHERS: Final = {
    "pixel 3": 2915, "pixel 3a": 3000, "pixel 4": 2800, "pixel 4 xl": 3700, "pixel 4a": 3140,
    "pixel 5": 4080, "pixel 5a": 4680, "pixel 6": 4614, "pixel 6 pro": 5003, "pixel 6a": 4410,
    "pixel 7": 4355, "pixel 7 pro": 5000, "pixel 7a": 4385, "pixel 8": 4575, "pixel 8 pro": 5050,
    "pixel 8a": 4492, "pixel 9": 4700, "pixel 9 pro": 4700, "pixel 9 pro xl": 5060, "pixel 9a": 5100,
    "redmi note 8 pro": 4500, "redmi note 9": 5020, "redmi note 9 pro": 5020, "redmi note 10": 5000,
    "redmi note 10 pro": 5020, "redmi note 11": 5000, "redmi note 11 pro": 5000, "redmi note 12": 5000,
    "redmi note 12 pro": 5000, "redmi note 13": 5000, "redmi note 13 pro": 5000,
    "mi 11": 4600, "xiaomi 12": 4500, "xiaomi 12 pro": 4600, "xiaomi 13": 4500, "xiaomi 13 pro": 4820,
    "xiaomi 14": 4610, "poco f3": 4520, "poco x3 pro": 5160,
    "p20": 3400, "p20 lite": 3000, "p20 pro": 4000, "p30": 3650, "p30 lite": 3340, "p30 pro": 4200,
    "p40": 3800, "p40 lite": 4200, "p40 pro": 4200, "mate 20 pro": 4200,
    "oneplus 7": 3700, "oneplus 7 pro": 4000, "oneplus 8": 4300, "oneplus 8 pro": 4510, "oneplus 8t": 4500,
    "oneplus 9": 4500, "oneplus 9 pro": 4500, "oneplus 10 pro": 5000, "oneplus 11": 5000, "oneplus 12": 5400,
    "oneplus nord": 4115, "oneplus nord 2": 4500, "nothing phone (1)": 4500, "nothing phone (2)": 4700,
}  # fmt: skip
_MAH: Final = _APPLE | _SAMSUNG | _OTHERS
_BRANDS: Final = LateRegex(r"^(?:apple|samsung|google|xiaomi|huawei|motorola|sony)\s+(?!\d)")
# With or without these words a phone has the same battery, so far as this table goes.
_ASIDE: Final = LateRegex(r"\b(?:5g|4g|lte|dual sim|duos)\b")
_YEAR: Final = LateRegex(r"\bse\s+(2020|2022)$")


@lru_cache(maxsize=4096)
def design_capacity(model: str) -> int | None:
    """The design capacity in mAh of a model by its marketing name; None where the table has none.

    Only a name that is wholly the same counts: a guess between two sizes of a model is worse than none.
    """
    name = _ASIDE.compiled.sub(" ", fold(model).replace(" plus", "+"))
    name = " ".join(_BRANDS.compiled.sub("", name).split())
    name = _YEAR.compiled.sub(r"se (\1)", name)
    return _MAH.get(name) or _MAH.get(name.replace("+", " plus"))
