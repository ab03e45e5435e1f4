"""Stages of a report, its text by section, signatures, comments, errata; what is filed stands but for publication."""

import datetime
import uuid

import django.db.models.deletion
from django.db import migrations, models

import gonghui.core.models

NO_GUARD = "drop trigger filed_report_stands on reports_report"
GUARD = """
create trigger filed_report_stands before update or delete on reports_report
  for each row execute function gonghui_filed_stands();
"""
BEGUN = """
update reports_report set begun_account = coalesce(proposed_account, 0), begun_by_name = proposed_by_name,
  begun_on = coalesce(proposed_on, begun_on)
"""
FORWARD = """
create or replace function gonghui_filed_stands() returns trigger language plpgsql as $$
declare
  publishing constant text[] := array['state', 'published_by_name', 'published_on'];
begin
  if tg_table_name = 'reports_report' then
    if old.state not in ('filed', 'published') then
      return case tg_op when 'DELETE' then old else new end;
    end if;
    if tg_op = 'UPDATE' and old.state = 'filed' and new.state = 'published'
        and to_jsonb(new) - publishing = to_jsonb(old) - publishing then
      return new;
    end if;
  end if;
  raise exception '% is filed: % refused', tg_table_name, tg_op using errcode = 'restrict_violation',
    hint = 'A filed number stands; correct the return, and the report marks the difference.';
end $$;
create function gonghui_filed_parts() returns trigger language plpgsql as $$
declare
  standing text;
begin
  if tg_op <> 'INSERT' and tg_table_name in ('reports_block', 'reports_erratum') then
    raise exception '% only adds up: % refused', tg_table_name, tg_op using errcode = 'restrict_violation',
      hint = 'Write a new version.';
  end if;
  select state into standing from reports_report
    where id = case tg_op when 'DELETE' then old.report_id else new.report_id end;
  if standing in ('filed', 'published') and tg_table_name <> 'reports_erratum' then
    raise exception '% is filed: % refused', tg_table_name, tg_op using errcode = 'restrict_violation',
      hint = 'What was filed stands; add an erratum.';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger filed_block_stands before insert or update or delete on reports_block
  for each row execute function gonghui_filed_parts();
create trigger filed_signature_stands before insert or update or delete on reports_signature
  for each row execute function gonghui_filed_parts();
create trigger filed_remark_stands before insert or update or delete on reports_remark
  for each row execute function gonghui_filed_parts();
create trigger filed_asked_stands before insert or update or delete on reports_asked
  for each row execute function gonghui_filed_parts();
create trigger erratum_stands before update or delete on reports_erratum
  for each row execute function gonghui_filed_parts();
"""
BACK = """
drop trigger erratum_stands on reports_erratum;
drop trigger filed_asked_stands on reports_asked;
drop trigger filed_remark_stands on reports_remark;
drop trigger filed_signature_stands on reports_signature;
drop trigger filed_block_stands on reports_block;
drop function gonghui_filed_parts();
"""


class Migration(migrations.Migration):
    """After the grid of an upload; a filed report of before was begun by who proposed it."""

    dependencies = [
        ("organisations", "0004_set_up_of_superior"),
        ("reports", "0003_upload_grid"),
    ]

    operations = [
        migrations.RunSQL(NO_GUARD, GUARD),
        migrations.CreateModel(
            name="Asked",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("round", models.PositiveSmallIntegerField()),
                ("asked_on", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="Block",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("section", models.PositiveSmallIntegerField()),
                ("version", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=120)),
                ("title_en", models.CharField(max_length=200)),
                ("text", models.TextField(blank=True)),
                ("text_en", models.TextField(blank=True)),
                ("written_account", models.BigIntegerField()),
                ("written_by_name", models.CharField(blank=True, max_length=60)),
                ("written_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["section", "version"],
            },
        ),
        migrations.CreateModel(
            name="Erratum",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveSmallIntegerField()),
                ("said", models.CharField(max_length=500)),
                ("should_say", models.CharField(max_length=500)),
                ("added_by_name", models.CharField(max_length=60)),
                ("added_on", models.DateField()),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=gonghui.core.models.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("round", models.PositiveSmallIntegerField()),
                ("author_account", models.BigIntegerField()),
                ("author_name", models.CharField(max_length=60)),
                ("text", models.CharField(max_length=1000)),
                ("written_on", models.DateField()),
                ("accepted", models.BooleanField(null=True)),
                ("answer", models.CharField(blank=True, max_length=500)),
                ("answered_by_name", models.CharField(blank=True, max_length=60)),
                ("answered_on", models.DateField(null=True)),
            ],
            options={
                "ordering": ["round", "written_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=gonghui.core.models.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("row", models.CharField(max_length=12)),
                ("figure", models.CharField(max_length=80)),
                ("department", models.CharField(blank=True, max_length=60)),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "待会签"), ("signed", "已会签"), ("objected", "不同意")],
                        default="asked",
                        max_length=8,
                    ),
                ),
                ("asked_by_name", models.CharField(max_length=60)),
                ("asked_on", models.DateField()),
                ("number", models.BigIntegerField(null=True)),
                ("number_of", models.BigIntegerField(null=True)),
                ("printed", models.CharField(blank=True, max_length=60)),
                ("signed_by", models.BigIntegerField(null=True)),
                ("signed_account", models.BigIntegerField(null=True)),
                ("signed_by_name", models.CharField(blank=True, max_length=60)),
                ("signed_on", models.DateField(null=True)),
                ("why", models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="report",
            name="report_filed_whole",
        ),
        migrations.AddField(
            model_name="filedrow",
            name="meaning",
            field=models.CharField(blank=True, max_length=400),
        ),
        migrations.AddField(
            model_name="filedrow",
            name="meaning_en",
            field=models.CharField(blank=True, max_length=800),
        ),
        migrations.AddField(
            model_name="filedrow",
            name="title",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="filedrow",
            name="title_en",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="filedrow",
            name="unit",
            field=models.CharField(blank=True, max_length=12),
        ),
        migrations.AddField(
            model_name="filedrow",
            name="version",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="report",
            name="approved_by_name",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="report",
            name="approved_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="report",
            name="begun_account",
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="report",
            name="begun_by_name",
            field=models.CharField(default="", max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="report",
            name="begun_on",
            field=models.DateField(default=datetime.date(2020, 1, 1)),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="report",
            name="published_by_name",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="report",
            name="published_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="report",
            name="round",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="report",
            name="stages",
            field=models.CharField(default="draft filed", max_length=120),
        ),
        migrations.AddField(
            model_name="report",
            name="table_hash",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AlterField(
            model_name="report",
            name="proposed_account",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="report",
            name="proposed_by",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="report",
            name="proposed_by_name",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AlterField(
            model_name="report",
            name="proposed_on",
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name="report",
            name="state",
            field=models.CharField(
                choices=[
                    ("outlined", "提纲"),
                    ("collecting", "收数"),
                    ("draft", "初稿"),
                    ("signed", "数据会签"),
                    ("circulated", "征求意见"),
                    ("revised", "修改稿"),
                    ("approved", "审定"),
                    ("filed", "已备案"),
                    ("published", "已公布"),
                ],
                default="draft",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cut__isnull", True),
                        (
                            "state__in",
                            ("outlined", "collecting", "draft", "signed", "circulated", "revised", "approved"),
                        ),
                    ),
                    models.Q(
                        ("cut__isnull", False),
                        ("filed_at__isnull", False),
                        ("filed_by__isnull", False),
                        ("proposed_account__isnull", False),
                        ("state__in", ("filed", "published")),
                    ),
                    _connector="OR",
                ),
                name="report_filed_whole",
            ),
        ),
        migrations.AddField(
            model_name="asked",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.organisation"
            ),
        ),
        migrations.AddField(
            model_name="asked",
            name="report",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="asked", to="reports.report"
            ),
        ),
        migrations.AddField(
            model_name="block",
            name="report",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="blocks", to="reports.report"
            ),
        ),
        migrations.AddField(
            model_name="erratum",
            name="report",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="errata", to="reports.report"
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.organisation"
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="report",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="remarks", to="reports.report"
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="report",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="signatures", to="reports.report"
            ),
        ),
        migrations.AddConstraint(
            model_name="asked",
            constraint=models.UniqueConstraint(fields=("report", "round", "organisation"), name="asked_once"),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.UniqueConstraint(fields=("report", "section", "version"), name="block_version_once"),
        ),
        migrations.AddConstraint(
            model_name="erratum",
            constraint=models.UniqueConstraint(fields=("report", "number"), name="erratum_once"),
        ),
        migrations.AddIndex(
            model_name="signature",
            index=models.Index(
                condition=models.Q(("state", "signed"), _negated=True), fields=["state"], name="signature_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(fields=("report", "row"), name="signature_once"),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "signed"), _negated=True),
                    models.Q(("signed_account__isnull", False), ("signed_on__isnull", False)),
                    _connector="OR",
                ),
                name="signature_whole",
            ),
        ),
        migrations.RunSQL(BEGUN, migrations.RunSQL.noop),
        migrations.RunSQL(FORWARD, BACK),
        migrations.RunSQL(GUARD, NO_GUARD),
    ]
