"""A seizure of the texts as an officer fills it in: form paths and values."""

from collections.abc import Mapping
from typing import Final

from clients.ids import IdSource
from clients.scenario.facts import Item, Seizure
from sync.strictjson import Json

NARRATIVE: Final = "Not for exchange. Filed from source"
"""How every narrative begins. It is nominal: the words must never be found outside the node."""

TOTAL_TAG: Final = "aggregated-total"
REGIONS_TAG: Final = "several-regions"


def new_keys(seizure: Seizure, ids: IdSource) -> dict[str, str]:
    """A key for each item, by the name the facts give it."""
    return {item.id: ids.uuid() for item in seizure.items}


def values_of(
    seizure: Seizure, keys: Mapping[str, str], *, is_old_form: bool = False
) -> dict[str, Json]:
    """Everything the text says about a seizure but what its items are."""
    said: dict[str, Json | None] = {
        "/event/at": seizure.at,
        "/event/ended_at": seizure.until,
        "/event/zone": "Asia/Bishkek",
        "/event/time_certainty": "approximate",
        "/event/title": seizure.title,
        "/place/country": seizure.country,
        "/place/region": seizure.region,
        "/place/text": ", ".join(seizure.places) or None,
        "/agencies/owner": seizure.owner,
        "/agencies/lead": seizure.owner,
        "/operation/kind": seizure.operation.kind if seizure.operation else None,
        "/online/used": seizure.is_online or None,
        "/outcome/group": seizure.is_group or None,
        "/summary": seizure.summary,
        "/narrative": f"{NARRATIVE} {seizure.source}. {seizure.summary}",
    }
    for agency in seizure.participating:
        said[f"/agencies/participating/{agency}"] = True
    if seizure.is_total:
        said[f"/tags/{TOTAL_TAG}"] = True
        said[f"/tags/{REGIONS_TAG}"] = True if len(seizure.places) > 1 else None
    if seizure.detection is not None:
        said |= _detection(seizure.detection, is_old_form=is_old_form)
    if seizure.value is not None:
        money: Json = {"amount": seizure.value.amount, "currency": seizure.value.currency}
        said |= {"/value/estimate": money, "/value/text": seizure.value.words}
    for item in seizure.items:
        said[substance_path(keys, item.id)] = _substance(item)
    return {path: value for path, value in said.items() if value is not None}


def _detection(method: str, *, is_old_form: bool) -> dict[str, Json]:
    if is_old_form:
        return {"/detection/method": method}
    return {f"/detection/methods/{method}": True}


def _substance(item: Item) -> Json:
    written: dict[str, Json] = {"entered": item.name, "lang": item.lang}
    return written if item.code is None else {"code": item.code, **written}


def amount_of(item: Item) -> Json:
    return {"entered": item.entered, "lang": item.lang}


def substance_path(keys: Mapping[str, str], item: str) -> str:
    return f"/items/{keys[item]}/substance"


def amount_path(keys: Mapping[str, str], item: str) -> str:
    return f"/items/{keys[item]}/quantity"


def amounts_of(seizure: Seizure, keys: Mapping[str, str]) -> dict[str, Json]:
    """The quantity of every item, as the text writes it."""
    return {amount_path(keys, item.id): amount_of(item) for item in seizure.items}


def shared_with(*readers: str) -> dict[str, Json]:
    """The officer's sign-off and whom the originator shares with."""
    released: dict[str, Json] = {f"/handling/release/{reader}": True for reader in readers}
    return {**released, "/handling/tlp": "green", "/submitted": True}
