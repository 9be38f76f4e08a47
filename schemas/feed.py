"""The exchange feed on the wire: pages of entries, and what an entry's text says.

The text travels as a JSON string, exactly as it was hashed; ``EntryBody`` is its schema. Members
that hold nothing are left out. Decimals are text. Property types never change between entries.
"""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import WireModel
from schemas.types import Code, DecimalText, Identifier, Many, Sha256

Words = Annotated[str, Field(max_length=4_000)]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
LocalInstant = Annotated[
    str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?([+-]\d{2}:\d{2})$")
]
"""The clock on the wall where it happened, with its offset."""
Count = Annotated[int, Field(ge=0)]
Partner = Annotated[str, Field(pattern=r"^[A-Z]{2,10}$")]


class FeedEntry(WireModel):
    """One entry. Its place and hashes are everybody's; its text only its readers'."""

    position: int = Field(ge=1)
    hash: Sha256
    """SHA-256 of ``khabar-entry-v1`` LF and the text."""
    chain: Sha256
    """SHA-256 of ``khabar-feed-v1`` LF, the chain before, LF, the hash, LF."""
    body: str | None
    """The text as hashed; null where it is withheld from this reader."""


class FeedPage(WireModel):
    entries: Many[FeedEntry]
    cursor: str
    """Where to go on from."""
    more: bool


class FeedAck(WireModel):
    """Everything up to this cursor is stored at the reader's."""

    cursor: Annotated[str, Field(max_length=400)]


class FeedAcked(WireModel):
    acknowledged: int


class Sharing(WireModel):
    """The originator's conditions. Whoever reads the entry keeps to them."""

    originator: Code
    state: Partner
    release: Many[Partner]
    tlp: Code | None = None
    classification: Code | None = None
    handling: Many[Code] = ()
    onward: Code
    purpose: Code | None = None
    caveat: Words | None = None
    source_evaluation: Code | None = None
    information_evaluation: Code | None = None
    expires_on: Day | None = None


class Stated(WireModel):
    amount: DecimalText
    unit: Code


class Entered(WireModel):
    text: Words
    lang: Code


class Quantity(WireModel):
    """As entered and in the canonical unit; ``question`` when no one value is sure."""

    entered: Entered | None = None
    stated: Stated | None = None
    value: DecimalText | None = None
    unit: Code | None = None
    qualifier: Literal["exact", "approx", "gt", "gte", "lt", "lte"] | None = None
    basis: Literal["gross", "net", "active", "forensic"] | None = None
    question: Literal[True] | None = None
    candidates: Many[Words] = ()


class Schedule(WireModel):
    convention: Literal["1961", "1971", "1988"]
    schedule: Words


class Substance(WireModel):
    """``schedules`` are those of the event's day; ``question`` when the name has no one meaning."""

    code: Code | None = None
    entered: Words | None = None
    identified: Code | None = None
    group: Code | None = None
    cas: Words | None = None
    is_nps: bool | None = None
    is_precursor: bool | None = None
    schedules: Many[Schedule] = ()
    question: Literal[True] | None = None
    candidates: Many[Code] = ()


class Money(WireModel):
    amount: DecimalText
    currency: Code
    basis: Code | None = None


class Point(WireModel):
    lat: DecimalText
    lon: DecimalText
    accuracy_m: DecimalText | None = None
    source: Code | None = None


class Event(WireModel):
    at: LocalInstant | None = None
    ended_at: LocalInstant | None = None
    zone: Words | None = None
    time_certainty: Code | None = None
    kind: Code | None = None


class Place(WireModel):
    country: Code | None = None
    region: Code | None = None
    district: Code | None = None
    settlement: Words | None = None
    road: Words | None = None
    border_point: Code | None = None
    point: Point | None = None
    location_type: Code | None = None


class Item(WireModel):
    """One substance. Gross, net and forensic weight of the same goods are three facts."""

    id: Identifier
    substance: Substance | None = None
    quantity: Quantity | None = None
    gross: Quantity | None = None
    net: Quantity | None = None
    forensic: Quantity | None = None
    count: Quantity | None = None
    condition: Code | None = None
    form: Code | None = None
    colour: Words | None = None
    purity: DecimalText | None = None
    concentration: DecimalText | None = None
    packaging: Code | None = None
    packages: Count | None = None
    marks: Words | None = None
    logo: Words | None = None
    batch: Words | None = None
    manufacturer: Words | None = None
    value: Money | None = None


class Good(WireModel):
    id: Identifier
    kind: Code | None = None
    count: Count | None = None
    money: Money | None = None


class Vehicle(WireModel):
    id: Identifier
    country: Code | None = None
    type: Code | None = None
    make: Words | None = None
    model: Words | None = None
    year: Count | None = None
    colour: Words | None = None
    seized: bool | None = None


class Container(WireModel):
    id: Identifier
    number: Words | None = None
    type: Words | None = None
    status: Code | None = None
    tampered: bool | None = None


class SealFound(WireModel):
    id: Identifier
    number: Words | None = None
    role: Code | None = None
    state: Code | None = None
    kind: Code | None = None


class Document(WireModel):
    id: Identifier
    kind: Code | None = None
    country: Code | None = None
    finding: Code | None = None


class RouteStop(WireModel):
    id: Identifier
    role: Code | None = None
    country: Code | None = None
    region: Code | None = None
    place: Words | None = None
    border_point: Code | None = None
    order: Count | None = None
    on: Day | None = None
    certainty: Code | None = None


class Persons(WireModel):
    """How many. Each member counts by itself; nothing is crossed, nobody is told apart."""

    count: Count
    role: dict[str, int] = Field(default_factory=dict)
    status: dict[str, int] = Field(default_factory=dict)
    nationality: dict[str, int] = Field(default_factory=dict)
    sex: dict[str, int] = Field(default_factory=dict)
    age_band: dict[str, int] = Field(default_factory=dict)


class Opinion(WireModel):
    """A laboratory opinion: a later, lower mass is no error, an examination uses some up."""

    id: Identifier
    on: Day | None = None
    item: Code | None = None
    substance: Substance | None = None
    received: Quantity | None = None
    dry_residue: Quantity | None = None
    purity: DecimalText | None = None
    method: Code | None = None


class Agencies(WireModel):
    """``credited`` are all who took part, also those who reported the same event apart (F8)."""

    owner: Code
    lead: Code | None = None
    credited: Many[Code]


class Operation(WireModel):
    name: Words | None = None
    code: Words | None = None
    kind: Code | None = None
    from_: Day | None = Field(default=None, alias="from")
    until: Day | None = None


class Transport(WireModel):
    mode: Code | None = None
    carrier_country: Code | None = None


class Cargo(WireModel):
    description: Words | None = None
    hs_code: Words | None = None
    regime: Code | None = None
    weight: Quantity | None = None
    packages: Count | None = None
    is_cover: bool | None = None
    consignor_country: Code | None = None
    consignee_country: Code | None = None


class Concealment(WireModel):
    places: Many[Code] = ()
    methods: Many[Code] = ()


class Detection(WireModel):
    source: Code | None = None
    methods: Many[Code] = ()
    risk_indicators: Many[Code] = ()


class Online(WireModel):
    used: bool | None = None
    platform: Code | None = None
    platform_name: Words | None = None
    shop: Words | None = None
    contactless: bool | None = None
    stashes: Count | None = None
    wallet_operator: Words | None = None
    payments: Many[Code] = ()


class Outcome(WireModel):
    arrests: Count | None = None
    minors: Count | None = None
    women: Count | None = None
    group: bool | None = None


class Estimates(WireModel):
    """What somebody reckoned, apart from what was found. Never added to quantities."""

    value: Money | None = None
    asked: Money | None = None
    source: Code | None = None
    on: Day | None = None
    turnover: Money | None = None


class Control(WireModel):
    """Of a checkpoint report: who and what was controlled, and what came of it."""

    scope: Code | None = None
    direction: Code | None = None
    from_: LocalInstant | None = Field(default=None, alias="from")
    until: LocalInstant | None = None
    dwell_minutes: Count | None = None
    traffic: Code | None = None
    result: Code | None = None
    refusal: Code | None = None
    subjects: Many[Code] = ()
    means: Many[Code] = ()
    irregularities: Many[Code] = ()


class Counts(WireModel):
    persons: Count | None = None
    vehicles: Count | None = None
    containers: Count | None = None
    parcels: Count | None = None
    searches: Count | None = None


class ReportLink(WireModel):
    report: Identifier
    kind: Code


class EntryHead(WireModel):
    """What makes a text an entry."""

    v: Literal[1]
    id: Identifier
    node: Identifier
    report: Identifier
    revision: int
    at: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$")]
    salt: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    """Random: a withheld text cannot be found by hashing guesses."""


class Withdrawal(EntryHead):
    """Whoever holds the report deletes it, or keeps it only as the law of their state demands."""

    action: Literal["withdraw"]
    replaces: Identifier
    reason: Literal["voided", "same-event", "withdrawn"]
    same_event: Identifier | None = None
    """The report that tells the event from now on."""


class Telling(EntryHead):
    """The whole report as it stands; a correction replaces all of the entry it names."""

    action: Literal["publish", "correct"]
    replaces: Identifier | None = None
    form: Annotated[str, Field(pattern=r"^[a-z]+/\d+$")]
    table: Words
    """The version of the reference tables the quantities were read by."""
    sharing: Sharing
    agencies: Agencies
    contested: Many[Words] = ()
    """Fields on which people disagree; the value given is the one that stands until they settle."""
    not_known: Many[Words] = ()
    """Fields that were asked and are not known: neither zero nor missing."""
    event: Event | None = None
    place: Place | None = None
    operation: Operation | None = None
    items: Many[Item] = ()
    goods: Many[Good] = ()
    laboratory: Many[Opinion] = ()
    transport: Transport | None = None
    vehicles: Many[Vehicle] = ()
    containers: Many[Container] = ()
    seals: Many[SealFound] = ()
    cargo: Cargo | None = None
    documents: Many[Document] = ()
    concealment: Concealment | None = None
    detection: Detection | None = None
    route: Many[RouteStop] = ()
    persons: Persons | None = None
    outcome: Outcome | None = None
    online: Online | None = None
    estimates: Estimates | None = None
    control: Control | None = None
    counts: Counts | None = None
    links: Many[ReportLink] = ()
    summary: Words | None = None


EntryBody = Annotated[Telling | Withdrawal, Field(discriminator="action")]
"""What the text of an entry says."""


class Holder(WireModel):
    """One reader who was given a report's text, and whether the withdrawal reached them."""

    subscriber: Identifier
    name: str
    code: Partner
    position: int
    """The newest entry with the report's text that was delivered."""
    acknowledged: bool
    withdrawal: int | None = None
    """The entry that takes it back from this reader."""
    withdrawal_delivered: bool = False
    withdrawal_acknowledged: bool = False


class Holders(WireModel):
    report: Identifier
    holders: Many[Holder]


class SubscriberLag(WireModel):
    subscriber: Identifier
    name: str
    code: Partner
    delivered: int
    acknowledged: int
    behind: int
    """Entries not yet acknowledged."""
    delivered_at: str | None = None
    acknowledged_at: str | None = None


class FeedLag(WireModel):
    size: int
    subscribers: Many[SubscriberLag]


class ReleasePolicy(WireModel):
    release_requires_approval: bool
    """Whether a submitted report waits for an administrator before it may leave the agency."""
