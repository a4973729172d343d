package io.castmesh.room.audience;

/**
 * The changes of audiences, each one atomic step inside Redis.
 *
 * <pre>
 * audience:lives           set of lives
 * audience:LIVE:presenter  JSON; while it stands the live is open
 * audience:LIVE:viewers    hash: session to the viewer's JSON
 * audience:LIVE:nodes      hash: session to the gateway that holds it
 * audience:LIVE:order      sorted set: session by the time of its joining
 * audience:LIVE:told       how many they were when viewers were told last
 * audience:session:SESSION set of the lives that a session watches
 * audience:closed:LIVE     it is over; ends after an hour
 * </pre>
 */
final class AudienceScripts {
  private AudienceScripts() {}

  private static final String COMMON =
      """
      local lives = 'audience:lives'
      local function key(live, what) return 'audience:' .. live .. ':' .. what end
      local function watched(session) return 'audience:session:' .. session end
      local function closed(live) return 'audience:closed:' .. live end
      local function keep(live, length)
        for _, what in ipairs({ 'presenter', 'viewers', 'nodes', 'order', 'told' }) do
          redis.call('PEXPIRE', key(live, what), length)
        end
      end
      """;

  /** Live, presenter's JSON, ms to keep; answers 0 for a live that is over. */
  static final String OPEN =
      COMMON
          + """
          local live = ARGV[1]
          if redis.call('EXISTS', closed(live)) == 1 then return 0 end
          redis.call('SET', key(live, 'presenter'), ARGV[2])
          redis.call('SADD', lives, live)
          keep(live, ARGV[3])
          return 1
          """;

  /**
   * Live, session, node, viewer's JSON, ms to keep; answers presenter's JSON, viewers, 1 for a new
   * viewer, time in ms; nothing when the live is not open.
   */
  static final String JOIN =
      COMMON
          + """
          local live, session, node, length = ARGV[1], ARGV[2], ARGV[3], ARGV[5]
          local presenter = redis.call('GET', key(live, 'presenter'))
          if not presenter then return false end
          local time = redis.call('TIME')
          local now = time[1] * 1000 + math.floor(time[2] / 1000)
          local new = redis.call('HSETNX', key(live, 'viewers'), session, ARGV[4])
          redis.call('HSET', key(live, 'nodes'), session, node)
          redis.call('ZADD', key(live, 'order'), 'NX', now, session)
          redis.call('SADD', watched(session), live)
          redis.call('PEXPIRE', watched(session), length)
          keep(live, length)
          return { presenter, redis.call('HLEN', key(live, 'viewers')), new, now }
          """;

  /**
   * Live, session; answers viewers, then presenter's JSON (empty when the live is not open) and the
   * viewer's JSON when that session was watching.
   */
  static final String LEAVE =
      COMMON
          + """
          local live, session = ARGV[1], ARGV[2]
          local viewer = redis.call('HGET', key(live, 'viewers'), session)
          redis.call('HDEL', key(live, 'viewers'), session)
          redis.call('HDEL', key(live, 'nodes'), session)
          redis.call('ZREM', key(live, 'order'), session)
          redis.call('SREM', watched(session), live)
          local viewers = redis.call('HLEN', key(live, 'viewers'))
          if not viewer then return { viewers } end
          return { viewers, redis.call('GET', key(live, 'presenter')) or '', viewer }
          """;

  /** Live, ms to remember that it is over; answers 1 the first time. */
  static final String CLOSE =
      COMMON
          + """
          local live = ARGV[1]
          for _, session in ipairs(redis.call('HKEYS', key(live, 'viewers'))) do
            redis.call('SREM', watched(session), live)
          end
          redis.call('DEL', key(live, 'presenter'), key(live, 'viewers'), key(live, 'nodes'),
            key(live, 'order'), key(live, 'told'))
          redis.call('SREM', lives, live)
          return redis.call('SET', closed(live), 1, 'NX', 'PX', ARGV[2]) and 1 or 0
          """;

  /** Live, the most members; answers viewers, then JSON and time of those who came last. */
  static final String MEMBERS =
      COMMON
          + """
          local live = ARGV[1]
          local list = { redis.call('HLEN', key(live, 'viewers')) }
          local order = redis.call('ZREVRANGE', key(live, 'order'), 0, ARGV[2] - 1, 'WITHSCORES')
          for i = 1, #order, 2 do
            list[#list + 1] = redis.call('HGET', key(live, 'viewers'), order[i])
            list[#list + 1] = order[i + 1]
          end
          return list
          """;

  /** Lives; answers how many watch each, -1 for those that are over. */
  static final String SIZES =
      COMMON
          + """
          local sizes = {}
          for _, live in ipairs(ARGV) do
            local over = redis.call('EXISTS', closed(live)) == 1
            sizes[#sizes + 1] = over and -1 or redis.call('HLEN', key(live, 'viewers'))
          end
          return sizes
          """;

  /** Live; answers viewers, presenter's JSON, then session and node of each who is told that. */
  static final String RECIPIENTS =
      COMMON
          + """
          local live = ARGV[1]
          local presenter = redis.call('GET', key(live, 'presenter'))
          if not presenter then return false end
          local viewers = redis.call('HLEN', key(live, 'viewers'))
          redis.call('SET', key(live, 'told'), viewers, 'PX',
            math.max(1, redis.call('PTTL', key(live, 'presenter'))))
          local list = { viewers, presenter }
          for _, item in ipairs(redis.call('HGETALL', key(live, 'nodes'))) do
            list[#list + 1] = item
          end
          return list
          """;

  /**
   * Live, ms of grace, ms to keep; answers 1 when there are more or fewer viewers than was told
   * last, else 0; then the sessions that joined longer ago than the grace and are not online any
   * more. A live whose presenter is online is kept on.
   */
  static final String LOST =
      COMMON
          + """
          local live, grace, length = ARGV[1], tonumber(ARGV[2]), ARGV[3]
          local presenter = redis.call('GET', key(live, 'presenter'))
          if not presenter then
            redis.call('SREM', lives, live)
            return { 0 }
          end
          local holder = cjson.decode(presenter).session.sessionId
          if redis.call('EXISTS', 'presence:session:' .. holder) == 1 then keep(live, length) end
          local time = redis.call('TIME')
          local before = time[1] * 1000 + math.floor(time[2] / 1000) - grace
          local viewers = redis.call('HLEN', key(live, 'viewers'))
          local told = tonumber(redis.call('GET', key(live, 'told')) or 0)
          local lost = { viewers == told and 0 or 1 }
          for _, session in ipairs(redis.call('ZRANGEBYSCORE', key(live, 'order'), '-inf', before)) do
            if redis.call('EXISTS', 'presence:session:' .. session) == 0 then
              lost[#lost + 1] = session
            end
          end
          return lost
          """;
}
