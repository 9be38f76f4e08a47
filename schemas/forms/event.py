"""When and where: the event's time and the place by region, district, border point and fix."""

from schemas.forms.definition import Label, Section, codes, field
from sync.forms import Kind

_TIME_CERTAINTY = codes(
    "time_certainty",
    ("exact", "Exact", "Точное"),
    ("approximate", "Approximate", "Приблизительное"),
    ("established_later", "Established later", "Установлено позднее"),
)

_EVENT_KIND = codes(
    "event_kind",
    ("interception", "Stop or interception", "Остановка, перехват"),
    ("search", "Search", "Обыск, выемка"),
    ("controlled_delivery", "Controlled delivery", "Контролируемая поставка"),
    ("test_purchase", "Test purchase", "Контрольная закупка"),
    ("border_control", "Border or customs control", "Пограничный или таможенный контроль"),
    ("find", "Find of abandoned goods", "Обнаружение бесхозного груза"),
    ("surrender", "Voluntary surrender", "Добровольная сдача"),
    ("laboratory", "Illicit laboratory dismantled", "Ликвидация подпольной лаборатории"),
    ("other", "Other", "Иное"),
)

_LOCATION_TYPE = codes(
    "location_type",
    ("border_crossing", "Border crossing point", "Пункт пропуска через границу"),
    ("green_border", "Border outside crossing points", "Участок границы вне пункта пропуска"),
    ("road", "Road, street or highway", "Автодорога, улица"),
    ("checkpoint", "Checkpoint inland", "Контрольно-пропускной пункт внутри страны"),
    ("railway", "Railway station or line", "Железнодорожная станция, перегон"),
    ("airport", "Airport", "Аэропорт"),
    ("port", "Sea or river port", "Морской или речной порт"),
    ("waters", "Territorial waters, lake or river", "Территориальные воды, озеро, река"),
    ("international_waters", "International waters", "Международные воды"),
    ("post_office", "Post office or courier depot", "Почта, отделение курьерской службы"),
    ("home", "Home or private garage", "Жилище, личный гараж"),
    ("warehouse", "Warehouse or terminal", "Склад, терминал"),
    ("commercial", "Commercial premises", "Торговое помещение, офис"),
    ("market", "Market", "Рынок"),
    ("laboratory", "Illicit laboratory", "Подпольная лаборатория"),
    ("open_country", "Open country, mountains", "Открытая местность, горы"),
    ("detention", "Prison or detention facility", "Учреждение исполнения наказаний, изолятор"),
    ("public", "Other public place", "Иное общественное место"),
    ("other", "Other", "Иное"),
)

EVENT = Section(
    "event",
    Label("Event", "Событие", "Окуя"),
    (
        field(
            "/event/at",
            Kind.INSTANT,
            ("Date and time", "Дата и время", "Күнү жана убактысы"),
            required=True,
            help=(
                "Local time where it happened, with the offset of that place.",
                "Местное время в месте события с указанием часового пояса.",
            ),
        ),
        field("/event/ended_at", Kind.INSTANT, ("Ended at", "Окончание")),
        field(
            "/event/zone",
            Kind.TEXT,
            ("Time zone", "Часовой пояс"),
            help=(
                "Name of the zone the clock was set to, for example Asia/Bishkek.",
                "Название пояса, по которому указано время, например Asia/Bishkek.",
            ),
        ),
        field(
            "/event/time_certainty",
            Kind.CODE,
            ("How certain the time is", "Насколько точно известно время"),
            options="time_certainty",
        ),
        field(
            "/event/reported_at",
            Kind.INSTANT,
            ("Reported to the duty officer at", "Доложено в дежурную часть"),
        ),
        field(
            "/event/kind",
            Kind.CODE,
            ("How it came about", "Вид мероприятия"),
            options="event_kind",
            help=(
                "Eradication of plants and destruction of evidence are not seizures.",
                "Уничтожение посевов или вещественных доказательств изъятием не является.",
            ),
        ),
        field(
            "/event/title",
            Kind.TEXT,
            ("Short title", "Краткое название"),
            help=(
                "How the team will recognise the report in a list.",
                "По этой строке сообщение узнают в списке.",
            ),
        ),
    ),
    lists=(_TIME_CERTAINTY, _EVENT_KIND),
)

PLACE = Section(
    "place",
    Label("Place", "Место", "Жер"),
    (
        field(
            "/place/country",
            Kind.CODE,
            ("Country", "Страна", "Өлкө"),
            options="country",
            required=True,
        ),
        field(
            "/place/region",
            Kind.CODE,
            ("Region", "Область, город республиканского значения", "Облус"),
            options="region",
            help=(
                "Several names mean a region and also a district or a city: choose which one.",
                "Многие названия носят и область, и район, и город: уточните, что имеется в виду.",
            ),
        ),
        field("/place/district", Kind.CODE, ("District", "Район", "Район"), options="district"),
        field("/place/settlement", Kind.TEXT, ("Town or village", "Населённый пункт")),
        field(
            "/place/road",
            Kind.TEXT,
            ("Road and kilometre", "Автодорога, километр"),
            help=("For example: Bishkek-Osh, km 412.", "Например: Бишкек — Ош, 412-й км."),
        ),
        field(
            "/place/border_point",
            Kind.CODE,
            ("Border crossing point", "Пункт пропуска", "Өткөрүү пункту"),
            options="border_point",
            help=(
                "Found by its name on either side of the border.",
                "Можно искать по названию с любой стороны границы.",
            ),
        ),
        field(
            "/place/point",
            Kind.POINT,
            ("Coordinates", "Координаты", "Координаттар"),
            help=(
                "Taken from the tablet, with its accuracy; a typed fix is marked as such.",
                "Определяются планшетом вместе с погрешностью; введённые вручную помечаются.",
            ),
        ),
        field(
            "/place/location_type",
            Kind.CODE,
            ("Kind of place", "Вид места"),
            options="location_type",
        ),
        field(
            "/place/text",
            Kind.TEXT,
            ("Place in words", "Описание места"),
            help=(
                "As the team would explain it to a colleague.",
                "Так, как объяснили бы коллеге.",
            ),
        ),
    ),
    lists=(_LOCATION_TYPE,),
)
