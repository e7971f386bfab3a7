// Made by `npm run generate`; do not edit.

import type { ColumnType } from "kysely";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Json = JsonValue;

export type JsonArray = JsonValue[];

export type JsonObject = {
  [x: string]: JsonValue | undefined;
};

export type JsonPrimitive = boolean | number | string | null;

export type JsonValue = JsonArray | JsonObject | JsonPrimitive;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface ApiProvinces {
  id: Generated<number>;
  name: string;
}

export interface ApiUserprofile {
  address: string | null;
  bio: string | null;
  birth_date: string | null;
  created_at: Timestamp;
  id: Generated<number>;
  phone: string | null;
  profile_picture: string | null;
  province_id: number | null;
  updated_at: Timestamp;
  user_id: number;
}

export interface ApiUserprofileRoles {
  group_id: number;
  id: Generated<number>;
  userprofile_id: number;
}

export interface AuditEvent {
  action: string;
  actor_id: number | null;
  actor_name: string | null;
  address: string | null;
  after: Json | null;
  before: Json | null;
  id: Generated<number>;
  occurred_at: Generated<Timestamp>;
  request_id: string | null;
  target_id: number | null;
  target_name: string | null;
  target_type: string | null;
}

export interface AuthGroup {
  id: Generated<number>;
  name: string;
}

export interface AuthGroupPermissions {
  group_id: number;
  id: Generated<number>;
  permission_id: number;
}

export interface AuthPermission {
  codename: string;
  content_type_id: number;
  id: Generated<number>;
  name: string;
}

export interface AuthUser {
  date_joined: Timestamp;
  email: string;
  first_name: string;
  id: Generated<number>;
  is_active: boolean;
  is_staff: boolean;
  is_superuser: boolean;
  last_login: Timestamp | null;
  last_name: string;
  password: string;
  username: string;
}

export interface AuthUserGroups {
  group_id: number;
  id: Generated<number>;
  user_id: number;
}

export interface AuthUserUserPermissions {
  id: Generated<number>;
  permission_id: number;
  user_id: number;
}

export interface DjangoContentType {
  app_label: string;
  id: Generated<number>;
  model: string;
}

export interface EmailConfirmation {
  created_at: Generated<Timestamp>;
  email: string;
  expires_at: Timestamp;
  purpose: string;
  token_hash: Buffer;
  user_id: number;
}

export interface IdempotencyKey {
  body: Json | null;
  claimed_at: Generated<Timestamp>;
  key: Buffer;
  request: Buffer;
  status: number | null;
}

export interface LegacyCutoff {
  issued_after: Timestamp;
  user_id: number;
}

export interface LegacyToken {
  expires_at: Timestamp;
  id: string;
  user_id: number;
}

export interface LoginGuess {
  blocked_until: Timestamp;
  failures: number;
  key: Buffer;
  updated_at: Generated<Timestamp>;
}

export interface Outbox {
  enabled: Generated<boolean>;
  id: Generated<number>;
  last_position: Generated<number>;
  pruned_position: Generated<number>;
}

export interface OutboxEvent {
  data: Json;
  id: Generated<string>;
  occurred_at: Generated<Timestamp>;
  position: number | null;
  subject: string;
  transaction: Generated<string>;
  type: string;
  written: Generated<number>;
}

export interface OutboxMembership {
  group_id: number;
  id: Generated<number>;
  user_ids: number[];
}

export interface PasswordReset {
  account_state: Buffer | null;
  created_at: Generated<Timestamp>;
  expires_at: Timestamp;
  token_hash: Buffer;
  user_id: number | null;
}

export interface QueuedMail {
  attempts: Generated<number>;
  content: Buffer;
  expires_at: Timestamp;
  id: Generated<number>;
  next_attempt_at: Generated<Timestamp>;
  queued_at: Generated<Timestamp>;
}

export interface UserSession {
  address: string | null;
  created_at: Generated<Timestamp>;
  expires_at: Timestamp;
  id: string;
  last_used_at: Generated<Timestamp>;
  parent_jti: string | null;
  parent_replays: Generated<number>;
  refresh_jti: string;
  replays_lost_response: Generated<number>;
  replays_never_stored: Generated<number>;
  replays_parallel_tab: Generated<number>;
  revoked_at: Timestamp | null;
  revoked_because: string | null;
  rotated_at: Timestamp | null;
  user_agent: string | null;
  user_id: number;
}

export interface WebhookDelivery {
  attempts: Generated<number>;
  due_at: Generated<Timestamp>;
  endpoint: string;
  position: number;
  subject: string;
}

export interface WebhookEndpoint {
  id: string;
  position: number;
  stopped_at: Timestamp | null;
}

export interface DB {
  api_provinces: ApiProvinces;
  api_userprofile: ApiUserprofile;
  api_userprofile_roles: ApiUserprofileRoles;
  audit_event: AuditEvent;
  auth_group: AuthGroup;
  auth_group_permissions: AuthGroupPermissions;
  auth_permission: AuthPermission;
  auth_user: AuthUser;
  auth_user_groups: AuthUserGroups;
  auth_user_user_permissions: AuthUserUserPermissions;
  django_content_type: DjangoContentType;
  email_confirmation: EmailConfirmation;
  idempotency_key: IdempotencyKey;
  legacy_cutoff: LegacyCutoff;
  legacy_token: LegacyToken;
  login_guess: LoginGuess;
  outbox: Outbox;
  outbox_event: OutboxEvent;
  outbox_membership: OutboxMembership;
  password_reset: PasswordReset;
  queued_mail: QueuedMail;
  user_session: UserSession;
  webhook_delivery: WebhookDelivery;
  webhook_endpoint: WebhookEndpoint;
}

