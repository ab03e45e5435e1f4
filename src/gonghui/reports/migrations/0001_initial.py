"""The tables of returns and filed reports, and what the database itself refuses of lines."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import gonghui.core.models

# The reach of a line is a range of text: figure and path, one point for 本级, everything under the path for 本级及所辖.
# In collation C the subtree of /1/3/ is exactly ["/1/3/", "/1/30"), so two lines count one organisation twice if
# and only if their ranges meet. GiST compares ranges without any extension.
REACH = """
create type reports_reach as range (subtype = text, collation = "C");
alter table reports_line add constraint reports_line_reach exclude using gist (
  (case coverage when 'own' then reports_reach(figure || ' ' || path, figure || ' ' || path, '[]')
     else reports_reach(figure || ' ' || path, figure || ' ' || left(path, -1) || '0', '[)') end) with &&,
  daterange(first_on, last_on, '[]') with &&
) where (state = 'accepted' and clock <> 'stock');
alter table reports_stockseries add constraint reports_series_reach exclude using gist (
  (case coverage when 'own' then reports_reach(figure || ' ' || path, figure || ' ' || path, '[]')
     else reports_reach(figure || ' ' || path, figure || ' ' || left(path, -1) || '0', '[)') end) with &&
);
"""

# What was accepted is changed by a correction only, and nothing is accepted for days that are recorded here.
GUARDS = """
create function reports_line_guard() returns trigger language plpgsql as $$
begin
  if old.state in ('accepted', 'corrected') and (old.number, old.denominator, old.nothing, old.figure, old.coverage,
      old.first_on, old.last_on, old.organisation_id, old.path) is distinct from (new.number, new.denominator,
      new.nothing, new.figure, new.coverage, new.first_on, new.last_on, new.organisation_id, new.path) then
    raise exception 'an accepted line is changed by a correction only' using errcode = 'check_violation';
  end if;
  if (old.state in ('corrected', 'withdrawn') and new.state <> old.state)
      or (old.state = 'accepted' and new.state not in ('accepted', 'corrected')) then
    raise exception 'a line in state % stays', old.state using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger reports_line_guard before update on reports_line for each row execute function reports_line_guard();

create function reports_line_keeps() returns trigger language plpgsql as $$
begin
  if old.state in ('accepted', 'corrected') then
    raise exception 'an accepted line is never deleted' using errcode = 'check_violation';
  end if;
  return old;
end $$;
create trigger reports_line_keeps before delete on reports_line for each row execute function reports_line_keeps();

create function reports_line_programme() returns trigger language plpgsql as $$
begin
  if new.corrects_id is null and exists (
      select 1 from reports_programme p where p.app = split_part(new.figure, '.', 1) and p.first_on <= new.last_on
      and (starts_with(new.path, p.path) or (new.coverage = 'subtree' and starts_with(p.path, new.path)))) then
    raise exception 'this figure is recorded on the platform in these days' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger reports_line_programme before update of state on reports_line for each row
  when (new.state = 'accepted' and old.state <> 'accepted') execute function reports_line_programme();
"""
UNDO = """
drop trigger reports_line_programme on reports_line;
drop trigger reports_line_keeps on reports_line;
drop trigger reports_line_guard on reports_line;
drop function reports_line_programme();
drop function reports_line_keeps();
drop function reports_line_guard();
alter table reports_stockseries drop constraint reports_series_reach;
alter table reports_line drop constraint reports_line_reach;
drop type reports_reach;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organisations", "0001_tree"),
    ]

    operations = [
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=gonghui.core.models.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("original_name", models.CharField(max_length=120)),
                ("content_type", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("stored_name", models.CharField(max_length=60, unique=True)),
                ("scanned", models.BooleanField()),
                ("uploaded_by", models.BigIntegerField()),
                ("uploaded_on", models.DateField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=gonghui.core.models.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("path", models.TextField(db_collation="C")),
                ("figure", models.CharField(max_length=80)),
                (
                    "clock",
                    models.CharField(
                        choices=[("flow", "期间发生"), ("stock", "期末存量"), ("asof", "截至指定日")], max_length=5
                    ),
                ),
                ("coverage", models.CharField(choices=[("own", "本级"), ("subtree", "本级及所辖")], max_length=7)),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                ("number", models.BigIntegerField(null=True)),
                ("denominator", models.BigIntegerField(null=True)),
                ("nothing", models.BooleanField(default=False)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("reason", models.CharField(blank=True, max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "已报"),
                            ("refused", "退回"),
                            ("accepted", "通过"),
                            ("withdrawn", "已撤回"),
                            ("corrected", "已更正"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("entered_by", models.BigIntegerField()),
                ("entered_account", models.BigIntegerField()),
                ("entered_on", models.DateField()),
                ("signed_account", models.BigIntegerField(default=0)),
                ("submitted_on", models.DateField(null=True)),
                ("reviewed_by", models.BigIntegerField(default=0)),
                ("reviewed_on", models.DateField(null=True)),
                ("refusal", models.CharField(blank=True, max_length=500)),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="reports.line",
                    ),
                ),
                (
                    "evidence",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="reports.evidence",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=gonghui.core.models.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("author_id", models.BigIntegerField()),
                ("author_name", models.CharField(max_length=60)),
                ("text", models.CharField(max_length=500)),
                ("written_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.organisation"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="comments", to="reports.line"
                    ),
                ),
            ],
            options={
                "ordering": ["written_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=gonghui.core.models.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("form", models.CharField(max_length=60)),
                ("period", models.CharField(max_length=24)),
                (
                    "state",
                    models.CharField(choices=[("draft", "草稿"), ("filed", "已备案")], default="draft", max_length=8),
                ),
                ("proposed_by", models.BigIntegerField()),
                ("proposed_account", models.BigIntegerField()),
                ("proposed_by_name", models.CharField(max_length=60)),
                ("proposed_on", models.DateField()),
                ("filed_by", models.BigIntegerField(null=True)),
                ("filed_account", models.BigIntegerField(null=True)),
                ("filed_by_name", models.CharField(blank=True, max_length=60)),
                ("filed_on", models.DateField(null=True)),
                ("filed_at", models.DateTimeField(null=True)),
                ("cut", models.BigIntegerField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.organisation"
                    ),
                ),
            ],
            options={
                "verbose_name": "工作报告",
            },
        ),
        migrations.CreateModel(
            name="FiledRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("row", models.CharField(max_length=12)),
                ("figure", models.CharField(max_length=80)),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                ("recorded", models.BigIntegerField()),
                ("recorded_of", models.BigIntegerField(null=True)),
                ("returned", models.BigIntegerField()),
                ("returned_of", models.BigIntegerField(null=True)),
                ("standing", models.CharField(max_length=8)),
                ("printed", models.CharField(max_length=60)),
                ("printed_en", models.CharField(max_length=120)),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="reports.report"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Return",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=gonghui.core.models.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("sent_on", models.DateField(null=True)),
                ("sent_by", models.BigIntegerField(default=0)),
                ("signed_on", models.DateField(null=True)),
                ("signed_by", models.BigIntegerField(default=0)),
                ("reminded_on", models.DateField(null=True)),
                ("reminders", models.PositiveSmallIntegerField(default=0)),
                ("filler", models.CharField(blank=True, max_length=60)),
                ("signer", models.CharField(blank=True, max_length=60)),
                ("declined", models.CharField(blank=True, max_length=500)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.organisation"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="line",
            name="in_return",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="reports.return"
            ),
        ),
        migrations.AddField(
            model_name="evidence",
            name="in_return",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="reports.return"
            ),
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=gonghui.core.models.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("title", models.CharField(max_length=80)),
                ("form", models.CharField(blank=True, max_length=60)),
                ("period", models.CharField(max_length=30)),
                ("opened_on", models.DateField()),
                ("due_on", models.DateField()),
                ("closed_on", models.DateField(null=True)),
                ("opened_by", models.BigIntegerField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.organisation"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="return",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="returns", to="reports.round"
            ),
        ),
        migrations.CreateModel(
            name="RoundFigure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("figure", models.CharField(max_length=80)),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="figures", to="reports.round"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="StockSeries",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("figure", models.CharField(max_length=80)),
                ("path", models.TextField(db_collation="C")),
                ("coverage", models.CharField(choices=[("own", "本级"), ("subtree", "本级及所辖")], max_length=7)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=gonghui.core.models.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("sha256", models.CharField(max_length=64)),
                ("original_name", models.CharField(max_length=120)),
                ("size", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("checked", "待确认"), ("faulty", "有错误"), ("committed", "已导入")], max_length=12
                    ),
                ),
                ("cells", models.JSONField(default=list)),
                ("problems", models.JSONField(default=list)),
                ("problem_count", models.PositiveIntegerField(default=0)),
                ("notices", models.JSONField(default=list)),
                ("uploaded_by", models.BigIntegerField()),
                ("uploaded_account", models.BigIntegerField()),
                ("uploaded_on", models.DateField()),
                ("committed_on", models.DateField(null=True)),
                (
                    "in_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uploads", to="reports.return"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.organisation"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="line",
            name="upload",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="reports.upload"
            ),
        ),
        migrations.CreateModel(
            name="Programme",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=gonghui.core.models.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("app", models.CharField(max_length=40)),
                ("path", models.TextField(db_collation="C")),
                ("first_on", models.DateField()),
                ("started_by", models.BigIntegerField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.organisation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("app", "organisation"), name="programme_once"),
                    models.CheckConstraint(condition=models.Q(("first_on__day", 1)), name="programme_first_of_month"),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(fields=("form", "organisation", "period"), name="report_once"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cut__isnull", True), ("state", "draft")),
                    models.Q(
                        ("cut__isnull", False),
                        ("filed_at__isnull", False),
                        ("filed_by__isnull", False),
                        ("state", "filed"),
                    ),
                    _connector="OR",
                ),
                name="report_filed_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("filed_account__isnull", True),
                    models.Q(("filed_account", models.F("proposed_account")), _negated=True),
                    _connector="OR",
                ),
                name="report_two_people",
            ),
        ),
        migrations.AddIndex(
            model_name="filedrow",
            index=models.Index(fields=["figure", "first_on"], name="filed_row_figure"),
        ),
        migrations.AddConstraint(
            model_name="filedrow",
            constraint=models.UniqueConstraint(fields=("report", "row"), name="filed_row_once"),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.UniqueConstraint(fields=("in_return", "sha256"), name="evidence_once"),
        ),
        migrations.AddIndex(
            model_name="round",
            index=models.Index(fields=["-due_on", "-id"], name="round_newest"),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_on__gte", models.F("opened_on"))), name="round_due_after_opened"
            ),
        ),
        migrations.AddConstraint(
            model_name="return",
            constraint=models.UniqueConstraint(fields=("round", "organisation"), name="return_once"),
        ),
        migrations.AddConstraint(
            model_name="roundfigure",
            constraint=models.UniqueConstraint(fields=("round", "figure"), name="round_figure_once"),
        ),
        migrations.AddConstraint(
            model_name="roundfigure",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_on__gte", models.F("first_on"))), name="round_figure_days"
            ),
        ),
        migrations.AddConstraint(
            model_name="stockseries",
            constraint=models.UniqueConstraint(fields=("figure", "organisation", "coverage"), name="stock_series_once"),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.UniqueConstraint(fields=("in_return", "sha256"), name="upload_once"),
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(fields=["state", "organisation"], name="line_state_org"),
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(fields=["figure", "path", "last_on"], name="line_figure_path"),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_on__gte", models.F("first_on"))), name="line_days"
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("denominator", None), ("nothing", True), ("number", None)),
                    models.Q(
                        ("nothing", False),
                        ("number__gte", 0),
                        ("number__isnull", False),
                        models.Q(("denominator", None), ("denominator__gte", models.F("number")), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="line_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "submitted", "refused", "accepted", "withdrawn", "corrected"])
                ),
                name="line_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(("coverage__in", ["own", "subtree"])), name="line_coverage"
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.UniqueConstraint(
                condition=models.Q(("corrects", None), ("state__in", ("draft", "submitted", "refused"))),
                fields=("in_return", "figure", "first_on", "last_on"),
                name="line_once_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("draft", "submitted", "refused", "accepted"))),
                fields=("corrects",),
                name="line_corrected_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.UniqueConstraint(
                condition=models.Q(("clock", "stock"), ("state", "accepted")),
                fields=("organisation", "figure", "coverage", "last_on"),
                name="line_level_once",
            ),
        ),
        migrations.RunSQL(REACH + GUARDS, UNDO),
    ]
