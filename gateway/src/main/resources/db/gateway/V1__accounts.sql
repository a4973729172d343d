CREATE TABLE IF NOT EXISTS accounts (
  id            CHAR(36)     NOT NULL PRIMARY KEY,
  nickname      VARCHAR(64)  NOT NULL,
  nickname_key  VARCHAR(128) NOT NULL COMMENT 'normalised: decides uniqueness',
  password_hash VARCHAR(255) NULL COMMENT 'Argon2id, encoded; null for guests',
  created_at    TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE KEY accounts_nickname (nickname_key)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS refresh_tokens (
  token_hash  BINARY(32)   NOT NULL PRIMARY KEY COMMENT 'SHA-256: the token itself is not stored',
  account_id  CHAR(36)     NOT NULL,
  family      CHAR(36)     NOT NULL COMMENT 'all successors of one sign-in',
  expires_at  TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  used_at     TIMESTAMP(3) NULL,
  revoked_at  TIMESTAMP(3) NULL,
  KEY refresh_tokens_family (family),
  KEY refresh_tokens_expiry (expires_at),
  CONSTRAINT refresh_tokens_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
