"""What happened to the goods afterwards: weighings, laboratory opinions, custody hand-overs.

Each is an event written once under its own UUID. Nobody edits one: a correction is a new event
that names, in ``corrects``, the one it replaces. So two officers' events can never collide.
"""

from schemas.forms.definition import FormMember, Label, Part, Section, codes, field, member
from sync.forms import Kind, Policy

_CUSTODY_STEP = codes(
    "custody_step",
    ("found", "Found", "Обнаружено"),
    ("photographed", "Photographed", "Сфотографировано"),
    ("packed", "Packed", "Упаковано"),
    ("sealed", "Sealed", "Опечатано"),
    ("handed_over", "Handed over", "Передано"),
    ("received", "Received", "Принято"),
    ("opened", "Opened", "Вскрыто"),
    ("sampled", "Sampled", "Отобраны образцы"),
    ("resealed", "Sealed again", "Переопечатано"),
    ("stored", "Put into storage", "Помещено на хранение"),
    ("inspected", "Stock check", "Проверено наличие"),
    ("returned", "Returned", "Возвращено"),
    ("destroyed", "Destroyed", "Уничтожено"),
    ("other", "Other", "Иное"),
)

_LABORATORY_METHOD = codes(
    "laboratory_method",
    ("gc_ms", "GC-MS", "ГХ-МС"),
    ("lc_ms", "LC-MS", "ЖХ-МС"),
    ("ftir", "Infrared spectroscopy", "ИК-спектроскопия"),
    ("raman", "Raman spectroscopy", "Рамановская спектроскопия"),
    ("tlc", "Thin-layer chromatography", "Тонкослойная хроматография"),
    ("colour_test", "Colour test", "Цветная реакция"),
    ("microscopy", "Microscopy", "Микроскопия"),
    ("other", "Other", "Иной"),
)

_ITEM = member("item", Kind.CODE, ("Item", "Предмет"))
_CORRECTS = member("corrects", Kind.CODE, ("Corrects the event", "Исправляет запись"))
_NOTE = member("note", Kind.TEXT, ("Note", "Примечание"), nominal=True)
_WITNESSES = member("witnesses", Kind.TEXT, ("Attesting witnesses", "Понятые"), nominal=True)

_WEIGHING: tuple[FormMember, ...] = (
    member("at", Kind.INSTANT, ("Weighed at", "Время взвешивания"), required=True),
    _ITEM,
    member("gross", Kind.QUANTITY, ("Gross", "Брутто")),
    member("tare", Kind.QUANTITY, ("Tare", "Тара")),
    member("net", Kind.QUANTITY, ("Net", "Нетто")),
    member("with_packaging", Kind.BOOLEAN, ("With packaging", "Вместе с упаковкой")),
    member("scales", Kind.TEXT, ("Scales", "Весы (модель)")),
    member("scales_number", Kind.IDENTIFIER, ("Serial number of the scales", "Заводской номер")),
    member("verified_until", Kind.DAY, ("Verification valid until", "Поверка действительна до")),
    member("place", Kind.TEXT, ("Where", "Место взвешивания")),
    member("by", Kind.TEXT, ("Weighed by", "Кто взвешивал"), nominal=True),
    _WITNESSES,
    _CORRECTS,
    _NOTE,
)

_OPINION: tuple[FormMember, ...] = (
    member("on", Kind.DAY, ("Date of the opinion", "Дата заключения"), required=True),
    member("number", Kind.IDENTIFIER, ("Number of the opinion", "Номер заключения")),
    member("laboratory", Kind.TEXT, ("Laboratory", "Экспертное учреждение")),
    member("requested_on", Kind.DAY, ("Requested on", "Дата назначения экспертизы")),
    _ITEM,
    member("substance", Kind.SUBSTANCE, ("Substance found", "Установленное вещество")),
    member("received", Kind.QUANTITY, ("Net mass received", "Масса нетто при поступлении")),
    member("used_up", Kind.QUANTITY, ("Mass used up", "Израсходовано при исследовании")),
    member(
        "remaining", Kind.QUANTITY, ("Mass after the examination", "Остаток после исследования")
    ),
    member("dry_residue", Kind.QUANTITY, ("Dry residue", "Сухой остаток")),
    member("purity", Kind.DECIMAL, ("Purity, %", "Чистота, %")),
    member("method", Kind.CODE, ("Method", "Метод"), options="laboratory_method"),
    member("conclusion", Kind.TEXT, ("Conclusion", "Вывод эксперта")),
    member("by", Kind.TEXT, ("Expert", "Эксперт"), nominal=True),
    _CORRECTS,
    _NOTE,
)

_HAND_OVER: tuple[FormMember, ...] = (
    member("at", Kind.INSTANT, ("Time", "Дата и время"), required=True),
    member("step", Kind.CODE, ("What was done", "Действие"), options="custody_step", required=True),
    _ITEM,
    member("from_agency", Kind.CODE, ("From agency", "От органа"), options="agency"),
    member("from_person", Kind.TEXT, ("Handed over by", "Сдал"), nominal=True),
    member("to_agency", Kind.CODE, ("To agency", "Органу"), options="agency"),
    member("to_person", Kind.TEXT, ("Received by", "Принял"), nominal=True),
    member("place", Kind.TEXT, ("Where", "Место")),
    member("quantity", Kind.QUANTITY, ("Quantity handed over", "Передано в количестве")),
    member("seal_number", Kind.IDENTIFIER, ("Seal number", "Номер пломбы, пакета")),
    member("seal_intact", Kind.BOOLEAN, ("Seal intact", "Опечатывание не нарушено")),
    member("act_number", Kind.IDENTIFIER, ("Number of the act", "Номер акта")),
    _WITNESSES,
    _CORRECTS,
    _NOTE,
)

_WRITTEN_ONCE = (
    "Written once. To correct it, add a new entry that names the one it corrects.",
    "Вносится один раз. Чтобы исправить, добавьте новую запись со ссылкой на прежнюю.",
)

EVENTS = Section(
    "events",
    Label("Weighing, expertise, custody", "Взвешивание, экспертиза, хранение"),
    (
        field(
            "/weighings/*",
            Kind.GROUP,
            ("Weighing", "Взвешивание", "Таразалоо"),
            policy=Policy.APPEND,
            members=_WEIGHING,
            widget="event",
            help=_WRITTEN_ONCE,
        ),
        field(
            "/laboratory/*",
            Kind.GROUP,
            ("Laboratory opinion", "Заключение экспертизы", "Экспертиза корутундусу"),
            policy=Policy.APPEND,
            members=_OPINION,
            widget="event",
            help=(
                "Mass falls after an examination: a lower later mass is no error.",
                "После исследования масса уменьшается: меньший вес не является ошибкой.",
            ),
        ),
        field(
            "/custody/*",
            Kind.GROUP,
            ("Custody", "Движение вещественных доказательств"),
            policy=Policy.APPEND,
            members=_HAND_OVER,
            widget="event",
            help=_WRITTEN_ONCE,
        ),
    ),
    parts=(
        Part("/weighings", Label("Weighing", "Взвешивание"), Label("Weighings", "Взвешивания")),
        Part(
            "/laboratory",
            Label("Laboratory opinion", "Заключение экспертизы"),
            Label("Laboratory opinions", "Заключения экспертиз"),
        ),
        Part(
            "/custody",
            Label("Custody step", "Запись о хранении"),
            Label("Chain of custody", "Цепочка хранения"),
        ),
    ),
    lists=(_CUSTODY_STEP, _LABORATORY_METHOD),
)
