"""Endpoints of this app. A host includes them at the root of its site."""

from django.urls import re_path

from tokens.api.pnut import AppUserIds, AppUserTokens, OwnToken
from tokens.api.userinfo import UserInfo
from tokens.api.views import VerifyAppCredentials
from tokens.protocol.device import DeviceAuthorization
from tokens.protocol.device_page import Device
from tokens.protocol.discovery import AuthorizationServer, ProtectedResource
from tokens.protocol.inquiries import Introspect, Revoke
from tokens.protocol.views import AccessToken, Token
from tokens.views import lists, selfissue
from tokens.views.authorize import Authenticate, Authorize

app_name = "oauth_tokens"

CLIENT = r"^dev/clients/(?P<client_id>[A-Za-z0-9_.-]{1,255})"

urlpatterns = [
    re_path(r"^oauth/authorize/?$", Authorize.as_view(), name="authorize"),
    re_path(r"^oauth/authenticate/?$", Authenticate.as_view(), name="authenticate"),
    re_path(
        r"^\.well-known/oauth-authorization-server(?P<path>/.*)?$",
        AuthorizationServer.as_view(),
        name="authorization_server",
    ),
    re_path(
        r"^\.well-known/oauth-protected-resource(?P<path>/.*)?$", ProtectedResource.as_view(), name="protected_resource"
    ),
    re_path(r"^oauth/device/?$", Device.as_view(), name="device"),
    re_path(r"^oauth/device_authorization/?$", DeviceAuthorization.as_view(), name="device_authorization"),
    re_path(r"^oauth/introspect/?$", Introspect.as_view(), name="introspect"),
    re_path(r"^oauth/revoke/?$", Revoke.as_view(), name="revoke"),
    re_path(r"^oauth/token/?$", Token.as_view(), name="token"),
    re_path(r"^oauth/userinfo/?$", UserInfo.as_view(), name="userinfo"),
    re_path(r"^oauth/access_token/?$", AccessToken.as_view(), name="access_token"),
    re_path(r"^v1/oauth/access_token/?$", AccessToken.as_view(), name="v1_access_token"),
    re_path(r"^v1/token/?$", OwnToken.as_view(), name="own_token"),
    re_path(r"^v1/apps/me/users/ids/?$", AppUserIds.as_view(), name="app_user_ids"),
    re_path(r"^v1/apps/me/users/tokens/?$", AppUserTokens.as_view(), name="app_user_tokens"),
    re_path(r"^api/v1/apps/verify_credentials/?$", VerifyAppCredentials.as_view(), name="verify_app"),
    re_path(r"^dev/tokens/?$", lists.HolderList.as_view(), name="mine"),
    re_path(r"^dev/tokens/revoke/?$", lists.HolderRevoke.as_view(), name="revoke_mine"),
    re_path(CLIENT + r"/authorize/?$", selfissue.SelfIssue.as_view(), name="self_issue"),
    re_path(CLIENT + r"/tokens/?$", lists.DeveloperList.as_view(), name="of_client"),
    re_path(CLIENT + r"/tokens/revoke/?$", lists.DeveloperRevoke.as_view(), name="revoke_of_client"),
]
