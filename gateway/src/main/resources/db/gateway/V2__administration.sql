-- Once: a migration that was cut off runs again, and MySQL knows no ADD COLUMN IF NOT EXISTS.
SET @role = (SELECT COUNT(*) FROM information_schema.columns
  WHERE table_schema = DATABASE() AND table_name = 'accounts' AND column_name = 'role');
SET @add_role = IF(@role > 0, 'DO 0', 'ALTER TABLE accounts
  ADD COLUMN role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT ''admin, or nothing'',
  ADD KEY accounts_role (role)');
PREPARE add_role FROM @add_role;
EXECUTE add_role;
DEALLOCATE PREPARE add_role;

-- Times are ms since 1970 by the clock of the database. A sanction that was lifted ends now: so
-- gateways that look for what has changed find that, too.
CREATE TABLE IF NOT EXISTS sanctions (
  account_id  CHAR(36)     NOT NULL,
  kind        VARCHAR(8)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'mute or ban',
  reason      VARCHAR(500) NULL COMMENT 'told to the person',
  imposed_by  VARCHAR(64)  NOT NULL COMMENT 'nickname of the administrator',
  imposed_at  BIGINT       NOT NULL,
  ends_at     BIGINT       NULL COMMENT 'null: never',
  changed_at  BIGINT       NOT NULL,
  PRIMARY KEY (account_id, kind),
  KEY sanctions_changed (changed_at),
  CONSTRAINT sanctions_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS admin_actions (
  id             BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  time           BIGINT       NOT NULL COMMENT 'ms since 1970',
  admin_id       VARCHAR(36)  NOT NULL COMMENT 'empty: somebody at the command line',
  admin_nickname VARCHAR(64)  NOT NULL,
  action         VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  target         VARCHAR(255) NOT NULL COMMENT 'id of a person, live, room, call, video, node',
  target_name    VARCHAR(255) NOT NULL COMMENT 'as it was called then',
  details        VARCHAR(500) NULL COMMENT 'reason, until when, the words of a broadcast',
  outcome        VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'done, or the name of the failure; null: not known'
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
