"""Persons, their names, their posts, and their part in a case. Witnesses are never kept here."""

import uuid

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import get_language, gettext_lazy

from accounts.models import User
from audit.commitments import new_salt
from audit.erased import PrivateCharField, PrivateTextField
from audit.private import Private, PrivateValues
from cases.dated import BY_DATE, DATE_COLUMNS, Dated
from cases.folding import joined_key
from cases.models.case import Case


class Script(models.TextChoices):
    """The script in which a name was written."""

    PERSIAN = "fa", gettext_lazy("Persian or Arabic script")
    LATIN = "latin", gettext_lazy("Latin script")
    OTHER = "other", gettext_lazy("Another script")


class NameKind(models.TextChoices):
    """What a name is to its bearer."""

    PREFERRED = "preferred", gettext_lazy("Preferred name")
    VARIANT = "variant", gettext_lazy("Variant spelling")
    ALIAS = "alias", gettext_lazy("Alias")
    NOM_DE_GUERRE = "nom_de_guerre", gettext_lazy("Nom de guerre")


class Part(models.TextChoices):
    """The part that a person has in a case."""

    PERPETRATOR = "perpetrator", gettext_lazy("Alleged perpetrator")
    VICTIM = "victim", gettext_lazy("Victim")
    OTHER = "other", gettext_lazy("Other person")


class PersonQuerySet(models.QuerySet["Person"]):
    """Persons, scoped by who asks."""

    def visible_to(self, user: User | AnonymousUser) -> "PersonQuerySet":
        """The persons who have a part in a case of which `user` is a member."""
        involved = Involvement.objects.filter(case__in=Case.objects.visible_to(user))
        return self.filter(pk__in=involved.values("person_id"))

    def named_like(self, text: str) -> "PersonQuerySet":
        """Those of whom one name contains `text` in any spelling that folds to the same letters."""
        key = joined_key(text)
        if not key:
            return self
        return self.filter(pk__in=PersonName.objects.filter(search_key__contains=key).values("person_id"))


class Person(models.Model):
    """Somebody with a part in a case: an alleged perpetrator, a victim or another, never a witness."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notes = PrivateTextField(blank=True)
    # Beside the names, which the log knows only as commitments.
    salt = models.BinaryField(default=new_salt, editable=False)

    objects = PersonQuerySet.as_manager()

    PRIVATE = PrivateValues(
        (Private("notes"),),
        cases="involvements__case",
        parts=("names", "posts", "involvements"),
        called=str,
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name_in(get_language() or "en")

    def name_in(self, language: str) -> str:
        """The preferred name in the script that readers of `language` ("en" or "fa") read, else the first given.

        Reads `names`: prefetch it for a list.
        """
        names = sorted(self.names.all(), key=lambda name: name.position)
        wanted = Script.PERSIAN if language.startswith("fa") else Script.LATIN
        preferred = [name for name in names if name.kind == NameKind.PREFERRED]
        for name in preferred:
            if name.script == wanted:
                return name.text
        return (preferred or names)[0].text


_NAME = Private("text")


class PersonName(models.Model):
    """One name exactly as a source wrote it. Nothing is romanised for anybody: short vowels are not written."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="names")
    position = models.PositiveIntegerField()
    text = PrivateCharField(max_length=255)
    script = models.CharField(max_length=8, choices=Script.choices)
    romanisation = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=16, choices=NameKind.choices)
    source = PrivateCharField(max_length=255, blank=True)
    # For searching alone: never shown, exported or taken for the name.
    search_key = models.TextField(db_index=True, editable=False)

    PRIVATE = PrivateValues(
        (_NAME, Private("source")),
        keeper="person",
        # No letters of an erased name stay behind to be searched for.
        found_by={"search_key": lambda name: joined_key(_NAME.text(name))},
    )

    class Meta:
        default_permissions = ()
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=("person", "position"), name="cases_name_position"),
            models.UniqueConstraint(
                fields=("person", "script"),
                condition=models.Q(kind=NameKind.PREFERRED),
                name="cases_one_preferred_name_per_script",
            ),
        )

    def __str__(self) -> str:
        return self.text


class Involvement(models.Model):
    """The part of a person in a case, and on what ground we say so."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="involvements")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="involvements")
    role = models.CharField(max_length=16, choices=Part.choices)
    basis = PrivateTextField(blank=True)

    PRIVATE = PrivateValues((Private("basis"),), keeper="person")

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("case", "person", "role"), name="cases_one_part_once"),
        )

    def __str__(self) -> str:
        return str(self.get_role_display())


class Post(Dated):
    """An office that a person held; the date is the time of holding it, often an interval with an open end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="posts")
    title = PrivateCharField(max_length=255)
    organisation = PrivateCharField(max_length=255, blank=True)
    source = PrivateCharField(max_length=255, blank=True)

    PRIVATE = PrivateValues(
        (
            Private("post", ("title", "organisation"), lambda post: f"{post.title}\n{post.organisation}"),
            Private("source"),
            Private("held", DATE_COLUMNS, lambda post: post.date_edtf),
        ),
        keeper="person",
    )

    class Meta:
        default_permissions = ()
        ordering = (BY_DATE, "title")

    def __str__(self) -> str:
        return f"{self.title}, {self.organisation}" if self.organisation else self.title
