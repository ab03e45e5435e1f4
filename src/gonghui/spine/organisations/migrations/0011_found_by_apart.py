import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.constraints
import django.db.models.deletion
from django.db import migrations, models

import gonghui.spine.organisations.models

TAKEN_OVER = """
insert into organisations_nameterms (organisation_id, terms)
  select id, search_terms from organisations_organisation where search_terms <> '{}';
set constraints all immediate;
"""
GIVEN_BACK = """
update organisations_organisation o set search_terms = t.terms from organisations_nameterms t
  where t.organisation_id = o.id;
set constraints all immediate;
"""


class Migration(migrations.Migration):
    """What organisations are found by stands in a table of its own; spans are kept apart by boxes, not pairs of ranges;
    indexes that repeat others go."""

    dependencies = [("organisations", "0010_code_in_path")]

    operations = [
        migrations.CreateModel(
            name="NameTerms",
            fields=[
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="found_by",
                        serialize=False,
                        to="organisations.organisation",
                    ),
                ),
                ("terms", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
            ],
            options={
                "indexes": [django.contrib.postgres.indexes.GinIndex(fields=["terms"], name="name_terms")],
            },
        ),
        migrations.RunSQL(TAKEN_OVER, GIVEN_BACK),
        migrations.RemoveIndex(model_name="organisation", name="organisation_terms"),
        migrations.RemoveField(model_name="organisation", name="search_terms"),
        migrations.RemoveConstraint(model_name="pathspan", name="path_span_apart"),
        migrations.AddConstraint(
            model_name="pathspan",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                expressions=[(gonghui.spine.organisations.models.SpanLine(), "&&")],
                name="path_span_apart",
            ),
        ),
        migrations.AlterField(
            model_name="pathspan",
            name="organisation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="spans",
                to="organisations.organisation",
            ),
        ),
        migrations.AlterField(
            model_name="organisation",
            name="code",
            field=models.CharField(db_collation="C", max_length=20, verbose_name="组织代码"),
        ),
        migrations.AlterField(
            model_name="organisation",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="children",
                to="organisations.organisation",
                verbose_name="上级组织",
            ),
        ),
        migrations.AlterField(
            model_name="organisation",
            name="path",
            field=models.CharField(db_collation="C", editable=False, max_length=200),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(fields=("code",), name="organisation_code_once"),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(fields=("path",), name="organisation_path_once"),
        ),
    ]
