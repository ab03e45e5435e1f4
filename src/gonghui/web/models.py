"""Accounts, their sessions, and what the demo leaves behind: its marker, its accounts, its progress."""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gonghui.core.privacy import INTERNAL, PERSONAL, PUBLIC, SENSITIVE, declare
from gonghui.core.search import SearchTerms


class Language(models.TextChoices):
    """The two languages of the platform, each named in itself."""

    CHINESE = "zh-hans", "中文"  # zh
    ENGLISH = "en", "English"


class Theme(models.TextChoices):
    """Light, dark, or as the device says."""

    DEVICE = "device", _("跟随设备")
    LIGHT = "light", _("浅色")
    DARK = "dark", _("深色")


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts; nobody signs up."""

    def create_user(self, username: str, password: str | None = None, *, name: str = "") -> "Account":
        """A new account; without a password it can only be entered after a reset."""
        account = self.model(username=self.model.normalize_username(username), name=name or username)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_member(self, username: str, password: str) -> "Account":
        """An account of a member: named by the number alone, never of any post."""
        account = self.model(username=username, name=username, is_member=True)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """One human being who signs in. What the account may do is said by its posts, never here."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    username = models.CharField(
        _("用户名"), max_length=60, unique=True, validators=[ASCIIUsernameValidator()], db_collation="C"
    )
    name = models.CharField(_("姓名"), max_length=60)
    is_active = models.BooleanField(_("启用"), default=True)
    is_member = models.BooleanField(_("会员账号"), default=False, db_default=False)
    """A member's own account: it has the portal and nothing of the console; whoever works here too has two."""
    language = models.CharField(_("语言"), max_length=10, choices=Language, blank=True)
    theme = models.CharField(_("主题"), max_length=10, choices=Theme, default=Theme.DEVICE)
    larger_text = models.BooleanField(_("大字"), default=False)
    must_change_password = models.BooleanField(_("须改密码"), default=False)
    joined_at = models.DateTimeField(_("建立时间"), default=timezone.now)
    single_keys = models.BooleanField(_("单键快捷键"), default=True)
    search_terms = SearchTerms("name", people=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = AccountManager()
    privacy = declare(
        (PERSONAL, "登录与留痕", "离岗后3年", "id public_id username name is_active is_member joined_at last_login"),
        (PERSONAL, "在管辖范围内按姓名查找", "离岗后3年", "search_terms"),
        (SENSITIVE, "登录验证", "离岗即失效", "password must_change_password"),
        (INTERNAL, "页面偏好", "随账号", "language theme larger_text single_keys"),
    )

    class Meta:
        indexes = [GinIndex(fields=["search_terms"], name="account_terms")]

    def get_full_name(self) -> str:
        """The display name."""
        return self.name

    get_short_name = get_full_name


class SessionRow(models.Model):
    """One signed-in browser of an account, so that its owner can see it and end it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sessions")
    began_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    browser = models.CharField(max_length=60, blank=True)
    privacy = declare(
        (PERSONAL, "会话管理", "结束后6个月", "id public_id account began_at seen_at ended_at browser"),
    )

    class Meta:
        indexes = [models.Index(fields=["account", "-seen_at"], name="session_account")]


class Glance(models.Model):
    """What somebody has seen of the things that wait for them in a post: how many of each, by a hash of its address."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    post = models.BigIntegerField()
    seen = models.JSONField(default=dict)
    unseen = models.IntegerField(default=0)
    counted_at = models.DateTimeField(default=timezone.now)
    privacy = declare((INTERNAL, "提醒", "随账号", "id account post seen unseen counted_at"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "post"], name="glance_once")]


class Digest(models.Model):
    """Somebody's wish to hear by mail, once a day, how much waits for them."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sealed_address = models.CharField(max_length=500)
    begun_on = models.DateField()
    privacy = declare(
        (INTERNAL, "每日摘要", "停用即删", "account public_id begun_on"),
        (SENSITIVE, "每日摘要的收件地址", "停用即删", "sealed_address"),
    )


class DigestDay(models.Model):
    """The digest of an account for a day was taken up; it is not taken up again, whatever became of it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    taken_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    privacy = declare((INTERNAL, "每日摘要不重发", "30天", "id account day taken_at sent_at"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="digest_day_once")]


class OnceKey(models.Model):
    """A form that has acted: sent a second time it acts no more and leads to the same place (web.once)."""

    # No constraint to the account: its lock would be held while the action waits for other accounts.
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    key = models.CharField(max_length=22, db_collation="C")
    digest = models.CharField(max_length=64, db_collation="C")
    led_to = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now)
    privacy = declare((INTERNAL, "防止重复提交", "7天", "id account key digest led_to at"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="once_key_once")]


class DemoMarker(models.Model):
    """The row that `gonghui demo` writes; without it no one-click sign-in exists."""

    one = models.BooleanField(primary_key=True, default=True)
    version = models.CharField(max_length=40, blank=True)
    scale = models.FloatField(default=1.0)
    seed = models.BigIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)
    privacy = declare((PUBLIC, "演示标记", "随演示库", "one version scale seed made_at"))

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(one=True), name="demo_marker_one")]


class DemoAccount(models.Model):
    """An account the demo's sign-in page offers, with what can be tried as it."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True)
    title = models.CharField(max_length=120)
    try_this = models.CharField(max_length=300)
    order = models.SmallIntegerField(default=0)
    privacy = declare((PUBLIC, "演示登录", "随演示库", "account title try_this order"))

    class Meta:
        ordering = ["order", "account_id"]


class Progress(models.Model):
    """How far a long work has come; shown on every page while the demo is replayed."""

    label = models.CharField(max_length=120, primary_key=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    began_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    finished = models.BooleanField(default=False)
    privacy = declare((PUBLIC, "进度显示", "随演示库", "label done total began_at updated_at finished"))

    @property
    def percent(self) -> int:
        """Whole percent done; 0 while the total is unknown."""
        return min(100, self.done * 100 // self.total) if self.total else 0

    @property
    def left_seconds(self) -> int | None:
        """Seconds left at the pace so far, or nothing while that cannot be said."""
        spent = (self.updated_at - self.began_at).total_seconds()
        if not self.total or self.done <= 0 or spent < 2:
            return None
        return round(spent * (self.total - self.done) / self.done)
