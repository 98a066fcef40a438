"""The bits of the catalogue field ``flags``: what stands against selling a device as it is."""

from typing import Final

ACCOUNT_LOCK: Final = 1  # an account still holds the device: iCloud, FRP, MDM
SIM_LOCK: Final = 2
BLACKLISTED: Final = 4
PARTS: Final = 8  # at least one part is not original
UNIDENTIFIED: Final = 16  # no identity to recognise the device by
ROOTED: Final = 32  # rooted, or jailbroken
