"""The numbers employment gives to reports; so far all are returned by the unions."""

from gonghui.core.figures import Figure, returned

EMPLOYERS_RECRUITING = Figure(
    "employment.employers_recruiting",
    "发布用工需求的单位",
    unit="家",
    clock="flow",
    meaning="期内在工会就业服务平台发布过用工需求的单位数，同一单位只计一家。",
    fold=returned("distinct"),
    returned_by="city",
)
"""Employers that published a vacancy with the union's job service, each once."""

POSTS_PUBLISHED = Figure(
    "employment.posts_published",
    "发布的岗位",
    unit="个",
    clock="flow",
    meaning="期内发布的用工需求中的招聘人数之和，按发布日计。",
    fold=returned("total"),
    returned_by="city",
)
"""Posts (headcount) in the vacancies published, by day of publication."""
