"""A whole story by the client that openapi-python-client makes; see ../environment.ts."""

import base64
import os
import re
from io import BytesIO

from client import AuthenticatedClient, Client
from client.api.profile import update_profile
from client.api.registration import register
from client.api.tokens import login
from client.api.users import list_users
from client.models import (
    CreationConflictProblem,
    ForbiddenProblem,
    LoginRequest,
    LoginResult,
    Profile,
    ProfileCreate,
    ProfileUpdateForm,
    Registration,
    User,
    UserOrdering,
)
from client.types import UNSET, File, Unset

base_url = os.environ["BASE_URL"]
username, password = "story-python", "correct horse battery staple"
anonymous = Client(base_url=base_url)
# Where a token is optional, the client's types ask for one; one that is not valid is ignored there.
guest = AuthenticatedClient(base_url=base_url, token="none")

fields = Registration(
    username=username,
    password=password,
    email=f"{username}@example.org",
    profile=ProfileCreate(phone="1", province="Heredia"),
)
user = register.sync(client=guest, body=fields)
assert isinstance(user, User), user
assert user.profile is not None and user.profile.phone == "1"

session = login.sync(client=anonymous, body=LoginRequest(username=username, password=password))
assert isinstance(session, LoginResult), session
me = AuthenticatedClient(base_url=base_url, token=session.access)

picture = File(payload=BytesIO(base64.b64decode(os.environ["PICTURE"])), file_name="me.png", mime_type="image/png")
profile = update_profile.sync(client=me, body=ProfileUpdateForm(profile_picture=picture, first_name="María"))
assert isinstance(profile, Profile), profile
assert profile.first_name == "María"
assert profile.profile_picture is not None and "/media/" in profile.profile_picture

# Not obtain_token, which takes JSON or a form: the module that is made of it lacks an import.
tokens = login.sync(
    client=anonymous,
    body=LoginRequest(username=os.environ["ADMIN_USERNAME"], password=os.environ["ADMIN_PASSWORD"]),
)
assert isinstance(tokens, LoginResult), tokens
admin = AuthenticatedClient(base_url=base_url, token=tokens.access)
ids: list[int] = []
cursor: str | Unset = UNSET
while True:
    page = list_users.sync_detailed(client=admin, page_size=1, ordering=UserOrdering.ID, cursor=cursor)
    assert isinstance(page.parsed, list), page.parsed
    ids += [each.id for each in page.parsed]
    found = re.search(r'cursor=([\w-]+)[^>]*>; rel="next"', page.headers["link"])
    if found is None:
        break
    cursor = found[1]
assert len(ids) > 1 and user.id in ids
assert ids == sorted(set(ids))

taken = register.sync(client=guest, body=Registration(username=username, password=password))
assert isinstance(taken, CreationConflictProblem), taken
assert taken.status == 409 and taken.code == "already_exists"
assert not isinstance(taken.errors, Unset) and taken.errors["username"]
forbidden = list_users.sync(client=me)
assert isinstance(forbidden, ForbiddenProblem) and forbidden.code == "permission_denied", forbidden
print("The story was told to its end.")
