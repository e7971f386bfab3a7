"""The routes as clients know them, under api/auth/; three lead to a whole list by mistake."""

from django.conf import settings
from django.urls import include, path, re_path
from django.views.static import serve
from rest_framework_simplejwt.views import TokenVerifyView

from api import views

auth = [
    path("token/", views.TokenView.as_view()),
    path("token/refresh/", views.RefreshView.as_view()),
    path("token/verify/", TokenVerifyView.as_view()),
    path("login/", views.LoginView.as_view()),
    path("logout/", views.LogoutView.as_view()),
    path("register/", views.RegisterView.as_view()),
    path("forgot-password/", views.ForgotPasswordView.as_view()),
    path("reset-password-confirm/", views.ResetPasswordConfirmView.as_view()),
    path("profile/", views.ProfileView.as_view()),
    path("user_profile/", views.UserProfileListView.as_view()),
    path("user_profile/create/", views.UserProfileListView.as_view()),
    path("user_profile/<int:user_id>/", views.UserProfileView.as_view()),
    path("user_profile/<int:user_id>/update/", views.UserProfileView.as_view()),
    path("user_profile/<int:user_id>/delete/", views.UserProfileView.as_view()),
    path("users/", views.UserListView.as_view()),
    path("users/create/", views.UserListView.as_view()),
    path("users/<int:pk>/detail/", views.UserListView.as_view()),
    path("users/<int:pk>/update/", views.UserView.as_view()),
    path("users/<int:pk>/delete/", views.UserView.as_view()),
    path("roles/", views.RoleListView.as_view()),
    path("roles/create/", views.RoleListView.as_view()),
    path("roles/<int:pk>/detail/", views.RoleListView.as_view()),
    path("roles/<int:pk>/update/", views.RoleView.as_view()),
    path("roles/<int:pk>/delete/", views.RoleView.as_view()),
    path("permissions/", views.PermissionListView.as_view()),
    path("permissions/<int:pk>/create/", views.RolePermissionsView.as_view()),
    path("permissions/<int:pk>/detail/", views.PermissionListView.as_view()),
    path("permissions/<int:pk>/update/", views.RolePermissionsView.as_view()),
    path("permissions/<int:pk>/delete/", views.RolePermissionsView.as_view()),
    path("provinces/", views.ProvinceListView.as_view()),
    path("provinces/create/", views.ProvinceListView.as_view()),
    path("provinces/<int:pk>/", views.ProvinceView.as_view()),
    path("provinces/<int:pk>/update/", views.ProvinceView.as_view()),
    path("provinces/<int:pk>/delete/", views.ProvinceView.as_view()),
]

urlpatterns = [
    path("api/auth/", include(auth)),
    # static() serves nothing without DEBUG; a web server does it in front of the service.
    re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT}),
]
