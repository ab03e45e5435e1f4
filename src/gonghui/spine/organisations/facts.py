"""What can happen to the tree of unions and to the employers it covers."""

from gonghui.core.facts import fact


@fact(title="组织建立")
class OrganisationFounded:
    """An organisation came into being under its superior."""

    level: str


@fact(title="组织更名")
class OrganisationRenamed:
    """An organisation took another name; its code stays."""


@fact(title="隶属关系变更")
class OrganisationMoved:
    """An organisation went, with all under it, to another superior."""

    level: str


@fact(title="组织合并")
class OrganisationMerged:
    """An organisation went with all it had into another one, which goes on in its place."""

    level: str


@fact(title="组织分设")
class OrganisationSplit:
    """Part of an organisation went out of it into one or more new ones."""

    level: str
    parts: int


@fact(title="组织恢复建制")
class OrganisationRestored:
    """An organisation that had been merged or closed stands again."""

    level: str


@fact(title="组织撤销")
class OrganisationClosed:
    """An organisation ceased to exist; its records and its place in past reports stay."""

    level: str


@fact(title="业务指导关系变更")
class SecondarySuperiorSet:
    """An organisation was given, or lost, a second superior for service; reports add by the first alone."""

    given: bool


@fact(title="产业目录变更")
class IndustryEdited:
    """The list of industries was changed."""

    code: str


@fact(title="建会摸排")
class SetUpProposed:
    """An employer without a union was listed as a prospect."""

    level: str


@fact(title="同意筹备建会")
class PreparationApproved:
    """The superior agreed that a union be prepared."""

    level: str


@fact(title="建会选举")
class ElectionRecorded:
    """The members' meeting elected the union's committee."""

    level: str
    members: int


@fact(title="批复成立工会")
class UnionEstablished:
    """The superior approved the election: the union stands."""

    level: str


@fact(title="建会终止")
class SetUpAbandoned:
    """A set-up was given up; its employers are free for another."""

    reason: str


@fact(title="新增建会单位")
class EmployerCovered:
    """An employer came under a union for the first time, or again after the time within which it is not new."""

    area: str
    industry: str
    non_public: bool
    band: str


@fact(title="再次建会单位")
class EmployerCoveredAgain:
    """An employer came back under a union so soon that it is not counted as new."""

    area: str
    industry: str
    non_public: bool
    band: str


@fact(title="单位脱离工会覆盖")
class EmployerUncovered:
    """The union that covered an employer was closed."""

    area: str
