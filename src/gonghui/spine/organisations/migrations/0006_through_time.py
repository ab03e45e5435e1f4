"""Names of then, acts on the tree, what an organisation became, and which ones anybody ever left or joined by a move."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import gonghui.core.models

MIXED = """
update organisations_organisation set is_mixed = true where id in (
  select x.id from organisations_pathspan s join organisations_organisation o on o.id = s.organisation_id
  cross join lateral (
    (select unnest(string_to_array(trim(both '/' from s.path), '/'))::int as id
     except select unnest(string_to_array(trim(both '/' from o.path), '/'))::int)
    union
    (select unnest(string_to_array(trim(both '/' from o.path), '/'))::int
     except select unnest(string_to_array(trim(both '/' from s.path), '/'))::int)) x
  where s.path <> o.path)
"""


class Migration(migrations.Migration):
    """After the set-ups in English."""

    dependencies = [
        ("organisations", "0005_set_up_in_english"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerName",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120, verbose_name="名称")),
                ("short_name", models.CharField(max_length=40, verbose_name="简称")),
                ("english_name", models.CharField(blank=True, max_length=160, verbose_name="英文名称")),
                ("last_on", models.DateField(verbose_name="止日")),
                (
                    "search_terms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, editable=False, size=None
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TreeAct",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=gonghui.core.models.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("move", "隶属变更"),
                            ("merge", "合并"),
                            ("split", "分设"),
                            ("restore", "恢复建制"),
                            ("rename", "更名"),
                            ("close", "撤销"),
                            ("secondary", "业务指导变更"),
                        ],
                        max_length=12,
                        verbose_name="事项",
                    ),
                ),
                ("on", models.DateField(verbose_name="日期")),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
                ("units", models.IntegerField(default=0, verbose_name="涉及组织")),
            ],
        ),
        migrations.AddField(
            model_name="organisation",
            name="is_mixed",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="organisation",
            name="successor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="predecessors",
                to="organisations.organisation",
                verbose_name="承继组织",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("successor", None),
                    models.Q(("is_active", False), models.Q(("successor", models.F("id")), _negated=True)),
                    _connector="OR",
                ),
                name="organisation_successor",
            ),
        ),
        migrations.AddField(
            model_name="formername",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="former_names",
                to="organisations.organisation",
            ),
        ),
        migrations.AddField(
            model_name="treeact",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="acts",
                to="organisations.organisation",
                verbose_name="组织",
            ),
        ),
        migrations.AddField(
            model_name="treeact",
            name="source",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisations.organisation",
                verbose_name="原在",
            ),
        ),
        migrations.AddField(
            model_name="treeact",
            name="target",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisations.organisation",
                verbose_name="转到",
            ),
        ),
        migrations.AddField(
            model_name="treeact",
            name="undoes",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="undone_by",
                to="organisations.treeact",
                verbose_name="撤回",
            ),
        ),
        migrations.AddField(
            model_name="pathspan",
            name="act",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="spans", to="organisations.treeact"
            ),
        ),
        migrations.AddIndex(
            model_name="pathspan",
            index=models.Index(condition=models.Q(("last_on__isnull", False)), fields=["path"], name="path_span_past"),
        ),
        migrations.AddIndex(
            model_name="formername",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search_terms"], name="former_name_terms"),
        ),
        migrations.AddConstraint(
            model_name="formername",
            constraint=models.UniqueConstraint(fields=("organisation", "last_on"), name="former_name_last"),
        ),
        migrations.AddIndex(
            model_name="treeact",
            index=models.Index(fields=["organisation", "on"], name="tree_act_organisation"),
        ),
        migrations.AddIndex(
            model_name="treeact",
            index=models.Index(fields=["source", "on"], name="tree_act_source"),
        ),
        migrations.AddIndex(
            model_name="treeact",
            index=models.Index(fields=["target", "on"], name="tree_act_target"),
        ),
        migrations.AddConstraint(
            model_name="treeact",
            constraint=models.CheckConstraint(
                condition=models.Q(("act__in", ["move", "merge", "split", "restore", "rename", "close", "secondary"])),
                name="tree_act_kind",
            ),
        ),
        migrations.RunSQL(MIXED, migrations.RunSQL.noop),
    ]
