"""How the goods were hidden and how they were found."""

from typing import Final

from schemas.forms.definition import CodeList, FormField, Label, Section, codes, field
from sync.forms import Kind, Policy

_CONCEALMENT_PLACE = codes(
    "concealment_place",
    ("cab", "Driver's cab", "Кабина водителя"),
    ("seat", "Seat, upholstery", "Сиденье, обшивка"),
    ("dashboard", "Dashboard", "Приборная панель"),
    ("fuel_tank", "Fuel tank", "Топливный бак"),
    ("spare_wheel", "Spare wheel, tyres", "Запасное колесо, шины"),
    ("door", "Doors, sills", "Двери, пороги"),
    ("bumper", "Bumper", "Бампер"),
    ("engine", "Engine compartment", "Моторный отсек"),
    ("chassis", "Chassis, axles", "Рама, ходовая часть"),
    ("boot", "Boot", "Багажник"),
    ("roof", "Roof, ceiling", "Крыша, потолок"),
    ("cavity", "Built cavity", "Специально оборудованный тайник"),
    ("cargo", "Among the cargo", "Среди груза"),
    ("inside_goods", "Inside the goods", "Внутри товара"),
    ("container_structure", "Structure of the container", "Конструкция контейнера"),
    ("luggage", "Luggage", "Багаж, ручная кладь"),
    ("clothing", "Clothing, footwear", "Одежда, обувь"),
    ("on_body", "On the body", "На теле"),
    ("in_body", "Inside the body", "В полости тела"),
    ("parcel", "Parcel", "Посылка"),
    ("building", "Building, outbuilding", "Жилое или подсобное помещение"),
    ("buried", "Buried", "Закопано"),
    ("stash", "Stash in a public place", "Тайник-закладка"),
    ("none", "Not hidden", "Не скрывалось"),
    ("other", "Other", "Иное"),
)

_CONCEALMENT_METHOD = codes(
    "concealment_method",
    ("false_bottom", "False bottom or wall", "Двойное дно, двойная стенка"),
    ("welded", "Welded or glued in", "Вварено, вклеено"),
    ("impregnated", "Impregnated or dissolved", "Пропитка, раствор"),
    ("disguised", "Disguised as other goods", "Под видом другого товара"),
    ("mixed", "Mixed with the cargo", "Смешано с грузом"),
    ("masked_smell", "Smell masked", "Маскировка запаха"),
    ("swallowed", "Swallowed", "Проглочено"),
    ("rip_off", "Rip-on/rip-off (carrier unaware)", "Подброс без ведома перевозчика"),
    ("magnet", "Held by a magnet", "Крепление на магните"),
    ("split", "Split into small lots", "Дробление на мелкие партии"),
    ("none", "None", "Без ухищрений"),
    ("other", "Other", "Иной"),
)

_METHODS: Final = (
    ("intelligence", "Own intelligence", "Оперативная информация"),
    ("partner", "Information from a partner", "Информация партнёра"),
    ("profiling", "Risk profiling", "Профилирование рисков"),
    ("documents", "Check of documents", "Проверка документов"),
    ("interview", "Interview", "Опрос"),
    ("dog", "Service dog", "Служебная собака"),
    ("xray", "X-ray or scanner", "Рентген, инспекционно-досмотровый комплекс"),
    ("instrument", "Endoscope, density meter or other device", "Эндоскоп, плотномер, прибор"),
    ("search", "Physical search", "Досмотр, обыск"),
    ("body_search", "Personal search", "Личный досмотр"),
    ("routine", "Routine check", "Плановая проверка"),
    ("surveillance", "Surveillance", "Наблюдение"),
    ("controlled_delivery", "Controlled delivery", "Контролируемая поставка"),
    ("online", "Online monitoring", "Мониторинг интернета"),
    ("chance", "By chance", "Случайно"),
    ("other", "Other", "Иной"),
)

METHOD_NOT_ESTABLISHED: Final = "not_established"
"""In the set of methods, what "not known" is for a single method."""

_DETECTION_METHOD_1 = codes("detection_method", *_METHODS)

DETECTION_METHOD = codes(
    "detection_method",
    *_METHODS,
    (METHOD_NOT_ESTABLISHED, "Not established", "Не установлено"),
)

_INFORMATION_SOURCE = codes(
    "information_source",
    ("own", "Own agency", "Собственный орган"),
    ("national", "Another national agency", "Другой орган страны"),
    ("foreign", "Agency of another state", "Орган другого государства"),
    ("caricc", "CARICC", "ЦАРИКЦ"),
    ("blo", "Border liaison office", "Пограничное бюро по взаимодействию"),
    ("container_unit", "Port control unit", "Подразделение портового контроля"),
    ("citizen", "Citizen", "Гражданин"),
    ("none", "No prior information", "Без предварительной информации"),
)

RISK_INDICATOR = codes(
    "risk_indicator",
    ("route", "Unusual route", "Нетипичный маршрут"),
    ("origin", "Country of risk", "Страна риска"),
    ("first_shipment", "First shipment of the firm", "Первая поставка фирмы"),
    ("paper_mismatch", "Papers do not agree", "Расхождения в документах"),
    ("weight_mismatch", "Weight differs from the papers", "Вес не совпадает с документами"),
    ("value", "Value out of proportion", "Несоразмерная стоимость"),
    ("seal", "Seal broken or changed", "Пломба нарушена или заменена"),
    ("traces", "Traces of welding, paint or glue", "Следы сварки, краски, клея"),
    ("smell", "Smell", "Запах"),
    ("behaviour", "Behaviour of the person", "Поведение лица"),
    ("story", "Contradictory account", "Противоречивые объяснения"),
    ("cash", "Large sum of cash", "Крупная сумма наличных"),
    ("short_stay", "Very short stay", "Слишком короткая поездка"),
    ("frequent", "Frequent crossings", "Частые пересечения"),
    ("rental", "Vehicle of another person", "Чужой или арендованный транспорт"),
    ("night", "Unusual hour", "Нетипичное время"),
    ("watch_list", "Watch list hit", "Совпадение по учётам"),
    ("scanner", "Anomaly on the scan", "Аномалия на снимке"),
    ("dog", "Reaction of the dog", "Реакция собаки"),
    ("other", "Other", "Иной"),
)

_CONCEALMENT = (
    field(
        "/concealment/places/*",
        Kind.MEMBER,
        ("Where it was hidden", "Место сокрытия"),
        policy=Policy.UNION,
        options="concealment_place",
    ),
    field(
        "/concealment/methods/*",
        Kind.MEMBER,
        ("How it was hidden", "Способ сокрытия"),
        policy=Policy.UNION,
        options="concealment_method",
    ),
    field("/concealment/text", Kind.TEXT, ("Description", "Описание тайника")),
)

_DETECTION_AFTER = (
    field(
        "/detection/source",
        Kind.CODE,
        ("Who gave the information", "Источник информации"),
        options="information_source",
    ),
    field(
        "/detection/equipment",
        Kind.TEXT,
        ("Equipment used", "Применённая техника"),
    ),
    field("/detection/dog", Kind.TEXT, ("Dog", "Кличка служебной собаки")),
    field(
        "/detection/text",
        Kind.TEXT,
        ("Circumstances", "Обстоятельства обнаружения"),
        nominal=True,
    ),
)

RISK_INDICATORS = field(
    "/risk_indicators/*",
    Kind.MEMBER,
    ("Risk indicators", "Индикаторы риска"),
    policy=Policy.UNION,
    options="risk_indicator",
)

_METHOD_1 = field(
    "/detection/method",
    Kind.CODE,
    ("How it was found", "Способ обнаружения"),
    options="detection_method",
)

_METHODS_2 = field(
    "/detection/methods/*",
    Kind.MEMBER,
    ("How it was found", "Способы обнаружения"),
    policy=Policy.UNION,
    options="detection_method",
    help=(
        "All that led to the find: information, then the dog, then the search.",
        "Всё, что привело к обнаружению: информация, собака, досмотр.",
    ),
)


def _section(method: FormField, methods: CodeList) -> Section:
    return Section(
        "detection",
        Label("Concealment and detection", "Сокрытие и обнаружение"),
        (*_CONCEALMENT, method, *_DETECTION_AFTER, RISK_INDICATORS),
        lists=(
            _CONCEALMENT_PLACE,
            _CONCEALMENT_METHOD,
            methods,
            _INFORMATION_SOURCE,
            RISK_INDICATOR,
        ),
    )


DETECTION_1 = _section(_METHOD_1, _DETECTION_METHOD_1)
"""``seizure/1``: one method."""

DETECTION_2 = _section(_METHODS_2, DETECTION_METHOD)
"""``seizure/2``: a set, because several methods lead to one seizure."""
