"""Who may see it and use it for what: the originator's word, which nothing merges by itself."""

from schemas.forms.definition import Label, Section, codes, field
from sync.forms import Kind

_TLP = codes(
    "tlp",
    ("red", "TLP:RED, own agency only", "TLP:RED — только свой орган"),
    ("amber+strict", "TLP:AMBER+STRICT, own state", "TLP:AMBER+STRICT — своё государство"),
    ("amber", "TLP:AMBER, states on the release list", "TLP:AMBER — государства из списка"),
    ("green", "TLP:GREEN, all partners", "TLP:GREEN — все партнёры"),
    ("clear", "TLP:CLEAR, may be published", "TLP:CLEAR — можно публиковать"),
)

_EUROPOL = codes(
    "europol_handling",
    ("H0", "H0: only to prevent and combat crime", "H0: только для борьбы с преступностью"),
    (
        "H1",
        "H1: not in court without the provider's permission",
        "H1: не раскрывать в суде без разрешения источника",
    ),
    (
        "H2",
        "H2: not to be passed on without the provider's permission",
        "H2: не передавать далее без разрешения источника",
    ),
    ("H3", "H3: other restrictions, see the caveat", "H3: иные ограничения, см. оговорку"),
)

_CLASSIFICATION = codes(
    "classification",
    ("unclassified", "Unclassified", "Несекретно"),
    ("restricted", "Restricted, for official use", "Для служебного пользования"),
    ("secret", "Secret", "Секретно"),
)

_SOURCE_EVALUATION = codes(
    "source_evaluation",
    ("A", "A: no doubt about the source", "A: источник полностью надёжен"),
    ("B", "B: mostly reliable", "B: в большинстве случаев надёжен"),
    ("C", "C: mostly unreliable", "C: в большинстве случаев ненадёжен"),
    ("X", "X: cannot be assessed", "X: надёжность оценить нельзя"),
)

_INFORMATION_EVALUATION = codes(
    "information_evaluation",
    ("1", "1: accurate without doubt", "1: достоверность не вызывает сомнений"),
    ("2", "2: known to the source, not to the officer", "2: известно источнику лично"),
    ("3", "3: not known to the source, corroborated", "3: со слов других, подтверждается"),
    ("4", "4: cannot be corroborated", "4: подтвердить нельзя"),
)

_ONWARD = codes(
    "onward_sharing",
    ("consent", "Only with our written consent", "Только с нашего письменного согласия"),
    ("recipients", "Among those on the release list", "Между получателями из списка"),
    ("free", "Allowed", "Разрешена"),
)

_PURPOSE = codes(
    "purpose",
    ("intelligence", "Intelligence only", "Только для оперативного использования"),
    ("investigation", "Investigation", "Для расследования"),
    ("evidence", "Evidence, by legal assistance", "Как доказательство, через правовую помощь"),
    ("statistics", "Statistics", "Для статистики"),
)

HANDLING = Section(
    "handling",
    Label("Handling and release", "Режим доступа и передача"),
    (
        field(
            "/handling/tlp",
            Kind.CODE,
            ("Traffic light (TLP 2.0)", "Протокол TLP 2.0"),
            options="tlp",
        ),
        field(
            "/handling/europol/*",
            Kind.MEMBER,
            ("Handling codes", "Коды обращения (H0–H3)"),
            options="europol_handling",
        ),
        field(
            "/handling/release/*",
            Kind.MEMBER,
            ("Release to", "Разрешена передача"),
            options="recipient",
            help=(
                "Member states by code, or CARICC. A differing list is always asked about.",
                "Государства по кодам или ЦАРИКЦ. Расхождения в списке всегда уточняются.",
            ),
        ),
        field(
            "/handling/classification",
            Kind.CODE,
            ("Classification", "Гриф"),
            options="classification",
            help=(
                "A secret report is never published by this system.",
                "Секретные сообщения этой системой не передаются.",
            ),
        ),
        field(
            "/handling/onward",
            Kind.CODE,
            ("Passing on to third parties", "Передача третьей стороне"),
            options="onward_sharing",
        ),
        field("/handling/purpose", Kind.CODE, ("Purpose", "Цель использования"), options="purpose"),
        field("/handling/caveat", Kind.TEXT, ("Caveat", "Оговорка")),
        field(
            "/handling/source_evaluation",
            Kind.CODE,
            ("Source", "Оценка источника"),
            options="source_evaluation",
        ),
        field(
            "/handling/information_evaluation",
            Kind.CODE,
            ("Information", "Оценка информации"),
            options="information_evaluation",
        ),
        field("/handling/expires_on", Kind.DAY, ("Review or delete after", "Срок действия")),
        field(
            "/handling/originator_reference", Kind.IDENTIFIER, ("Our reference", "Исходящий номер")
        ),
        field(
            "/handling/request_reference",
            Kind.IDENTIFIER,
            ("Answers request", "В ответ на запрос №"),
        ),
    ),
    lists=(
        _TLP,
        _EUROPOL,
        _CLASSIFICATION,
        _SOURCE_EVALUATION,
        _INFORMATION_EVALUATION,
        _ONWARD,
        _PURPOSE,
    ),
)
