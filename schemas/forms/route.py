"""Where it came from and where it was bound, leg by leg, each with how sure that is."""

from schemas.forms.definition import Label, Part, Section, codes, field, struck
from sync.forms import Kind

_ROUTE_ROLE = codes(
    "route_role",
    ("origin", "Origin of the substance", "Страна происхождения"),
    ("departure", "Departure", "Отправление"),
    ("transit", "Transit", "Транзит"),
    ("destination", "Destination", "Назначение"),
)

_ROUTE_CERTAINTY = codes(
    "route_certainty",
    ("established", "Established", "Установлено"),
    ("documents", "According to the documents", "По документам"),
    ("declared", "According to the person", "Со слов лица"),
    ("suspected", "Suspected", "Предположительно"),
)

ROUTE = Section(
    "route",
    Label("Route", "Маршрут", "Маршрут"),
    (
        field(
            "/route/*/role",
            Kind.CODE,
            ("Part of the route", "Звено маршрута"),
            options="route_role",
        ),
        field("/route/*/country", Kind.CODE, ("Country", "Страна", "Өлкө"), options="country"),
        field("/route/*/region", Kind.CODE, ("Region", "Область, провинция"), options="region"),
        field("/route/*/place", Kind.TEXT, ("Place", "Место")),
        field(
            "/route/*/border_point",
            Kind.CODE,
            ("Border crossing point", "Пункт пропуска"),
            options="border_point",
        ),
        field(
            "/route/*/order",
            Kind.INTEGER,
            ("Order", "Порядковый номер"),
            help=("1 is the first stop.", "1 — первый пункт маршрута."),
        ),
        field("/route/*/on", Kind.DAY, ("Date passed", "Дата прохождения")),
        field(
            "/route/*/certainty",
            Kind.CODE,
            ("How certain", "Достоверность"),
            options="route_certainty",
        ),
        field("/route/*/note", Kind.TEXT, ("Note", "Примечание"), nominal=True),
        struck("route"),
    ),
    parts=(
        Part(
            "/route",
            Label("Stop", "Пункт маршрута"),
            Label("Stops", "Пункты маршрута"),
            ("role", "country", "place"),
        ),
    ),
    lists=(_ROUTE_ROLE, _ROUTE_CERTAINTY),
)
