"""The views of the replaced service, with their faults: what clients and shadow reads meet there."""

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.models import Group, Permission, User
from django.contrib.auth.tokens import default_token_generator
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from rest_framework import generics, status
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from . import serializers
from .models import Provinces, UserProfile


class TokenView(TokenObtainPairView):
    serializer_class = serializers.TokenSerializer


class RefreshView(TokenRefreshView):
    serializer_class = serializers.RefreshSerializer


class ProfileView(APIView):
    permission_classes = [IsAuthenticated]
    parser_classes = [JSONParser, MultiPartParser, FormParser]

    def get(self, request):
        try:
            profile, _ = UserProfile.objects.get_or_create(user=request.user)
            return Response(self.serialize(profile).data)
        except Exception as error:
            return Response({"error": str(error)}, status=500)

    def put(self, request):
        try:
            profile, _ = UserProfile.objects.get_or_create(user=request.user)
            serializer = self.serialize(profile, data=request.data)
            serializer.is_valid(raise_exception=True)
            serializer.save()
            return Response(serializer.data)
        except Exception as error:
            return Response({"error": str(error)}, status=500)

    def serialize(self, profile, **kwargs):
        context = {"request": self.request}
        return serializers.ProfileSerializer(profile, context=context, **kwargs)


# Role checks (required_role) are commented out in the original: any user passes.
class UserProfileListView(generics.ListCreateAPIView):
    permission_classes = [IsAuthenticated]
    queryset = UserProfile.objects.order_by("id")
    serializer_class = serializers.ProfileSerializer


class UserProfileView(APIView):
    permission_classes = [IsAuthenticated]

    def handle(self, request, user_id, work):
        user = User.objects.filter(pk=user_id).first()
        if user is None:
            return Response({"error": "User not found"}, status=404)
        profile, _ = UserProfile.objects.get_or_create(user=user)
        return work(profile)

    def get(self, request, user_id):
        return self.handle(request, user_id, lambda profile: Response(self.serialize(profile).data))

    def put(self, request, user_id):
        def update(profile):
            serializer = self.serialize(profile, data=request.data)
            serializer.is_valid(raise_exception=True)
            serializer.save()
            return Response(serializer.data)

        return self.handle(request, user_id, update)

    def delete(self, request, user_id):
        def destroy(profile):
            profile.delete()
            return Response(status=status.HTTP_204_NO_CONTENT)

        return self.handle(request, user_id, destroy)

    def serialize(self, profile, **kwargs):
        context = {"request": self.request}
        return serializers.ProfileSerializer(profile, context=context, **kwargs)


class UserListView(generics.ListCreateAPIView):
    permission_classes = [IsAuthenticated]
    queryset = User.objects.order_by("id")
    serializer_class = serializers.RegisterSerializer


class UserView(generics.RetrieveUpdateDestroyAPIView):
    permission_classes = [IsAuthenticated]
    queryset = User.objects.all()
    serializer_class = serializers.RegisterSerializer
    http_method_names = ["get", "put", "delete", "options"]


class RoleListView(generics.ListCreateAPIView):
    queryset = Group.objects.order_by("id")
    serializer_class = serializers.RoleSerializer


class RoleView(generics.RetrieveUpdateDestroyAPIView):
    queryset = Group.objects.all()
    serializer_class = serializers.RoleSerializer


class PermissionListView(generics.ListAPIView):
    permission_classes = [IsAuthenticated]
    queryset = Permission.objects.select_related("content_type")
    serializer_class = serializers.PermissionSerializer


class RolePermissionsView(generics.RetrieveUpdateDestroyAPIView):
    permission_classes = [IsAuthenticated]
    queryset = Group.objects.all()
    serializer_class = serializers.RoleSerializer


class ProvinceListView(generics.ListCreateAPIView):
    permission_classes = [AllowAny]
    queryset = Provinces.objects.all()
    serializer_class = serializers.ProvinceSerializer


class ProvinceView(generics.RetrieveUpdateDestroyAPIView):
    permission_classes = [AllowAny]
    queryset = Provinces.objects.all()
    serializer_class = serializers.ProvinceSerializer


class RegisterView(generics.CreateAPIView):
    permission_classes = [AllowAny]
    serializer_class = serializers.RegisterSerializer


class LoginView(APIView):
    permission_classes = [AllowAny]

    def post(self, request):
        name = request.data.get("username") or request.data.get("email")
        if name and "@" in name:
            # With two accounts of one email this raises, as in the original.
            owner = User.objects.filter(email=name).exists() and User.objects.get(email=name)
            name = owner.username if owner else name
        user = authenticate(request, username=name, password=request.data.get("password"))
        if user is None:
            details = {"non_field_errors": ["Credenciales inválidas."]}
            return Response({"error": "Credenciales inválidas.", "details": details}, status=400)
        login(request, user)
        return Response(
            {
                "message": "Inicio de sesión exitoso.",
                "user": {
                    "user_id": user.pk,
                    "username": user.username,
                    "email": user.email,
                    "first_name": user.first_name,
                    "last_name": user.last_name,
                    "is_staff": user.is_staff,
                    "is_superuser": user.is_superuser,
                    "groups": [group.name for group in user.groups.all()],
                },
            }
        )


class LogoutView(APIView):
    permission_classes = [AllowAny]

    def post(self, request):
        logout(request)
        return Response({"message": "Sesión cerrada."})


class ForgotPasswordView(APIView):
    permission_classes = [AllowAny]

    def post(self, request):
        user = User.objects.filter(email=request.data.get("email")).first()
        if user is None:
            return Response({"error": "No hay usuario con ese correo."}, status=400)
        uid = urlsafe_base64_encode(force_bytes(user.pk))
        token = default_token_generator.make_token(user)
        link = f"/reset-password-confirm/?uid={uid}&token={token}"
        return Response({"message": "Enlace creado.", "reset_link": link, "uid": uid, "token": token})


class ResetPasswordConfirmView(APIView):
    permission_classes = [AllowAny]

    def post(self, request):
        try:
            pk = force_str(urlsafe_base64_decode(request.data.get("uid", "")))
            user = User.objects.get(pk=pk)
        except (TypeError, ValueError, OverflowError, User.DoesNotExist):
            return Response({"error": "Enlace inválido."}, status=400)
        if not default_token_generator.check_token(user, request.data.get("token")):
            return Response({"error": "Enlace inválido o vencido."}, status=400)
        user.set_password(request.data.get("new_password"))
        user.save()
        return Response({"message": "Contraseña restablecida."})
