from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("account/", views.account, name="account"),
    path("users/", views.users, name="users"),
    path("users/<uuid:user_id>/close/", views.user_close, name="user_close"),
    path("users/new/", views.user_new, name="user_new"),
]
