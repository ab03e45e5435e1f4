"""What happens in the bench's federation: a dozen kinds with realistic groups, sums and levels."""

from gonghui.core.facts import fact


@fact(title="慰问")
class VisitPaid:
    """A union visited a member's family."""

    programme: str
    visits: int
    worth_fen: int


@fact(title="互助赔付")
class ClaimPaid:
    """The fund paid a claim."""

    scheme: str
    payout_fen: int


@fact(title="受理诉求")
class CaseAccepted:
    """The hotline took a case on."""

    topic: str
    channel: str


@fact(title="办结诉求")
class CaseClosed:
    """The hotline closed a case."""

    topic: str
    in_time: bool


@fact(title="发展会员")
class MemberAdmitted:
    """A person became a member."""

    way: str


@fact(title="会员增减")
class MembershipChanged:
    """The number of members changed."""

    change: int


@fact(title="普惠服务")
class ServiceUsed:
    """A member used an item of the service card."""

    item: str
    visits: int


@fact(title="培训")
class CourseHeld:
    """A course was held."""

    form: str
    people: int


@fact(title="签订集体合同")
class ContractSigned:
    """An employer signed a collective contract."""

    kind_of: str


@fact(title="覆盖单位")
class EmployerCovered:
    """An employer's staff came under a union; the same employer may come twice."""

    first: bool


@fact(title="阵地增减")
class PlacesChanged:
    """The number of places changed."""

    place: str
    change: int
