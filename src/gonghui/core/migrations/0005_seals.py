"""Salts beside entries and accesses; blocks, checkpoints, their keys, and what is kept of others."""

import uuid

import django.db.models.functions.datetime
from django.db import migrations, models

import gonghui.core.models


class Migration(migrations.Migration):
    dependencies = [("core", "0004_months")]

    operations = [
        migrations.AddField(
            model_name="access",
            name="salt",
            field=models.BinaryField(db_default=gonghui.core.models.RandomSalt()),
        ),
        migrations.AddField(
            model_name="entry",
            name="salt",
            field=models.BinaryField(db_default=gonghui.core.models.RandomSalt()),
        ),
        migrations.CreateModel(
            name="SealKey",
            fields=[
                ("key_id", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("public_key", models.BinaryField()),
                ("listed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("vouched_by", models.CharField(blank=True, max_length=16)),
                ("vouching", models.BinaryField(default=b"")),
            ],
        ),
        migrations.CreateModel(
            name="Block",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "stream", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("stream", models.CharField(max_length=8)),
                ("number", models.IntegerField()),
                ("first_id", models.BigIntegerField()),
                ("last_id", models.BigIntegerField()),
                ("entries", models.IntegerField()),
                ("root", models.BinaryField()),
                ("previous", models.BinaryField()),
                ("hash", models.BinaryField()),
                ("ids", models.TextField()),
                ("leaves", models.BinaryField()),
                ("nodes", models.BinaryField()),
                ("sealed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("stream", "last_id"), name="block_last"),
                    models.UniqueConstraint(fields=("stream", "previous"), name="block_previous_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("stream", models.CharField(max_length=8)),
                ("blocks", models.IntegerField()),
                ("root", models.BinaryField()),
                ("last_id", models.BigIntegerField()),
                ("entries", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("text", models.TextField()),
                ("key_id", models.CharField(max_length=16)),
                ("signature", models.BinaryField()),
            ],
            options={
                "indexes": [models.Index(fields=["stream", "last_id"], name="checkpoint_last")],
                "constraints": [models.UniqueConstraint(fields=("stream", "blocks", "key_id"), name="checkpoint_once")],
            },
        ),
        migrations.CreateModel(
            name="JournalName",
            fields=[
                ("one", models.BooleanField(default=True, primary_key=True, serialize=False)),
                ("federation", models.CharField(max_length=120)),
                ("journal_id", models.CharField(max_length=32)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("one", True)), name="journal_name_one")],
            },
        ),
        migrations.CreateModel(
            name="Witnessed",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=gonghui.core.models.random_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("stream", models.CharField(max_length=8)),
                ("origin", models.CharField(max_length=160)),
                ("blocks", models.IntegerField()),
                ("root", models.BinaryField()),
                ("last_id", models.BigIntegerField()),
                ("entries", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("text", models.TextField()),
                ("key_id", models.CharField(max_length=16)),
                ("public_key", models.BinaryField()),
                ("signature", models.BinaryField()),
                ("given_by", models.CharField(max_length=120)),
                ("organisation_id", models.IntegerField()),
                ("kept_by", models.BigIntegerField()),
                ("kept_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("origin", "stream", "blocks", "root"), name="witnessed_once")
                ],
            },
        ),
    ]
