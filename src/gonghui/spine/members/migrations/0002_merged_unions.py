"""Memberships that go along when their union is merged; two indexes less that others already cover."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0001_members"),
        ("organisations", "0013_guard_of_paths_once"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="membership",
            name="membership_began",
        ),
        migrations.AddField(
            model_name="membership",
            name="merged_from",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisations.organisation",
            ),
        ),
        migrations.AlterField(
            model_name="membership",
            name="began",
            field=models.CharField(
                choices=[
                    ("admitted", "入会"),
                    ("taken_over", "建档"),
                    ("moved_in", "会籍转入"),
                    ("merged", "随工会合并转入"),
                ],
                max_length=10,
                verbose_name="起因",
            ),
        ),
        migrations.AlterField(
            model_name="membership",
            name="ended",
            field=models.CharField(
                blank=True,
                choices=[
                    ("moved_out", "会籍转出"),
                    ("exited", "退会"),
                    ("expelled", "开除会籍"),
                    ("deceased", "去世"),
                    ("merged", "随工会合并转出"),
                ],
                max_length=10,
                verbose_name="终止原因",
            ),
        ),
        migrations.AlterField(
            model_name="person",
            name="number",
            field=models.CharField(db_collation="C", max_length=20, verbose_name="会员编号"),
        ),
        migrations.AlterField(
            model_name="person",
            name="organisation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="people",
                to="organisations.organisation",
                verbose_name="工会",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("began__in", ["admitted", "taken_over", "moved_in", "merged"])),
                name="membership_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(fields=("number",), name="person_number"),
        ),
    ]
