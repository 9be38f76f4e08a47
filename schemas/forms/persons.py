"""Persons: what may be counted across borders, and apart from it what names them.

Every field that leads to one person is ``nominal``: it stays in the national record and never
enters the feed, which carries counts by role, nationality, sex and age band.
"""

from schemas.forms.definition import Label, Part, Section, codes, field, struck
from sync.forms import Kind

_PERSON_ROLE = codes(
    "person_role",
    ("driver", "Driver", "Водитель"),
    ("passenger", "Passenger", "Пассажир"),
    ("courier", "Courier", "Курьер"),
    ("carrier_internal", "Carried inside the body", "Перевозил внутриполостным способом"),
    ("owner", "Owner of the goods", "Владелец груза"),
    ("organiser", "Organiser", "Организатор"),
    ("seller", "Seller", "Сбытчик"),
    ("stasher", "Stash maker", "Закладчик"),
    ("buyer", "Buyer", "Приобретатель"),
    ("producer", "Producer or cook", "Изготовитель"),
    ("consignor", "Consignor", "Отправитель"),
    ("consignee", "Consignee", "Получатель"),
    ("accomplice", "Accomplice", "Соучастник"),
    ("checked", "Person checked", "Проверяемое лицо"),
    ("witness", "Attesting witness", "Понятой"),
    ("unknown", "Role not established", "Роль не установлена"),
)

_PERSON_STATUS = codes(
    "person_status",
    ("detained", "Detained", "Задержан"),
    ("arrested", "Arrested by court", "Арестован судом"),
    ("released", "Released", "Отпущен"),
    ("bound", "Released on recognisance", "Подписка о невыезде"),
    ("fled", "Fled", "Скрылся"),
    ("wanted", "Wanted", "В розыске"),
    ("deceased", "Deceased", "Умер"),
    ("not_found", "Not established", "Не установлен"),
)

_SEX = codes("sex", ("male", "Male", "Мужской"), ("female", "Female", "Женский"))

_AGE_BAND = codes(
    "age_band",
    ("under_14", "Under 14", "До 14 лет"),
    ("14_17", "14 to 17", "14–17 лет"),
    ("18_24", "18 to 24", "18–24 года"),
    ("25_34", "25 to 34", "25–34 года"),
    ("35_44", "35 to 44", "35–44 года"),
    ("45_59", "45 to 59", "45–59 лет"),
    ("60_up", "60 and over", "60 лет и старше"),
)

_COUNTED = (
    field("/persons/*/role", Kind.CODE, ("Role", "Роль"), options="person_role"),
    field(
        "/persons/*/status", Kind.CODE, ("Status", "Процессуальный статус"), options="person_status"
    ),
    field(
        "/persons/*/nationality",
        Kind.CODE,
        ("Citizenship", "Гражданство", "Жарандыгы"),
        options="country",
    ),
    field(
        "/persons/*/residence",
        Kind.CODE,
        ("Country of residence", "Страна проживания"),
        options="country",
    ),
    field("/persons/*/sex", Kind.CODE, ("Sex", "Пол", "Жынысы"), options="sex"),
    field("/persons/*/age_band", Kind.CODE, ("Age", "Возраст"), options="age_band"),
)

_NAMED = (
    field(
        "/persons/*/family_name", Kind.TEXT, ("Family name", "Фамилия", "Фамилиясы"), nominal=True
    ),
    field("/persons/*/given_name", Kind.TEXT, ("Given name", "Имя", "Аты"), nominal=True),
    field(
        "/persons/*/patronymic",
        Kind.TEXT,
        ("Patronymic", "Отчество", "Атасынын аты"),
        nominal=True,
    ),
    field(
        "/persons/*/latin_name",
        Kind.TEXT,
        ("Name in Latin letters", "Имя латиницей"),
        nominal=True,
        help=("As in the passport.", "Как в паспорте."),
    ),
    field("/persons/*/alias", Kind.TEXT, ("Alias", "Кличка, псевдоним"), nominal=True),
    field(
        "/persons/*/born_on",
        Kind.DAY,
        ("Date of birth", "Дата рождения", "Туулган күнү"),
        nominal=True,
    ),
    field("/persons/*/birth_place", Kind.TEXT, ("Place of birth", "Место рождения"), nominal=True),
    field(
        "/persons/*/personal_number",
        Kind.IDENTIFIER,
        ("Personal number", "Персональный номер (ПИН, ИИН)"),
        nominal=True,
    ),
    field(
        "/persons/*/document_kind",
        Kind.CODE,
        ("Identity document", "Документ, удостоверяющий личность"),
        options="document_kind",
    ),
    field(
        "/persons/*/document_number",
        Kind.IDENTIFIER,
        ("Document number", "Номер документа"),
        nominal=True,
    ),
    field("/persons/*/address", Kind.TEXT, ("Address", "Адрес проживания"), nominal=True),
    field("/persons/*/phone", Kind.IDENTIFIER, ("Telephone", "Телефон"), nominal=True),
    field(
        "/persons/*/vehicle",
        Kind.CODE,
        ("In which vehicle", "В каком транспорте"),
        widget="part",
    ),
    field("/persons/*/note", Kind.TEXT, ("Note", "Примечание"), nominal=True),
    struck("persons"),
)

PERSONS = Section(
    "persons",
    Label("Persons", "Лица", "Адамдар"),
    (*_COUNTED, *_NAMED),
    parts=(
        Part(
            "/persons",
            Label("Person", "Лицо", "Адам"),
            Label("Persons", "Лица", "Адамдар"),
            ("family_name", "given_name", "role", "nationality"),
        ),
    ),
    lists=(_PERSON_ROLE, _PERSON_STATUS, _SEX, _AGE_BAND),
)
