from django.urls import include, path

from cases.views import cases, history, members, people, places

app_name = "cases"

_in_case = [
    path("", cases.case_detail, name="detail"),
    path("people/", people.people, name="people"),
    path("people/add/", people.person_add, name="person_add"),
    path("people/involve/", people.person_involve, name="person_involve"),
    path("people/<uuid:person_id>/", people.person, name="person"),
    path("people/<uuid:person_id>/names/add/", people.name_add, name="name_add"),
    path("incidents/", places.incidents, name="incidents"),
    path("incidents/add/", places.incident_add, name="incident_add"),
    path("places/", places.places, name="places"),
    path("places/add/", places.place_add, name="place_add"),
    path("members/", members.members, name="members"),
    path("members/add/", members.member_add, name="member_add"),
    path("members/<uuid:user_id>/remove/", members.member_remove, name="member_remove"),
    path("history/", history.history, name="history"),
]

urlpatterns = [
    path("cases/", cases.case_list, name="list"),
    path("cases/open/", cases.case_open, name="open"),
    path("cases/<uuid:case_id>/", include(_in_case)),
]
