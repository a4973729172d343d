-- Recordings that can be watched. The owner's name and avatar are kept as they were.
CREATE TABLE IF NOT EXISTS videos (
  id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  live_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  owner_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  owner_nickname VARCHAR(64) NOT NULL,
  owner_avatar VARCHAR(512) NOT NULL,
  title VARCHAR(200) NOT NULL,
  recorded_at DATETIME(3) NOT NULL,
  duration_seconds DOUBLE NOT NULL,
  country VARCHAR(100) NULL,
  region VARCHAR(100) NULL,
  city VARCHAR(100) NULL,
  size_bytes BIGINT NOT NULL,
  file VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY videos_by_live (live_id),
  KEY videos_by_time (recorded_at, id),
  KEY videos_by_owner (owner_nickname, recorded_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
