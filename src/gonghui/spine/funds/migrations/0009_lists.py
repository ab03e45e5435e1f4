"""Orders that are lists, and lines whose way to the bank and back moves no index."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("funds", "0008_dues"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="paymentline",
            name="funds_order_paid_once",
        ),
        migrations.RemoveConstraint(
            model_name="paymentorder",
            name="funds_order_amount",
        ),
        migrations.AddField(
            model_name="paymentbatch",
            name="order",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="batches", to="funds.paymentorder"
            ),
        ),
        migrations.AddField(
            model_name="paymentline",
            name="about_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="paymentorder",
            name="from_line",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="split_off", to="funds.paymentline"
            ),
        ),
        migrations.AddField(
            model_name="paymentorder",
            name="content_sha256",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="paymentorder",
            name="lines_about",
            field=models.CharField(blank=True, default="", max_length=60),
        ),
        migrations.AddField(
            model_name="paymentorder",
            name="payments",
            field=models.IntegerField(default=1, verbose_name="笔数"),
        ),
        migrations.AlterField(
            model_name="answerrow",
            name="file",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answers",
                to="funds.answerfile",
            ),
        ),
        migrations.AlterField(
            model_name="answerrow",
            name="line",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answers",
                to="funds.paymentline",
            ),
        ),
        migrations.AlterField(
            model_name="payee",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="funds.payeeaccount",
            ),
        ),
        migrations.AlterField(
            model_name="payee",
            name="book",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="payees", to="funds.book"
            ),
        ),
        migrations.AlterField(
            model_name="paymentline",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="funds.payeeaccount",
            ),
        ),
        migrations.AlterField(
            model_name="paymentline",
            name="bank_ref",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AlterField(
            model_name="paymentline",
            name="batch",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="funds.paymentbatch",
            ),
        ),
        migrations.AlterField(
            model_name="paymentline",
            name="code",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
        migrations.AlterField(
            model_name="paymentline",
            name="order",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="funds.paymentorder",
            ),
        ),
        migrations.AlterField(
            model_name="paymentline",
            name="reference",
            field=models.CharField(db_collation="C", max_length=35),
        ),
        migrations.AlterField(
            model_name="paymentline",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "待放行"),
                    ("sent", "已送银行"),
                    ("succeeded", "成功"),
                    ("failed", "失败"),
                    ("unknown", "银行未答复"),
                    ("returned", "已退票"),
                    ("dropped", "已退出"),
                ],
                db_default="waiting",
                default="waiting",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="paymentorder",
            name="payee",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="funds.payee"
            ),
        ),
        migrations.AlterField(
            model_name="paymentorder",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "列单中"),
                    ("waiting", "待审批"),
                    ("ready", "待组批"),
                    ("batched", "已组批"),
                    ("sent", "已送银行"),
                    ("paid", "已付"),
                    ("failed", "付款失败"),
                    ("unknown", "银行未答复"),
                    ("returned", "已退票"),
                    ("settled", "已回单"),
                    ("cancelled", "已撤销"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="payee",
            index=models.Index(
                condition=models.Q(("subject_id", None)), fields=["book", "name"], name="funds_payee_by_name"
            ),
        ),
        migrations.AddField(
            model_name="paymentline",
            name="is_live",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Q(("state__in", ("waiting", "sent", "unknown", "succeeded"))),
                output_field=models.BooleanField(),
            ),
        ),
        migrations.RunSQL(
            "alter table funds_paymentline set (fillfactor = 45)",
            "alter table funds_paymentline reset (fillfactor)",
        ),
        migrations.AddConstraint(
            model_name="paymentline",
            constraint=models.UniqueConstraint(fields=("reference",), name="funds_line_reference"),
        ),
        migrations.AddConstraint(
            model_name="paymentline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_live", True)),
                fields=("order", "about_id"),
                name="funds_order_paid_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount_fen__gt", 0), ("payments__gt", 0)),
                    models.Q(
                        ("amount_fen__gte", 0),
                        ("payee", None),
                        ("payments__gte", 0),
                        ("state__in", ("open", "cancelled")),
                    ),
                    _connector="OR",
                ),
                name="funds_order_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("content_sha256", ""),
                        ("lines_about", ""),
                        ("payee__isnull", False),
                        ("payments", 1),
                        models.Q(("state__in", ("open", "settled")), _negated=True),
                    ),
                    models.Q(
                        ("from_line", None),
                        ("payee", None),
                        models.Q(("lines_about", ""), _negated=True),
                        models.Q(("state__in", ("paid", "failed", "unknown", "returned")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="funds_order_one_or_list",
            ),
        ),
    ]
