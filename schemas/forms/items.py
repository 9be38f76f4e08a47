"""What was seized: each substance with how it was identified and every weight it was given.

Weights are separate fields, because a gross weight, a net weight and a forensic weight of the same
goods are three facts and none corrects another. Money, weapons and other goods stand apart.
"""

from typing import Final

from schemas.forms.definition import Label, Part, Section, codes, field, struck
from sync.forms import Kind

MASS_UNITS: Final = ("kg", "g", "mg", "L", "mL")
COUNT_UNITS: Final = (
    "{tablet}",
    "{capsule}",
    "{ampoule}",
    "{vial}",
    "{plant}",
    "{packet}",
    "{brick}",
    "{dose}",
    "{piece}",
)

_CONDITION = codes(
    "condition",
    ("fresh", "Fresh, not dried", "Невысушенное"),
    ("dry", "Dried", "Высушенное"),
    ("mixed", "Mixed", "Смешанное"),
    ("unknown", "Unknown", "Неизвестно"),
)

_FORM = codes(
    "substance_form",
    ("powder", "Powder", "Порошок"),
    ("crystal", "Crystals", "Кристаллы"),
    ("tablet", "Tablets", "Таблетки"),
    ("capsule", "Capsules", "Капсулы"),
    ("liquid", "Liquid", "Жидкость"),
    ("plant", "Plant matter", "Растительная масса"),
    ("resin", "Resin, pressed slab", "Смола, прессованная плитка"),
    ("paste", "Paste or gum", "Паста, пластичная масса"),
    ("blotter", "Blotters", "Марки"),
    ("growing", "Growing plants", "Произрастающие растения"),
    ("food", "Food or sweets", "Пищевые продукты, сладости"),
    ("vape", "Vaping liquid or cartridge", "Жидкость или картридж для вейпа"),
    ("other", "Other", "Иная"),
)

_PACKAGING = codes(
    "packaging",
    ("brick", "Brick or slab, wrapped", "Брикет, плитка в обёртке"),
    ("tape", "Wrapped in tape", "Свёрток в скотче"),
    ("bag", "Plastic bag", "Полимерный пакет"),
    ("zip_bag", "Zip bag", "Зип-пакет"),
    ("sack", "Sack", "Мешок"),
    ("capsules", "Swallowed capsules", "Проглоченные капсулы (контейнеры)"),
    ("vacuum", "Vacuum pack", "Вакуумная упаковка"),
    ("bottle", "Bottle", "Бутылка"),
    ("canister", "Canister or drum", "Канистра, бочка"),
    ("box", "Box or carton", "Коробка, ящик"),
    ("medicine", "Manufacturer's medicine pack", "Заводская упаковка лекарства"),
    ("syringe", "Syringe", "Шприц"),
    ("magnet", "Stash with a magnet", "Закладка с магнитом"),
    ("loose", "Loose", "Без упаковки, россыпью"),
    ("other", "Other", "Иная"),
)

_GOODS_KIND = codes(
    "goods_kind",
    ("money", "Money", "Денежные средства"),
    ("firearm", "Firearm", "Огнестрельное оружие"),
    ("ammunition", "Ammunition", "Боеприпасы"),
    ("explosive", "Explosives", "Взрывчатые вещества"),
    ("cold_weapon", "Cold weapon", "Холодное оружие"),
    ("phone", "Telephone or SIM card", "Телефон, SIM-карта"),
    ("computer", "Computer or storage", "Компьютер, носитель информации"),
    ("bank_card", "Bank card", "Банковская карта"),
    ("scales", "Scales and packing material", "Весы, упаковочный материал"),
    ("equipment", "Laboratory equipment", "Лабораторное оборудование"),
    ("press", "Tablet press or other press", "Таблетировочная машина, пресс"),
    ("tobacco", "Tobacco goods", "Табачные изделия"),
    ("medicine", "Medicines outside control", "Лекарства, не подлежащие контролю"),
    ("documents", "Forged documents", "Поддельные документы"),
    ("valuables", "Valuables", "Ценности"),
    ("other", "Other", "Иное"),
)

_SUBSTANCE = (
    field(
        "/items/*/substance",
        Kind.SUBSTANCE,
        ("Substance", "Вещество", "Зат"),
        required=True,
        help=(
            (
                "Choose from the list, or write it as it is called; say how it was identified. "
                "Slang that means several substances is asked about, never guessed."
            ),
            (
                "Выберите из списка или запишите, как называют, и укажите, чем установлено. "
                "Жаргон с несколькими значениями уточняется, система не догадывается сама."
            ),
        ),
    ),
    field(
        "/items/*/quantity",
        Kind.QUANTITY,
        ("Quantity as reported", "Количество по сообщению", "Саны"),
        required=True,
        units=(*MASS_UNITS, *COUNT_UNITS),
        help=(
            "As in the paper act, for example: 8 kg 268 g. The text is kept as written.",
            "Как в протоколе, например: 8 кг 268 гр. Запись сохраняется дословно.",
        ),
    ),
    field(
        "/items/*/gross",
        Kind.QUANTITY,
        ("Gross weight", "Вес брутто"),
        units=MASS_UNITS,
        help=("With packaging.", "Вместе с упаковкой."),
    ),
    field(
        "/items/*/net",
        Kind.QUANTITY,
        ("Net weight", "Вес нетто (чистый вес)"),
        units=MASS_UNITS,
        help=(
            "Without packaging. Net weight is not purity.",
            "Без упаковки. Чистый вес — это не чистота вещества.",
        ),
    ),
    field(
        "/items/*/forensic",
        Kind.QUANTITY,
        ("Weight by forensic opinion", "Вес по заключению экспертизы"),
        units=MASS_UNITS,
    ),
    field(
        "/items/*/count",
        Kind.QUANTITY,
        ("Count", "Количество в штуках"),
        units=COUNT_UNITS,
        help=(
            "Tablets, ampoules, plants. A count never becomes weight in the record.",
            "Таблетки, ампулы, кусты. В самой записи штуки в вес не пересчитываются.",
        ),
    ),
    field(
        "/items/*/condition",
        Kind.CODE,
        ("Fresh or dry", "Высушено или нет"),
        options="condition",
        help=("For plant matter.", "Для растительной массы."),
    ),
    field("/items/*/form", Kind.CODE, ("Form", "Форма вещества"), options="substance_form"),
    field("/items/*/colour", Kind.TEXT, ("Colour", "Цвет")),
    field("/items/*/smell", Kind.TEXT, ("Smell", "Запах")),
    field(
        "/items/*/purity",
        Kind.DECIMAL,
        ("Purity, %", "Чистота, %"),
        help=(
            "Content of the substance, in per cent of mass.",
            "Содержание вещества в процентах от массы.",
        ),
    ),
    field(
        "/items/*/concentration",
        Kind.DECIMAL,
        ("Concentration, %", "Концентрация, %"),
        help=(
            "For acids and other liquids.",
            "Для кислот и других жидкостей.",
        ),
    ),
)

_HANDLED = (
    field("/items/*/packaging", Kind.CODE, ("Packaging", "Упаковка"), options="packaging"),
    field("/items/*/packages", Kind.INTEGER, ("Number of packages", "Число упаковок")),
    field("/items/*/marks", Kind.TEXT, ("Marks and inscriptions", "Надписи, маркировка")),
    field(
        "/items/*/logo",
        Kind.TEXT,
        ("Logo", "Логотип, оттиск"),
        help=(
            "What the stamp shows, in words; add a photo.",
            "Опишите изображение словами и приложите фотографию.",
        ),
    ),
    field("/items/*/batch", Kind.IDENTIFIER, ("Batch number", "Номер партии, серии")),
    field(
        "/items/*/manufacturer",
        Kind.TEXT,
        ("Manufacturer on the label", "Изготовитель по этикетке"),
    ),
    field("/items/*/found_in", Kind.TEXT, ("Where exactly found", "Где именно обнаружено")),
    field(
        "/items/*/found_on",
        Kind.CODE,
        ("In which vehicle, container or with whom", "В каком ТС, контейнере, у кого"),
        widget="part",
    ),
    field(
        "/items/*/evidence_number",
        Kind.IDENTIFIER,
        ("Evidence number", "Номер вещественного доказательства"),
    ),
    field("/items/*/sampled", Kind.BOOLEAN, ("Samples taken", "Отобраны образцы")),
    field("/items/*/value", Kind.MONEY, ("Estimated value", "Оценочная стоимость")),
    field("/items/*/note", Kind.TEXT, ("Note", "Примечание"), nominal=True),
    struck("items"),
)

_GOODS = (
    field("/goods/*/kind", Kind.CODE, ("What", "Что изъято"), options="goods_kind"),
    field("/goods/*/text", Kind.TEXT, ("Description", "Описание"), nominal=True),
    field("/goods/*/number", Kind.IDENTIFIER, ("Serial number", "Серийный номер"), nominal=True),
    field("/goods/*/count", Kind.INTEGER, ("Count", "Количество")),
    field("/goods/*/money", Kind.MONEY, ("Amount", "Сумма")),
    struck("goods"),
)


ITEMS = Section(
    "items",
    Label("Seized", "Изъято", "Алынды"),
    (*_SUBSTANCE, *_HANDLED, *_GOODS),
    parts=(
        Part(
            "/items",
            Label("Substance", "Вещество", "Зат"),
            Label("Substances", "Вещества", "Заттар"),
            ("substance", "quantity"),
        ),
        Part(
            "/goods",
            Label("Other goods", "Иной предмет"),
            Label("Other goods seized", "Иные изъятые предметы"),
            ("kind", "text"),
        ),
    ),
    lists=(_CONDITION, _FORM, _PACKAGING, _GOODS_KIND),
)
