from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models


class Provinces(models.Model):
    name = models.CharField(max_length=30, unique=True)

    class Meta:
        db_table = f"{settings.APP_LABEL}_provinces"
        ordering = ["name"]

    def __str__(self):
        return self.name


class UserProfile(models.Model):
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile"
    )
    phone = models.CharField(max_length=20, null=True, blank=True)
    address = models.CharField(max_length=255, null=True, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    profile_picture = models.ImageField(
        upload_to="profile_pics", max_length=100, null=True, blank=True
    )
    bio = models.TextField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    province = models.ForeignKey(
        Provinces, on_delete=models.SET_NULL, null=True, blank=True
    )
    roles = models.ManyToManyField(Group, blank=True)

    def __str__(self):
        return self.user.username
