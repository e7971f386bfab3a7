// Made by `npm run generate`; do not edit.

import type { Method, OperationId, Upload } from './types.ts'

export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the process answers
         * @description Touches nothing else. For what restarts a process that hangs (a liveness probe).
         */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether requests should be sent here
         * @description Asks Postgres, whether it has all migrations, and the picture storage, each for two seconds at the most. For
         *     gateways (a readiness probe). Not ready from SIGTERM on, while requests under way are finished.
         */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/profile/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's profile
         * @description The profile is made at the first call if the user has none yet.
         */
        get: operations["getProfile"];
        /**
         * Change the caller's profile
         * @description All fields are optional; an absent one is left alone. As multipart, a file in
         *     `profile_picture` replaces the picture and an empty field removes it.
         */
        put: operations["updateProfile"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change the caller's profile (alias of updateProfile) */
        patch: operations["patchProfile"];
        trace?: never;
    };
    "/api/auth/user_profile/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List profiles */
        get: operations["listUserProfiles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/user_profile/{id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        /**
         * The profile of a user
         * @description The id is the user's. The profile is made if the user has none yet.
         */
        get: operations["getUserProfile"];
        /** Change the profile of a user (alias of updateUserProfile) */
        put: operations["putUserProfile"];
        post?: never;
        /** Delete the profile of a user (alias of deleteUserProfile) */
        delete: operations["destroyUserProfile"];
        options?: never;
        head?: never;
        /** Change the profile of a user (alias of updateUserProfile) */
        patch: operations["patchUserProfile"];
        trace?: never;
    };
    "/api/auth/user_profile/{id}/update/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        get?: never;
        /**
         * Change the profile of a user
         * @description As `updateProfile`; an administrator may also set the profile's `roles`.
         */
        put: operations["updateUserProfile"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/user_profile/{id}/delete/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete the profile of a user
         * @description The user stays, and gets a fresh profile at the next access.
         */
        delete: operations["deleteUserProfile"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/users/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List users, or export them
         * @description A page of users as JSON. With `Accept: text/csv` or `Accept: application/x-ndjson`, named there or preferred by
         *     weight (RFC 9110, 12.5.1), all users that the filters select come in one answer, however many they are; `page`,
         *     `page_size` and `cursor` are then refused.
         *
         *     Such an **export** is read in batches while the client takes them. A user who is there all the time comes exactly
         *     once when ordered by a field that does not change (`id`, the default, or `date_joined`), as the user was when its
         *     batch was read; ordered by another field, a user whose value changes meanwhile may come twice or be missed. An
         *     answer that is broken off (without its last chunk: RFC 9112, 7.1) is not all. Each export is an event of the audit log,
         *     `users.exported`.
         *
         *     **NDJSON** has a User a line, as the JSON list has them. **CSV** (RFC 4180, UTF-8) has a header line and the
         *     columns `id`, `username`, `email`, `first_name`, `last_name`, `is_active`, `is_staff`, `date_joined`, `last_login`,
         *     `roles` (names, with `|` between them), `phone`, `address`, `birth_date`, `bio`, `province` (name) and
         *     `profile_picture` (URL). What is null is empty. A cell that a spreadsheet would take for a formula, since it begins
         *     with `=`, `+`, `-`, `@` (of full width too), a tab or a carriage return, gets a `'` before it, phone numbers as well;
         *     take NDJSON where the values have to be exact.
         */
        get: operations["listUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/users/create/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a user */
        post: operations["createUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/users/{id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        /** A user */
        get: operations["getUser"];
        /** Change a user (alias of updateUser) */
        put: operations["putUser"];
        post?: never;
        /** Delete a user (alias of deleteUser) */
        delete: operations["destroyUser"];
        options?: never;
        head?: never;
        /** Change a user (alias of updateUser) */
        patch: operations["patchUser"];
        trace?: never;
    };
    "/api/auth/users/{id}/detail/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        /**
         * A user (alias of getUser)
         * @deprecated
         * @description Only for clients of the Django service, and without an end for them; others use `getUser`.
         */
        get: operations["getUserDetail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/users/{id}/update/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        get?: never;
        /**
         * Change a user
         * @description A password is never set here. Deactivating a user ends its sessions. 409 where the
         *     name or the email is taken, and where no active administrator would be left.
         */
        put: operations["updateUser"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/users/{id}/delete/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a user and all that belongs to it
         * @description 409, with nothing changed, where other tables still refer to the user and where no active
         *     administrator would be left.
         */
        delete: operations["deleteUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/roles/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All roles, by name */
        get: operations["listRoles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/roles/create/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a role */
        post: operations["createRole"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/roles/{id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The role's id.
                 * @example 2
                 */
                id: components["parameters"]["RoleId"];
            };
            cookie?: never;
        };
        /** A role (alias of getRole) */
        get: operations["retrieveRole"];
        /** Rename a role (alias of updateRole) */
        put: operations["putRole"];
        post?: never;
        /** Delete a role (alias of deleteRole) */
        delete: operations["destroyRole"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/roles/{id}/detail/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The role's id.
                 * @example 2
                 */
                id: components["parameters"]["RoleId"];
            };
            cookie?: never;
        };
        /** A role */
        get: operations["getRole"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/roles/{id}/update/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The role's id.
                 * @example 2
                 */
                id: components["parameters"]["RoleId"];
            };
            cookie?: never;
        };
        get?: never;
        /**
         * Rename a role
         * @description 409 where the name is taken, and for a role that access rules name.
         */
        put: operations["updateRole"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/roles/{id}/delete/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The role's id.
                 * @example 2
                 */
                id: components["parameters"]["RoleId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a role
         * @description Its members lose it. 409 for a role that access rules name, and where other tables still refer to it.
         */
        delete: operations["deleteRole"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/permissions/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All permissions */
        get: operations["listPermissions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/permissions/{id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The role's id.
                 * @example 2
                 */
                id: components["parameters"]["RoleId"];
            };
            cookie?: never;
        };
        /** A role with its permissions (alias of getRolePermissions) */
        get: operations["retrieveRolePermissions"];
        /** Replace the permissions of a role (alias of updateRolePermissions) */
        put: operations["putRolePermissions"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/permissions/{id}/detail/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The role's id.
                 * @example 2
                 */
                id: components["parameters"]["RoleId"];
            };
            cookie?: never;
        };
        /**
         * A role with its permissions
         * @description The id is a role's.
         */
        get: operations["getRolePermissions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/permissions/{id}/update/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The role's id.
                 * @example 2
                 */
                id: components["parameters"]["RoleId"];
            };
            cookie?: never;
        };
        get?: never;
        /**
         * Replace the permissions of a role
         * @description The id is a role's. Unknown permission ids are named in a 400 and nothing is changed.
         */
        put: operations["updateRolePermissions"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/profile/permissions/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the caller may do
         * @description Permissions through roles and directly granted ones; all there are for a superuser.
         */
        get: operations["getPermissions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/verify/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether a request may pass, for gateways
         * @description For nginx auth_request, Traefik ForwardAuth, Envoy ext_authz and the like: 200 with headers that say who calls,
         *     401 without a valid token, 403 where the caller lacks a role or a permission that the query asks for.
         */
        get: operations["verifyAccess"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/token/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in for a pair of tokens
         * @description The username may be the user's email. Opens a session. A name that several users have, which only a database
         *     that was taken over from Django can hold, is answered as a wrong password is.
         */
        post: operations["obtainToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/token/refresh/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A new pair of tokens for a refresh token
         * @description Each refresh gives a new refresh token of the same session. Sending the one before again is answered as
         *     long as its successor was not used (parallel tabs, a lost answer, a client that never stores the new one);
         *     sending any older one ends the session (RFC 9700, 4.14).
         *
         *     For a while after a cut-over (LEGACY_JWT_UNTIL) refresh tokens that Django signed are taken too: one opens a
         *     session at its first use, and from then on is the first refresh token of that session.
         */
        post: operations["refreshToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/token/verify/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Whether a token is valid now
         * @description Takes an access or a refresh token; 401 where it is not valid, or its session has ended.
         */
        post: operations["verifyToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in, with the user in the answer
         * @description Give `username` or `email`. Opens a session.
         */
        post: operations["login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a session
         * @description Ends the session of the refresh token in the body, or else of the bearer token. A token that is not valid
         *     any more is no error (RFC 7009, 2.2): there is nothing left to end. `scope` widens it to all sessions of the
         *     user, or to all but that one.
         */
        post: operations["logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sessions/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's open sessions */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sessions/{id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The session's id.
                 * @example 0d97b7d6-fbbc-42e7-b2d9-dde7b2f65f1c
                 */
                id: components["schemas"]["SessionId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of the caller's sessions */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/users/{id}/password/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        get?: never;
        /**
         * Set a user's password
         * @description Ends all sessions of the user.
         */
        put: operations["setUserPassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/users/{id}/password-reset/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a user a password reset
         * @description As `forgotPassword` for the user's email; 409 where the user is inactive, or has no password, or no email that is
         *     nobody else's.
         */
        post: operations["sendUserPasswordReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/users/{id}/sessions/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        /** A user's open sessions */
        get: operations["listUserSessions"];
        put?: never;
        post?: never;
        /** End all sessions of a user */
        delete: operations["endUserSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/audit_log/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was changed, by whom, newest first
         * @description Every change of users, profiles, roles, permissions, provinces, passwords and sessions, and every failed login.
         *     An event is written in the transaction of its change. `before` and `after` hold the fields that changed, never a
         *     secret.
         */
        get: operations["listAuditEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/events/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened to users, for other services, in order
         * @description An event is written in the transaction of its change, whoever made it, and can be read once that is committed. They
         *     come in an order in which none ever comes before one that was read already, and those about one user in the order
         *     of the changes. Whoever takes `next` along as `after` gets each event at least once; after a fault of one's own
         *     the same `after` again gives the same events again. `webhooks` below has the same events, sent.
         *
         *     To begin: `after=latest` gives the `next` of now; read all users then, and go on from there.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/register/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make an account
         * @description Open to everyone, unless `REQUIRED_ROLES` closes it. `roles` is refused unless the caller is an administrator.
         *     As multipart the profile's fields are named `profile.phone`, `profile.profile_picture` and so on.
         */
        post: operations["register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/forgot-password/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for a password reset
         * @description Answers the same for every email, known or not. `uid`, `token` and `reset_link` are given only where the
         *     deployment hands resets out in the response (`PASSWORD_RESET_DELIVERY=response`); otherwise they are null
         *     and go to the user's address.
         */
        post: operations["forgotPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/reset-password-confirm/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set a new password with a reset token
         * @description The token works once, and ends all sessions of the user. For a while after a cut-over (LEGACY_JWT_UNTIL) those
         *     that Django sent are taken too.
         */
        post: operations["confirmPasswordReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/change-password/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change the caller's password
         * @description Ends all other sessions of the user; the one that asked goes on.
         */
        post: operations["changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/change-email/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change the caller's email
         * @description Where mail is configured the email changes once the link sent to the new address was used (`confirmEmail`);
         *     otherwise at once. `email` in the answer is the one that holds now. An email that another user has is not told:
         *     nothing is sent then.
         */
        post: operations["changeEmail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/confirm-email/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm an email with the token that was sent to it
         * @description Completes a change of email, or a registration where emails are verified (`EMAIL_VERIFICATION`).
         */
        post: operations["confirmEmail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/confirm-email/resend/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send the link of a registration again
         * @description For a registration that waits for its email to be confirmed (`EMAIL_VERIFICATION`); the link before stops working.
         *     Every email gets the same answer, and none gets a mail more than once a minute.
         */
        post: operations["resendConfirmation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/provinces/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All provinces, by name */
        get: operations["listProvinces"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/provinces/create/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a province */
        post: operations["createProvince"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/provinces/{id}/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The province's id.
                 * @example 1
                 */
                id: components["parameters"]["ProvinceId"];
            };
            cookie?: never;
        };
        /** A province */
        get: operations["getProvince"];
        /** Rename a province (alias of updateProvince) */
        put: operations["putProvince"];
        post?: never;
        /** Delete a province (alias of deleteProvince) */
        delete: operations["destroyProvince"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/provinces/{id}/update/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The province's id.
                 * @example 1
                 */
                id: components["parameters"]["ProvinceId"];
            };
            cookie?: never;
        };
        get?: never;
        /** Rename a province */
        put: operations["updateProvince"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/provinces/{id}/delete/": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The province's id.
                 * @example 1
                 */
                id: components["parameters"]["ProvinceId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a province
         * @description Profiles that name it are left without a province. 409, with nothing changed, where other tables still refer
         *     to it.
         */
        delete: operations["deleteProvince"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "user.created": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A user was made, by whatever way
         * @description Sent to each of `WEBHOOK_URLS` as CloudEvents 1.0 in structured mode, signed as Standard Webhooks has it, at least
         *     once, and those about one user one after the other, in order. `docs/events.md` tells how to verify and what is
         *     promised.
         */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The event's `id`, the same at each attempt. */
                    "webhook-id": string;
                    /** @description Seconds since 1970, at this attempt. Refuse what is older than five minutes. */
                    "webhook-timestamp": string;
                    /**
                     * @description One or more of `v1,` and the HMAC-SHA256, in Base64, of `webhook-id`, `webhook-timestamp` and the body as it
                     *     came, with dots between them; a space between two. Any of them that fits will do: while a secret is changed
                     *     there are two.
                     */
                    "webhook-signature": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/cloudevents+json": components["schemas"]["UserEvent"];
                };
            };
            responses: {
                /** @description The endpoint is gone; nothing is sent there any more until the service starts again. */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The event was taken. Its body is not read. */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Anything else, a redirect too: the event is sent again, later and later. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "user.updated": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A username, a first or last name or the staff flag is another one */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The event's `id`, the same at each attempt. */
                    "webhook-id": string;
                    /** @description Seconds since 1970, at this attempt. Refuse what is older than five minutes. */
                    "webhook-timestamp": string;
                    /**
                     * @description One or more of `v1,` and the HMAC-SHA256, in Base64, of `webhook-id`, `webhook-timestamp` and the body as it
                     *     came, with dots between them; a space between two. Any of them that fits will do: while a secret is changed
                     *     there are two.
                     */
                    "webhook-signature": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/cloudevents+json": components["schemas"]["UserEvent"];
                };
            };
            responses: {
                /** @description The endpoint is gone; nothing is sent there any more until the service starts again. */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The event was taken. Its body is not read. */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Anything else, a redirect too: the event is sent again, later and later. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "user.email_changed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The email is another one */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The event's `id`, the same at each attempt. */
                    "webhook-id": string;
                    /** @description Seconds since 1970, at this attempt. Refuse what is older than five minutes. */
                    "webhook-timestamp": string;
                    /**
                     * @description One or more of `v1,` and the HMAC-SHA256, in Base64, of `webhook-id`, `webhook-timestamp` and the body as it
                     *     came, with dots between them; a space between two. Any of them that fits will do: while a secret is changed
                     *     there are two.
                     */
                    "webhook-signature": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/cloudevents+json": components["schemas"]["UserEvent"];
                };
            };
            responses: {
                /** @description The endpoint is gone; nothing is sent there any more until the service starts again. */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The event was taken. Its body is not read. */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Anything else, a redirect too: the event is sent again, later and later. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "user.password_changed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The password is another one */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The event's `id`, the same at each attempt. */
                    "webhook-id": string;
                    /** @description Seconds since 1970, at this attempt. Refuse what is older than five minutes. */
                    "webhook-timestamp": string;
                    /**
                     * @description One or more of `v1,` and the HMAC-SHA256, in Base64, of `webhook-id`, `webhook-timestamp` and the body as it
                     *     came, with dots between them; a space between two. Any of them that fits will do: while a secret is changed
                     *     there are two.
                     */
                    "webhook-signature": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/cloudevents+json": components["schemas"]["UserEvent"];
                };
            };
            responses: {
                /** @description The endpoint is gone; nothing is sent there any more until the service starts again. */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The event was taken. Its body is not read. */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Anything else, a redirect too: the event is sent again, later and later. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "user.roles_changed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A user has other roles */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The event's `id`, the same at each attempt. */
                    "webhook-id": string;
                    /** @description Seconds since 1970, at this attempt. Refuse what is older than five minutes. */
                    "webhook-timestamp": string;
                    /**
                     * @description One or more of `v1,` and the HMAC-SHA256, in Base64, of `webhook-id`, `webhook-timestamp` and the body as it
                     *     came, with dots between them; a space between two. Any of them that fits will do: while a secret is changed
                     *     there are two.
                     */
                    "webhook-signature": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/cloudevents+json": components["schemas"]["UserEvent"];
                };
            };
            responses: {
                /** @description The endpoint is gone; nothing is sent there any more until the service starts again. */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The event was taken. Its body is not read. */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Anything else, a redirect too: the event is sent again, later and later. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "user.deactivated": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A user can log in no more */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The event's `id`, the same at each attempt. */
                    "webhook-id": string;
                    /** @description Seconds since 1970, at this attempt. Refuse what is older than five minutes. */
                    "webhook-timestamp": string;
                    /**
                     * @description One or more of `v1,` and the HMAC-SHA256, in Base64, of `webhook-id`, `webhook-timestamp` and the body as it
                     *     came, with dots between them; a space between two. Any of them that fits will do: while a secret is changed
                     *     there are two.
                     */
                    "webhook-signature": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/cloudevents+json": components["schemas"]["UserEvent"];
                };
            };
            responses: {
                /** @description The endpoint is gone; nothing is sent there any more until the service starts again. */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The event was taken. Its body is not read. */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Anything else, a redirect too: the event is sent again, later and later. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "user.activated": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A user can log in, again or for the first time */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The event's `id`, the same at each attempt. */
                    "webhook-id": string;
                    /** @description Seconds since 1970, at this attempt. Refuse what is older than five minutes. */
                    "webhook-timestamp": string;
                    /**
                     * @description One or more of `v1,` and the HMAC-SHA256, in Base64, of `webhook-id`, `webhook-timestamp` and the body as it
                     *     came, with dots between them; a space between two. Any of them that fits will do: while a secret is changed
                     *     there are two.
                     */
                    "webhook-signature": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/cloudevents+json": components["schemas"]["UserEvent"];
                };
            };
            responses: {
                /** @description The endpoint is gone; nothing is sent there any more until the service starts again. */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The event was taken. Its body is not read. */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Anything else, a redirect too: the event is sent again, later and later. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "user.deleted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A user is gone, with all that belonged to it */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The event's `id`, the same at each attempt. */
                    "webhook-id": string;
                    /** @description Seconds since 1970, at this attempt. Refuse what is older than five minutes. */
                    "webhook-timestamp": string;
                    /**
                     * @description One or more of `v1,` and the HMAC-SHA256, in Base64, of `webhook-id`, `webhook-timestamp` and the body as it
                     *     came, with dots between them; a space between two. Any of them that fits will do: while a secret is changed
                     *     there are two.
                     */
                    "webhook-signature": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/cloudevents+json": components["schemas"]["UserDeletedEvent"];
                };
            };
            responses: {
                /** @description The endpoint is gone; nothing is sent there any more until the service starts again. */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The event was taken. Its body is not read. */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Anything else, a redirect too: the event is sent again, later and later. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "profile.updated": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Fields of a profile are other ones */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The event's `id`, the same at each attempt. */
                    "webhook-id": string;
                    /** @description Seconds since 1970, at this attempt. Refuse what is older than five minutes. */
                    "webhook-timestamp": string;
                    /**
                     * @description One or more of `v1,` and the HMAC-SHA256, in Base64, of `webhook-id`, `webhook-timestamp` and the body as it
                     *     came, with dots between them; a space between two. Any of them that fits will do: while a secret is changed
                     *     there are two.
                     */
                    "webhook-signature": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/cloudevents+json": components["schemas"]["ProfileEvent"];
                };
            };
            responses: {
                /** @description The endpoint is gone; nothing is sent there any more until the service starts again. */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The event was taken. Its body is not read. */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Anything else, a redirect too: the event is sent again, later and later. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "role.created": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** There is a new role */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The event's `id`, the same at each attempt. */
                    "webhook-id": string;
                    /** @description Seconds since 1970, at this attempt. Refuse what is older than five minutes. */
                    "webhook-timestamp": string;
                    /**
                     * @description One or more of `v1,` and the HMAC-SHA256, in Base64, of `webhook-id`, `webhook-timestamp` and the body as it
                     *     came, with dots between them; a space between two. Any of them that fits will do: while a secret is changed
                     *     there are two.
                     */
                    "webhook-signature": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/cloudevents+json": components["schemas"]["RoleEvent"];
                };
            };
            responses: {
                /** @description The endpoint is gone; nothing is sent there any more until the service starts again. */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The event was taken. Its body is not read. */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Anything else, a redirect too: the event is sent again, later and later. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "role.renamed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A role has another name; its users are not told of one by one */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The event's `id`, the same at each attempt. */
                    "webhook-id": string;
                    /** @description Seconds since 1970, at this attempt. Refuse what is older than five minutes. */
                    "webhook-timestamp": string;
                    /**
                     * @description One or more of `v1,` and the HMAC-SHA256, in Base64, of `webhook-id`, `webhook-timestamp` and the body as it
                     *     came, with dots between them; a space between two. Any of them that fits will do: while a secret is changed
                     *     there are two.
                     */
                    "webhook-signature": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/cloudevents+json": components["schemas"]["RoleEvent"];
                };
            };
            responses: {
                /** @description The endpoint is gone; nothing is sent there any more until the service starts again. */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The event was taken. Its body is not read. */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Anything else, a redirect too: the event is sent again, later and later. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "role.deleted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A role is gone, and nobody has it any more; its users are not told of one by one */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description The event's `id`, the same at each attempt. */
                    "webhook-id": string;
                    /** @description Seconds since 1970, at this attempt. Refuse what is older than five minutes. */
                    "webhook-timestamp": string;
                    /**
                     * @description One or more of `v1,` and the HMAC-SHA256, in Base64, of `webhook-id`, `webhook-timestamp` and the body as it
                     *     came, with dots between them; a space between two. Any of them that fits will do: while a secret is changed
                     *     there are two.
                     */
                    "webhook-signature": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/cloudevents+json": components["schemas"]["RoleEvent"];
                };
            };
            responses: {
                /** @description The endpoint is gone; nothing is sent there any more until the service starts again. */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The event was taken. Its body is not read. */
                "2XX": {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Anything else, a redirect too: the event is sent again, later and later. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        /**
         * Format: int64
         * @description A 64-bit id, as far as JavaScript numbers are exact.
         */
        Id: number;
        /** @description Letters and digits of any script and `@ . + - _`. Kept NFKC-normalised; unique without regard to case. */
        Username: string;
        /**
         * Format: email
         * @description Unique without regard to case.
         */
        Email: string;
        /** @description At least 8 characters, not all digits, not a common password and not like the user's own name or email. */
        NewPassword: string;
        /**
         * @description A province by its id (a number, or a string of digits) or by its name (as it is, else without regard to case).
         *     Null or an empty string stands for none.
         */
        ProvinceReference: null | string | components["schemas"]["Id"];
        /**
         * Format: date
         * @description A real calendar date that is not in the future. Null stands for none.
         */
        BirthDate: string | null;
        RoleSummary: {
            id: components["schemas"]["Id"];
            name: string;
        };
        Profile: {
            /**
             * Format: int64
             * @description The user's id.
             */
            id: number;
            readonly username: string;
            /** @description Empty where the user has none. */
            readonly email: string;
            first_name: string;
            last_name: string;
            phone: string | null;
            address: string | null;
            /** Format: date */
            birth_date: string | null;
            /**
             * Format: uri
             * @description URL of the picture; with `?size=64` or `?size=256` a smaller one.
             */
            profile_picture: string | null;
            bio: string | null;
            /** @description Roles noted on the profile; they give no access. */
            roles: components["schemas"]["RoleSummary"][];
            /** @description The user's roles; access rules go by these. */
            user_roles: components["schemas"]["RoleSummary"][];
            /**
             * Format: int64
             * @description The province's id.
             */
            province: number | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        ProfileList: components["schemas"]["Profile"][];
        /** @enum {string} */
        ProfileOrdering: "id" | "-id" | "username" | "-username" | "email" | "-email" | "first_name" | "-first_name" | "last_name" | "-last_name" | "created_at" | "-created_at" | "updated_at" | "-updated_at";
        ProfileUpdate: {
            first_name?: string;
            last_name?: string;
            phone?: string | null;
            address?: string | null;
            birth_date?: components["schemas"]["BirthDate"];
            /** @description Null removes the picture; the present URL leaves it alone. A new picture comes as multipart. */
            profile_picture?: string | null;
            bio?: string | null;
            province?: components["schemas"]["ProvinceReference"];
        };
        /** @description ProfileUpdate as form fields; an empty birth_date, province or profile_picture stands for null. */
        ProfileUpdateForm: {
            first_name?: string;
            last_name?: string;
            phone?: string;
            address?: string;
            /** @description `YYYY-MM-DD` or empty */
            birth_date?: string;
            /**
             * Format: binary
             * @description PNG, JPEG, GIF or WebP.
             */
            profile_picture?: Upload;
            bio?: string;
            /** @description Id or name, or empty */
            province?: string;
        };
        UserProfileUpdate: {
            first_name?: string;
            last_name?: string;
            phone?: string | null;
            address?: string | null;
            birth_date?: components["schemas"]["BirthDate"];
            /** @description Null removes the picture; the present URL leaves it alone. A new picture comes as multipart. */
            profile_picture?: string | null;
            bio?: string | null;
            province?: components["schemas"]["ProvinceReference"];
            /** @description Role ids to note on the profile; only an administrator may send it. */
            roles?: components["schemas"]["Id"][];
        };
        /** @description UserProfileUpdate as form fields; an empty birth_date, province or profile_picture stands for null, `roles` may occur several times. */
        UserProfileUpdateForm: {
            first_name?: string;
            last_name?: string;
            phone?: string;
            address?: string;
            /** @description `YYYY-MM-DD` or empty */
            birth_date?: string;
            /**
             * Format: binary
             * @description PNG, JPEG, GIF or WebP.
             */
            profile_picture?: Upload;
            bio?: string;
            /** @description Id or name, or empty */
            province?: string;
            roles?: components["schemas"]["Id"][];
        };
        User: {
            /** Format: int64 */
            id: number;
            username: string;
            /** @description Empty where the user has none. */
            email: string;
            /** @description A new email, until the link sent to it is used. */
            pending_email: string | null;
            first_name: string;
            last_name: string;
            /** @description Ids of the user's roles. */
            roles: number[];
            /** @description Null until it is first asked for. */
            profile: components["schemas"]["Profile"] | null;
            is_active: boolean;
            /** @description Whether Django's admin site lets the user in. */
            is_staff: boolean;
            /** Format: date-time */
            date_joined: string;
            /** Format: date-time */
            last_login: string | null;
        };
        UserList: components["schemas"]["User"][];
        /** @enum {string} */
        UserOrdering: "id" | "-id" | "username" | "-username" | "email" | "-email" | "first_name" | "-first_name" | "last_name" | "-last_name" | "date_joined" | "-date_joined" | "last_login" | "-last_login";
        UserCreate: {
            username: components["schemas"]["Username"];
            email?: components["schemas"]["OptionalEmail"];
            password: components["schemas"]["NewPassword"];
            first_name?: string;
            last_name?: string;
            roles?: components["schemas"]["Id"][];
            /** @description True where it is absent. */
            is_active?: boolean;
            /** @description False where it is absent. */
            is_staff?: boolean;
            profile?: components["schemas"]["ProfileCreate"];
        };
        /**
         * Format: email-or-empty
         * @description An email, or an empty string for none. Unique without regard to case.
         */
        OptionalEmail: string;
        ProfileCreate: {
            phone?: string | null;
            address?: string | null;
            birth_date?: components["schemas"]["BirthDate"];
            /** @description A picture comes as multipart. */
            profile_picture?: null;
            bio?: string | null;
            province?: components["schemas"]["ProvinceReference"];
        };
        UserUpdate: {
            username?: components["schemas"]["Username"];
            email?: components["schemas"]["OptionalEmail"];
            first_name?: string;
            last_name?: string;
            /** @description Role ids; replaces the set. */
            roles?: components["schemas"]["Id"][];
            is_active?: boolean;
            is_staff?: boolean;
        };
        Registration: {
            username: components["schemas"]["Username"];
            email?: components["schemas"]["OptionalEmail"];
            password: components["schemas"]["NewPassword"];
            first_name?: string;
            last_name?: string;
            /** @description Only an administrator may send it. */
            roles?: components["schemas"]["Id"][];
            profile?: components["schemas"]["ProfileCreate"];
        };
        /** @description Registration as form fields; an empty birth_date, province or profile_picture stands for null, `roles` may occur several times. */
        RegistrationForm: {
            username: components["schemas"]["Username"];
            email?: components["schemas"]["OptionalEmail"];
            password: components["schemas"]["NewPassword"];
            first_name?: string;
            last_name?: string;
            roles?: components["schemas"]["Id"][];
            "profile.phone"?: string;
            "profile.address"?: string;
            /** @description `YYYY-MM-DD` or empty */
            "profile.birth_date"?: string;
            "profile.bio"?: string;
            /** @description Id or name, or empty */
            "profile.province"?: string;
            /**
             * Format: binary
             * @description PNG, JPEG, GIF or WebP.
             */
            "profile.profile_picture"?: Upload;
        };
        Role: {
            /** Format: int64 */
            id: number;
            name: string;
            /** @description Permission ids. */
            permissions: number[];
        };
        RoleList: components["schemas"]["Role"][];
        RoleInput: {
            /** @description Unique. */
            name: string;
        };
        RolePermissionsInput: {
            /** @description All permission ids the role is to have. */
            permissions: components["schemas"]["Id"][];
        };
        Permission: {
            /** Format: int64 */
            id: number;
            name: string;
            codename: string;
            /** @description App label and model. */
            content_type: string;
        };
        PermissionList: components["schemas"]["Permission"][];
        Province: {
            /** Format: int64 */
            id: number;
            name: string;
        };
        ProvinceList: components["schemas"]["Province"][];
        ProvinceInput: {
            /** @description Unique. */
            name: string;
        };
        TokenRequest: {
            /** @description The username or the email. */
            username: string;
            password: string;
        };
        RefreshRequest: {
            refresh: string;
        };
        VerifyRequest: {
            token: string;
        };
        LogoutRequest: {
            refresh?: string;
            /** @description Another name for `refresh`. */
            refresh_token?: string;
        };
        LoginRequest: {
            /** @description The username or the email. */
            username?: string;
            email?: string;
            password: string;
        };
        TokenPair: {
            /** @description JWT for the `Authorization` header. */
            access: string;
            /** @description JWT for `refreshToken`. */
            refresh: string;
        };
        /**
         * @default session
         * @enum {string}
         */
        LogoutScope: "session" | "others" | "all";
        /** Format: uuid */
        SessionId: string;
        /**
         * @description How often refresh tokens of the session were sent again, by what it looks like: two tabs at once, an answer that
         *     got lost, a client that never stores the new token. Each of these would end the session under
         *     `REFRESH_REUSE=strict`.
         */
        RefreshReplays: {
            /** Format: int32 */
            parallel_tab: number;
            /** Format: int32 */
            lost_response: number;
            /** Format: int32 */
            never_stored: number;
        };
        Session: {
            id: components["schemas"]["SessionId"];
            /** @description What the device called itself at login. */
            user_agent: string | null;
            /** @description Network address at login. */
            address: string | null;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description Of the last login or refresh.
             */
            last_used_at: string;
            /** Format: date-time */
            expires_at: string;
            /** @description Whether this request belongs to it. */
            current: boolean;
            refresh_replays: components["schemas"]["RefreshReplays"];
        };
        SessionList: components["schemas"]["Session"][];
        /** @enum {string} */
        CountMode: "exact" | "estimated" | "none";
        /**
         * @default -id
         * @enum {string}
         */
        AuditOrdering: "id" | "-id";
        /** @enum {string} */
        AuditAction: "user.created" | "user.updated" | "user.deleted" | "users.exported" | "profile.updated" | "profile.deleted" | "role.created" | "role.renamed" | "role.deleted" | "role.permissions_replaced" | "province.created" | "province.renamed" | "province.deleted" | "session.opened" | "session.ended" | "session.refresh_replayed" | "session.revoked" | "login.failed" | "password.changed" | "password.reset_requested" | "password.reset" | "password.set" | "email.change_requested" | "email.confirmation_resent" | "email.changed" | "email.confirmed";
        /** @enum {string} */
        AuditTargetType: "user" | "role" | "province";
        /** @description The fields that changed, by name; null where there are none. */
        AuditFields: {
            [key: string]: unknown;
        } | null;
        AuditEvent: {
            /** Format: int64 */
            id: number;
            /** Format: date-time */
            occurred_at: string;
            action: components["schemas"]["AuditAction"];
            /**
             * Format: int64
             * @description Who did it; null for somebody without a token.
             */
            actor_id: number | null;
            /** @description Username at that time. */
            actor_name: string | null;
            /** @description An AuditTargetType; null where the event is about no object. */
            target_type: string | null;
            /** Format: int64 */
            target_id: number | null;
            /** @description Name of the object at that time. */
            target_name: string | null;
            address: string | null;
            request_id: string | null;
            before: components["schemas"]["AuditFields"];
            after: components["schemas"]["AuditFields"];
        };
        AuditEventList: components["schemas"]["AuditEvent"][];
        /** @description A user as it was when the change was committed. */
        EventUser: {
            /** Format: int64 */
            id: number;
            username: string;
            email: string;
            first_name: string;
            last_name: string;
            is_active: boolean;
            is_staff: boolean;
            /** @description Role ids. */
            roles: number[];
            /** Format: date-time */
            date_joined: string;
        };
        /** @description Which user it is; nothing else of it. */
        EventUserName: {
            /** Format: int64 */
            id: number;
            username: string;
        };
        UserEventData: {
            user: components["schemas"]["EventUser"];
            /** @description Names of the fields that the event is about; none where the user is new. */
            changed: string[];
        };
        UserDeletedEventData: {
            user: components["schemas"]["EventUserName"];
        };
        /** @description What the fields hold now is told to whoever may read the profile (`getUserProfile`). */
        ProfileEventData: {
            user: components["schemas"]["EventUserName"];
            /** @description Names of the fields that the event is about; none where the user is new. */
            changed: string[];
        };
        RoleEventData: {
            role: components["schemas"]["RoleSummary"];
        };
        /**
         * @description The version of CloudEvents.
         * @enum {string}
         */
        EventSpecVersion: "1.0";
        /**
         * @description Of `data`.
         * @enum {string}
         */
        EventContentType: "application/json";
        /** @enum {string} */
        UserEventType: "user.created" | "user.updated" | "user.email_changed" | "user.password_changed" | "user.roles_changed" | "user.deactivated" | "user.activated";
        /** @enum {string} */
        UserDeletedEventType: "user.deleted";
        /** @enum {string} */
        ProfileEventType: "profile.updated";
        /** @enum {string} */
        RoleEventType: "role.created" | "role.renamed" | "role.deleted";
        /**
         * @example {
         *       "specversion": "1.0",
         *       "id": "6f1f3c9e-1f0b-4f6e-9b0e-3a5f0c6f8f10",
         *       "source": "https://accounts.example.org",
         *       "type": "user.email_changed",
         *       "subject": "user/7",
         *       "time": "2026-01-31T12:00:00.000Z",
         *       "datacontenttype": "application/json",
         *       "sequence": "0000000000004711",
         *       "data": {
         *         "user": {
         *           "id": 7,
         *           "username": "maria",
         *           "email": "maria@example.org",
         *           "first_name": "María",
         *           "last_name": "Mora",
         *           "is_active": true,
         *           "is_staff": false,
         *           "roles": [
         *             2
         *           ],
         *           "date_joined": "2026-01-02T03:04:05.678Z"
         *         },
         *         "changed": [
         *           "email"
         *         ]
         *       }
         *     }
         */
        UserEvent: {
            specversion: components["schemas"]["EventSpecVersion"];
            /**
             * Format: uuid
             * @description Of this event, wherever and however often it is sent.
             */
            id: string;
            /**
             * Format: uri
             * @description This service (`PUBLIC_URL`).
             */
            source: string;
            type: components["schemas"]["UserEventType"];
            /** @description `user/` and its id; events with the same subject are sent in order. */
            subject: string;
            /**
             * Format: date-time
             * @description When the change was about to be committed.
             */
            time: string;
            datacontenttype: components["schemas"]["EventContentType"];
            /** @description Its place among all events, as CloudEvents has it in its extension of that name: a later event has a greater one, as text too. */
            sequence: string;
            data: components["schemas"]["UserEventData"];
        };
        /**
         * @example {
         *       "specversion": "1.0",
         *       "id": "6f1f3c9e-1f0b-4f6e-9b0e-3a5f0c6f8f10",
         *       "source": "https://accounts.example.org",
         *       "type": "user.deleted",
         *       "subject": "user/7",
         *       "time": "2026-01-31T12:00:00.000Z",
         *       "datacontenttype": "application/json",
         *       "sequence": "0000000000004711",
         *       "data": {
         *         "user": {
         *           "id": 7,
         *           "username": "maria"
         *         }
         *       }
         *     }
         */
        UserDeletedEvent: {
            specversion: components["schemas"]["EventSpecVersion"];
            /**
             * Format: uuid
             * @description Of this event, wherever and however often it is sent.
             */
            id: string;
            /**
             * Format: uri
             * @description This service (`PUBLIC_URL`).
             */
            source: string;
            type: components["schemas"]["UserDeletedEventType"];
            /** @description `user/` and its id. */
            subject: string;
            /**
             * Format: date-time
             * @description When the change was about to be committed.
             */
            time: string;
            datacontenttype: components["schemas"]["EventContentType"];
            /** @description Its place among all events, as CloudEvents has it in its extension of that name: a later event has a greater one, as text too. */
            sequence: string;
            data: components["schemas"]["UserDeletedEventData"];
        };
        /**
         * @example {
         *       "specversion": "1.0",
         *       "id": "6f1f3c9e-1f0b-4f6e-9b0e-3a5f0c6f8f10",
         *       "source": "https://accounts.example.org",
         *       "type": "profile.updated",
         *       "subject": "user/7",
         *       "time": "2026-01-31T12:00:00.000Z",
         *       "datacontenttype": "application/json",
         *       "sequence": "0000000000004711",
         *       "data": {
         *         "user": {
         *           "id": 7,
         *           "username": "maria"
         *         },
         *         "changed": [
         *           "phone",
         *           "profile_picture"
         *         ]
         *       }
         *     }
         */
        ProfileEvent: {
            specversion: components["schemas"]["EventSpecVersion"];
            /**
             * Format: uuid
             * @description Of this event, wherever and however often it is sent.
             */
            id: string;
            /**
             * Format: uri
             * @description This service (`PUBLIC_URL`).
             */
            source: string;
            type: components["schemas"]["ProfileEventType"];
            /** @description `user/` and the id of the user. */
            subject: string;
            /**
             * Format: date-time
             * @description When the change was about to be committed.
             */
            time: string;
            datacontenttype: components["schemas"]["EventContentType"];
            /** @description Its place among all events, as CloudEvents has it in its extension of that name: a later event has a greater one, as text too. */
            sequence: string;
            data: components["schemas"]["ProfileEventData"];
        };
        /**
         * @example {
         *       "specversion": "1.0",
         *       "id": "6f1f3c9e-1f0b-4f6e-9b0e-3a5f0c6f8f10",
         *       "source": "https://accounts.example.org",
         *       "type": "role.renamed",
         *       "subject": "role/2",
         *       "time": "2026-01-31T12:00:00.000Z",
         *       "datacontenttype": "application/json",
         *       "sequence": "0000000000004711",
         *       "data": {
         *         "role": {
         *           "id": 2,
         *           "name": "customer"
         *         }
         *       }
         *     }
         */
        RoleEvent: {
            specversion: components["schemas"]["EventSpecVersion"];
            /**
             * Format: uuid
             * @description Of this event, wherever and however often it is sent.
             */
            id: string;
            /**
             * Format: uri
             * @description This service (`PUBLIC_URL`).
             */
            source: string;
            type: components["schemas"]["RoleEventType"];
            /** @description `role/` and its id. */
            subject: string;
            /**
             * Format: date-time
             * @description When the change was about to be committed.
             */
            time: string;
            datacontenttype: components["schemas"]["EventContentType"];
            /** @description Its place among all events, as CloudEvents has it in its extension of that name: a later event has a greater one, as text too. */
            sequence: string;
            data: components["schemas"]["RoleEventData"];
        };
        Event: components["schemas"]["UserEvent"] | components["schemas"]["UserDeletedEvent"] | components["schemas"]["ProfileEvent"] | components["schemas"]["RoleEvent"];
        EventPage: {
            events: components["schemas"]["Event"][];
            /** @description What to send as `after` for the events after these; where there were none, too. */
            next: string;
            /** @description Whether there may be more already. */
            has_more: boolean;
        };
        EffectivePermissions: {
            /** @description Each as app_label.codename, in order. */
            permissions: string[];
        };
        Empty: Record<string, never>;
        LoginUser: {
            /** Format: int64 */
            user_id: number;
            username: string;
            email: string;
            first_name: string;
            last_name: string;
            is_staff: boolean;
            is_superuser: boolean;
            /** @description Names of the user's roles. */
            groups: string[];
        };
        LoginResult: {
            message: string;
            user: components["schemas"]["LoginUser"];
            access: string;
            refresh: string;
        };
        Message: {
            message: string;
        };
        ForgotPasswordRequest: {
            email: components["schemas"]["Email"];
        };
        ForgotPasswordResult: {
            message: string;
            /** @description The user id in base64url, as Django writes it. */
            uid: string | null;
            token: string | null;
            reset_link: string | null;
        };
        ConfirmPasswordResetRequest: {
            uid: string;
            token: string;
            new_password: components["schemas"]["NewPassword"];
        };
        ChangePasswordRequest: {
            old_password: string;
            new_password: components["schemas"]["NewPassword"];
        };
        SetPasswordRequest: {
            new_password: components["schemas"]["NewPassword"];
        };
        ChangeEmailRequest: {
            email: components["schemas"]["Email"];
            /** @description The caller's present password. */
            password: string;
        };
        ConfirmEmailRequest: {
            uid: string;
            token: string;
        };
        ResendConfirmationRequest: {
            email: components["schemas"]["Email"];
        };
        /**
         * @example {
         *       "message": "Use the link that was sent to the new address.",
         *       "email": "maria@example.org",
         *       "pending_email": "maria.new@example.org"
         *     }
         */
        EmailChange: {
            message: string;
            email: string;
            pending_email: string | null;
        };
        /** @enum {string} */
        HealthStatus: "ok";
        /**
         * @description `draining`: the service is going down.
         * @enum {string}
         */
        ReadinessStatus: "ready" | "not_ready" | "draining";
        ReadinessChecks: {
            postgres: components["schemas"]["ReadinessCheck"];
            migrations: components["schemas"]["ReadinessCheck"];
            pictures: components["schemas"]["ReadinessCheck"];
        };
        Health: {
            status: components["schemas"]["HealthStatus"];
        };
        /**
         * @description `unknown` was not asked: it hangs on another one, or the service is going down.
         * @enum {string}
         */
        ReadinessCheck: "ok" | "failed" | "unknown";
        Readiness: {
            status: components["schemas"]["ReadinessStatus"];
            checks: components["schemas"]["ReadinessChecks"];
        };
        /**
         * @description What went wrong, stable over releases.
         * @enum {string}
         */
        ProblemCode: "invalid_input" | "malformed_body" | "invalid_reset_token" | "invalid_confirmation_token" | "not_authenticated" | "invalid_token" | "invalid_credentials" | "permission_denied" | "not_found" | "method_not_allowed" | "already_exists" | "still_referenced" | "last_administrator" | "role_protected" | "not_possible" | "request_in_progress" | "cursor_expired" | "precondition_failed" | "payload_too_large" | "unsupported_media_type" | "idempotency_key_reused" | "too_many_requests" | "internal_error" | "unavailable" | "insufficient_storage";
        /**
         * Format: uri
         * @description `urn:problem:` and the code.
         */
        ProblemType: string;
        /** @description The code for people; the same with every problem of that code. */
        ProblemTitle: string;
        /**
         * Format: int32
         * @description The HTTP status of the answer.
         */
        ProblemStatus: number;
        /** @description What went wrong this time, for people. */
        ProblemDetail: string;
        /** @description The id under which the request stands in the log. */
        RequestId: string;
        /** @description From the name of each wrong field (nested ones with dots) to what is wrong with it. */
        FieldErrors: {
            [key: string]: components["schemas"]["FieldMessages"];
        };
        /** @description What is wrong with a field. */
        FieldMessages: string[];
        /**
         * @description An error (RFC 9457) of any kind. Each operation names, by status, the problem that it answers with: the same
         *     with fewer codes. Where a path is unknown (`not_found`) or lacks a method (`method_not_allowed`) there is no
         *     operation to name one.
         */
        Problem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["ProblemCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
            /** @description Optional: only where fields are wrong. */
            errors?: components["schemas"]["FieldErrors"];
        };
        /** @enum {string} */
        InvalidInputCode: "invalid_input";
        /** @description A parameter is invalid. */
        InvalidInputProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["InvalidInputCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
            errors: components["schemas"]["FieldErrors"];
        };
        /** @enum {string} */
        BadRequestCode: "invalid_input" | "malformed_body";
        /** @description The input is invalid, or can not be read. */
        BadRequestProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["BadRequestCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
            /** @description Optional: only where fields are wrong. */
            errors?: components["schemas"]["FieldErrors"];
        };
        /** @enum {string} */
        InvalidResetCode: "invalid_input" | "malformed_body" | "invalid_reset_token";
        /** @description The input is invalid, or the reset token is. */
        InvalidResetProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["InvalidResetCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
            /** @description Optional: only where fields are wrong. */
            errors?: components["schemas"]["FieldErrors"];
        };
        /** @enum {string} */
        InvalidConfirmationCode: "invalid_input" | "malformed_body" | "invalid_confirmation_token";
        /** @description The input is invalid, or the confirmation token is. */
        InvalidConfirmationProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["InvalidConfirmationCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
            /** @description Optional: only where fields are wrong. */
            errors?: components["schemas"]["FieldErrors"];
        };
        /** @enum {string} */
        UnauthorizedCode: "not_authenticated" | "invalid_token";
        /** @description There is no access token, or none that is valid. */
        UnauthorizedProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["UnauthorizedCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
        };
        /** @enum {string} */
        InvalidCredentialsCode: "invalid_credentials";
        /** @description The name or the password is wrong. */
        InvalidCredentialsProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["InvalidCredentialsCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
        };
        /** @enum {string} */
        InvalidTokenCode: "invalid_token";
        /** @description The token in the body is not valid. */
        InvalidTokenProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["InvalidTokenCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
        };
        /** @enum {string} */
        ForbiddenCode: "permission_denied";
        /** @description The caller lacks the role or the permission. */
        ForbiddenProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["ForbiddenCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
        };
        /** @enum {string} */
        NotFoundCode: "not_found";
        /** @description There is no such object. */
        NotFoundProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["NotFoundCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
        };
        /** @enum {string} */
        CreationConflictCode: "already_exists" | "request_in_progress";
        /** @description An object with that name exists, or the same request is under way. */
        CreationConflictProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["CreationConflictCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
            /** @description Optional: only where fields are wrong. */
            errors?: components["schemas"]["FieldErrors"];
        };
        /** @enum {string} */
        AlreadyExistsCode: "already_exists";
        /** @description Another object has that name. */
        AlreadyExistsProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["AlreadyExistsCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
            errors: components["schemas"]["FieldErrors"];
        };
        /** @enum {string} */
        StillReferencedCode: "still_referenced";
        /** @description Other tables still refer to the object. */
        StillReferencedProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["StillReferencedCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
        };
        /** @enum {string} */
        UserUpdateConflictCode: "already_exists" | "last_administrator";
        /** @description The state of other users forbids the change. */
        UserUpdateConflictProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["UserUpdateConflictCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
            /** @description Optional: only where fields are wrong. */
            errors?: components["schemas"]["FieldErrors"];
        };
        /** @enum {string} */
        UserDeletionConflictCode: "still_referenced" | "last_administrator";
        /** @description The state of other objects forbids the deletion. */
        UserDeletionConflictProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["UserDeletionConflictCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
        };
        /** @enum {string} */
        RoleUpdateConflictCode: "already_exists" | "role_protected";
        /** @description Another role or the access rules forbid the change. */
        RoleUpdateConflictProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["RoleUpdateConflictCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
            /** @description Optional: only where fields are wrong. */
            errors?: components["schemas"]["FieldErrors"];
        };
        /** @enum {string} */
        RoleDeletionConflictCode: "still_referenced" | "role_protected";
        /** @description Other objects or the access rules forbid the deletion. */
        RoleDeletionConflictProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["RoleDeletionConflictCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
        };
        /** @enum {string} */
        ResetNotPossibleCode: "not_possible";
        /** @description The user can not be sent a reset. */
        ResetNotPossibleProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["ResetNotPossibleCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
        };
        /** @enum {string} */
        CursorExpiredCode: "cursor_expired";
        /** @description Events after this one were deleted for their age. */
        CursorExpiredProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["CursorExpiredCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
        };
        /** @enum {string} */
        InsufficientStorageCode: "insufficient_storage";
        /** @description There is no space left for the picture. */
        InsufficientStorageProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["InsufficientStorageCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
        };
        /** @enum {string} */
        PreconditionFailedCode: "precondition_failed";
        /** @description The object is not as the client has it. */
        PreconditionFailedProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["PreconditionFailedCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
        };
        /** @enum {string} */
        PayloadTooLargeCode: "payload_too_large";
        /** @description The body or the picture is too large. */
        PayloadTooLargeProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["PayloadTooLargeCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
        };
        /** @enum {string} */
        UnsupportedMediaTypeCode: "unsupported_media_type";
        /** @description The operation takes no body of that type. */
        UnsupportedMediaTypeProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["UnsupportedMediaTypeCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
        };
        /** @enum {string} */
        IdempotencyKeyReusedCode: "idempotency_key_reused";
        /** @description The key was used for another request. */
        IdempotencyKeyReusedProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["IdempotencyKeyReusedCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
        };
        /** @enum {string} */
        TooManyRequestsCode: "too_many_requests";
        /** @description The caller has to wait. */
        TooManyRequestsProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["TooManyRequestsCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
        };
        /** @enum {string} */
        InternalErrorCode: "internal_error";
        /** @description A fault of the service. */
        InternalErrorProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["InternalErrorCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
        };
        /** @enum {string} */
        UnavailableCode: "unavailable";
        /** @description The service can not answer now. */
        UnavailableProblem: {
            type: components["schemas"]["ProblemType"];
            title: components["schemas"]["ProblemTitle"];
            status: components["schemas"]["ProblemStatus"];
            code: components["schemas"]["UnavailableCode"];
            detail: components["schemas"]["ProblemDetail"];
            request_id: components["schemas"]["RequestId"];
        };
        /** @description An error as Django REST Framework writes it. */
        DrfError: components["schemas"]["DrfDetail"] | components["schemas"]["DrfOwnError"] | components["schemas"]["DrfFieldErrors"];
        DrfDetail: {
            detail: string;
            /** @description Optional: only with a token that is not valid. */
            code?: components["schemas"]["DrfTokenCode"];
            /** @description Optional: only with an access token that is not valid, as simplejwt writes it. */
            messages?: components["schemas"]["DrfTokenMessage"][];
        };
        /** @enum {string} */
        DrfTokenCode: "token_not_valid";
        DrfTokenMessage: {
            token_class: string;
            token_type: string;
            message: string;
        };
        /** @description What some views of the Django service answer instead (`login`, `forgotPassword` and others). */
        DrfOwnError: {
            error: string;
            /** @description Optional: only of `login`. */
            details?: components["schemas"]["DrfFieldErrors"];
        };
        /**
         * @description From the name of each wrong field to what is wrong with it, or to the same for its own fields;
         *     `non_field_errors` is about the object as a whole.
         */
        DrfFieldErrors: {
            [key: string]: components["schemas"]["FieldMessages"] | components["schemas"]["DrfFieldErrors"];
        };
    };
    responses: {
        /** @description The profile. */
        Profile: {
            headers: {
                ETag: components["headers"]["ETag"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "id": 7,
                 *       "username": "maria",
                 *       "email": "maria@example.org",
                 *       "first_name": "María",
                 *       "last_name": "Rojas",
                 *       "phone": "+506 2222 3333",
                 *       "address": null,
                 *       "birth_date": "1988-02-29",
                 *       "profile_picture": "http://127.0.0.1:8000/media/profile_pics/8ac0d1f9de2dcd543fdf9548e6d1cd2bb8fca0a52e4d615b8e5d348ff8f77f45-e8ea2502637a85cd.png",
                 *       "bio": null,
                 *       "roles": [],
                 *       "user_roles": [
                 *         {
                 *           "id": 2,
                 *           "name": "cliente"
                 *         }
                 *       ],
                 *       "province": 4,
                 *       "created_at": "2026-01-31T12:00:00.000Z",
                 *       "updated_at": "2026-01-31T12:00:00.000Z"
                 *     }
                 */
                "application/json": components["schemas"]["Profile"];
            };
        };
        /** @description A page of profiles. */
        ProfilePage: {
            headers: {
                Link: components["headers"]["Link"];
                "X-Total-Count": components["headers"]["TotalCount"];
                "X-Total-Count-Estimated": components["headers"]["TotalCountEstimated"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example [
                 *       {
                 *         "id": 7,
                 *         "username": "maria",
                 *         "email": "maria@example.org",
                 *         "first_name": "María",
                 *         "last_name": "Rojas",
                 *         "phone": "+506 2222 3333",
                 *         "address": null,
                 *         "birth_date": "1988-02-29",
                 *         "profile_picture": "http://127.0.0.1:8000/media/profile_pics/8ac0d1f9de2dcd543fdf9548e6d1cd2bb8fca0a52e4d615b8e5d348ff8f77f45-e8ea2502637a85cd.png",
                 *         "bio": null,
                 *         "roles": [],
                 *         "user_roles": [
                 *           {
                 *             "id": 2,
                 *             "name": "cliente"
                 *           }
                 *         ],
                 *         "province": 4,
                 *         "created_at": "2026-01-31T12:00:00.000Z",
                 *         "updated_at": "2026-01-31T12:00:00.000Z"
                 *       }
                 *     ]
                 */
                "application/json": components["schemas"]["ProfileList"];
            };
        };
        /** @description The user. */
        User: {
            headers: {
                ETag: components["headers"]["ETag"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "id": 7,
                 *       "username": "maria",
                 *       "email": "maria@example.org",
                 *       "first_name": "María",
                 *       "last_name": "Rojas",
                 *       "roles": [
                 *         2
                 *       ],
                 *       "profile": null,
                 *       "is_active": true,
                 *       "is_staff": false,
                 *       "date_joined": "2026-01-31T12:00:00.000Z",
                 *       "last_login": null,
                 *       "pending_email": null
                 *     }
                 */
                "application/json": components["schemas"]["User"];
            };
        };
        /** @description The user, from an operation that should not be used any more. */
        DeprecatedUser: {
            headers: {
                Deprecation: components["headers"]["Deprecation"];
                ETag: components["headers"]["ETag"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "id": 7,
                 *       "username": "maria",
                 *       "email": "maria@example.org",
                 *       "first_name": "María",
                 *       "last_name": "Rojas",
                 *       "roles": [
                 *         2
                 *       ],
                 *       "profile": null,
                 *       "is_active": true,
                 *       "is_staff": false,
                 *       "date_joined": "2026-01-31T12:00:00.000Z",
                 *       "last_login": null,
                 *       "pending_email": null
                 *     }
                 */
                "application/json": components["schemas"]["User"];
            };
        };
        /** @description The user as it was made. */
        UserCreated: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "id": 7,
                 *       "username": "maria",
                 *       "email": "maria@example.org",
                 *       "first_name": "María",
                 *       "last_name": "Rojas",
                 *       "roles": [
                 *         2
                 *       ],
                 *       "profile": null,
                 *       "is_active": true,
                 *       "is_staff": false,
                 *       "date_joined": "2026-01-31T12:00:00.000Z",
                 *       "last_login": null,
                 *       "pending_email": null
                 *     }
                 */
                "application/json": components["schemas"]["User"];
            };
        };
        /** @description A page of users, or all of them as an export. */
        UserPage: {
            headers: {
                /** @description As of other lists; an export has none. */
                Link?: string;
                /** @description As of other lists; an export has none. */
                "X-Total-Count"?: number;
                "X-Total-Count-Estimated": components["headers"]["TotalCountEstimated"];
                /** @description The name of an export's file. */
                "Content-Disposition"?: string;
                /** @description Names `Accept`. */
                Vary: string;
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example [
                 *       {
                 *         "id": 7,
                 *         "username": "maria",
                 *         "email": "maria@example.org",
                 *         "first_name": "María",
                 *         "last_name": "Rojas",
                 *         "roles": [
                 *           2
                 *         ],
                 *         "profile": null,
                 *         "is_active": true,
                 *         "is_staff": false,
                 *         "date_joined": "2026-01-31T12:00:00.000Z",
                 *         "last_login": null,
                 *         "pending_email": null
                 *       }
                 *     ]
                 */
                "application/json": components["schemas"]["UserList"];
                /**
                 * @example id,username,email,first_name,last_name,is_active,is_staff,date_joined,last_login,roles,phone,address,birth_date,bio,province,profile_picture
                 *     7,maria,maria@example.org,María,Rojas,true,false,2026-01-31T12:00:00.000Z,,cliente,'+506 2222 3333,,1988-02-29,,Heredia,
                 */
                "text/csv": string;
                /** @example {"id":7,"username":"maria","email":"maria@example.org","first_name":"María","last_name":"Rojas","roles":[2],"profile":null,"is_active":true,"is_staff":false,"date_joined":"2026-01-31T12:00:00.000Z","last_login":null,"pending_email":null} */
                "application/x-ndjson": string;
            };
        };
        /** @description The role. */
        Role: {
            headers: {
                ETag: components["headers"]["ETag"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "id": 2,
                 *       "name": "cliente",
                 *       "permissions": [
                 *         1,
                 *         4
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["Role"];
            };
        };
        /** @description The role as it was made. */
        RoleCreated: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "id": 3,
                 *       "name": "support",
                 *       "permissions": []
                 *     }
                 */
                "application/json": components["schemas"]["Role"];
            };
        };
        /** @description All roles. */
        RoleList: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example [
                 *       {
                 *         "id": 2,
                 *         "name": "cliente",
                 *         "permissions": [
                 *           1,
                 *           4
                 *         ]
                 *       }
                 *     ]
                 */
                "application/json": components["schemas"]["RoleList"];
            };
        };
        /** @description All permissions. */
        PermissionList: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example [
                 *       {
                 *         "id": 1,
                 *         "name": "Can add permission",
                 *         "codename": "add_permission",
                 *         "content_type": "auth.permission"
                 *       }
                 *     ]
                 */
                "application/json": components["schemas"]["PermissionList"];
            };
        };
        /** @description The province. */
        Province: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "id": 4,
                 *       "name": "Heredia"
                 *     }
                 */
                "application/json": components["schemas"]["Province"];
            };
        };
        /** @description The province as it was made. */
        ProvinceCreated: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "id": 8,
                 *       "name": "Guanacaste Norte"
                 *     }
                 */
                "application/json": components["schemas"]["Province"];
            };
        };
        /** @description All provinces. */
        ProvinceList: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example [
                 *       {
                 *         "id": 4,
                 *         "name": "Heredia"
                 *       }
                 *     ]
                 */
                "application/json": components["schemas"]["ProvinceList"];
            };
        };
        /** @description The open sessions, the last used first. */
        SessionList: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example [
                 *       {
                 *         "id": "0d97b7d6-fbbc-42e7-b2d9-dde7b2f65f1c",
                 *         "user_agent": "Mozilla/5.0",
                 *         "address": "203.0.113.7",
                 *         "created_at": "2026-01-31T12:00:00.000Z",
                 *         "last_used_at": "2026-01-31T12:04:00.000Z",
                 *         "expires_at": "2026-02-07T12:04:00.000Z",
                 *         "current": true,
                 *         "refresh_replays": {
                 *           "parallel_tab": 0,
                 *           "lost_response": 0,
                 *           "never_stored": 0
                 *         }
                 *       }
                 *     ]
                 */
                "application/json": components["schemas"]["SessionList"];
            };
        };
        /** @description A page of events. */
        AuditPage: {
            headers: {
                Link: components["headers"]["Link"];
                "X-Total-Count": components["headers"]["TotalCount"];
                "X-Total-Count-Estimated": components["headers"]["TotalCountEstimated"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example [
                 *       {
                 *         "id": 4711,
                 *         "occurred_at": "2026-01-31T12:00:00.000Z",
                 *         "action": "user.updated",
                 *         "actor_id": 1,
                 *         "actor_name": "admin",
                 *         "target_type": "user",
                 *         "target_id": 7,
                 *         "target_name": "maria",
                 *         "address": "203.0.113.7",
                 *         "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11",
                 *         "before": {
                 *           "is_active": true
                 *         },
                 *         "after": {
                 *           "is_active": false
                 *         }
                 *       }
                 *     ]
                 */
                "application/json": components["schemas"]["AuditEventList"];
            };
        };
        /** @description Events, the earliest first. */
        EventPage: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "events": [
                 *         {
                 *           "specversion": "1.0",
                 *           "id": "6f1f3c9e-1f0b-4f6e-9b0e-3a5f0c6f8f10",
                 *           "source": "https://accounts.example.org",
                 *           "type": "user.deleted",
                 *           "subject": "user/7",
                 *           "time": "2026-01-31T12:00:00.000Z",
                 *           "datacontenttype": "application/json",
                 *           "sequence": "0000000000004711",
                 *           "data": {
                 *             "user": {
                 *               "id": 7,
                 *               "username": "maria"
                 *             }
                 *           }
                 *         }
                 *       ],
                 *       "next": "4711",
                 *       "has_more": false
                 *     }
                 */
                "application/json": components["schemas"]["EventPage"];
            };
        };
        /** @description Events after this one were deleted for their age; read all users anew, and begin with `after=latest`. */
        CursorExpired: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:cursor_expired",
                 *       "title": "Cursor expired",
                 *       "status": 410,
                 *       "code": "cursor_expired",
                 *       "detail": "Events after this one were deleted for their age.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["CursorExpiredProblem"];
            };
        };
        /** @description The email that holds now, and the one that waits to be confirmed. */
        EmailChange: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "message": "Use the link that was sent to the new address.",
                 *       "email": "maria@example.org",
                 *       "pending_email": "maria.new@example.org"
                 *     }
                 */
                "application/json": components["schemas"]["EmailChange"];
            };
        };
        /** @description The tokens. */
        TokenPair: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "access": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
                 *       "refresh": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"
                 *     }
                 */
                "application/json": components["schemas"]["TokenPair"];
            };
        };
        /** @description The token is valid. */
        TokenValid: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /** @example {} */
                "application/json": components["schemas"]["Empty"];
            };
        };
        /** @description The user and the tokens. */
        Login: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "message": "Logged in.",
                 *       "user": {
                 *         "user_id": 7,
                 *         "username": "maria",
                 *         "email": "maria@example.org",
                 *         "first_name": "María",
                 *         "last_name": "Rojas",
                 *         "is_staff": false,
                 *         "is_superuser": false,
                 *         "groups": [
                 *           "cliente"
                 *         ]
                 *       },
                 *       "access": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
                 *       "refresh": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"
                 *     }
                 */
                "application/json": components["schemas"]["LoginResult"];
            };
        };
        /** @description Done. */
        Message: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "message": "Done."
                 *     }
                 */
                "application/json": components["schemas"]["Message"];
            };
        };
        /** @description The reset is on its way, if the email is known. */
        ForgotPassword: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "message": "If that email belongs to an account, a reset is on its way.",
                 *       "uid": null,
                 *       "token": null,
                 *       "reset_link": null
                 *     }
                 */
                "application/json": components["schemas"]["ForgotPasswordResult"];
            };
        };
        /** @description Deleted. */
        Deleted: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The input is invalid (`errors` names every wrong field), or can not be read at all. */
        BadRequest: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:invalid_input",
                 *       "title": "Invalid input",
                 *       "status": 400,
                 *       "code": "invalid_input",
                 *       "detail": "2 fields are invalid.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11",
                 *       "errors": {
                 *         "phone": [
                 *           "must not be longer than 20 characters"
                 *         ],
                 *         "province": [
                 *           "There is no such province."
                 *         ]
                 *       }
                 *     }
                 */
                "application/problem+json": components["schemas"]["BadRequestProblem"];
            };
        };
        /** @description A parameter is invalid; `errors` names every wrong one. */
        InvalidInput: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:invalid_input",
                 *       "title": "Invalid input",
                 *       "status": 400,
                 *       "code": "invalid_input",
                 *       "detail": "1 field is invalid.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11",
                 *       "errors": {
                 *         "page": [
                 *           "Must be at least 1."
                 *         ]
                 *       }
                 *     }
                 */
                "application/problem+json": components["schemas"]["InvalidInputProblem"];
            };
        };
        /** @description The input is invalid (`errors` names every wrong field), or the reset token is. */
        InvalidReset: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:invalid_reset_token",
                 *       "title": "Invalid reset token",
                 *       "status": 400,
                 *       "code": "invalid_reset_token",
                 *       "detail": "The reset link is not valid, was used before, or has expired.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["InvalidResetProblem"];
            };
        };
        /** @description The input is invalid (`errors` names every wrong field), or the confirmation token is. */
        InvalidConfirmation: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:invalid_confirmation_token",
                 *       "title": "Invalid confirmation token",
                 *       "status": 400,
                 *       "code": "invalid_confirmation_token",
                 *       "detail": "The link is not valid, was used before, or has expired.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["InvalidConfirmationProblem"];
            };
        };
        /** @description There is no access token, or one that is not valid (any more). */
        Unauthorized: {
            headers: {
                "WWW-Authenticate": components["headers"]["Authenticate"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:not_authenticated",
                 *       "title": "Not authenticated",
                 *       "status": 401,
                 *       "code": "not_authenticated",
                 *       "detail": "This operation needs an access token.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["UnauthorizedProblem"];
            };
        };
        /** @description The name or the password is wrong. */
        WrongCredentials: {
            headers: {
                "WWW-Authenticate": components["headers"]["Authenticate"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:invalid_credentials",
                 *       "title": "Invalid credentials",
                 *       "status": 401,
                 *       "code": "invalid_credentials",
                 *       "detail": "No active account has these credentials.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["InvalidCredentialsProblem"];
            };
        };
        /** @description The token in the body is not valid (any more). */
        InvalidToken: {
            headers: {
                "WWW-Authenticate": components["headers"]["Authenticate"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:invalid_token",
                 *       "title": "Invalid token",
                 *       "status": 401,
                 *       "code": "invalid_token",
                 *       "detail": "The refresh token is not valid or has expired.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["InvalidTokenProblem"];
            };
        };
        /** @description The caller lacks the role. */
        Forbidden: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:permission_denied",
                 *       "title": "Permission denied",
                 *       "status": 403,
                 *       "code": "permission_denied",
                 *       "detail": "This operation needs the role admin.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["ForbiddenProblem"];
            };
        };
        /** @description There is no such object. */
        NotFound: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:not_found",
                 *       "title": "Not found",
                 *       "status": 404,
                 *       "code": "not_found",
                 *       "detail": "There is no user with the id 4711.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["NotFoundProblem"];
            };
        };
        /** @description An object with that name exists, or the first request with this `Idempotency-Key` is still under way. */
        CreationConflict: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:already_exists",
                 *       "title": "Already exists",
                 *       "status": 409,
                 *       "code": "already_exists",
                 *       "detail": "1 field is taken.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11",
                 *       "errors": {
                 *         "username": [
                 *           "A user with that username already exists."
                 *         ]
                 *       }
                 *     }
                 */
                "application/problem+json": components["schemas"]["CreationConflictProblem"];
            };
        };
        /** @description Another object has that name; nothing was changed. */
        AlreadyExists: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:already_exists",
                 *       "title": "Already exists",
                 *       "status": 409,
                 *       "code": "already_exists",
                 *       "detail": "1 field is taken.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11",
                 *       "errors": {
                 *         "username": [
                 *           "A user with that username already exists."
                 *         ]
                 *       }
                 *     }
                 */
                "application/problem+json": components["schemas"]["AlreadyExistsProblem"];
            };
        };
        /** @description Other tables still refer to the object; nothing was changed. */
        StillReferenced: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:still_referenced",
                 *       "title": "Still referenced",
                 *       "status": 409,
                 *       "code": "still_referenced",
                 *       "detail": "The table api_ticket still refers to the province 4.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["StillReferencedProblem"];
            };
        };
        /** @description Another user has that name or email, or no active administrator would be left; nothing was changed. */
        UserUpdateConflict: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:already_exists",
                 *       "title": "Already exists",
                 *       "status": 409,
                 *       "code": "already_exists",
                 *       "detail": "1 field is taken.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11",
                 *       "errors": {
                 *         "username": [
                 *           "A user with that username already exists."
                 *         ]
                 *       }
                 *     }
                 */
                "application/problem+json": components["schemas"]["UserUpdateConflictProblem"];
            };
        };
        /** @description Other tables still refer to the user, or no active administrator would be left; nothing was changed. */
        UserDeletionConflict: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:last_administrator",
                 *       "title": "Last administrator",
                 *       "status": 409,
                 *       "code": "last_administrator",
                 *       "detail": "No active administrator would be left.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["UserDeletionConflictProblem"];
            };
        };
        /** @description Another role has that name, or access rules name this one; nothing was changed. */
        RoleUpdateConflict: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:already_exists",
                 *       "title": "Already exists",
                 *       "status": 409,
                 *       "code": "already_exists",
                 *       "detail": "The name is taken.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11",
                 *       "errors": {
                 *         "name": [
                 *           "A role with that name already exists."
                 *         ]
                 *       }
                 *     }
                 */
                "application/problem+json": components["schemas"]["RoleUpdateConflictProblem"];
            };
        };
        /** @description Access rules name the role, or other tables still refer to it; nothing was changed. */
        RoleDeletionConflict: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:role_protected",
                 *       "title": "Role protected",
                 *       "status": 409,
                 *       "code": "role_protected",
                 *       "detail": "Access rules name the role admin.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["RoleDeletionConflictProblem"];
            };
        };
        /** @description The user is inactive, or has no password to reset, or no email that is nobody else's. */
        ResetNotPossible: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:not_possible",
                 *       "title": "Not possible",
                 *       "status": 409,
                 *       "code": "not_possible",
                 *       "detail": "The user is inactive, or has no password to reset, or no email that is nobody else's.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["ResetNotPossibleProblem"];
            };
        };
        /** @description The body, or the picture in it, is too large. */
        PayloadTooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:payload_too_large",
                 *       "title": "Payload too large",
                 *       "status": 413,
                 *       "code": "payload_too_large",
                 *       "detail": "The body is larger than 1048576 bytes.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
            };
        };
        /** @description The body's content type is not one this operation takes. */
        UnsupportedMediaType: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:unsupported_media_type",
                 *       "title": "Unsupported media type",
                 *       "status": 415,
                 *       "code": "unsupported_media_type",
                 *       "detail": "This operation takes: application/json.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
            };
        };
        /** @description Too many requests from this address, or too many wrong passwords for this account. */
        TooManyRequests: {
            headers: {
                "Retry-After": components["headers"]["RetryAfter"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:too_many_requests",
                 *       "title": "Too many requests",
                 *       "status": 429,
                 *       "code": "too_many_requests",
                 *       "detail": "Too many requests from this address. Try again in 30 seconds.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["TooManyRequestsProblem"];
            };
        };
        /** @description The object is as the client has it (`If-None-Match`). */
        NotModified: {
            headers: {
                ETag: components["headers"]["ETag"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The object is as the client has it (`If-None-Match`), from an operation that should not be used any more. */
        DeprecatedNotModified: {
            headers: {
                Deprecation: components["headers"]["Deprecation"];
                ETag: components["headers"]["ETag"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The object is not as the client has it (`If-Match`); nothing was changed. */
        PreconditionFailed: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:precondition_failed",
                 *       "title": "Precondition failed",
                 *       "status": 412,
                 *       "code": "precondition_failed",
                 *       "detail": "The object was changed since; read it again.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["PreconditionFailedProblem"];
            };
        };
        /** @description The `Idempotency-Key` was used before for another request. */
        KeyReused: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:idempotency_key_reused",
                 *       "title": "Idempotency key reused",
                 *       "status": 422,
                 *       "code": "idempotency_key_reused",
                 *       "detail": "This Idempotency-Key was used before for another request.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["IdempotencyKeyReusedProblem"];
            };
        };
        /** @description The permissions. */
        Permissions: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "permissions": [
                 *         "auth.change_user",
                 *         "auth.view_user"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["EffectivePermissions"];
            };
        };
        /** @description The caller may; the headers say who it is. */
        AccessGranted: {
            headers: {
                "X-Auth-User": components["headers"]["AuthUser"];
                "X-Auth-User-Id": components["headers"]["AuthUserId"];
                "X-Auth-Roles": components["headers"]["AuthRoles"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /** @example {} */
                "application/json": components["schemas"]["Empty"];
            };
        };
        /** @description The process answers. */
        Health: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "status": "ok"
                 *     }
                 */
                "application/json": components["schemas"]["Health"];
            };
        };
        /** @description All that requests need is there. */
        Ready: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "status": "ready",
                 *       "checks": {
                 *         "postgres": "ok",
                 *         "migrations": "ok",
                 *         "pictures": "ok"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Readiness"];
            };
        };
        /** @description Requests should be sent elsewhere. Which check failed; why, the log tells. */
        NotReady: {
            headers: {
                "Retry-After": components["headers"]["RetryAfter"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "status": "not_ready",
                 *       "checks": {
                 *         "postgres": "failed",
                 *         "migrations": "unknown",
                 *         "pictures": "ok"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Readiness"];
            };
        };
        /** @description There is no space left for the picture (RFC 4918, 11.5); nothing was changed. */
        InsufficientStorage: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:insufficient_storage",
                 *       "title": "Insufficient storage",
                 *       "status": 507,
                 *       "code": "insufficient_storage",
                 *       "detail": "There is no space left for pictures.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["InsufficientStorageProblem"];
            };
        };
        /** @description A fault of the service. The request id leads to the log line that tells it. */
        InternalError: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:internal_error",
                 *       "title": "Internal error",
                 *       "status": 500,
                 *       "code": "internal_error",
                 *       "detail": "The service failed. The request id leads to the cause in its log.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["InternalErrorProblem"];
            };
        };
        /** @description The service can't answer now, usually since its database is out of reach. */
        Unavailable: {
            headers: {
                "Retry-After": components["headers"]["RetryAfter"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:problem:unavailable",
                 *       "title": "Unavailable",
                 *       "status": 503,
                 *       "code": "unavailable",
                 *       "detail": "The database is out of reach. Try again shortly.",
                 *       "request_id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11"
                 *     }
                 */
                "application/problem+json": components["schemas"]["UnavailableProblem"];
            };
        };
    };
    parameters: {
        /**
         * @description The user's id.
         * @example 1
         */
        UserId: components["schemas"]["Id"];
        /**
         * @description The role's id.
         * @example 2
         */
        RoleId: components["schemas"]["Id"];
        /**
         * @description The province's id.
         * @example 1
         */
        ProvinceId: components["schemas"]["Id"];
        /**
         * @description The ETag of the state the client has; answered with 304 while that is the present one.
         * @example "rL0Y20zC-Fzt72VPzMSk2A"
         */
        IfNoneMatch: string;
        /**
         * @description The ETag of the state the change is meant for; 412 when that is not the present one any more.
         * @example "rL0Y20zC-Fzt72VPzMSk2A"
         */
        IfMatch: string;
        /**
         * @description A key of the client's for this request, such as a UUID. The same request with the same key is carried out once and
         *     answered the same for a day; 409 while the first is under way, 422 for another request under that key.
         * @example 0d97b7d6-fbbc-42e7-b2d9-dde7b2f65f1c
         */
        IdempotencyKey: string;
        /**
         * @description Page number, from 1. Not together with `cursor`.
         * @example 1
         */
        Page: number;
        /**
         * @description Objects a page.
         * @example 50
         */
        PageSize: number;
        /** @description Where to go on, as taken from a `Link`; costs the same anywhere in the list (keyset paging). */
        Cursor: string;
        /**
         * @description How `X-Total-Count` is found. Without it, objects are counted where there are about 10,000 at the most, and
         *     estimated where there are more, at about the same cost in a list of any length. `exact` counts them all, which in a list of
         *     millions takes long; `estimated` leaves that to Postgres' statistics; `none` leaves the header out, and the link
         *     `last` too.
         * @example exact
         */
        Count: components["schemas"]["CountMode"];
        /**
         * @description Words that must each occur in the username, the email, the first or the last name.
         * @example mar
         */
        Search: string;
        /**
         * @description Only users with this role, by its id or its name.
         * @example admin
         */
        RoleFilter: string;
        /**
         * @description Only users with this active flag.
         * @example true
         */
        ActiveFilter: boolean;
        /**
         * @description Only users whose profile names this province, by its id.
         * @example 1
         */
        ProvinceFilter: components["schemas"]["Id"];
    };
    requestBodies: {
        ProfileUpdate: {
            content: {
                /**
                 * @example {
                 *       "phone": "+506 2222 3333",
                 *       "birth_date": "1988-02-29",
                 *       "province": "Heredia",
                 *       "bio": "Hola"
                 *     }
                 */
                "application/json": components["schemas"]["ProfileUpdate"];
                "multipart/form-data": components["schemas"]["ProfileUpdateForm"];
            };
        };
        ProfileUpdateFormFirst: {
            content: {
                /**
                 * @example {
                 *       "phone": "+506 2222 3333",
                 *       "birth_date": "1988-02-29",
                 *       "province": "Heredia",
                 *       "bio": "Hola"
                 *     }
                 */
                "multipart/form-data": components["schemas"]["ProfileUpdateForm"];
                /**
                 * @example {
                 *       "phone": "+506 2222 3333",
                 *       "birth_date": "1988-02-29",
                 *       "province": "Heredia",
                 *       "bio": "Hola"
                 *     }
                 */
                "application/json": components["schemas"]["ProfileUpdate"];
            };
        };
        UserProfileUpdate: {
            content: {
                /**
                 * @example {
                 *       "address": "Avenida Central 12",
                 *       "roles": [
                 *         2
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["UserProfileUpdate"];
                "multipart/form-data": components["schemas"]["UserProfileUpdateForm"];
            };
        };
        UserUpdate: {
            content: {
                /**
                 * @example {
                 *       "first_name": "María José",
                 *       "roles": [
                 *         2
                 *       ],
                 *       "is_active": true
                 *     }
                 */
                "application/json": components["schemas"]["UserUpdate"];
            };
        };
        Role: {
            content: {
                /**
                 * @example {
                 *       "name": "support"
                 *     }
                 */
                "application/json": components["schemas"]["RoleInput"];
            };
        };
        RolePermissions: {
            content: {
                /**
                 * @example {
                 *       "permissions": [
                 *         1,
                 *         4
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["RolePermissionsInput"];
            };
        };
        Province: {
            content: {
                /**
                 * @example {
                 *       "name": "Guanacaste Norte"
                 *     }
                 */
                "application/json": components["schemas"]["ProvinceInput"];
            };
        };
    };
    headers: {
        /**
         * @description Pages around this one (RFC 8288) with the relations first, prev, next and last. Where the total is not known
         *     exactly, `last` is a cursor for the end of the list.
         * @example </api/auth/users/?page_size=50&cursor=eyJvIjoiaWQifQ>; rel="next"
         */
        Link: string;
        /**
         * @description How many objects the list has over all pages; not with `count=none`.
         * @example 1
         */
        TotalCount: number;
        /**
         * @description Only, and then true, where `X-Total-Count` is an estimate.
         * @example true
         */
        TotalCountEstimated: boolean;
        /**
         * @description How to authenticate (RFC 6750, 3).
         * @example Bearer realm="user-management"
         */
        Authenticate: string;
        /**
         * @description Seconds to wait before the next try.
         * @example 5
         */
        RetryAfter: number;
        /**
         * @description Names this state of the object (RFC 9110, 8.8.3).
         * @example "rL0Y20zC-Fzt72VPzMSk2A"
         */
        ETag: string;
        /**
         * @description Since when the operation is deprecated, in seconds since 1970 (RFC 9745); its errors carry it too. One with an end
         *     also has `Sunset` (RFC 8594).
         * @example @1795478400
         */
        Deprecation: string;
        /**
         * @description The username, percent-encoded where it is not ASCII.
         * @example maria
         */
        AuthUser: string;
        /**
         * @description The user's id.
         * @example 7
         */
        AuthUserId: number;
        /**
         * @description Names of the user's roles with commas between them, each percent-encoded where needed.
         * @example admin,cliente
         */
        AuthRoles: string;
        /**
         * @description The id under which this request stands in the log.
         * @example 5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11
         */
        RequestId: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Health"];
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Ready"];
            503: components["responses"]["NotReady"];
        };
    };
    getProfile: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the client has; answered with 304 while that is the present one.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Profile"];
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateProfile: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the change is meant for; 412 when that is not the present one any more.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["ProfileUpdate"];
        responses: {
            200: components["responses"]["Profile"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["InsufficientStorage"];
        };
    };
    patchProfile: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the change is meant for; 412 when that is not the present one any more.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["ProfileUpdateFormFirst"];
        responses: {
            200: components["responses"]["Profile"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["InsufficientStorage"];
        };
    };
    listUserProfiles: {
        parameters: {
            query?: {
                /**
                 * @description Page number, from 1. Not together with `cursor`.
                 * @example 1
                 */
                page?: components["parameters"]["Page"];
                /**
                 * @description Objects a page.
                 * @example 50
                 */
                page_size?: components["parameters"]["PageSize"];
                /** @description Where to go on, as taken from a `Link`; costs the same anywhere in the list (keyset paging). */
                cursor?: components["parameters"]["Cursor"];
                /**
                 * @description How `X-Total-Count` is found. Without it, objects are counted where there are about 10,000 at the most, and
                 *     estimated where there are more, at about the same cost in a list of any length. `exact` counts them all, which in a list of
                 *     millions takes long; `estimated` leaves that to Postgres' statistics; `none` leaves the header out, and the link
                 *     `last` too.
                 * @example exact
                 */
                count?: components["parameters"]["Count"];
                /**
                 * @description Words that must each occur in the username, the email, the first or the last name.
                 * @example mar
                 */
                search?: components["parameters"]["Search"];
                /**
                 * @description Field to order by; `-` before it for descending.
                 * @example -updated_at
                 */
                ordering?: components["schemas"]["ProfileOrdering"];
                /**
                 * @description Only users with this role, by its id or its name.
                 * @example admin
                 */
                role?: components["parameters"]["RoleFilter"];
                /**
                 * @description Only users with this active flag.
                 * @example true
                 */
                is_active?: components["parameters"]["ActiveFilter"];
                /**
                 * @description Only users whose profile names this province, by its id.
                 * @example 1
                 */
                province?: components["parameters"]["ProvinceFilter"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["ProfilePage"];
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getUserProfile: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the client has; answered with 304 while that is the present one.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Profile"];
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    putUserProfile: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the change is meant for; 412 when that is not the present one any more.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["UserProfileUpdate"];
        responses: {
            200: components["responses"]["Profile"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["InsufficientStorage"];
        };
    };
    destroyUserProfile: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the change is meant for; 412 when that is not the present one any more.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Deleted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    patchUserProfile: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the change is meant for; 412 when that is not the present one any more.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["UserProfileUpdate"];
        responses: {
            200: components["responses"]["Profile"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["InsufficientStorage"];
        };
    };
    updateUserProfile: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the change is meant for; 412 when that is not the present one any more.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["UserProfileUpdate"];
        responses: {
            200: components["responses"]["Profile"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["InsufficientStorage"];
        };
    };
    deleteUserProfile: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the change is meant for; 412 when that is not the present one any more.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Deleted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /**
                 * @description Page number, from 1. Not together with `cursor`.
                 * @example 1
                 */
                page?: components["parameters"]["Page"];
                /**
                 * @description Objects a page.
                 * @example 50
                 */
                page_size?: components["parameters"]["PageSize"];
                /** @description Where to go on, as taken from a `Link`; costs the same anywhere in the list (keyset paging). */
                cursor?: components["parameters"]["Cursor"];
                /**
                 * @description How `X-Total-Count` is found. Without it, objects are counted where there are about 10,000 at the most, and
                 *     estimated where there are more, at about the same cost in a list of any length. `exact` counts them all, which in a list of
                 *     millions takes long; `estimated` leaves that to Postgres' statistics; `none` leaves the header out, and the link
                 *     `last` too.
                 * @example exact
                 */
                count?: components["parameters"]["Count"];
                /**
                 * @description Words that must each occur in the username, the email, the first or the last name.
                 * @example mar
                 */
                search?: components["parameters"]["Search"];
                /**
                 * @description Field to order by; `-` before it for descending.
                 * @example username
                 */
                ordering?: components["schemas"]["UserOrdering"];
                /**
                 * @description Only users with this role, by its id or its name.
                 * @example admin
                 */
                role?: components["parameters"]["RoleFilter"];
                /**
                 * @description Only users with this active flag.
                 * @example true
                 */
                is_active?: components["parameters"]["ActiveFilter"];
                /**
                 * @description Only users with this staff flag.
                 * @example false
                 */
                is_staff?: boolean;
                /**
                 * @description Only users whose profile names this province, by its id.
                 * @example 1
                 */
                province?: components["parameters"]["ProvinceFilter"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["UserPage"];
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description A key of the client's for this request, such as a UUID. The same request with the same key is carried out once and
                 *     answered the same for a day; 409 while the first is under way, 422 for another request under that key.
                 * @example 0d97b7d6-fbbc-42e7-b2d9-dde7b2f65f1c
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "username": "maria",
                 *       "email": "maria@example.org",
                 *       "password": "a-long-and-private-phrase",
                 *       "first_name": "María",
                 *       "last_name": "Rojas",
                 *       "roles": [],
                 *       "profile": {
                 *         "phone": "+506 2222 3333",
                 *         "province": "Heredia"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["UserCreate"];
            };
        };
        responses: {
            201: components["responses"]["UserCreated"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["CreationConflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["KeyReused"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the client has; answered with 304 while that is the present one.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["User"];
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    putUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the change is meant for; 412 when that is not the present one any more.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["UserUpdate"];
        responses: {
            200: components["responses"]["User"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["UserUpdateConflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    destroyUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the change is meant for; 412 when that is not the present one any more.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Deleted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["UserDeletionConflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    patchUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the change is meant for; 412 when that is not the present one any more.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["UserUpdate"];
        responses: {
            200: components["responses"]["User"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["UserUpdateConflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getUserDetail: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the client has; answered with 304 while that is the present one.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["DeprecatedUser"];
            304: components["responses"]["DeprecatedNotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the change is meant for; 412 when that is not the present one any more.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["UserUpdate"];
        responses: {
            200: components["responses"]["User"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["UserUpdateConflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the change is meant for; 412 when that is not the present one any more.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Deleted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["UserDeletionConflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listRoles: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["RoleList"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createRole: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description A key of the client's for this request, such as a UUID. The same request with the same key is carried out once and
                 *     answered the same for a day; 409 while the first is under way, 422 for another request under that key.
                 * @example 0d97b7d6-fbbc-42e7-b2d9-dde7b2f65f1c
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Role"];
        responses: {
            201: components["responses"]["RoleCreated"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["CreationConflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["KeyReused"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    retrieveRole: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the client has; answered with 304 while that is the present one.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description The role's id.
                 * @example 2
                 */
                id: components["parameters"]["RoleId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Role"];
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    putRole: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the change is meant for; 412 when that is not the present one any more.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description The role's id.
                 * @example 2
                 */
                id: components["parameters"]["RoleId"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Role"];
        responses: {
            200: components["responses"]["Role"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["RoleUpdateConflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    destroyRole: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the change is meant for; 412 when that is not the present one any more.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description The role's id.
                 * @example 2
                 */
                id: components["parameters"]["RoleId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Deleted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["RoleDeletionConflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getRole: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the client has; answered with 304 while that is the present one.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description The role's id.
                 * @example 2
                 */
                id: components["parameters"]["RoleId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Role"];
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateRole: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the change is meant for; 412 when that is not the present one any more.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description The role's id.
                 * @example 2
                 */
                id: components["parameters"]["RoleId"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Role"];
        responses: {
            200: components["responses"]["Role"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["RoleUpdateConflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteRole: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the change is meant for; 412 when that is not the present one any more.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description The role's id.
                 * @example 2
                 */
                id: components["parameters"]["RoleId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Deleted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["RoleDeletionConflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listPermissions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["PermissionList"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    retrieveRolePermissions: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the client has; answered with 304 while that is the present one.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description The role's id.
                 * @example 2
                 */
                id: components["parameters"]["RoleId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Role"];
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    putRolePermissions: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the change is meant for; 412 when that is not the present one any more.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description The role's id.
                 * @example 2
                 */
                id: components["parameters"]["RoleId"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["RolePermissions"];
        responses: {
            200: components["responses"]["Role"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getRolePermissions: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the client has; answered with 304 while that is the present one.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description The role's id.
                 * @example 2
                 */
                id: components["parameters"]["RoleId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Role"];
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateRolePermissions: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the state the change is meant for; 412 when that is not the present one any more.
                 * @example "rL0Y20zC-Fzt72VPzMSk2A"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description The role's id.
                 * @example 2
                 */
                id: components["parameters"]["RoleId"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["RolePermissions"];
        responses: {
            200: components["responses"]["Role"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getPermissions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Permissions"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    verifyAccess: {
        parameters: {
            query?: {
                /**
                 * @description A role the caller must have.
                 * @example admin
                 */
                role?: string;
                /**
                 * @description A permission the caller must have, as app_label.codename.
                 * @example auth.view_user
                 */
                permission?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["AccessGranted"];
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    obtainToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "username": "maria",
                 *       "password": "a-long-and-private-phrase"
                 *     }
                 */
                "application/json": components["schemas"]["TokenRequest"];
                /**
                 * @example {
                 *       "username": "maria",
                 *       "password": "a-long-and-private-phrase"
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            200: components["responses"]["TokenPair"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["WrongCredentials"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    refreshToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "refresh": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"
                 *     }
                 */
                "application/json": components["schemas"]["RefreshRequest"];
            };
        };
        responses: {
            200: components["responses"]["TokenPair"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["InvalidToken"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    verifyToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"
                 *     }
                 */
                "application/json": components["schemas"]["VerifyRequest"];
            };
        };
        responses: {
            200: components["responses"]["TokenValid"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["InvalidToken"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "maria@example.org",
                 *       "password": "a-long-and-private-phrase"
                 *     }
                 */
                "application/json": components["schemas"]["LoginRequest"];
            };
        };
        responses: {
            200: components["responses"]["Login"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["WrongCredentials"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    logout: {
        parameters: {
            query?: {
                /**
                 * @description Which sessions of the user to end.
                 * @example session
                 */
                scope?: components["schemas"]["LogoutScope"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "refresh": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"
                 *     }
                 */
                "application/json": components["schemas"]["LogoutRequest"];
            };
        };
        responses: {
            200: components["responses"]["Message"];
            400: components["responses"]["BadRequest"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["SessionList"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The session's id.
                 * @example 0d97b7d6-fbbc-42e7-b2d9-dde7b2f65f1c
                 */
                id: components["schemas"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Deleted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    setUserPassword: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "new_password": "a-new-long-private-phrase"
                 *     }
                 */
                "application/json": components["schemas"]["SetPasswordRequest"];
            };
        };
        responses: {
            200: components["responses"]["Message"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    sendUserPasswordReset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["ForgotPassword"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["ResetNotPossible"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listUserSessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["SessionList"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    endUserSessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user's id.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Deleted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listAuditEvents: {
        parameters: {
            query?: {
                /**
                 * @description Page number, from 1. Not together with `cursor`.
                 * @example 1
                 */
                page?: components["parameters"]["Page"];
                /**
                 * @description Objects a page.
                 * @example 50
                 */
                page_size?: components["parameters"]["PageSize"];
                /** @description Where to go on, as taken from a `Link`; costs the same anywhere in the list (keyset paging). */
                cursor?: components["parameters"]["Cursor"];
                /**
                 * @description How `X-Total-Count` is found. Without it, objects are counted where there are about 10,000 at the most, and
                 *     estimated where there are more, at about the same cost in a list of any length. `exact` counts them all, which in a list of
                 *     millions takes long; `estimated` leaves that to Postgres' statistics; `none` leaves the header out, and the link
                 *     `last` too.
                 * @example exact
                 */
                count?: components["parameters"]["Count"];
                /**
                 * @description By time; `-` for the newest first.
                 * @example -id
                 */
                ordering?: components["schemas"]["AuditOrdering"];
                /**
                 * @description Only events of this action.
                 * @example user.updated
                 */
                action?: components["schemas"]["AuditAction"];
                /**
                 * @description Only what this user did, by id.
                 * @example 1
                 */
                actor?: components["schemas"]["Id"];
                /**
                 * @description Only events about this kind of object.
                 * @example user
                 */
                target_type?: components["schemas"]["AuditTargetType"];
                /**
                 * @description Only events about the object with this id.
                 * @example 7
                 */
                target?: components["schemas"]["Id"];
                /**
                 * @description Only events at or after this time.
                 * @example 2026-01-31T12:00:00Z
                 */
                since?: string;
                /**
                 * @description Only events before this time.
                 * @example 2026-02-28T12:00:00Z
                 */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["AuditPage"];
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /**
                 * @description The `next` of the page before, or the `sequence` of the last event that was taken. Without it the oldest that
                 *     is kept comes first; `latest` gives no event and the `next` of now. 410 where events after it were deleted
                 *     for their age (`EVENT_RETENTION`), 400 where no event had that sequence yet.
                 * @example 0
                 */
                after?: string;
                /**
                 * @description Events a page, at the most.
                 * @example 100
                 */
                limit?: number;
                /**
                 * @description Only events of these types, with commas between them; `webhooks` lists them.
                 * @example user.deactivated,user.deleted
                 */
                types?: string;
                /**
                 * @description Seconds to wait for an event where there is none yet.
                 * @example 0
                 */
                wait?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["EventPage"];
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            410: components["responses"]["CursorExpired"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    register: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description A key of the client's for this request, such as a UUID. The same request with the same key is carried out once and
                 *     answered the same for a day; 409 while the first is under way, 422 for another request under that key.
                 * @example 0d97b7d6-fbbc-42e7-b2d9-dde7b2f65f1c
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "username": "pedro",
                 *       "email": "pedro@example.org",
                 *       "password": "another-long-private-phrase",
                 *       "first_name": "Pedro",
                 *       "last_name": "Mora",
                 *       "profile": {
                 *         "phone": "+506 8888 7777",
                 *         "birth_date": "1990-05-17",
                 *         "province": "San José"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Registration"];
                "multipart/form-data": components["schemas"]["RegistrationForm"];
            };
        };
        responses: {
            201: components["responses"]["UserCreated"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["CreationConflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["KeyReused"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["InsufficientStorage"];
        };
    };
    forgotPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "maria@example.org"
                 *     }
                 */
                "application/json": components["schemas"]["ForgotPasswordRequest"];
            };
        };
        responses: {
            200: components["responses"]["ForgotPassword"];
            400: components["responses"]["BadRequest"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    confirmPasswordReset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "uid": "MQ",
                 *       "token": "pRvX2Vnlb0jZ5mBkXZc8Ow5yG3hTq1dU7aKsL9eRfYs",
                 *       "new_password": "a-new-long-private-phrase"
                 *     }
                 */
                "application/json": components["schemas"]["ConfirmPasswordResetRequest"];
            };
        };
        responses: {
            200: components["responses"]["Message"];
            400: components["responses"]["InvalidReset"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "old_password": "a-long-and-private-phrase",
                 *       "new_password": "a-new-long-private-phrase"
                 *     }
                 */
                "application/json": components["schemas"]["ChangePasswordRequest"];
            };
        };
        responses: {
            200: components["responses"]["Message"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    changeEmail: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "maria.new@example.org",
                 *       "password": "a-long-and-private-phrase"
                 *     }
                 */
                "application/json": components["schemas"]["ChangeEmailRequest"];
            };
        };
        responses: {
            200: components["responses"]["EmailChange"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["AlreadyExists"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    confirmEmail: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "uid": "MQ",
                 *       "token": "pRvX2Vnlb0jZ5mBkXZc8Ow5yG3hTq1dU7aKsL9eRfYs"
                 *     }
                 */
                "application/json": components["schemas"]["ConfirmEmailRequest"];
            };
        };
        responses: {
            200: components["responses"]["Message"];
            400: components["responses"]["InvalidConfirmation"];
            409: components["responses"]["AlreadyExists"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    resendConfirmation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "maria@example.org"
                 *     }
                 */
                "application/json": components["schemas"]["ResendConfirmationRequest"];
            };
        };
        responses: {
            200: components["responses"]["Message"];
            400: components["responses"]["BadRequest"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listProvinces: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["ProvinceList"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createProvince: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description A key of the client's for this request, such as a UUID. The same request with the same key is carried out once and
                 *     answered the same for a day; 409 while the first is under way, 422 for another request under that key.
                 * @example 0d97b7d6-fbbc-42e7-b2d9-dde7b2f65f1c
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Province"];
        responses: {
            201: components["responses"]["ProvinceCreated"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["CreationConflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["KeyReused"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getProvince: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The province's id.
                 * @example 1
                 */
                id: components["parameters"]["ProvinceId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Province"];
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    putProvince: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The province's id.
                 * @example 1
                 */
                id: components["parameters"]["ProvinceId"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Province"];
        responses: {
            200: components["responses"]["Province"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AlreadyExists"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    destroyProvince: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The province's id.
                 * @example 1
                 */
                id: components["parameters"]["ProvinceId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Deleted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["StillReferenced"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateProvince: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The province's id.
                 * @example 1
                 */
                id: components["parameters"]["ProvinceId"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Province"];
        responses: {
            200: components["responses"]["Province"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AlreadyExists"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteProvince: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The province's id.
                 * @example 1
                 */
                id: components["parameters"]["ProvinceId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Deleted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["StillReferenced"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
}

/** Operations that answer with a page of a list. */
export type pagedOperations =
    | 'listUserProfiles'
    | 'listUsers'
    | 'listAuditEvents'

/** How each operation is called; `keyed` where it takes an Idempotency-Key. */
export const routes = {
    getHealth: { method: 'GET', path: '/healthz' },
    getReadiness: { method: 'GET', path: '/readyz' },
    getProfile: { method: 'GET', path: '/api/auth/profile/' },
    updateProfile: { method: 'PUT', path: '/api/auth/profile/' },
    patchProfile: { method: 'PATCH', path: '/api/auth/profile/' },
    listUserProfiles: { method: 'GET', path: '/api/auth/user_profile/' },
    getUserProfile: { method: 'GET', path: '/api/auth/user_profile/{id}/' },
    putUserProfile: { method: 'PUT', path: '/api/auth/user_profile/{id}/' },
    patchUserProfile: { method: 'PATCH', path: '/api/auth/user_profile/{id}/' },
    destroyUserProfile: { method: 'DELETE', path: '/api/auth/user_profile/{id}/' },
    updateUserProfile: { method: 'PUT', path: '/api/auth/user_profile/{id}/update/' },
    deleteUserProfile: { method: 'DELETE', path: '/api/auth/user_profile/{id}/delete/' },
    listUsers: { method: 'GET', path: '/api/auth/users/' },
    createUser: { method: 'POST', path: '/api/auth/users/create/', keyed: true },
    getUser: { method: 'GET', path: '/api/auth/users/{id}/' },
    putUser: { method: 'PUT', path: '/api/auth/users/{id}/' },
    patchUser: { method: 'PATCH', path: '/api/auth/users/{id}/' },
    destroyUser: { method: 'DELETE', path: '/api/auth/users/{id}/' },
    getUserDetail: { method: 'GET', path: '/api/auth/users/{id}/detail/' },
    updateUser: { method: 'PUT', path: '/api/auth/users/{id}/update/' },
    deleteUser: { method: 'DELETE', path: '/api/auth/users/{id}/delete/' },
    listRoles: { method: 'GET', path: '/api/auth/roles/' },
    createRole: { method: 'POST', path: '/api/auth/roles/create/', keyed: true },
    retrieveRole: { method: 'GET', path: '/api/auth/roles/{id}/' },
    putRole: { method: 'PUT', path: '/api/auth/roles/{id}/' },
    destroyRole: { method: 'DELETE', path: '/api/auth/roles/{id}/' },
    getRole: { method: 'GET', path: '/api/auth/roles/{id}/detail/' },
    updateRole: { method: 'PUT', path: '/api/auth/roles/{id}/update/' },
    deleteRole: { method: 'DELETE', path: '/api/auth/roles/{id}/delete/' },
    listPermissions: { method: 'GET', path: '/api/auth/permissions/' },
    retrieveRolePermissions: { method: 'GET', path: '/api/auth/permissions/{id}/' },
    putRolePermissions: { method: 'PUT', path: '/api/auth/permissions/{id}/' },
    getRolePermissions: { method: 'GET', path: '/api/auth/permissions/{id}/detail/' },
    updateRolePermissions: { method: 'PUT', path: '/api/auth/permissions/{id}/update/' },
    getPermissions: { method: 'GET', path: '/api/auth/profile/permissions/' },
    verifyAccess: { method: 'GET', path: '/api/auth/verify/' },
    obtainToken: { method: 'POST', path: '/api/auth/token/' },
    refreshToken: { method: 'POST', path: '/api/auth/token/refresh/' },
    verifyToken: { method: 'POST', path: '/api/auth/token/verify/' },
    login: { method: 'POST', path: '/api/auth/login/' },
    logout: { method: 'POST', path: '/api/auth/logout/' },
    listSessions: { method: 'GET', path: '/api/auth/sessions/' },
    endSession: { method: 'DELETE', path: '/api/auth/sessions/{id}/' },
    setUserPassword: { method: 'PUT', path: '/api/auth/users/{id}/password/' },
    sendUserPasswordReset: { method: 'POST', path: '/api/auth/users/{id}/password-reset/' },
    listUserSessions: { method: 'GET', path: '/api/auth/users/{id}/sessions/' },
    endUserSessions: { method: 'DELETE', path: '/api/auth/users/{id}/sessions/' },
    listAuditEvents: { method: 'GET', path: '/api/auth/audit_log/' },
    listEvents: { method: 'GET', path: '/api/auth/events/' },
    register: { method: 'POST', path: '/api/auth/register/', keyed: true },
    forgotPassword: { method: 'POST', path: '/api/auth/forgot-password/' },
    confirmPasswordReset: { method: 'POST', path: '/api/auth/reset-password-confirm/' },
    changePassword: { method: 'POST', path: '/api/auth/change-password/' },
    changeEmail: { method: 'POST', path: '/api/auth/change-email/' },
    confirmEmail: { method: 'POST', path: '/api/auth/confirm-email/' },
    resendConfirmation: { method: 'POST', path: '/api/auth/confirm-email/resend/' },
    listProvinces: { method: 'GET', path: '/api/auth/provinces/' },
    createProvince: { method: 'POST', path: '/api/auth/provinces/create/', keyed: true },
    getProvince: { method: 'GET', path: '/api/auth/provinces/{id}/' },
    putProvince: { method: 'PUT', path: '/api/auth/provinces/{id}/' },
    destroyProvince: { method: 'DELETE', path: '/api/auth/provinces/{id}/' },
    updateProvince: { method: 'PUT', path: '/api/auth/provinces/{id}/update/' },
    deleteProvince: { method: 'DELETE', path: '/api/auth/provinces/{id}/delete/' }
} as const satisfies Record<OperationId, { method: string; path: string; keyed?: true }>

/** A method for each operation. */
export interface Methods {
    /**
     * Whether the process answers.
     *
     * Touches nothing else. For what restarts a process that hangs (a liveness probe).
     */
    getHealth: Method<'getHealth'>
    /**
     * Whether requests should be sent here.
     *
     * Asks Postgres, whether it has all migrations, and the picture storage, each for two seconds at the most. For
     * gateways (a readiness probe). Not ready from SIGTERM on, while requests under way are finished.
     */
    getReadiness: Method<'getReadiness'>
    /**
     * The caller's profile.
     *
     * The profile is made at the first call if the user has none yet.
     */
    getProfile: Method<'getProfile'>
    /**
     * Change the caller's profile.
     *
     * All fields are optional; an absent one is left alone. As multipart, a file in
     * `profile_picture` replaces the picture and an empty field removes it.
     */
    updateProfile: Method<'updateProfile'>
    /**
     * Change the caller's profile (alias of updateProfile).
     */
    patchProfile: Method<'patchProfile'>
    /**
     * List profiles.
     */
    listUserProfiles: Method<'listUserProfiles'>
    /**
     * The profile of a user.
     *
     * The id is the user's. The profile is made if the user has none yet.
     */
    getUserProfile: Method<'getUserProfile'>
    /**
     * Change the profile of a user (alias of updateUserProfile).
     */
    putUserProfile: Method<'putUserProfile'>
    /**
     * Change the profile of a user (alias of updateUserProfile).
     */
    patchUserProfile: Method<'patchUserProfile'>
    /**
     * Delete the profile of a user (alias of deleteUserProfile).
     */
    destroyUserProfile: Method<'destroyUserProfile'>
    /**
     * Change the profile of a user.
     *
     * As `updateProfile`; an administrator may also set the profile's `roles`.
     */
    updateUserProfile: Method<'updateUserProfile'>
    /**
     * Delete the profile of a user.
     *
     * The user stays, and gets a fresh profile at the next access.
     */
    deleteUserProfile: Method<'deleteUserProfile'>
    /**
     * List users, or export them.
     *
     * A page of users as JSON. With `Accept: text/csv` or `Accept: application/x-ndjson`, named there or preferred by
     * weight (RFC 9110, 12.5.1), all users that the filters select come in one answer, however many they are; `page`,
     * `page_size` and `cursor` are then refused.
     *
     * Such an **export** is read in batches while the client takes them. A user who is there all the time comes exactly
     * once when ordered by a field that does not change (`id`, the default, or `date_joined`), as the user was when its
     * batch was read; ordered by another field, a user whose value changes meanwhile may come twice or be missed. An
     * answer that is broken off (without its last chunk: RFC 9112, 7.1) is not all. Each export is an event of the audit log,
     * `users.exported`.
     *
     * **NDJSON** has a User a line, as the JSON list has them. **CSV** (RFC 4180, UTF-8) has a header line and the
     * columns `id`, `username`, `email`, `first_name`, `last_name`, `is_active`, `is_staff`, `date_joined`, `last_login`,
     * `roles` (names, with `|` between them), `phone`, `address`, `birth_date`, `bio`, `province` (name) and
     * `profile_picture` (URL). What is null is empty. A cell that a spreadsheet would take for a formula, since it begins
     * with `=`, `+`, `-`, `@` (of full width too), a tab or a carriage return, gets a `'` before it, phone numbers as well;
     * take NDJSON where the values have to be exact.
     */
    listUsers: Method<'listUsers'>
    /**
     * Make a user.
     */
    createUser: Method<'createUser'>
    /**
     * A user.
     */
    getUser: Method<'getUser'>
    /**
     * Change a user (alias of updateUser).
     */
    putUser: Method<'putUser'>
    /**
     * Change a user (alias of updateUser).
     */
    patchUser: Method<'patchUser'>
    /**
     * Delete a user (alias of deleteUser).
     */
    destroyUser: Method<'destroyUser'>
    /**
     * A user (alias of getUser).
     *
     * Only for clients of the Django service, and without an end for them; others use `getUser`.
     */
    getUserDetail: Method<'getUserDetail'>
    /**
     * Change a user.
     *
     * A password is never set here. Deactivating a user ends its sessions. 409 where the
     * name or the email is taken, and where no active administrator would be left.
     */
    updateUser: Method<'updateUser'>
    /**
     * Delete a user and all that belongs to it.
     *
     * 409, with nothing changed, where other tables still refer to the user and where no active
     * administrator would be left.
     */
    deleteUser: Method<'deleteUser'>
    /**
     * All roles, by name.
     */
    listRoles: Method<'listRoles'>
    /**
     * Make a role.
     */
    createRole: Method<'createRole'>
    /**
     * A role (alias of getRole).
     */
    retrieveRole: Method<'retrieveRole'>
    /**
     * Rename a role (alias of updateRole).
     */
    putRole: Method<'putRole'>
    /**
     * Delete a role (alias of deleteRole).
     */
    destroyRole: Method<'destroyRole'>
    /**
     * A role.
     */
    getRole: Method<'getRole'>
    /**
     * Rename a role.
     *
     * 409 where the name is taken, and for a role that access rules name.
     */
    updateRole: Method<'updateRole'>
    /**
     * Delete a role.
     *
     * Its members lose it. 409 for a role that access rules name, and where other tables still refer to it.
     */
    deleteRole: Method<'deleteRole'>
    /**
     * All permissions.
     */
    listPermissions: Method<'listPermissions'>
    /**
     * A role with its permissions (alias of getRolePermissions).
     */
    retrieveRolePermissions: Method<'retrieveRolePermissions'>
    /**
     * Replace the permissions of a role (alias of updateRolePermissions).
     */
    putRolePermissions: Method<'putRolePermissions'>
    /**
     * A role with its permissions.
     *
     * The id is a role's.
     */
    getRolePermissions: Method<'getRolePermissions'>
    /**
     * Replace the permissions of a role.
     *
     * The id is a role's. Unknown permission ids are named in a 400 and nothing is changed.
     */
    updateRolePermissions: Method<'updateRolePermissions'>
    /**
     * What the caller may do.
     *
     * Permissions through roles and directly granted ones; all there are for a superuser.
     */
    getPermissions: Method<'getPermissions'>
    /**
     * Whether a request may pass, for gateways.
     *
     * For nginx auth_request, Traefik ForwardAuth, Envoy ext_authz and the like: 200 with headers that say who calls,
     * 401 without a valid token, 403 where the caller lacks a role or a permission that the query asks for.
     */
    verifyAccess: Method<'verifyAccess'>
    /**
     * Log in for a pair of tokens.
     *
     * The username may be the user's email. Opens a session. A name that several users have, which only a database
     * that was taken over from Django can hold, is answered as a wrong password is.
     */
    obtainToken: Method<'obtainToken'>
    /**
     * A new pair of tokens for a refresh token.
     *
     * Each refresh gives a new refresh token of the same session. Sending the one before again is answered as
     * long as its successor was not used (parallel tabs, a lost answer, a client that never stores the new one);
     * sending any older one ends the session (RFC 9700, 4.14).
     *
     * For a while after a cut-over (LEGACY_JWT_UNTIL) refresh tokens that Django signed are taken too: one opens a
     * session at its first use, and from then on is the first refresh token of that session.
     */
    refreshToken: Method<'refreshToken'>
    /**
     * Whether a token is valid now.
     *
     * Takes an access or a refresh token; 401 where it is not valid, or its session has ended.
     */
    verifyToken: Method<'verifyToken'>
    /**
     * Log in, with the user in the answer.
     *
     * Give `username` or `email`. Opens a session.
     */
    login: Method<'login'>
    /**
     * End a session.
     *
     * Ends the session of the refresh token in the body, or else of the bearer token. A token that is not valid
     * any more is no error (RFC 7009, 2.2): there is nothing left to end. `scope` widens it to all sessions of the
     * user, or to all but that one.
     */
    logout: Method<'logout'>
    /**
     * The caller's open sessions.
     */
    listSessions: Method<'listSessions'>
    /**
     * End one of the caller's sessions.
     */
    endSession: Method<'endSession'>
    /**
     * Set a user's password.
     *
     * Ends all sessions of the user.
     */
    setUserPassword: Method<'setUserPassword'>
    /**
     * Send a user a password reset.
     *
     * As `forgotPassword` for the user's email; 409 where the user is inactive, or has no password, or no email that is
     * nobody else's.
     */
    sendUserPasswordReset: Method<'sendUserPasswordReset'>
    /**
     * A user's open sessions.
     */
    listUserSessions: Method<'listUserSessions'>
    /**
     * End all sessions of a user.
     */
    endUserSessions: Method<'endUserSessions'>
    /**
     * What was changed, by whom, newest first.
     *
     * Every change of users, profiles, roles, permissions, provinces, passwords and sessions, and every failed login.
     * An event is written in the transaction of its change. `before` and `after` hold the fields that changed, never a
     * secret.
     */
    listAuditEvents: Method<'listAuditEvents'>
    /**
     * What happened to users, for other services, in order.
     *
     * An event is written in the transaction of its change, whoever made it, and can be read once that is committed. They
     * come in an order in which none ever comes before one that was read already, and those about one user in the order
     * of the changes. Whoever takes `next` along as `after` gets each event at least once; after a fault of one's own
     * the same `after` again gives the same events again. `webhooks` below has the same events, sent.
     *
     * To begin: `after=latest` gives the `next` of now; read all users then, and go on from there.
     */
    listEvents: Method<'listEvents'>
    /**
     * Make an account.
     *
     * Open to everyone, unless `REQUIRED_ROLES` closes it. `roles` is refused unless the caller is an administrator.
     * As multipart the profile's fields are named `profile.phone`, `profile.profile_picture` and so on.
     */
    register: Method<'register'>
    /**
     * Ask for a password reset.
     *
     * Answers the same for every email, known or not. `uid`, `token` and `reset_link` are given only where the
     * deployment hands resets out in the response (`PASSWORD_RESET_DELIVERY=response`); otherwise they are null
     * and go to the user's address.
     */
    forgotPassword: Method<'forgotPassword'>
    /**
     * Set a new password with a reset token.
     *
     * The token works once, and ends all sessions of the user. For a while after a cut-over (LEGACY_JWT_UNTIL) those
     * that Django sent are taken too.
     */
    confirmPasswordReset: Method<'confirmPasswordReset'>
    /**
     * Change the caller's password.
     *
     * Ends all other sessions of the user; the one that asked goes on.
     */
    changePassword: Method<'changePassword'>
    /**
     * Change the caller's email.
     *
     * Where mail is configured the email changes once the link sent to the new address was used (`confirmEmail`);
     * otherwise at once. `email` in the answer is the one that holds now. An email that another user has is not told:
     * nothing is sent then.
     */
    changeEmail: Method<'changeEmail'>
    /**
     * Confirm an email with the token that was sent to it.
     *
     * Completes a change of email, or a registration where emails are verified (`EMAIL_VERIFICATION`).
     */
    confirmEmail: Method<'confirmEmail'>
    /**
     * Send the link of a registration again.
     *
     * For a registration that waits for its email to be confirmed (`EMAIL_VERIFICATION`); the link before stops working.
     * Every email gets the same answer, and none gets a mail more than once a minute.
     */
    resendConfirmation: Method<'resendConfirmation'>
    /**
     * All provinces, by name.
     */
    listProvinces: Method<'listProvinces'>
    /**
     * Make a province.
     */
    createProvince: Method<'createProvince'>
    /**
     * A province.
     */
    getProvince: Method<'getProvince'>
    /**
     * Rename a province (alias of updateProvince).
     */
    putProvince: Method<'putProvince'>
    /**
     * Delete a province (alias of deleteProvince).
     */
    destroyProvince: Method<'destroyProvince'>
    /**
     * Rename a province.
     */
    updateProvince: Method<'updateProvince'>
    /**
     * Delete a province.
     *
     * Profiles that name it are left without a province. 409, with nothing changed, where other tables still refer
     * to it.
     */
    deleteProvince: Method<'deleteProvince'>
}
