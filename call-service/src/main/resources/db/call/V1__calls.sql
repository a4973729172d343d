-- Calls that have ended. Names are kept as they were: people may rename themselves later.
CREATE TABLE IF NOT EXISTS calls (
  id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  caller_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  caller_nickname VARCHAR(64) NOT NULL,
  callee_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  callee_nickname VARCHAR(64) NOT NULL,
  video BOOLEAN NOT NULL,
  started_at DATETIME(3) NOT NULL,
  answered_at DATETIME(3) NULL,
  ended_at DATETIME(3) NOT NULL,
  reason VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (id),
  KEY calls_by_caller (caller_id, started_at),
  KEY calls_by_callee (callee_id, started_at)
) DEFAULT CHARACTER SET utf8mb4;
