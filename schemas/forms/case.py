"""What follows from the event: the case, arrests, links to other reports, photographs, words.

Free text is nominal, because officers write names into it; ``/summary`` is the text that may
travel.
"""

from schemas.forms.definition import Label, Part, PartKey, Section, codes, field, member
from sync.forms import SUBMITTED, VOIDED, Kind, Policy

_CASE_STATUS = codes(
    "case_status",
    ("registered", "Registered", "Зарегистрировано"),
    ("pre_trial", "Pre-trial proceedings", "Досудебное производство"),
    ("criminal", "Criminal case opened", "Возбуждено уголовное дело"),
    ("administrative", "Administrative case", "Административное производство"),
    ("prosecutor", "With the prosecutor", "Направлено прокурору"),
    ("court", "In court", "В суде"),
    ("sentenced", "Sentence passed", "Вынесен приговор"),
    ("closed", "Closed", "Прекращено"),
    ("transferred", "Transferred to another agency", "Передано по подследственности"),
)

_LINK_KIND = codes(
    "link_kind",
    ("backtracking", "Backtracking investigation", "Отработка обратного следа"),
    ("controlled_delivery", "Controlled delivery", "Контролируемая поставка"),
    ("same_consignment", "Same consignment", "Та же партия"),
    ("checkpoint_to_seizure", "Control that led to the seizure", "Контроль, приведший к изъятию"),
    ("precursor", "Precursor for the same production", "Прекурсор того же производства"),
    ("request", "Request or answer", "Запрос или ответ"),
    ("related", "Related", "Связано"),
)

_ATTACHMENT_KIND = codes(
    "attachment_kind",
    ("photo_item", "Photo of the goods", "Фото изъятого"),
    ("photo_hiding", "Photo of the hiding place", "Фото места сокрытия"),
    ("photo_vehicle", "Photo of the vehicle", "Фото транспорта"),
    ("photo_seal", "Photo of a seal", "Фото пломбы"),
    ("photo_person", "Photo of a person", "Фото лица"),
    ("document", "Scan of a document", "Скан документа"),
    ("act", "Act or record", "Протокол, акт"),
    ("scan", "Scanner image", "Снимок досмотрового комплекса"),
    ("video", "Video", "Видео"),
    ("audio", "Audio", "Аудио"),
    ("other", "Other", "Иное"),
)

CASE = Section(
    "case",
    Label("Case and outcome", "Дело и результат"),
    (
        field("/case/number", Kind.IDENTIFIER, ("Case number", "Номер дела (ЕРП, ЕРПП)")),
        field("/case/registered_on", Kind.DAY, ("Registered on", "Дата регистрации")),
        field(
            "/case/article",
            Kind.TEXT,
            ("Article of the law", "Квалификация (статья)"),
        ),
        field("/case/status", Kind.CODE, ("Status", "Состояние дела"), options="case_status"),
        field(
            "/outcome/arrests",
            Kind.INTEGER,
            ("Persons arrested", "Задержано лиц"),
            help=(
                "0 means nobody was arrested; leave it empty if you cannot say yet.",
                "0 — задержанных нет; если пока неизвестно, оставьте поле пустым.",
            ),
        ),
        field("/outcome/minors", Kind.INTEGER, ("Of them minors", "Из них несовершеннолетних")),
        field("/outcome/women", Kind.INTEGER, ("Of them women", "Из них женщин")),
        field(
            "/outcome/group",
            Kind.BOOLEAN,
            ("Organised group", "Организованная группа"),
        ),
        field("/outcome/text", Kind.TEXT, ("Decision taken", "Принятое решение"), nominal=True),
    ),
    lists=(_CASE_STATUS,),
)

LINKS = Section(
    "links",
    Label("Links and attachments", "Связи и вложения"),
    (
        field(
            "/links/*",
            Kind.GROUP,
            ("Link to another report", "Связь с другим сообщением"),
            policy=Policy.UNION,
            members=(
                member("report", Kind.CODE, ("Report", "Сообщение"), required=True),
                member(
                    "kind",
                    Kind.CODE,
                    ("Kind of link", "Вид связи"),
                    options="link_kind",
                    required=True,
                ),
                member("number", Kind.IDENTIFIER, ("Request number", "Номер запроса")),
                member("note", Kind.TEXT, ("Note", "Примечание"), nominal=True),
            ),
            widget="report-link",
            help=(
                "A seizure is not the end of the story: say what led to it and what follows.",
                "Изъятием дело не кончается: укажите, что к нему привело и что за ним следует.",
            ),
        ),
        field(
            "/attachments/*",
            Kind.GROUP,
            ("Attachment", "Вложение", "Тиркеме"),
            policy=Policy.UNION,
            key=PartKey.SHA256,
            members=(
                member("name", Kind.TEXT, ("File name", "Имя файла"), nominal=True),
                member("media_type", Kind.TEXT, ("Media type", "Тип файла"), required=True),
                member("bytes", Kind.INTEGER, ("Size in bytes", "Размер, байт"), required=True),
                member(
                    "kind", Kind.CODE, ("What it shows", "Содержание"), options="attachment_kind"
                ),
                member("taken_at", Kind.INSTANT, ("Taken at", "Время съёмки")),
                member("item", Kind.CODE, ("Item", "Предмет")),
                member("note", Kind.TEXT, ("Caption", "Подпись"), nominal=True),
            ),
            widget="camera",
            help=(
                "The report arrives before its photographs; they follow on their own.",
                "Сообщение уходит раньше фотографий, они догружаются отдельно.",
            ),
        ),
    ),
    parts=(
        Part("/links", Label("Link", "Связь"), Label("Links", "Связи")),
        Part("/attachments", Label("Attachment", "Вложение"), Label("Attachments", "Вложения")),
    ),
    lists=(_LINK_KIND, _ATTACHMENT_KIND),
)

NARRATIVE = Section(
    "narrative",
    Label("Description", "Описание", "Баяндама"),
    (
        field(
            "/summary",
            Kind.TEXT,
            ("Summary for exchange", "Краткая фабула для обмена"),
            widget="paragraphs",
            help=(
                "No names, addresses or plates: this text may leave the country.",
                "Без имён, адресов и номеров: этот текст может быть передан за рубеж.",
            ),
        ),
        field(
            "/narrative",
            Kind.NARRATIVE,
            ("Full description", "Полная фабула"),
            policy=Policy.TEXT,
            nominal=True,
            help=(
                "Stays in the country. Colleagues' changes to different places are joined.",
                "Остаётся в стране. Правки коллег в разных местах текста объединяются.",
            ),
        ),
        field(
            "/notes",
            Kind.TEXT,
            ("Working notes", "Рабочие заметки"),
            policy=Policy.LATEST,
            nominal=True,
            widget="paragraphs",
            help=(
                "Not evidence: the later text replaces the earlier one.",
                "Не доказательство: поздняя запись заменяет прежнюю.",
            ),
        ),
        field(
            "/tags/*",
            Kind.MEMBER,
            ("Tags", "Метки"),
            policy=Policy.UNION,
            widget="tags",
            help=("Latin letters, digits and hyphens.", "Латинские буквы, цифры и дефис."),
        ),
        field(
            SUBMITTED,
            Kind.BOOLEAN,
            ("Submitted", "Отправлено"),
            widget="sign-off",
            help=(
                "The officer's sign-off. Only a submitted report can be published.",
                "Подтверждение сотрудника. Публикуются только подтверждённые сообщения.",
            ),
        ),
        field(
            VOIDED,
            Kind.STRIKE,
            ("Voided", "Аннулировано"),
            help=(
                "The report stays on record with the reason; nothing is deleted.",
                "Сообщение сохраняется вместе с причиной; ничего не удаляется.",
            ),
        ),
    ),
)
