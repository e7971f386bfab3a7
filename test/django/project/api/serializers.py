from django.contrib.auth.models import Group, Permission, User
from rest_framework import serializers
from rest_framework_simplejwt.serializers import (
    TokenObtainPairSerializer,
    TokenRefreshSerializer,
)
from rest_framework_simplejwt.tokens import RefreshToken

from .models import Provinces, UserProfile


class GroupSummarySerializer(serializers.ModelSerializer):
    class Meta:
        model = Group
        fields = ["id", "name"]


class RoleSerializer(serializers.ModelSerializer):
    class Meta:
        model = Group
        fields = ["id", "name", "permissions"]


class PermissionSerializer(serializers.ModelSerializer):
    content_type = serializers.SerializerMethodField()

    class Meta:
        model = Permission
        fields = ["id", "name", "codename", "content_type"]

    def get_content_type(self, permission):
        return f"{permission.content_type.app_label}.{permission.content_type.model}"


class ProvinceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Provinces
        fields = ["id", "name"]


class ProfileSerializer(serializers.ModelSerializer):
    username = serializers.CharField(source="user.username", read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True)
    roles = GroupSummarySerializer(many=True, read_only=True)
    user_roles = GroupSummarySerializer(source="user.groups", many=True, read_only=True)
    # An absent province clears it.
    province = serializers.PrimaryKeyRelatedField(
        queryset=Provinces.objects.all(), allow_null=True, default=None
    )

    class Meta:
        model = UserProfile
        fields = [
            "username",
            "email",
            "phone",
            "address",
            "birth_date",
            "profile_picture",
            "bio",
            "roles",
            "user_roles",
            "province",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["created_at", "updated_at"]


class NestedProfileSerializer(serializers.ModelSerializer):
    class Meta:
        model = UserProfile
        fields = [
            "phone",
            "address",
            "birth_date",
            "profile_picture",
            "bio",
            "province",
        ]


class RegisterSerializer(serializers.ModelSerializer):
    """Also what lists of users are written with, where `roles` fails: a User has `groups`."""

    roles = serializers.PrimaryKeyRelatedField(
        queryset=Group.objects.all(), many=True
    )
    profile = NestedProfileSerializer(required=False)

    class Meta:
        model = User
        fields = [
            "username",
            "email",
            "password",
            "first_name",
            "last_name",
            "roles",
            "profile",
        ]
        extra_kwargs = {"password": {"write_only": True}}

    def create(self, validated):
        roles = validated.pop("roles", [])
        profile = validated.pop("profile", {})
        user = User.objects.create_user(**validated)
        user.groups.set(roles)
        for name, value in profile.items():
            setattr(user.profile, name, value)
        user.profile.save()
        return user

    def update(self, user, validated):
        roles = validated.pop("roles", None)
        validated.pop("profile", None)
        # The password goes in as it came.
        for name, value in validated.items():
            setattr(user, name, value)
        user.save()
        if roles is not None:
            user.groups.set(roles)
        return user


class TokenSerializer(TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["username"] = user.username
        token["email"] = user.email
        return token


class UnlistedRefreshToken(RefreshToken):
    def outstand(self):
        """Nothing: simplejwt 5.5.0 fails here where its blacklist is not installed (its issue 875)."""


class RefreshSerializer(TokenRefreshSerializer):
    token_class = UnlistedRefreshToken
