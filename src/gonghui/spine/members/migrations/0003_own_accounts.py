"""A member's own account, the codes that open it, what members ask for; who asked for a transfer."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import gonghui.core.models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_merged_unions"),
        ("organisations", "0014_found_in_their_district"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="transfer",
            name="asked_by_member",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="MemberAccount",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=gonghui.core.models.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("opened_on", models.DateField(verbose_name="开通日期")),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="member", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="own_account", to="members.person"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ActivationCode",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=gonghui.core.models.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("digest", models.CharField(max_length=64)),
                ("issued_at", models.DateTimeField(verbose_name="开出时间")),
                ("expires_at", models.DateTimeField(verbose_name="失效时间")),
                ("used_at", models.DateTimeField(null=True, verbose_name="使用时间")),
                ("voided_at", models.DateTimeField(null=True, verbose_name="作废时间")),
                ("tries", models.SmallIntegerField(default=0, verbose_name="输错次数")),
                (
                    "issued_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="开出人",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                        verbose_name="工会",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="activation_codes",
                        to="members.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("used_at", None), ("voided_at", None)),
                        fields=("person",),
                        name="activation_one_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberRequest",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=gonghui.core.models.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("name", "更正姓名"),
                            ("paper", "更正证件号码"),
                            ("phone", "更正手机号"),
                            ("card", "更正银行卡号"),
                            ("address", "更正住址"),
                            ("other", "更正其他资料"),
                            ("leave", "申请退会"),
                        ],
                        max_length=10,
                        verbose_name="事项",
                    ),
                ),
                ("value_sealed", models.BinaryField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "待工会答复"),
                            ("agreed", "已办理"),
                            ("refused", "未同意"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="asked",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("asked_on", models.DateField(verbose_name="提出日期")),
                ("due_on", models.DateField(verbose_name="答复期限")),
                ("done_on", models.DateField(null=True, verbose_name="办结日期")),
                ("why_not", models.CharField(blank=True, max_length=200, verbose_name="原因")),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                        verbose_name="工会",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="requests", to="members.person"
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "id"],
                "indexes": [models.Index(fields=["organisation", "state", "due_on"], name="member_request_due")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["asked", "agreed", "refused", "withdrawn"])),
                        name="member_request_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("what__in", ["name", "paper", "phone", "card", "address", "other", "leave"])
                        ),
                        name="member_request_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "asked"), ("value_sealed", None), _connector="OR"),
                        name="member_request_value_while_asked",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")),
                        fields=("person", "what"),
                        name="member_request_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignInCode",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64)),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("tries", models.SmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_in_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account", "-sent_at"], name="sign_in_code_sent")],
            },
        ),
    ]
