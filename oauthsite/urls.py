"""The URL root of the reference site: every path with and without a slash at its end."""

from django.contrib import admin
from django.urls import include, path, re_path

from clients.border.pages import in_wanted_language, page
from clients.border.pnut import Unknown
from oauthsite import accounts, health
from oauthsite.login import AdminLogin, Login
from oauthsite.openapi import views as openapi
from oauthsite.slashes import with_slash

urlpatterns = [
    path("", accounts.Landing.as_view(), name="landing"),
    re_path(r"^healthz/?$", health.healthz, name="healthz"),
    re_path(r"^readyz/?$", health.readyz, name="readyz"),
    re_path(r"^accounts/login/?$", in_wanted_language(page(Login.as_view())), name="login"),
    re_path(r"^accounts/logout/?$", accounts.Logout.as_view(), name="logout"),
    re_path(r"^accounts/password/?$", accounts.PasswordChange.as_view(), name="password_change"),
    re_path(r"^accounts/password/done/?$", accounts.PasswordChanged.as_view(), name="password_change_done"),
    re_path(r"^accounts/reset/?$", accounts.PasswordReset.as_view(), name="password_reset"),
    re_path(r"^accounts/reset/sent/?$", accounts.PasswordResetSent.as_view(), name="password_reset_done"),
    re_path(r"^accounts/reset/done/?$", accounts.PasswordResetDone.as_view(), name="password_reset_complete"),
    re_path(
        r"^accounts/reset/(?P<uidb64>[^/]+)/(?P<token>[^/]+)/?$",
        accounts.PasswordResetConfirm.as_view(),
        name="password_reset_confirm",
    ),
    # One door for passwords, with one limit.
    re_path(r"^admin/login/?$", in_wanted_language(page(AdminLogin.as_view()))),
    re_path(r"^admin(?:/.*[^/])?$", with_slash),
    path("admin/", admin.site.urls),
    re_path(r"^openapi\.yaml$", openapi.Document.as_view(), name="openapi"),
    re_path(r"^api/schema/?$", openapi.Document.as_view(), name="schema"),
    re_path(r"^docs/?$", openapi.viewer, name="openapi_viewer"),
    path("", include("clients.urls")),
    path("", include("tokens.urls")),
    path("", include("oauthsite.demo.urls")),  # whatever is left of /api is unknown,
    re_path(r"^v1(?!/oauth(?:/|$))(?:/[\s\S]*)?$", Unknown.as_view()),  # and of /v1; a line break is no way out
]

handler400 = "oauthsite.api_errors.bad_request"
handler403 = "oauthsite.api_errors.permission_denied"
handler404 = "oauthsite.api_errors.not_found"
handler500 = "oauthsite.api_errors.server_error"
