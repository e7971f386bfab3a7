package story;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sdk.ApiClient;
import sdk.ApiException;
import sdk.ApiResponse;
import sdk.api.ProfileApi;
import sdk.api.RegistrationApi;
import sdk.api.TokensApi;
import sdk.api.UsersApi;
import sdk.model.CreationConflictCode;
import sdk.model.CreationConflictProblem;
import sdk.model.ForbiddenCode;
import sdk.model.ForbiddenProblem;
import sdk.model.LoginRequest;
import sdk.model.Profile;
import sdk.model.ProfileCreate;
import sdk.model.ProvinceReference;
import sdk.model.Registration;
import sdk.model.TokenRequest;
import sdk.model.User;
import sdk.model.UserOrdering;

/** A whole story by the client that openapi-generator makes; see ../environment.ts. */
public final class Story {
  private static final String USERNAME = "story-java";
  private static final String PASSWORD = "correct horse battery staple";
  private static final Pattern NEXT = Pattern.compile("cursor=([\\w-]+)[^>]*>; rel=\"next\"");

  private static ApiClient client(String token) {
    ApiClient client = new ApiClient();
    client.updateBaseUri(System.getenv("BASE_URL"));
    if (token != null) client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
    return client;
  }

  private static void check(boolean holds, Object answer) {
    if (!holds) throw new AssertionError("not as it should be: " + answer);
  }

  private interface Call {
    void run() throws ApiException;
  }

  private static <T> T problem(Call call, int status, Class<T> type) throws Exception {
    try {
      call.run();
    } catch (ApiException error) {
      check(error.getCode() == status, error);
      return ApiClient.createDefaultObjectMapper().readValue(error.getResponseBody(), type);
    }
    throw new AssertionError("It was answered.");
  }

  public static void main(String[] args) throws Exception {
    RegistrationApi registration = new RegistrationApi(client(null));
    TokensApi tokens = new TokensApi(client(null));
    Registration fields = new Registration()
        .username(USERNAME)
        .password(PASSWORD)
        .email(USERNAME + "@example.org")
        .profile(new ProfileCreate().phone("1").province(new ProvinceReference("Heredia")));
    User user = registration.register(fields, null);
    check("1".equals(user.getProfile().getPhone()), user);

    String access = tokens.login(new LoginRequest().username(USERNAME).password(PASSWORD)).getAccess();
    File picture = Files.createTempFile("story", ".png").toFile();
    try {
      Files.write(Path.of(picture.getPath()), Base64.getDecoder().decode(System.getenv("PICTURE")));
      Profile profile = new ProfileApi(client(access)).patchProfile(null, "Maria", null, null, null, null, picture, null, null);
      check("Maria".equals(profile.getFirstName()), profile);
      check(profile.getProfilePicture().toString().contains("/media/"), profile);
    } finally {
      check(picture.delete(), picture);
    }

    TokenRequest credentials = new TokenRequest()
        .username(System.getenv("ADMIN_USERNAME"))
        .password(System.getenv("ADMIN_PASSWORD"));
    UsersApi users = new UsersApi(client(tokens.obtainToken(credentials).getAccess()));
    List<Long> ids = new ArrayList<>();
    String cursor = null;
    do {
      ApiResponse<List<User>> page =
          users.listUsersWithHttpInfo(null, 1, cursor, null, null, UserOrdering.fromValue("id"), null, null, null, null);
      page.getData().forEach(each -> ids.add(each.getId()));
      Matcher next = NEXT.matcher(page.getHeaders().get("link").get(0));
      cursor = next.find() ? next.group(1) : null;
    } while (cursor != null);
    check(ids.size() > 1 && ids.contains(user.getId()) && ids.equals(new ArrayList<>(new TreeSet<>(ids))), ids);

    Registration again = new Registration().username(USERNAME).password(PASSWORD);
    CreationConflictProblem taken = problem(() -> registration.register(again, null), 409, CreationConflictProblem.class);
    check(taken.getCode() == CreationConflictCode.ALREADY_EXISTS && !taken.getErrors().get("username").isEmpty(), taken);
    UsersApi mine = new UsersApi(client(access));
    ForbiddenProblem forbidden = problem(
        () -> mine.listUsers(null, null, null, null, null, null, null, null, null, null), 403, ForbiddenProblem.class);
    check(forbidden.getCode() == ForbiddenCode.PERMISSION_DENIED, forbidden);
    System.out.println("The story was told to its end.");
  }

  private Story() {}
}
