"""Who acted: the owning, lead and participating agencies, the team, its officers, the operation."""

from schemas.forms.definition import Label, Part, Section, codes, field, struck
from sync.forms import Kind, Policy

_OPERATION_KIND = codes(
    "operation_kind",
    ("national", "National", "Национальная"),
    ("joint", "Joint with another state", "Совместная с другим государством"),
    ("regional", "Regional (several states)", "Региональная (несколько государств)"),
    ("international", "International", "Международная"),
    ("season", "Seasonal campaign", "Сезонная профилактическая"),
)

_OFFICER_ROLE = codes(
    "officer_role",
    ("lead", "Head of the team", "Старший группы"),
    ("member", "Team member", "Член группы"),
    ("dog_handler", "Dog handler", "Кинолог"),
    ("specialist", "Specialist or expert", "Специалист, эксперт"),
    ("investigator", "Investigator", "Следователь"),
    ("author", "Wrote the paper act", "Составил протокол"),
)

AGENCIES = Section(
    "agencies",
    Label("Agencies and operation", "Органы и операция"),
    (
        field(
            "/agencies/owner",
            Kind.CODE,
            ("Owner of the case", "Орган, ведущий дело"),
            options="agency",
            required=True,
            help=(
                "The agency that legally holds the case; it decides what is contested.",
                "Орган, в производстве которого находится материал; он разрешает расхождения.",
            ),
        ),
        field(
            "/agencies/lead",
            Kind.CODE,
            ("Lead agency", "Головной орган операции"),
            options="agency",
            required=True,
        ),
        field(
            "/agencies/participating/*",
            Kind.MEMBER,
            ("Participating agencies", "Участвующие органы"),
            policy=Policy.UNION,
            options="agency",
            help=(
                "All others that took part; one event counts once, with credit to each.",
                "Все остальные участники; событие учитывается один раз с указанием каждого.",
            ),
        ),
        field(
            "/team",
            Kind.CODE,
            ("Mobile team", "Мобильная группа"),
            help=("Code of the interagency team.", "Код межведомственной мобильной группы."),
        ),
        field("/operation/name", Kind.TEXT, ("Operation", "Название операции")),
        field("/operation/code", Kind.IDENTIFIER, ("Operation code", "Шифр операции")),
        field(
            "/operation/kind",
            Kind.CODE,
            ("Kind of operation", "Вид операции"),
            options="operation_kind",
        ),
        field("/operation/from", Kind.DAY, ("Operation from", "Начало операции")),
        field("/operation/until", Kind.DAY, ("Operation until", "Окончание операции")),
        field(
            "/officers/*/name",
            Kind.TEXT,
            ("Officer", "Сотрудник"),
            nominal=True,
            help=("Rank and name.", "Звание, фамилия и инициалы."),
        ),
        field("/officers/*/agency", Kind.CODE, ("Agency", "Орган"), options="agency"),
        field("/officers/*/role", Kind.CODE, ("Role", "Роль"), options="officer_role"),
        struck("officers"),
    ),
    parts=(
        Part(
            "/officers",
            Label("Officer", "Сотрудник"),
            Label("Officers", "Сотрудники"),
            ("name", "agency"),
        ),
    ),
    lists=(_OPERATION_KIND, _OFFICER_ROLE),
)
