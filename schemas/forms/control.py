"""The control itself: post, direction, who was checked and how, and what came of it.

"Nothing found" is a result of its own: data, and not a seizure of zero.
"""

from schemas.forms.definition import Label, Section, codes, field
from schemas.forms.detection import RISK_INDICATOR, RISK_INDICATORS
from sync.forms import Kind, Policy

_SCOPE = codes(
    "control_scope",
    ("single", "One control", "Одна проверка"),
    ("shift", "Summary of a shift", "Сводка за смену"),
)

_DIRECTION = codes(
    "direction",
    ("entry", "Entry", "Въезд, ввоз"),
    ("exit", "Exit", "Выезд, вывоз"),
    ("transit", "Transit", "Транзит"),
    ("inland", "Inland movement", "Движение внутри страны"),
)

_TRAFFIC = codes(
    "traffic",
    ("cargo", "Cargo", "Грузовое"),
    ("passenger", "Passenger", "Пассажирское"),
    ("bus", "Regular buses", "Регулярные автобусы"),
    ("pedestrian", "Pedestrian", "Пешеходное"),
    ("rail", "Railway", "Железнодорожное"),
    ("air", "Air", "Воздушное"),
    ("post", "Post", "Почтовое"),
)

_SUBJECT = codes(
    "control_subject",
    ("person", "Person", "Лицо"),
    ("vehicle", "Vehicle", "Транспортное средство"),
    ("container", "Container", "Контейнер"),
    ("parcel", "Parcel or luggage", "Посылка, багаж"),
    ("cargo", "Cargo", "Груз"),
)

_MEANS = codes(
    "control_means",
    ("documents", "Check of documents", "Проверка документов"),
    ("interview", "Interview", "Опрос"),
    ("profiling", "Risk profiling", "Профилирование рисков"),
    ("database", "Check against databases", "Проверка по учётам"),
    ("visual", "Visual inspection", "Визуальный осмотр"),
    ("dog", "Service dog", "Служебная собака"),
    ("scanner", "Scanner or X-ray", "Инспекционно-досмотровый комплекс"),
    ("instrument", "Endoscope, density meter", "Эндоскоп, плотномер"),
    ("physical", "Physical search", "Досмотр"),
    ("body_search", "Personal search", "Личный досмотр"),
    ("field_test", "Field test", "Экспресс-тест"),
    ("weighing", "Weighing", "Взвешивание"),
)

_RESULT = codes(
    "control_result",
    ("nothing", "Nothing found", "Ничего не обнаружено"),
    ("irregularity", "Irregularity", "Выявлено нарушение"),
    ("seizure", "Seizure", "Изъятие"),
    ("refused", "Entry or exit refused", "Отказано в пропуске"),
    ("handed_over", "Handed over to another agency", "Передано другому органу"),
    ("let_pass", "Let pass under watch", "Пропущено под наблюдением"),
)

_IRREGULARITY = codes(
    "irregularity",
    ("documents", "Documents missing or forged", "Отсутствуют или подделаны документы"),
    ("undeclared", "Undeclared goods", "Недекларированный товар"),
    ("misdeclared", "Goods declared as others", "Недостоверное декларирование"),
    ("seal", "Seal broken", "Нарушена пломба"),
    ("permit", "Permit missing", "Нет разрешения"),
    ("currency", "Undeclared cash", "Недекларированная валюта"),
    ("medicine", "Potent medicines", "Сильнодействующие лекарства"),
    ("migration", "Migration rules", "Нарушение миграционных правил"),
    ("wanted", "Wanted person or vehicle", "Розыск лица или транспорта"),
    ("other", "Other", "Иное"),
)

_REFUSAL = codes(
    "refusal",
    ("documents", "Documents", "Документы"),
    ("visa", "Visa or permit", "Виза, разрешение"),
    ("ban", "Entry ban", "Запрет въезда"),
    ("sanitary", "Sanitary or veterinary rules", "Санитарные, ветеринарные правила"),
    ("goods", "Prohibited goods", "Запрещённый товар"),
    ("vehicle", "Vehicle unfit", "Техническое состояние транспорта"),
    ("other", "Other", "Иное"),
)

_WHO_AND_WHEN = (
    field(
        "/control/scope",
        Kind.CODE,
        ("What is reported", "Что отражено"),
        options="control_scope",
        required=True,
    ),
    field(
        "/control/post",
        Kind.TEXT,
        ("Post", "Пост"),
        help=(
            "Inland posts by name; a border crossing point is chosen under Place.",
            "Название поста внутри страны; пункт пропуска выбирается в разделе «Место».",
        ),
    ),
    field("/control/lane", Kind.IDENTIFIER, ("Lane", "Полоса, окно")),
    field(
        "/control/direction",
        Kind.CODE,
        ("Direction", "Направление"),
        options="direction",
        required=True,
    ),
    field("/control/from", Kind.INSTANT, ("From", "Начало")),
    field("/control/until", Kind.INSTANT, ("Until", "Окончание")),
    field("/control/dwell_minutes", Kind.INTEGER, ("Time held, minutes", "Время задержки, мин")),
    field("/control/traffic", Kind.CODE, ("Traffic", "Вид движения"), options="traffic"),
    field(
        "/control/subjects/*",
        Kind.MEMBER,
        ("Checked", "Объекты контроля"),
        policy=Policy.UNION,
        options="control_subject",
    ),
)

_COUNTS = (
    field("/counts/persons", Kind.INTEGER, ("Persons checked", "Проверено лиц")),
    field("/counts/vehicles", Kind.INTEGER, ("Vehicles checked", "Проверено транспорта")),
    field("/counts/containers", Kind.INTEGER, ("Containers checked", "Проверено контейнеров")),
    field("/counts/parcels", Kind.INTEGER, ("Parcels checked", "Проверено посылок, багажа")),
    field("/counts/searches", Kind.INTEGER, ("Of them searched", "Из них досмотрено")),
)

_DONE = (
    field(
        "/control/means/*",
        Kind.MEMBER,
        ("Control done", "Проведённый контроль"),
        policy=Policy.UNION,
        options="control_means",
    ),
    RISK_INDICATORS,
    field(
        "/control/result",
        Kind.CODE,
        ("Result", "Результат"),
        options="control_result",
        required=True,
        help=(
            "Nothing found is a result too, and is counted.",
            "«Ничего не обнаружено» — тоже результат, он учитывается.",
        ),
    ),
    field(
        "/control/irregularities/*",
        Kind.MEMBER,
        ("Irregularities", "Нарушения"),
        policy=Policy.UNION,
        options="irregularity",
    ),
    field(
        "/control/refusal", Kind.CODE, ("Reason of refusal", "Причина отказа"), options="refusal"
    ),
    field(
        "/control/refusal_text", Kind.TEXT, ("Refusal in words", "Пояснение к отказу"), nominal=True
    ),
    field("/control/act_number", Kind.IDENTIFIER, ("Number of the act", "Номер акта досмотра")),
    field("/control/equipment", Kind.TEXT, ("Equipment used", "Применённая техника")),
)

CONTROL = Section(
    "control",
    Label("Control", "Контроль", "Көзөмөл"),
    (*_WHO_AND_WHEN, *_COUNTS, *_DONE),
    lists=(
        _SCOPE,
        _DIRECTION,
        _TRAFFIC,
        _SUBJECT,
        _MEANS,
        RISK_INDICATOR,
        _RESULT,
        _IRREGULARITY,
        _REFUSAL,
    ),
)
