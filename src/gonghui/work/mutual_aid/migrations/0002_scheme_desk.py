"""Drafts of schemes, their replays, withdrawal; the database itself keeps a published text as it is."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import gonghui.core.models

FORWARD = """
alter table mutual_aid_edition add constraint aid_edition_hashed
  check (version = encode(sha256(convert_to(text, 'UTF8')), 'hex'));
create function aid_edition_stands() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if old.state = 'draft' then return old; end if;
  elsif old.state = 'draft' then
    return new;
  elsif (new.id, new.public_id, new.organisation_id, new.plan, new.valid_from, new.text, new.version, new.made_by,
         new.made_on, new.published_by, new.published_on, new.note)
      is not distinct from
        (old.id, old.public_id, old.organisation_id, old.plan, old.valid_from, old.text, old.version, old.made_by,
         old.made_on, old.published_by, old.published_on, old.note)
      and (new.state = old.state
           or (new.state = 'withdrawn' and new.withdrawn_on < old.valid_from and old.published_by is not null)) then
    return new;
  end if;
  raise exception 'a published text stands: % refused', tg_op using errcode = 'restrict_violation',
    hint = 'Publish another one that follows it; one that has not begun can be withdrawn by two people.';
end $$;
create trigger aid_edition_stands before update or delete on mutual_aid_edition
  for each row execute function aid_edition_stands();
"""
BACK = """
drop trigger aid_edition_stands on mutual_aid_edition;
drop function aid_edition_stands();
alter table mutual_aid_edition drop constraint aid_edition_hashed;
"""


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [
        ("mutual_aid", "0001_mutual_aid"),
        ("organisations", "0014_found_in_their_district"),
    ]

    operations = [
        migrations.CreateModel(
            name="Replay",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=gonghui.core.models.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.CharField(db_collation="C", max_length=64)),
                ("year", models.SmallIntegerField(verbose_name="重放哪一年")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "正在重放"), ("done", "已完成"), ("failed", "没有办成")],
                        default="waiting",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("done", models.IntegerField(default=0)),
                ("total", models.IntegerField(default=0)),
                ("summary", models.JSONField(default=dict)),
                ("why_not", models.JSONField(default=dict)),
                ("asked_by", models.BigIntegerField()),
                ("asked_on", models.DateField(verbose_name="重放日期")),
            ],
            options={
                "ordering": ["-asked_on", "-id"],
            },
        ),
        migrations.AddField(
            model_name="edition",
            name="withdraw_asked_by",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="edition",
            name="withdraw_asked_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="edition",
            name="withdraw_why",
            field=models.CharField(blank=True, max_length=200, verbose_name="撤回理由"),
        ),
        migrations.AddField(
            model_name="edition",
            name="withdrawn_by",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="edition",
            name="withdrawn_on",
            field=models.DateField(null=True, verbose_name="撤回日期"),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "withdrawn"),
                        ("withdraw_asked_by__isnull", False),
                        ("withdrawn_by__isnull", False),
                        models.Q(("withdrawn_by", models.F("withdraw_asked_by")), _negated=True),
                    ),
                    models.Q(("withdrawn_by", None), models.Q(("state", "withdrawn"), _negated=True)),
                    _connector="OR",
                ),
                name="aid_edition_withdrawn_by_two",
            ),
        ),
        migrations.AddField(
            model_name="replay",
            name="base",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mutual_aid.edition"
            ),
        ),
        migrations.AddField(
            model_name="replay",
            name="edition",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="replays", to="mutual_aid.edition"
            ),
        ),
        migrations.AddConstraint(
            model_name="replay",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")), fields=("edition",), name="aid_replay_one_at_a_time"
            ),
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
