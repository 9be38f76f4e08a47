"""What was declared: the cargo, its papers, and who sent and awaits it."""

from schemas.forms.definition import Label, Part, Section, codes, field, struck
from sync.forms import Kind

_CUSTOMS_REGIME = codes(
    "customs_regime",
    ("import", "Import", "Импорт"),
    ("export", "Export", "Экспорт"),
    ("transit", "Transit", "Транзит"),
    ("tir", "TIR", "МДП (TIR)"),
    ("temporary", "Temporary admission", "Временный ввоз"),
    ("personal", "Goods for personal use", "Товары для личного пользования"),
    ("domestic", "Domestic carriage", "Внутренняя перевозка"),
    ("none", "Undeclared", "Не декларировался"),
)

_DOCUMENT_KIND = codes(
    "document_kind",
    ("passport", "Passport", "Паспорт"),
    ("id_card", "Identity card", "Удостоверение личности"),
    ("driving_licence", "Driving licence", "Водительское удостоверение"),
    ("vehicle_registration", "Vehicle registration", "Свидетельство о регистрации ТС"),
    ("power_of_attorney", "Power of attorney for the vehicle", "Доверенность на транспорт"),
    ("waybill", "Consignment note (CMR)", "Накладная (CMR)"),
    ("rail_waybill", "Railway consignment note", "Железнодорожная накладная"),
    ("air_waybill", "Air waybill", "Авианакладная"),
    ("bill_of_lading", "Bill of lading", "Коносамент"),
    ("declaration", "Customs declaration", "Таможенная декларация"),
    ("tir_carnet", "TIR carnet", "Книжка МДП"),
    ("invoice", "Invoice", "Счёт-фактура, инвойс"),
    ("packing_list", "Packing list", "Упаковочный лист"),
    ("licence", "Licence or permit", "Лицензия, разрешение"),
    ("certificate", "Veterinary, plant or other certificate", "Сертификат (вет., фито и иной)"),
    ("visa", "Visa or migration card", "Виза, миграционная карта"),
    ("other", "Other", "Иной"),
)

_DOCUMENT_FINDING = codes(
    "document_finding",
    ("in_order", "In order", "В порядке"),
    ("forged", "Forged", "Поддельный"),
    ("suspected", "Suspected forgery", "Подозрение на подделку"),
    ("expired", "Expired", "Просрочен"),
    ("mismatch", "Does not match the goods or person", "Не соответствует грузу или лицу"),
    ("missing", "Required but not shown", "Обязателен, но не предъявлен"),
)

_CARGO = (
    field("/cargo/description", Kind.TEXT, ("Declared cargo", "Заявленный груз")),
    field(
        "/cargo/hs_code",
        Kind.IDENTIFIER,
        ("HS code", "Код ТН ВЭД"),
        help=("Four to ten digits.", "От четырёх до десяти знаков."),
    ),
    field(
        "/cargo/regime",
        Kind.CODE,
        ("Customs procedure", "Таможенная процедура"),
        options="customs_regime",
    ),
    field(
        "/cargo/weight",
        Kind.QUANTITY,
        ("Declared weight", "Заявленный вес груза"),
        units=("kg", "t"),
    ),
    field("/cargo/packages", Kind.INTEGER, ("Declared packages", "Заявленное число мест")),
    field("/cargo/value", Kind.MONEY, ("Declared value", "Заявленная стоимость")),
    field(
        "/cargo/is_cover",
        Kind.BOOLEAN,
        ("Cargo served as cover", "Груз использован как прикрытие"),
    ),
    field("/cargo/consignor", Kind.TEXT, ("Consignor", "Отправитель"), nominal=True),
    field(
        "/cargo/consignor_country",
        Kind.CODE,
        ("Country of the consignor", "Страна отправителя"),
        options="country",
    ),
    field("/cargo/consignee", Kind.TEXT, ("Consignee", "Получатель"), nominal=True),
    field(
        "/cargo/consignee_country",
        Kind.CODE,
        ("Country of the consignee", "Страна получателя"),
        options="country",
    ),
)

_DOCUMENTS = (
    field("/documents/*/kind", Kind.CODE, ("Document", "Документ"), options="document_kind"),
    field("/documents/*/number", Kind.IDENTIFIER, ("Number", "Номер документа"), nominal=True),
    field(
        "/documents/*/country", Kind.CODE, ("Issued by country", "Страна выдачи"), options="country"
    ),
    field("/documents/*/issued_on", Kind.DAY, ("Issued on", "Дата выдачи")),
    field(
        "/documents/*/finding",
        Kind.CODE,
        ("Result of the check", "Результат проверки"),
        options="document_finding",
    ),
    field("/documents/*/note", Kind.TEXT, ("Note", "Примечание"), nominal=True),
    struck("documents"),
)

CARGO = Section(
    "cargo",
    Label("Cargo and documents", "Груз и документы", "Жүк жана документтер"),
    (*_CARGO, *_DOCUMENTS),
    parts=(
        Part(
            "/documents",
            Label("Document", "Документ", "Документ"),
            Label("Documents", "Документы", "Документтер"),
            ("kind", "number"),
        ),
    ),
    lists=(_CUSTOMS_REGIME, _DOCUMENT_KIND, _DOCUMENT_FINDING),
)
