"""The small federation as tests hold it: its people by username, its branches with one of everything they have."""

from dataclasses import dataclass, field

from django.test import Client

from gonghui.core.actor import Actor
from gonghui.core.models import Entry, Witnessed
from gonghui.reports.models import Evidence, Line, Remark, Report, Return, Round
from gonghui.spine.funds.models import (
    AnswerFile,
    Book,
    DuesRow,
    PaymentBatch,
    PaymentOrder,
    Posting,
    Statement,
    VoucherDraft,
)
from gonghui.spine.members.models import MemberRequest, Transfer
from gonghui.spine.members.models import Person as Member
from gonghui.spine.officials.models import Certificate, CertificateScan, Position, Post, ResetCode, SocialWorker
from gonghui.spine.organisations.models import Organisation, SetUp
from gonghui.web.imports.models import Import
from gonghui.web.models import Account
from gonghui.work.mutual_aid.models import (
    Claim,
    ClaimPaper,
    Edition,
    Enrolment,
    Issue,
    Replay,
    ReviewRequest,
    Settlement,
    SettlementFile,
)


@dataclass
class Person:
    """Somebody who can sign in: the account, the post acted in (none for some), an open session."""

    username: str
    role: str
    account: Account
    post: Post | None
    organisation: Organisation | None
    session: str = ""

    @property
    def actor(self) -> Actor:
        """The person acting in the post."""
        assert self.post is not None
        return self.post.as_actor()

    @property
    def path(self) -> str:
        """The subtree the person acts in."""
        return self.organisation.path if self.organisation is not None and self.post is not None else ""

    def client(self) -> Client:
        """The person's browser, signed in."""
        found = Client()
        found.cookies["sessionid"] = self.session
        return found


@dataclass
class Branch:
    """A district with its town and enterprise union, and one of everything they have."""

    key: str
    district: Organisation
    town: Organisation
    shop: Organisation
    canary: str
    spare: Organisation = field(init=False)
    merged: Organisation = field(init=False)
    answer: Return = field(init=False)
    july_answer: Return = field(init=False)
    town_round: Round = field(init=False)
    town_answer: Return = field(init=False)
    lines: dict[str, Line] = field(default_factory=dict)
    evidence: Evidence = field(init=False)
    uploads: dict[str, Import] = field(default_factory=dict)
    imports: dict[str, Import] = field(default_factory=dict)
    filed: Report = field(init=False)
    draft: Report = field(init=False)
    circulated: Report = field(init=False)
    remark: Remark = field(init=False)
    ready: Report = field(init=False)
    proposed: Report = field(init=False)
    published: Report = field(init=False)
    set_ups: dict[str, SetUp] = field(default_factory=dict)
    reset_code: ResetCode = field(init=False)
    position: Position = field(init=False)
    worker: SocialWorker = field(init=False)
    certificate: Certificate = field(init=False)
    scan: CertificateScan = field(init=False)
    member: Member = field(init=False)
    own: Account = field(init=False)
    request: MemberRequest = field(init=False)
    transfer: Transfer = field(init=False)
    book: Book = field(init=False)
    posting: Posting = field(init=False)
    voucher_draft: VoucherDraft = field(init=False)
    order: PaymentOrder = field(init=False)
    ready_order: PaymentOrder = field(init=False)
    batch: PaymentBatch = field(init=False)
    sent_batch: PaymentBatch = field(init=False)
    bank_answer: AnswerFile = field(init=False)
    statement: Statement = field(init=False)
    dues: DuesRow = field(init=False)
    enrolment: Enrolment = field(init=False)
    claim: Claim = field(init=False)
    claim_draft: Claim = field(init=False)
    claim_paper: ClaimPaper = field(init=False)
    entry: Entry = field(init=False)
    kept: Witnessed = field(init=False)

    @property
    def city(self) -> Organisation:
        """Where what the city alone does lies."""
        assert self.district.parent is not None
        return self.district.parent

    def marked(self, words: str) -> str:
        """Words with the branch's canary in them."""
        return f"{words}{self.canary}"


@dataclass
class World:
    """The federation, its people by username, its branches by key."""

    city: Organisation
    education: Organisation
    people: dict[str, Person] = field(default_factory=dict)
    branches: dict[str, Branch] = field(default_factory=dict)
    rounds: dict[str, Round] = field(default_factory=dict)
    checkpoint: int = 0
    aid_draft: Edition = field(init=False)
    aid_replay: Replay = field(init=False)
    aid_settlement: Settlement = field(init=False)
    aid_file: SettlementFile = field(init=False)
    aid_issue: Issue = field(init=False)
    aid_review: ReviewRequest = field(init=False)

    def actor(self, username: str) -> Actor:
        """Who acts."""
        return self.people[username].actor
