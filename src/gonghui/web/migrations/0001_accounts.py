"""Accounts, sessions and the rows of the demo."""

import uuid

import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "username",
                    models.CharField(
                        db_collation="C",
                        max_length=60,
                        unique=True,
                        validators=[django.contrib.auth.validators.ASCIIUsernameValidator()],
                        verbose_name="用户名",
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="姓名")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[("zh-hans", "中文"), ("en", "English")],
                        max_length=10,
                        verbose_name="语言",
                    ),
                ),
                (
                    "theme",
                    models.CharField(
                        choices=[("device", "跟随设备"), ("light", "浅色"), ("dark", "深色")],
                        default="device",
                        max_length=10,
                        verbose_name="主题",
                    ),
                ),
                ("larger_text", models.BooleanField(default=False, verbose_name="大字")),
                ("must_change_password", models.BooleanField(default=False, verbose_name="须改密码")),
                (
                    "joined_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="建立时间"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Progress",
            fields=[
                ("label", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("began_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="DemoAccount",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("try_this", models.CharField(max_length=300)),
                ("order", models.SmallIntegerField(default=0)),
            ],
            options={
                "ordering": ["order", "account_id"],
            },
        ),
        migrations.CreateModel(
            name="DemoMarker",
            fields=[
                ("one", models.BooleanField(default=True, primary_key=True, serialize=False)),
                ("version", models.CharField(blank=True, max_length=40)),
                ("scale", models.FloatField(default=1.0)),
                ("seed", models.BigIntegerField(default=0)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("one", True)), name="demo_marker_one")],
            },
        ),
        migrations.CreateModel(
            name="SessionRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("began_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("browser", models.CharField(blank=True, max_length=60)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account", "-seen_at"], name="session_account")],
            },
        ),
    ]
