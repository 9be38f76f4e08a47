"""What carried the goods: means of transport, vehicles, freight containers and their seals.

Plates, VINs and owners identify a person and are nominal; container and seal numbers identify
goods and are not.
"""

from schemas.forms.definition import Label, Part, Section, codes, field, struck
from sync.forms import Kind

_TRANSPORT_MODE = codes(
    "transport_mode",
    ("truck", "Truck, lorry or van", "Грузовой автомобиль, фургон"),
    ("car", "Car", "Легковой автомобиль"),
    ("motorcycle", "Motorcycle", "Мотоцикл"),
    ("bus", "Bus or minibus", "Автобус, микроавтобус"),
    ("train", "Train", "Поезд"),
    ("airplane", "Aircraft", "Воздушное судно"),
    ("vessel", "Vessel or boat", "Судно, лодка"),
    ("post", "Post or express parcel", "Почтовое или курьерское отправление"),
    ("drone", "Drone", "Беспилотный летательный аппарат"),
    ("animal", "Pack animal", "Вьючное животное"),
    ("on_foot", "On foot", "Пешком"),
    ("pipeline", "Pipe, ditch or throw over the border", "Труба, арык, переброс через границу"),
    ("none", "No transport (kept in place)", "Без транспорта (хранение)"),
    ("other", "Other", "Иное"),
)

_VEHICLE_TYPE = codes(
    "vehicle_type",
    ("tractor", "Tractor unit with trailer", "Седельный тягач с прицепом"),
    ("truck", "Truck", "Грузовик"),
    ("van", "Van", "Фургон"),
    ("car", "Passenger car", "Легковой"),
    ("suv", "Off-road vehicle", "Внедорожник"),
    ("minibus", "Minibus", "Микроавтобус"),
    ("bus", "Bus", "Автобус"),
    ("motorcycle", "Motorcycle", "Мотоцикл"),
    ("farm", "Farm machinery", "Сельхозтехника"),
    ("wagon", "Railway wagon", "Железнодорожный вагон"),
    ("locomotive", "Locomotive", "Локомотив"),
    ("vessel", "Vessel or boat", "Судно, лодка"),
    ("aircraft", "Aircraft", "Воздушное судно"),
    ("other", "Other", "Иное"),
)

_CONTAINER_STATUS = codes(
    "container_status",
    ("laden", "Laden", "Гружёный"),
    ("empty", "Empty", "Порожний"),
)

_SEAL_ROLE = codes(
    "seal_role",
    ("found", "Found on arrival", "Обнаружена при проверке"),
    ("applied", "Applied by the team", "Наложена группой"),
    ("removed", "Removed by the team", "Снята группой"),
)

_SEAL_STATE = codes(
    "seal_state",
    ("intact", "Intact", "Целая"),
    ("broken", "Broken", "Нарушена"),
    ("tampered", "Signs of tampering", "Следы вскрытия"),
    ("mismatch", "Number differs from the documents", "Номер не совпадает с документами"),
    ("missing", "Missing", "Отсутствует"),
)

_SEAL_KIND = codes(
    "seal_kind",
    ("customs", "Customs seal", "Таможенная пломба"),
    ("carrier", "Carrier's or sender's seal", "Пломба перевозчика или отправителя"),
    ("electronic", "Electronic navigation seal", "Электронная навигационная пломба"),
    ("evidence", "Evidence bag or stamp", "Сейф-пакет, опечатывание"),
    ("other", "Other", "Иная"),
)

_MEANS = (
    field(
        "/transport/mode",
        Kind.CODE,
        ("Means of transport", "Вид транспорта"),
        options="transport_mode",
    ),
    field(
        "/transport/number",
        Kind.IDENTIFIER,
        ("Flight, train or parcel number", "Номер рейса, поезда, отправления"),
    ),
    field("/transport/carrier", Kind.TEXT, ("Carrier", "Перевозчик"), nominal=True),
    field(
        "/transport/carrier_country",
        Kind.CODE,
        ("Country of the carrier", "Страна перевозчика"),
        options="country",
    ),
)

_VEHICLES = (
    field(
        "/vehicles/*/plate",
        Kind.IDENTIFIER,
        ("Plate", "Государственный номер", "Мамлекеттик номери"),
        nominal=True,
        help=(
            "As on the plate; spaces, hyphens and case do not matter.",
            "Как на номерном знаке; пробелы, дефисы и регистр не важны.",
        ),
    ),
    field(
        "/vehicles/*/trailer_plate",
        Kind.IDENTIFIER,
        ("Trailer plate", "Номер прицепа"),
        nominal=True,
    ),
    field(
        "/vehicles/*/country",
        Kind.CODE,
        ("Country of registration", "Страна регистрации"),
        options="country",
    ),
    field(
        "/vehicles/*/type",
        Kind.CODE,
        ("Type", "Тип транспортного средства"),
        options="vehicle_type",
    ),
    field("/vehicles/*/make", Kind.TEXT, ("Make", "Марка")),
    field("/vehicles/*/model", Kind.TEXT, ("Model", "Модель")),
    field("/vehicles/*/year", Kind.INTEGER, ("Year of make", "Год выпуска")),
    field("/vehicles/*/colour", Kind.TEXT, ("Colour", "Цвет")),
    field(
        "/vehicles/*/vin",
        Kind.IDENTIFIER,
        ("VIN or body number", "VIN, номер кузова или шасси"),
        nominal=True,
    ),
    field("/vehicles/*/owner", Kind.TEXT, ("Owner", "Владелец"), nominal=True),
    field("/vehicles/*/seized", Kind.BOOLEAN, ("Vehicle seized", "Транспорт изъят")),
    field("/vehicles/*/note", Kind.TEXT, ("Note", "Примечание"), nominal=True),
    struck("vehicles"),
)

_CONTAINERS = (
    field(
        "/containers/*/number",
        Kind.CONTAINER,
        ("Container number", "Номер контейнера"),
        help=(
            "Four letters and seven digits; the last one is the check digit.",
            "Четыре буквы и семь цифр; последняя — контрольная.",
        ),
    ),
    field(
        "/containers/*/type",
        Kind.IDENTIFIER,
        ("Size and type", "Типоразмер"),
        help=("For example 22G1 or 45R1.", "Например, 22G1 или 45R1."),
    ),
    field(
        "/containers/*/status",
        Kind.CODE,
        ("Laden or empty", "Гружёный или порожний"),
        options="container_status",
    ),
    field("/containers/*/tampered", Kind.BOOLEAN, ("Signs of tampering", "Следы вскрытия")),
    field("/containers/*/note", Kind.TEXT, ("Note", "Примечание")),
    struck("containers"),
)

_SEALS = (
    field("/seals/*/number", Kind.IDENTIFIER, ("Seal number", "Номер пломбы")),
    field(
        "/seals/*/role",
        Kind.CODE,
        ("Found or applied", "Обнаружена или наложена"),
        options="seal_role",
    ),
    field("/seals/*/state", Kind.CODE, ("State", "Состояние"), options="seal_state"),
    field("/seals/*/kind", Kind.CODE, ("Kind of seal", "Вид пломбы"), options="seal_kind"),
    field(
        "/seals/*/on",
        Kind.CODE,
        ("On what", "На чём"),
        widget="part",
        help=(
            "The container, vehicle or item of this report that carries the seal.",
            "Контейнер, транспорт или предмет этого сообщения, на котором стоит пломба.",
        ),
    ),
    field("/seals/*/at", Kind.INSTANT, ("Checked or applied at", "Время проверки или наложения")),
    struck("seals"),
)

TRANSPORT = Section(
    "transport",
    Label("Transport", "Транспорт", "Унаа"),
    (*_MEANS, *_VEHICLES, *_CONTAINERS, *_SEALS),
    parts=(
        Part(
            "/vehicles",
            Label("Vehicle", "Транспортное средство", "Унаа"),
            Label("Vehicles", "Транспортные средства"),
            ("plate", "make", "model"),
        ),
        Part(
            "/containers",
            Label("Container", "Контейнер", "Контейнер"),
            Label("Containers", "Контейнеры"),
            ("number",),
        ),
        Part("/seals", Label("Seal", "Пломба"), Label("Seals", "Пломбы"), ("number", "role")),
    ),
    lists=(
        _TRANSPORT_MODE,
        _VEHICLE_TYPE,
        _CONTAINER_STATUS,
        _SEAL_ROLE,
        _SEAL_STATE,
        _SEAL_KIND,
    ),
)
