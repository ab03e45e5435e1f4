"""What a filed report prints, as it was on the day of filing: prose, charts and annex, in both languages."""

from django.db import models

from gonghui.core.privacy import INTERNAL, declare
from gonghui.reports.models.filings import Report


class FiledPaper(models.Model):
    """The paper of a filed report in one language; a union renamed or moved later does not change it."""

    id = models.BigAutoField(primary_key=True)
    report = models.ForeignKey(Report, models.CASCADE, related_name="papers")
    english = models.BooleanField()
    document = models.JSONField()
    privacy = declare((INTERNAL, "报告备案", "长期", "id report english document"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "english"], name="filed_paper_once")]
