"""A session as the service would write it: some 90 properties, spread over the record and its objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from m360desk.simulator.shop import operations
from m360desk.simulator.shop.diagnostics import diagnostics, free_storage, iso
from m360desk.simulator.shop.dice import mix_all, whole
from m360desk.simulator.shop.phones import system_version

if TYPE_CHECKING:
    from m360desk.simulator.shop.devices import Device
    from m360desk.simulator.shop.sessions import Facts

_SIM = ("O2", "T-Mobile", "Vodafone", "Orange", "Play", "EE")
_FEATURES = {
    apple: msgspec.Raw(
        msgspec.json.encode(
            {
                "nfc": True,
                "wirelessCharging": apple,
                "faceUnlock": apple,
                "fingerprint": not apple,
                "headphoneJack": False,
                "expandableStorage": not apple,
                "ultraWideband": None,
            }
        )
    )
    for apple in (True, False)
}
_SIZES = {"Apple": "1170x2532", "Samsung": "1080x2340", "Google": "1080x2400"}

# Where a session's device properties stand. The reader has to look in all three places.
_IN_DEVICE_SHARE = 0.17
_IN_STICKY_SHARE = 0.27


# What the workstation did, the same for every session: written once, as JSON text.
_STEPS = msgspec.Raw(
    msgspec.json.encode(
        [
            {"step": step, "state": "Done", "messages": []}
            for step in ("connect", "pair", "readProperties", "readBattery", "readLocks", "upload")
        ]
    )
)


def storage_text(gigabytes: float) -> str:
    """``128 GB``, ``1 TB``."""
    return f"{gigabytes / 1024:g} TB" if gigabytes >= 1024 else f"{gigabytes:g} GB"


def friendly_name(device: Device) -> str:
    """What people call it: ``iPhone 13 Pro 128 GB Graphite``."""
    return f"{device.phone.name} {storage_text(device.storage)} {device.colour}"


def record_of(facts: Facts, session_id: str, site: str, *, old_shape: bool) -> dict[str, object]:
    """The DeviceSession object.

    ``old_shape`` writes diagnostics as version 1 of the API did; ``site`` is where links to reports lead.
    """
    rng = facts.rng
    roll = rng.random()
    record = _session_properties(facts, session_id)
    sticky = _sticky_properties(facts)
    operated = _operations(facts, session_id, site, old_shape=old_shape)
    if not facts.identified:
        record |= {"friendlyName": None, "marketingName": None, "imei": None, "imei2": None, "serial": None}
        record |= {"m360id": facts.device.m360id, "batteryHealthPercent": None}
        return record | operated | {"device": [], "stickyData": sticky}
    device = _device_properties(facts)
    battery = _battery_properties(facts)
    if roll < _IN_DEVICE_SHARE:
        record["id"] = session_id
        return record | operated | {"device": device | battery, "stickyData": sticky}
    if roll < _IN_STICKY_SHARE:
        return record | device | operated | {"device": _brief(device), "stickyData": sticky | battery}
    return record | device | battery | sticky | operated | {"device": _brief(device), "stickyData": sticky}


def _session_properties(facts: Facts, session_id: str) -> dict[str, object]:
    rng = facts.rng
    return {
        "sessionId": session_id,
        "createdAt": iso(facts.created_ms),
        "updatedAt": iso(facts.created_ms + 1000),
        "connectionTime": iso(facts.connected_ms),
        "username": facts.operator,
        "isClosed": True,
        "isManual": not facts.identified,
        "workstation": f"BENCH-{1 + facts.number % 5}",
        "licenceType": "Professional",
        "appVersion": "4.18.2",
        "connectionType": "USB",
        "usbPort": whole(rng, 1, 12),
        "sessionDuration": (facts.created_ms - facts.connected_ms) // 1000,
        "labelPrinted": facts.has_grading,
        "exportState": "Exported" if rng.random() < 0.7 else None,
        "dockTest": None if rng.random() < 0.8 else "Passed",
        "iosPencil": None,
        "customFields": [],
        "tags": ["priority"] if rng.random() < 0.03 else [],
        "note": "Customer waits" if rng.random() < 0.04 else None,
        "errorLog": [],
        "hostSystem": "Windows 11 Pro 24H2",
        "driverVersion": "1.21.0.11",
        "cableCheck": {"speed": "480 Mbit/s", "orientation": None, "isCertified": True},
        "steps": _STEPS,
    }


def _sticky_properties(facts: Facts) -> dict[str, object]:
    device = facts.device
    return {
        "customId": device.custom_id or None,
        "vendorName": ("Trade-in counter", "Wholesale lot", "Repair counter")[device.number % 3],
        "invoiceNumber": f"{facts.state.day % 10000:04d}/{device.number % 97:02d}",
        "warehousePosition": f"{'ABCDEF'[device.number % 6]}-{device.number % 40:02d}",
        "sku": None,
        "buyerName": None,
        "comment": "",
    }


def _operations(facts: Facts, session_id: str, site: str, *, old_shape: bool) -> dict[str, object]:
    tested = facts.has_diagnostics
    return {
        "diagnosticsResults": diagnostics(facts, old_shape=old_shape) if tested else [],
        "diagnosticsReports": operations.reports(session_id, site) if tested else [],
        "gradingResult": operations.grading(facts) if facts.has_grading else [],
        "gradingPhotos": operations.photos(facts, session_id, site),
        "oemCheckResult": operations.oem_check(facts) if facts.has_oem_check else [],
        "blacklistCheckResult": operations.blacklist_check(facts) if facts.has_blacklist_check else [],
        "wipeResult": operations.wipe(facts) if facts.has_wipe else [],
        "deviceExpense": operations.expense(facts) if facts.has_expense else [],
    }


def _battery_properties(facts: Facts) -> dict[str, object]:
    device, state = facts.device, facts.state
    if not device.reads_battery:
        return {"batteryHealthPercent": None, "batteryCycles": None, "fullChargeCapacity": None}
    percent = int(state.health + 0.5)
    reported = min(percent, 100) if device.phone.is_apple else percent
    # Some devices tell the capacity alone: the reader has to work the percentage out.
    silent = not device.phone.is_apple and device.number % 6 == 0 and facts.has_diagnostics
    return {
        "batteryHealthPercent": None if silent else f"{reported}%",
        "batteryCycles": state.cycles if device.reads_cycles else None,
        "fullChargeCapacity": round(device.phone.capacity * state.health / 100),
        "batteryServiceState": "Service" if state.health < 80 else "Normal",
        "batteryGenuine": state.battery_genuine,
    }


def _device_properties(facts: Facts) -> dict[str, object]:
    device, state = facts.device, facts.state
    phone = device.phone
    apple = phone.is_apple
    version = system_version(phone, state.day - device.number % 240)
    account = device.account_lock and (state.purpose == "intake" or device.number % 2 == 1)
    scattered = mix_all(device.number, 0x3AC)
    carrier = _SIM[device.number % len(_SIM)] if facts.rng.random() < 0.3 else None
    return {
        "imei": device.imei,
        "imei2": device.imei2 or None,
        "serial": device.serial,
        "m360id": device.m360id,
        "meid": device.imei[:14],
        "eid": f"8904903200{scattered % 10**22:022d}" if phone.dual_sim else None,
        "udid": f"{scattered & 0xFFFFFFFF:08X}-{scattered >> 4:016X}" if apple else None,
        "friendlyName": friendly_name(device),
        "marketingName": phone.name,
        "modelName": phone.product if apple else phone.code,
        "modelCode": phone.code,
        "iosRegulatoryModel": phone.code if apple else None,
        "productCode": phone.product,
        "brand": phone.brand,
        "manufacturer": phone.manufacturer,
        "osType": "iOS" if apple else "Android",
        "softwareVersion": version if apple else f"{phone.code.replace('-', '')}XXU{device.number % 9}",
        "osVersion": version,
        "buildNumber": f"{20 + scattered % 4}{'ABCDEFGH'[scattered % 8]}{scattered % 600}",
        "basebandVersion": f"{scattered % 5}.{scattered % 70:02d}.00",
        "securityPatchLevel": None if apple else "2025-06-01",
        "bootloaderVersion": None if apple else f"BL-{scattered % 400}",
        "deviceColor": device.colour,
        "internalStorage": storage_text(device.storage),
        "internalStorageFree": f"{free_storage(facts):g} GB",
        "ramSize": f"{(3, 4, 6, 8)[scattered % 4]} GB",
        "cpuType": "arm64e" if apple else "arm64-v8a",
        "screenResolution": _SIZES.get(phone.brand, "1080x2400"),
        "iosSalesRegion": device.region if apple else None,
        "wifiMac": _mac(scattered),
        "bluetoothMac": _mac(scattered + 1),
        "simLock": "Locked" if device.sim_locked else "Unlocked",
        "simLockStatus": "LOCKED" if device.sim_locked else "UNLOCKED",
        "simLockCheckResult": None,
        "simTrayPresence": not (apple and device.region == "US" and phone.released >= "2022-09"),
        "simCount": 2 if phone.dual_sim else 1,
        "carrier": carrier,
        "frpState": None if apple else ("ON" if account else "OFF"),
        "associatedAccount": ("On" if account else "Off") if apple else None,
        "brandAccounts": ["Google"] if account and not apple else [],
        "MDMState": "On" if device.mdm else "Off",
        "MDMOrganization": "Nordwind Logistics" if device.mdm else None,
        "rooted": False if not apple else None,
        "iosJailbreak": False if apple else None,
        "secureLocked": False,
        "activationState": "Activated",
        "developerMode": False,
        "knoxStatus": "0x0" if phone.brand == "Samsung" else None,
        "warrantyState": "Out of warranty",
        "language": "en",
        "timeZone": "Europe/Prague",
        "features": _FEATURES[apple],
    }


def _brief(device: dict[str, object]) -> dict[str, object]:
    """What the ``device`` object repeats when the properties stand on the record."""
    return {name: device[name] for name in ("brand", "modelCode", "productCode", "osType")}


def _mac(value: int) -> str:
    return ":".join(f"{value >> shift & 255:02X}" for shift in (40, 32, 24, 16, 8, 0))
