"""Endpoints of this app. A host includes them at the root of its site."""

from django.urls import re_path

from clients.api.pnut import OneClient, UsersClients
from clients.api.register import Register, Registration
from clients.api.views import Apps
from clients.views import frontpage, secrets

app_name = "oauth_clients"

CLIENT = r"^dev/clients/(?P<client_id>[A-Za-z0-9_.-]{1,255})"

urlpatterns = [
    re_path(r"^api/v1/apps/?$", Apps.as_view(), name="apps"),
    re_path(r"^v1/clients/(?P<client_id>[^/]+)/?$", OneClient.as_view(), name="pnut_client"),
    re_path(r"^v1/users/(?P<user>[^/]+)/clients/?$", UsersClients.as_view(), name="pnut_users_clients"),
    re_path(r"^oauth/register/?$", Register.as_view(), name="register"),
    re_path(r"^oauth/register/(?P<client_id>[^/]+)/?$", Registration.as_view(), name="registration"),
    re_path(r"^dev/?$", frontpage.Frontpage.as_view(), name="dev"),
    re_path(r"^dev/history/?$", frontpage.History.as_view(), name="history"),
    re_path(r"^dev/new/?$", frontpage.NewClient.as_view(), name="new"),
    re_path(CLIENT + r"/?$", frontpage.ShowClient.as_view(), name="client"),
    re_path(CLIENT + r"/delete/?$", frontpage.DeleteClient.as_view(), name="delete"),
    re_path(CLIENT + r"/edit/?$", frontpage.EditClient.as_view(), name="edit"),
    re_path(CLIENT + r"/password-secret/?$", secrets.PasswordGrantSecret.as_view(), name="password_secret"),
    re_path(CLIENT + r"/secret/?$", secrets.ResetSecret.as_view(), name="secret"),
    re_path(CLIENT + r"/secret/end/?$", secrets.EndPreviousSecret.as_view(), name="end_secret"),
]
