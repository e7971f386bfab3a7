// Made by `npm run generate`; do not edit.

export interface paths {
    "/__sandbox/reset/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete everything and begin with the seed
         * @description All rows, pictures of profiles and mails go, the clock shows the machine's time, and the seed is there with the
         *     same ids as ever. Sessions end. What is made afterwards gets ids from 1001.
         */
        post: operations["resetSandbox"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__sandbox/clock/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What time it is for the service */
        get: operations["getClock"];
        /**
         * Set the time, or move it on
         * @description The clock goes on from there. Access and refresh tokens, sessions, reset and confirmation links, delays after wrong
         *     passwords, and all times that are written follow it, from the answer on.
         */
        put: operations["setClock"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__sandbox/outbox/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The mails that were sent, the oldest first
         * @description The last thousand since the last reset. A request's mails are there when it is answered.
         */
        get: operations["listMails"];
        put?: never;
        post?: never;
        /** Empty the outbox */
        delete: operations["clearMails"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/__sandbox/states/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bring about a provider state of Pact
         * @description Where a Pact verifier sends the states of an interaction (`providerStatesSetupUrl`), one at a time, in their order. A
         *     state adds to what is there; begin with `the sandbox is as seeded`. The answer has the values that a pact may take
         *     from the state (`fromProviderState`, Pact specification 3). A teardown does nothing.
         */
        post: operations["setState"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description One of the two. */
        ClockSetting: {
            /**
             * Format: date-time
             * @description From 2000 to 2199; null for the machine's own time.
             */
            now?: string | null;
            /**
             * Format: int64
             * @description Negative to go back.
             */
            advance_seconds?: number;
        };
        ClockReading: {
            /** Format: date-time */
            now: string;
            /** @description How far it is ahead of the machine's clock. */
            ahead_seconds: number;
        };
        SentMail: {
            /** Format: uuid */
            id: string;
            to: string;
            subject: string;
            text: string;
            /** Format: date-time */
            sent_at: string;
            /** @description The link in the text. */
            link: string | null;
            /** @description What `confirmPasswordReset` and `confirmEmail` take as `uid`. */
            uid: string | null;
            /** @description What they take as `token`. */
            token: string | null;
        };
        SentMailList: components["schemas"]["SentMail"][];
        /** @description What Pact verifiers send; more than these fields is ignored. */
        StateChange: {
            /** @description The name of the state; a 400 for an unknown one lists those there are. */
            state: string;
            action?: components["schemas"]["StateAction"];
            params?: components["schemas"]["StateParameters"];
        };
        /**
         * @default setup
         * @enum {string}
         */
        StateAction: "setup" | "teardown";
        StateParameters: {
            /** @description Of whom the state is; one of the seed. */
            username?: string;
            /**
             * Format: int32
             * @description How many.
             */
            count?: number;
        };
        StateValues: {
            [key: string]: unknown;
        };
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
        /** @enum {string} */
        PayloadTooLargeCode: "payload_too_large";
        /** @description What went wrong this time, for people. */
        ProblemDetail: string;
        /** @description The id under which the request stands in the log. */
        RequestId: string;
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
        /** @enum {string} */
        BadRequestCode: "invalid_input" | "malformed_body";
        /** @description What is wrong with a field. */
        FieldMessages: string[];
        /** @description From the name of each wrong field (nested ones with dots) to what is wrong with it. */
        FieldErrors: {
            [key: string]: components["schemas"]["FieldMessages"];
        };
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
    };
    responses: {
        /** @description It is done. */
        Done: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The time. */
        Clock: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "now": "2026-03-01T13:00:00.000Z",
                 *       "ahead_seconds": 3600
                 *     }
                 */
                "application/json": components["schemas"]["ClockReading"];
            };
        };
        /** @description The mails. */
        Outbox: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example [
                 *       {
                 *         "id": "5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11",
                 *         "to": "maria@example.org",
                 *         "subject": "Reset your password",
                 *         "text": "Set a new password within 60 minutes:\nhttp://127.0.0.1:8000/reset-password-confirm/?uid=Mw&token=x3Yk",
                 *         "sent_at": "2026-03-01T13:00:00.000Z",
                 *         "link": "http://127.0.0.1:8000/reset-password-confirm/?uid=Mw&token=x3Yk",
                 *         "uid": "Mw",
                 *         "token": "x3Yk"
                 *       }
                 *     ]
                 */
                "application/json": components["schemas"]["SentMailList"];
            };
        };
        /** @description The state is there. Values of it, by name. */
        StateValues: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "user_id": 3,
                 *       "username": "maria",
                 *       "access_token": "eyJhbGciOi"
                 *     }
                 */
                "application/json": components["schemas"]["StateValues"];
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
    };
    parameters: never;
    requestBodies: never;
    headers: {
        /**
         * @description The id under which this request stands in the log.
         * @example 5f6a3f7e-6f0e-4c56-9d0c-2f1f3f0f2a11
         */
        RequestId: string;
        /**
         * @description Seconds to wait before the next try.
         * @example 5
         */
        RetryAfter: number;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    resetSandbox: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Done"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getClock: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Clock"];
            429: components["responses"]["TooManyRequests"];
        };
    };
    setClock: {
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
                 *       "advance_seconds": 3600
                 *     }
                 */
                "application/json": components["schemas"]["ClockSetting"];
            };
        };
        responses: {
            200: components["responses"]["Clock"];
            400: components["responses"]["BadRequest"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listMails: {
        parameters: {
            query?: {
                /**
                 * @description Only mails to this address.
                 * @example maria@example.org
                 */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Outbox"];
            400: components["responses"]["InvalidInput"];
            429: components["responses"]["TooManyRequests"];
        };
    };
    clearMails: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Done"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
        };
    };
    setState: {
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
                 *       "state": "a user is logged in",
                 *       "params": {
                 *         "username": "maria"
                 *       },
                 *       "action": "setup"
                 *     }
                 */
                "application/json": components["schemas"]["StateChange"];
            };
        };
        responses: {
            200: components["responses"]["StateValues"];
            400: components["responses"]["BadRequest"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
}
