"""The demo's endpoints, with and without a slash at their end. They come last: what is unknown under /api ends here."""

from django.urls import re_path

from oauthsite.demo import instance, views
from oauthsite.demo.api import accounts, pnut
from oauthsite.demo.api.base import Unknown
from oauthsite.demo.api.instance import Document

app_name = "oauth_demo"

urlpatterns = [
    re_path(r"^api/v1/instance/?$", Document.as_view(write=instance.version_1), name="instance_1"),
    re_path(r"^api/v2/instance/?$", Document.as_view(write=instance.version_2), name="instance"),
    re_path(r"^\.well-known/nodeinfo/?$", Document.as_view(write=instance.nodeinfo_links), name="nodeinfo_links"),
    re_path(r"^nodeinfo/2\.0/?$", Document.as_view(write=instance.nodeinfo), name="nodeinfo"),
    re_path(r"^api/v1/accounts/verify_credentials/?$", accounts.Me.as_view(), name="me"),
    re_path(r"^api/v1/accounts/relationships/?$", accounts.Relationships.as_view(), name="relationships"),
    re_path(r"^api/v1/accounts/lookup/?$", accounts.Lookup.as_view(), name="lookup"),
    re_path(r"^api/v1/accounts/search/?$", accounts.AccountSearch.as_view(), name="account_search"),
    re_path(r"^api/v2/search/?$", accounts.Search.as_view(), name="search"),
    re_path(r"^api/v1/accounts/(?P<key>[^/]+)/?$", accounts.One.as_view(), name="account"),
    re_path(r"^api/v1/accounts/(?P<key>[^/]+)/following/?$", accounts.Following.as_view(), name="following"),
    re_path(r"^api/v1/accounts/(?P<key>[^/]+)/followers/?$", accounts.Followers.as_view(), name="followers"),
    re_path(r"^api/v1/accounts/(?P<key>[^/]+)/follow/?$", accounts.Follow.as_view(), name="follow"),
    re_path(r"^api/v1/accounts/(?P<key>[^/]+)/unfollow/?$", accounts.Unfollow.as_view(), name="unfollow"),
    re_path(r"^v1/users/(?P<user>[^/]+)/?$", pnut.User.as_view(), name="pnut_user"),
    re_path(r"^v1/users/(?P<user>[^/]+)/following/?$", pnut.Following.as_view(), name="pnut_following"),
    re_path(r"^v1/users/(?P<user>[^/]+)/followers/?$", pnut.Followers.as_view(), name="pnut_followers"),
    re_path(r"^v1/users/(?P<user>[^/]+)/follow/?$", pnut.Follow.as_view(), name="pnut_follow"),
    re_path(r"^@(?P<name>[^/]+)/?$", views.account, name="page"),
    re_path(r"^api(?:/[\s\S]*)?$", Unknown.as_view()),
]
