"""The fields of a report that may leave the country: the whole list, nothing else is ever read.

Rule for this file: a field stands here because somebody abroad needs it and it names no person.
What is not listed stays at home, also a field that a later form version adds. A nominal field is
refused even if somebody lists it (F6).
"""

from collections.abc import Mapping
from typing import Final

SINGLE: Final[Mapping[str, Mapping[str, str]]] = {
    "event": {
        "at": "/event/at",
        "ended_at": "/event/ended_at",
        "zone": "/event/zone",
        "time_certainty": "/event/time_certainty",
        "kind": "/event/kind",
    },
    "place": {
        "country": "/place/country",
        "region": "/place/region",
        "district": "/place/district",
        "settlement": "/place/settlement",
        "road": "/place/road",
        "border_point": "/place/border_point",
        "point": "/place/point",
        "location_type": "/place/location_type",
    },
    "operation": {
        "name": "/operation/name",
        "code": "/operation/code",
        "kind": "/operation/kind",
        "from": "/operation/from",
        "until": "/operation/until",
    },
    "transport": {
        "mode": "/transport/mode",
        "carrier_country": "/transport/carrier_country",
    },
    "cargo": {
        "description": "/cargo/description",
        "hs_code": "/cargo/hs_code",
        "regime": "/cargo/regime",
        "weight": "/cargo/weight",
        "packages": "/cargo/packages",
        "is_cover": "/cargo/is_cover",
        "consignor_country": "/cargo/consignor_country",
        "consignee_country": "/cargo/consignee_country",
    },
    "detection": {"source": "/detection/source"},
    "online": {
        "used": "/online/used",
        "platform": "/online/platform",
        "platform_name": "/online/platform_name",
        "shop": "/online/shop",
        "contactless": "/online/contactless",
        "stashes": "/online/stashes",
        "wallet_operator": "/online/wallet_operator",
    },
    "outcome": {
        "arrests": "/outcome/arrests",
        "minors": "/outcome/minors",
        "women": "/outcome/women",
        "group": "/outcome/group",
    },
    "estimates": {
        "value": "/value/estimate",
        "asked": "/value/asked",
        "source": "/value/source",
        "on": "/value/on",
        "turnover": "/online/turnover",
    },
    "control": {
        "scope": "/control/scope",
        "direction": "/control/direction",
        "from": "/control/from",
        "until": "/control/until",
        "dwell_minutes": "/control/dwell_minutes",
        "traffic": "/control/traffic",
        "result": "/control/result",
        "refusal": "/control/refusal",
    },
    "counts": {
        "persons": "/counts/persons",
        "vehicles": "/counts/vehicles",
        "containers": "/counts/containers",
        "parcels": "/counts/parcels",
        "searches": "/counts/searches",
    },
}
"""Section of the body -> its member -> the field it is taken from."""

SETS: Final[Mapping[str, Mapping[str, str]]] = {
    "concealment": {"places": "/concealment/places/*", "methods": "/concealment/methods/*"},
    "detection": {
        "methods": "/detection/methods/*",
        "risk_indicators": "/risk_indicators/*",
    },
    "online": {"payments": "/online/payments/*"},
    "control": {
        "subjects": "/control/subjects/*",
        "means": "/control/means/*",
        "irregularities": "/control/irregularities/*",
    },
}
"""Section -> member -> the set whose codes it lists."""

PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "items": (
        "substance",
        "quantity",
        "gross",
        "net",
        "forensic",
        "count",
        "condition",
        "form",
        "colour",
        "purity",
        "concentration",
        "packaging",
        "packages",
        "marks",
        "logo",
        "batch",
        "manufacturer",
        "value",
    ),
    "goods": ("kind", "count", "money"),
    "vehicles": ("country", "type", "make", "model", "year", "colour", "seized"),
    "containers": ("number", "type", "status", "tampered"),
    "seals": ("number", "role", "state", "kind"),
    "documents": ("kind", "country", "finding"),
    "route": (
        "role",
        "country",
        "region",
        "place",
        "border_point",
        "order",
        "on",
        "certainty",
    ),
}
"""Collection -> the fields of each part."""

COUNTED: Final[Mapping[str, str]] = {
    "role": "/persons/*/role",
    "status": "/persons/*/status",
    "nationality": "/persons/*/nationality",
    "sex": "/persons/*/sex",
    "age_band": "/persons/*/age_band",
}
"""Of persons only how many: each of these counted by itself, never crossed with another."""

NOT_COUNTED_ROLES: Final = frozenset({"witness"})
"""Attesting witnesses are part of the procedure, not of the offence."""

LABORATORY: Final = (
    "on",
    "item",
    "substance",
    "received",
    "dry_residue",
    "purity",
    "method",
)
"""Members of a laboratory opinion."""

SUMMARY: Final = "/summary"
"""The one text written to travel. The narrative, notes and titles stay."""

LINK: Final = "/links/*"
LABORATORY_FIELD: Final = "/laboratory/*"

FREE_TEXT: Final = frozenset(
    {
        "/cargo/description",
        "/event/zone",
        "/items/*/colour",
        "/items/*/logo",
        "/items/*/manufacturer",
        "/items/*/marks",
        "/online/platform_name",
        "/online/shop",
        "/online/wallet_operator",
        "/operation/name",
        "/place/road",
        "/place/settlement",
        "/route/*/place",
        "/vehicles/*/colour",
        "/vehicles/*/make",
        "/vehicles/*/model",
        SUMMARY,
    }
)
"""The texts among them: what a thing is called or looks like, and what was written to travel."""


def _all() -> frozenset[str]:
    single = {path for members in SINGLE.values() for path in members.values()}
    sets = {path for members in SETS.values() for path in members.values()}
    parts = {f"/{name}/*/{member}" for name, members in PARTS.items() for member in members}
    counted = set(COUNTED.values())
    return frozenset(single | sets | parts | counted | {SUMMARY, LINK, LABORATORY_FIELD})


ALLOWED: Final = _all()
"""Every field rule that is read for an entry, ``*`` for a part's key."""
