"""Sale without contact: the platform, the stash, the electronic payment; and what it is worth."""

from schemas.forms.definition import Label, Section, codes, field
from sync.forms import Kind, Policy

_PLATFORM = codes(
    "platform",
    ("darknet", "Darknet market", "Торговая площадка даркнета"),
    ("messenger", "Messenger channel or bot", "Канал или бот в мессенджере"),
    ("social", "Social network", "Социальная сеть"),
    ("website", "Website", "Сайт"),
    ("forum", "Forum", "Форум"),
    ("app", "Own application", "Собственное приложение"),
    ("game", "Game platform", "Игровая платформа"),
    ("other", "Other", "Иная"),
)

_PAYMENT = codes(
    "payment",
    ("cash", "Cash", "Наличные"),
    ("e_wallet", "Electronic wallet", "Электронный кошелёк"),
    ("bank_card", "Bank card", "Банковская карта"),
    ("bank_transfer", "Bank transfer", "Банковский перевод"),
    ("terminal", "Payment terminal", "Платёжный терминал"),
    ("mobile", "Mobile phone balance", "Баланс телефона"),
    ("crypto", "Cryptocurrency", "Криптовалюта"),
    ("hawala", "Hawala", "Хавала"),
    ("goods", "Goods in exchange", "Обмен на товар"),
    ("other", "Other", "Иной"),
)

_VALUE_SOURCE = codes(
    "value_source",
    ("analytical", "Analytical centre", "Аналитический центр"),
    ("operational", "Operational information", "Оперативные данные"),
    ("forensic", "Expert opinion", "Заключение эксперта"),
    ("published", "Published price list", "Опубликованный прейскурант"),
    ("seller", "Seller's price", "Цена сбытчика"),
)

ONLINE = Section(
    "online",
    Label("Online sale and payment", "Онлайн-сбыт и оплата"),
    (
        field("/online/used", Kind.BOOLEAN, ("Sold online", "Сбыт через интернет")),
        field("/online/platform", Kind.CODE, ("Platform", "Площадка"), options="platform"),
        field(
            "/online/platform_name",
            Kind.TEXT,
            ("Name of the platform", "Название площадки"),
        ),
        field("/online/shop", Kind.TEXT, ("Shop", "Название магазина")),
        field(
            "/online/account",
            Kind.IDENTIFIER,
            ("Account or nickname", "Аккаунт, ник"),
            nominal=True,
        ),
        field("/online/address", Kind.TEXT, ("Link", "Ссылка"), nominal=True),
        field(
            "/online/contactless",
            Kind.BOOLEAN,
            ("Contactless hand-over (stash)", "Бесконтактный способ (закладка)"),
        ),
        field("/online/stashes", Kind.INTEGER, ("Stashes found", "Обнаружено закладок")),
        field(
            "/online/payments/*",
            Kind.MEMBER,
            ("Means of payment", "Способы оплаты"),
            policy=Policy.UNION,
            options="payment",
        ),
        field(
            "/online/wallet_operator",
            Kind.TEXT,
            ("Wallet or payment operator", "Оператор кошелька, платёжная система"),
        ),
        field(
            "/online/wallet",
            Kind.IDENTIFIER,
            ("Wallet, card or address", "Номер кошелька, карты, криптоадрес"),
            nominal=True,
        ),
        field("/online/turnover", Kind.MONEY, ("Turnover established", "Установленный оборот")),
    ),
    lists=(_PLATFORM, _PAYMENT),
)

VALUE = Section(
    "value",
    Label("Value", "Стоимость"),
    (
        field(
            "/value/estimate",
            Kind.MONEY,
            ("Estimated value", "Оценочная стоимость"),
            help=(
                "With currency and what the price is based on.",
                "С указанием валюты и основания цены.",
            ),
        ),
        field("/value/asked", Kind.MONEY, ("Price asked", "Запрошенная цена")),
        field(
            "/value/source",
            Kind.CODE,
            ("Source of the price", "Источник цены"),
            options="value_source",
        ),
        field("/value/on", Kind.DAY, ("Price as of", "Цена на дату")),
        field("/value/text", Kind.TEXT, ("Basis of the estimate", "Обоснование оценки")),
    ),
    lists=(_VALUE_SOURCE,),
)
