"""The seizure report: what was taken from whom, where, how it was found, and where it went."""

from schemas.forms.agencies import AGENCIES
from schemas.forms.cargo import CARGO
from schemas.forms.case import CASE, LINKS, NARRATIVE
from schemas.forms.definition import FormDefinition, Label, Section
from schemas.forms.detection import DETECTION_1, DETECTION_2
from schemas.forms.event import EVENT, PLACE
from schemas.forms.events import EVENTS
from schemas.forms.handling import HANDLING
from schemas.forms.items import ITEMS
from schemas.forms.kinds import KIND_LISTS
from schemas.forms.online import ONLINE, VALUE
from schemas.forms.persons import PERSONS
from schemas.forms.route import ROUTE
from schemas.forms.transport import TRANSPORT


def _seizure(version: int, detection: Section) -> FormDefinition:
    return FormDefinition(
        "seizure",
        version,
        Label("Seizure report", "Сообщение об изъятии", "Алып коюу жөнүндө билдирүү"),
        (
            EVENT,
            PLACE,
            AGENCIES,
            ITEMS,
            detection,
            TRANSPORT,
            CARGO,
            PERSONS,
            ROUTE,
            EVENTS,
            ONLINE,
            VALUE,
            CASE,
            LINKS,
            NARRATIVE,
            HANDLING,
        ),
        KIND_LISTS,
    )


SEIZURE_1 = _seizure(1, DETECTION_1)
SEIZURE_2 = _seizure(2, DETECTION_2)
"""Differs from version 1 in one thing: how it was found is a set (``upconvert``)."""
