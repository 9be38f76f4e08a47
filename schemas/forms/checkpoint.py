"""The checkpoint report: who and what was controlled, by which means, with which result."""

from schemas.forms.agencies import AGENCIES
from schemas.forms.cargo import CARGO
from schemas.forms.case import LINKS, NARRATIVE
from schemas.forms.control import CONTROL
from schemas.forms.definition import FormDefinition, Label, without
from schemas.forms.event import EVENT, PLACE
from schemas.forms.handling import HANDLING
from schemas.forms.kinds import KIND_LISTS
from schemas.forms.persons import PERSONS
from schemas.forms.route import ROUTE
from schemas.forms.transport import TRANSPORT

CHECKPOINT_1 = FormDefinition(
    "checkpoint",
    1,
    Label("Checkpoint report", "Сообщение о контроле на посту", "Посттогу көзөмөл билдирүүсү"),
    (
        without(EVENT, ("/event/kind",)),
        PLACE,
        CONTROL,
        AGENCIES,
        TRANSPORT,
        CARGO,
        PERSONS,
        ROUTE,
        LINKS,
        NARRATIVE,
        HANDLING,
    ),
    KIND_LISTS,
)
