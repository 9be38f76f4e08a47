"""The code lists inside the built-in merge groups: how a substance was identified, and so on.

Every form carries them, so that a device finds all labels in one document.
"""

from typing import Final

from schemas.forms.definition import CodeList, codes

IDENTIFIED: Final = codes(
    "identified",
    ("none", "Not tested", "Не исследовалось"),
    ("visual", "By appearance and smell", "Визуально, по запаху"),
    ("statement", "According to the person", "Со слов лица"),
    ("documents", "By label or documents", "По маркировке или документам"),
    ("dog", "Service dog", "Реакция служебной собаки"),
    ("field_test", "Field test", "Экспресс-тест"),
    ("instrument", "Handheld instrument", "Переносной прибор"),
    ("forensic", "Forensic opinion", "Заключение экспертизы"),
)

QUANTITY_BASIS: Final = codes(
    "quantity_basis",
    ("gross", "Gross, with packaging", "Брутто, с упаковкой"),
    ("net", "Net, without packaging", "Нетто, чистый вес"),
    ("active", "Active substance", "Действующее вещество"),
    ("forensic", "By forensic opinion", "По заключению экспертизы"),
)

QUANTITY_QUALIFIER: Final = codes(
    "quantity_qualifier",
    ("exact", "Exactly", "Ровно"),
    ("approx", "About", "Около"),
    ("gt", "More than", "Более"),
    ("gte", "At least", "Не менее"),
    ("lt", "Less than", "Менее"),
    ("lte", "At most", "Не более"),
)

POINT_SOURCE: Final = codes(
    "point_source",
    ("device", "Tablet", "Планшет"),
    ("receiver", "Separate receiver", "Отдельный навигатор"),
    ("map", "Chosen on the map", "Указано на карте"),
    ("typed", "Typed in", "Введено вручную"),
)

MONEY_BASIS: Final = codes(
    "money_basis",
    ("retail", "Street price", "Розничная цена чёрного рынка"),
    ("wholesale", "Wholesale price", "Оптовая цена чёрного рынка"),
    ("asked", "Price asked by the seller", "Цена, запрошенная сбытчиком"),
    ("expert", "Expert estimate", "Экспертная оценка"),
    ("declared", "Declared value", "Заявленная стоимость"),
    ("face", "Face value", "Номинал"),
)

KIND_LISTS: Final[tuple[CodeList, ...]] = (
    IDENTIFIED,
    QUANTITY_BASIS,
    QUANTITY_QUALIFIER,
    POINT_SOURCE,
    MONEY_BASIS,
)
