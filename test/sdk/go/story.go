// A whole story by the client that oapi-codegen makes; see ../environment.ts.
package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"mime/multipart"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/oapi-codegen/nullable"

	"story/client"
)

const username, password = "story-go", "correct horse battery staple"

// must ends the story where err is an error, or ok is false of what was answered.
func must(err error, ok bool, answer fmt.Stringer) {
	if err != nil {
		log.Fatal(err)
	}
	if !ok {
		log.Fatalf("not as it should be: %s", answer)
	}
}

func bearer(token string) client.RequestEditorFn {
	return func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
}

func pointer[T any](value T) *T { return &value }

func main() {
	ctx := context.Background()
	api, err := client.NewClientWithResponses(os.Getenv("BASE_URL"))
	if err != nil {
		log.Fatal(err)
	}

	var province client.ProvinceReference
	if err := province.FromProvinceReference1("Heredia"); err != nil {
		log.Fatal(err)
	}
	email := client.OptionalEmail(username + "@example.org")
	fields := client.Registration{
		Username: username,
		Password: password,
		Email:    &email,
		Profile: &client.ProfileCreate{
			Phone:    nullable.NewNullableWithValue("1"),
			Province: nullable.NewNullableWithValue(province),
		},
	}
	registered, err := api.RegisterWithResponse(ctx, nil, fields)
	must(err, registered != nil && registered.JSON201 != nil, text(registered.Body))
	user := registered.JSON201

	session, err := api.LoginWithResponse(ctx, client.LoginRequest{Username: pointer(username), Password: password})
	must(err, session != nil && session.JSON200 != nil, text(session.Body))
	me := bearer(session.JSON200.Access)

	form, contentType := pictureForm()
	uploaded, err := api.UpdateProfileWithBodyWithResponse(ctx, nil, contentType, form, me)
	must(err, uploaded != nil && uploaded.JSON200 != nil, text(uploaded.Body))
	picture, err := uploaded.JSON200.ProfilePicture.Get()
	must(err, uploaded.JSON200.FirstName == "María" && strings.Contains(picture, "/media/"), text(uploaded.Body))

	credentials := client.TokenRequest{Username: os.Getenv("ADMIN_USERNAME"), Password: os.Getenv("ADMIN_PASSWORD")}
	tokens, err := api.ObtainTokenWithResponse(ctx, credentials)
	must(err, tokens != nil && tokens.JSON200 != nil, text(tokens.Body))
	admin := bearer(tokens.JSON200.Access)
	next := regexp.MustCompile(`cursor=([\w-]+)[^>]*>; rel="next"`)
	query := client.ListUsersParams{PageSize: pointer(client.PageSize(1)), Ordering: pointer(client.UserOrderingId)}
	var ids []int64
	for {
		page, err := api.ListUsersWithResponse(ctx, &query, admin)
		must(err, page != nil && page.JSON200 != nil, text(page.Body))
		for _, each := range *page.JSON200 {
			ids = append(ids, each.Id)
		}
		found := next.FindStringSubmatch(page.HTTPResponse.Header.Get("Link"))
		if found == nil {
			break
		}
		query.Cursor = pointer(client.Cursor(found[1]))
	}
	distinct := slices.Compact(slices.Clone(ids))
	must(nil, len(ids) > 1 && slices.IsSorted(ids) && len(distinct) == len(ids) && slices.Contains(ids, user.Id), text(fmt.Append(nil, ids)))

	taken, err := api.RegisterWithResponse(ctx, nil, client.Registration{Username: username, Password: password})
	must(err, taken != nil && taken.ApplicationproblemJSON409 != nil, text(taken.Body))
	conflict := taken.ApplicationproblemJSON409
	must(nil, conflict.Code == client.CreationConflictCodeAlreadyExists && len((*conflict.Errors)["username"]) > 0, text(taken.Body))
	forbidden, err := api.ListUsersWithResponse(ctx, nil, me)
	must(err, forbidden != nil && forbidden.ApplicationproblemJSON403 != nil, text(forbidden.Body))
	must(nil, forbidden.ApplicationproblemJSON403.Code == client.PermissionDenied, text(forbidden.Body))
	fmt.Println("The story was told to its end.")
}

type text []byte

func (t text) String() string { return string(t) }

// pictureForm writes a profile's form; the client leaves multipart bodies to its user.
func pictureForm() (io.Reader, string) {
	body := &bytes.Buffer{}
	form := multipart.NewWriter(body)
	picture, err := base64.StdEncoding.DecodeString(os.Getenv("PICTURE"))
	if err != nil {
		log.Fatal(err)
	}
	file, err := form.CreateFormFile("profile_picture", "me.png")
	if err != nil {
		log.Fatal(err)
	}
	if _, err := file.Write(picture); err != nil {
		log.Fatal(err)
	}
	if err := form.WriteField("first_name", "María"); err != nil {
		log.Fatal(err)
	}
	if err := form.Close(); err != nil {
		log.Fatal(err)
	}
	return body, form.FormDataContentType()
}
