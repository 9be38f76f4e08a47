"""Owns the words around a unit: qualifiers, bases, multipliers, connectors, refusals. Data only.

Phrases are written folded (lower case, ``ё`` as ``е``, apostrophes as ``'``, no abbreviation
dots) and separated by ``|``. A word that stands in no table is unknown, and an unknown word refuses
the text.
"""

import re
from collections.abc import Mapping
from typing import Final


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split("|"))


_QUALIFIERS: Final = {
    "gt": "более|более чем|больше|больше чем|свыше|more than|over|above|exceeding|in excess of",
    "gte": (
        "не менее|не менее чем|не меньше|не меньше чем|минимум|как минимум|at least|no less than|"
        "not less than|minimum|min|кеминде|кемінде|kamida|камида"
    ),
    "lt": "менее|менее чем|меньше|меньше чем|less than|fewer than|under|below",
    "lte": (
        "не более|не более чем|не больше|не больше чем|не свыше|максимум|как максимум|up to|"
        "at most|no more than|not more than|not exceeding|maximum|max|ko'pi bilan|кўпи билан"
    ),
    "approx": (
        "около|ок|примерно|приблизительно|ориентировочно|порядка|почти|about|approximately|approx|"
        "around|some|без малого|nearly|almost|circa|ca|roughly|estimated|an estimated|шамамен|"
        "болжол менен|чамасында|taxminan|тахминан|qariyb|қарийб"
    ),
}
_SYMBOLS: Final = {
    "gt": ">",
    "gte": "≥|⩾|>=",
    "lt": "<",
    "lte": "≤|⩽|<=",
    "approx": "~|≈|∼|≃|≅|˜",
}
_AFTER: Final = {
    "gt": (
        "с лишним|с небольшим|ашык|ашуун|астам|артық|ortiq|ko'proq|ziyod|ортиқ|кўпроқ|зиёд|"
        "дан ашык|дан астам|dan ortiq|дан ортиқ"
    ),
    "gte": (
        "и более|или более|и больше|и выше|or more|and more|and over|or over|кем эмес|кем емес|"
        "kam emas"
    ),
    "lte": "и менее|или менее|or less|чейин|дейін|gacha|гача",
    "approx": (
        "примерно|приблизительно|approximately|approx|or so|жакын|жуық|yaqin|яқин|ga yaqin|га яқин"
    ),
}
_BASES: Final = {
    "gross": (
        "брутто|вес брутто|масса брутто|весом брутто|массой брутто|общий вес|общая масса|"
        "общим весом|общей массой|с упаковкой|gross|gross weight|gross mass|жалпы салмагы|"
        "жалпы салмағы|umumiy og'irligi"
    ),
    "net": (
        "нетто|вес нетто|масса нетто|весом нетто|массой нетто|чистый вес|чистая масса|чистым весом|"
        "чистой массой|чистого веса|без упаковки|net|nett|net weight|net mass|таза салмагы|"
        "таза салмағы|sof og'irligi"
    ),
    "active": (
        "действующего вещества|активного вещества|действующее вещество|активное вещество|"
        "active substance|of active substance"
    ),
}
_OTHER_MARKS: Final = {
    "weight": (
        "вес|весом|масса|массой|количество|в количестве|всего|итого|weight|weighing|mass|quantity|"
        "total|total weight|a total of|with a total weight|салмагы|салмағы|og'irligi"
    ),
    "exactly": "ровно|exactly",
    "slightly": "чуть|немного|значительно|намного|slightly|just|well|a little",
    "and": "и|and|жана|және|va|ва",
    "or": "или|or|же|немесе|yoki",
    "to": "to",
    "upto": "до",
    "from": "от",
    "between": "between|from",
    "of": "of",
    "each": "ta|та",
    "substance": "кара куурай",
}
_MULTIPLIERS: Final = {
    "1000": "тыс|тысяча|тысячи|тысяч|thousand|миң|мың|ming|минг",
    "1000000": "млн|миллион|миллиона|миллионов|million|mln|миллиондон",
    "1000000000": "млрд|миллиард|миллиарда|миллиардов|billion|bln",
}


def _marks() -> dict[str, tuple[str, str]]:
    marks: dict[str, tuple[str, str]] = {}
    for kind, table in (
        ("after", _AFTER),
        ("qualifier", _QUALIFIERS),
        ("qualifier", _SYMBOLS),
        ("basis", _BASES),
        ("multiplier", _MULTIPLIERS),
    ):
        marks |= {
            word: (kind, value) for value, words in table.items() for word in words.split("|")
        }
    marks |= {word: (kind, "") for kind, words in _OTHER_MARKS.items() for word in words.split("|")}
    return marks


MARKS: Final[Mapping[str, tuple[str, str]]] = _marks()
"""Phrase -> (kind, value). A qualifier that may also follow its quantity is in ``AFTER`` too."""

AFTER: Final[Mapping[str, str]] = {
    word: qualifier for qualifier, words in _AFTER.items() for word in words.split("|")
}

AFTER_ABLATIVE: Final = frozenset({"gt", "gte"})
"""Turkic postpositions: "100 келіден астам" governs the ablative, "11 келіге жуық" the dative."""

ALIASES: Final[Mapping[str, str]] = {
    "t": "metric tonne|metric tonnes",
    "mL": "куб см|кубических сантиметров|millilitr",
    "m3": "куб м|куб метр|куб метра|куб метров|кубических метров|кубических метра|кубометр|"
    "кубометра|кубометров",
    "m2": "кв м|кв метр|кв метра|кв метров|квадратных метров|квадратных метра",
    "mg": "milligramm",
    "har": "gektar",
    "{plant}": "tup",
    "{ampoule}": "ampula",
    "{capsule}": "kapsula",
}
"""Unit code -> spellings the table does not list and that can mean nothing else."""

HOMOGRAPHS: Final[Mapping[str, tuple[str, ...]]] = dict.fromkeys(
    ("куб", "куба", "кубов", "кубик", "кубика", "кубиков"), ("mL", "m3")
)
"""Word -> every unit it may name: "куб" is a millilitre in a syringe, a cubic metre in a truck."""

ONE_VALUE_MISSING: Final = _words(
    "gallon|gallons|галлон|галлона|галлонов|пуда|пудов|сера|серов|мана|манов"
)
"""Units without one value; a bare gallon may be American or imperial."""

NEXT_LOWER: Final[Mapping[str, str]] = {"t": "kg", "kg": "g", "g": "mg", "L": "mL"}
"""What a last number without a unit counts: "8 кг 268"."""

PIECE: Final = "{piece}"
"""The general count: in "80 штук таблеток" the noun wins."""

_ADJECTIVE_STEMS: Final = (
    "спрессованн|прессованн|наркосодержащ|наркотическ|психотропн|сильнодействующ|одноразов|разов|"
    "условн|полимерн|полиэтиленов|пластиков|целлофанов|бумажн|газетн|стеклянн|металлическ|"
    "крупн|мелк|небольш|больш|маленьк|герметичн|запечатанн|опечатанн|почтов|медицинск|"
    "дикорастущ|культивируем|свежескошенн|высушенн|невысушенн|сух|сыр"
)
_ADJECTIVE_ENDINGS: Final = (
    "ый|ий|ой|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ым|им|ом|ем|ых|их|ыми|ими|ую|юю"
)
_ADJECTIVES_EN: Final = (
    "pressed|compressed|small|large|plastic|paper|sealed|dried|dry|fresh|wild|single-use"
)
_SUBSTANCE_STEMS: Final = (
    "гашиш|героин|марихуан|каннабис|конопл|опи|опиум|морфин|кокаин|амфетамин|метамфетамин|"
    "мефедрон|экстази|мдма|лсд|метадон|трамадол|прегабалин|наркотик|нашаа|анаш|апийим|"
    "наша|прекурсор"
)
_SUBSTANCE_ENDINGS: Final = "а|у|ом|е|ы|и|я|й|ю|ей|ой|ем|ов"
_SUBSTANCES_EN: Final = (
    "heroin|hashish|hash|marijuana|cannabis|opium|morphine|cocaine|amphetamine|methamphetamine|"
    "mephedrone|ecstasy|mdma|lsd|methadone|tramadol|pregabalin|drugs|narcotics|resin|herb|"
    "geroin|gashish|nasha|afyun|marixuana"
)
ADJECTIVE: Final = re.compile(rf"(?:{_ADJECTIVE_STEMS})(?:{_ADJECTIVE_ENDINGS})|{_ADJECTIVES_EN}")
SUBSTANCE: Final = re.compile(
    rf"(?:{_SUBSTANCE_STEMS})(?:{_SUBSTANCE_ENDINGS})?|{_SUBSTANCES_EN}|веществ[ао]?|средств[ао]?"
)
"""Words that may stand between a number and a count, or after a quantity, without changing it."""

MONEY: Final = re.compile(
    r"(?:руб|доллар|тенге|теңге|сомони|манат|евро|юан|so'm)[а-яa-z]{0,3}|(?:сум|сўм|сом)(?:а|ов|ы)?|usd|eur|rub|"
    r"kzt|uzs|tjs|tmt|dollars?|euros?|soms?|sums?|tenge|bucks|уе|р"
)
NUMBER_WORD: Final = re.compile(
    r"(?:од(?:ин|н)|дв[аеу]|тр[ие]|четыр|четвер|пят|шест|сем|восем|восьм|девят|десят|сорок|девяност|"
    r"сто|сот|тысяч|миллион|пол|half|one|two|three|four|five|six|seven|eight|nine|ten|eleven|"
    r"twelve|twenty|thirty|forty|fifty|hundred|thousand|dozen|дюжин|quarter|бир|бір|беш|бес|bir|"
    r"besh|ярим|yarim|жарым|жарты).*"
)
"""Words of these two kinds refuse the text like any unknown word; they only name the reason."""

NOT_STATED: Final = _words(
    "не установлено|не установлен|неизвестно|не известно|не взвешено|не указано|нет данных|н/д|"
    "unknown|not known|n/a|not weighed|--|-|—|белгисиз|белгісіз|noma'lum"
)
