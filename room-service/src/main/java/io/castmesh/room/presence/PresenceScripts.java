package io.castmesh.room.presence;

/**
 * The changes of presence, each one atomic step inside Redis, so that several instances together
 * see every transition exactly once. Redis's own clock is the only one that counts.
 *
 * <pre>
 * presence:online          sorted set: user by the end of the last lease
 * presence:people          hash: user to JSON
 * presence:busy            sorted set: user by the ms until which busy was said
 * presence:user:USER       sorted set: session by the end of its lease
 * presence:session:SESSION "moves node user": who holds it; ends with the lease
 * presence:gone:SESSION    the moves with which it was withdrawn: an assertion with no more of them
 *                          was under way and must not bring it back
 * presence:version         of the last change: Redis's time in microseconds, and always growing
 * presence:untold          sorted set: "version state JSON" of each change that may not have been
 *                          told yet, by version
 * </pre>
 */
final class PresenceScripts {
  private PresenceScripts() {}

  private static final String COMMON =
      """
      local online, people, busy = 'presence:online', 'presence:people', 'presence:busy'
      local function sessionsOf(user) return 'presence:user:' .. user end
      local function lease(session) return 'presence:session:' .. session end
      local function gone(session) return 'presence:gone:' .. session end
      local function holder(session)
        local moves, node, user =
          string.match(redis.call('GET', lease(session)) or '', '^(%d+) (%S+) (.*)$')
        return tonumber(moves), node, user
      end
      local function clock()
        local time = redis.call('TIME')
        return time[1] * 1000 + math.floor(time[2] / 1000)
      end
      local function version()
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        return math.max(now, tonumber(redis.call('GET', 'presence:version') or 0) + 1)
      end
      local function text(number) return string.format('%.0f', number) end
      local function change(list, json, state)
        local number = text(version())
        redis.call('SET', 'presence:version', number, 'EX', 3600)
        redis.call('ZADD', 'presence:untold', number, number .. ' ' .. state .. ' ' .. json)
        redis.call('ZREMRANGEBYRANK', 'presence:untold', 0, -10001)
        list[#list + 1] = json
        list[#list + 1] = state
        list[#list + 1] = number
      end
      local function state(user)
        local ends = tonumber(redis.call('ZSCORE', busy, user) or 0)
        return ends > clock() and 'busy' or 'online'
      end
      -- Answers who has gone offline by it: JSON, or nothing.
      local function settle(user, now)
        redis.call('ZREMRANGEBYSCORE', sessionsOf(user), '-inf', now)
        local last = redis.call('ZREVRANGE', sessionsOf(user), 0, 0, 'WITHSCORES')
        if last[2] then
          redis.call('ZADD', online, last[2], user)
          return nil
        end
        local known = redis.call('HGET', people, user)
        local was = redis.call('ZREM', online, user) == 1
        redis.call('DEL', sessionsOf(user))
        redis.call('HDEL', people, user)
        redis.call('ZREM', busy, user)
        return was and known or nil
      end
      """;

  /**
   * lease ms, node, then session, moves, user, JSON each; answers the sessions that are not the
   * node's, then JSON, state and version of who came online, then the sessions that had no lease.
   * After Redis has lost everything that says nothing: for as long as a lease nobody is named.
   */
  static final String ASSERT =
      COMMON
          + """
          local length, node, now = tonumber(ARGV[1]), ARGV[2], clock()
          local lost, changed, begun = {}, {}, {}
          local emptied = tonumber(redis.call('GET', 'room:mark') or now)
          for i = 3, #ARGV, 4 do
            local session, moves, user, json = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2], ARGV[i + 3]
            local theirs, other = holder(session)
            local withdrawn = tonumber(redis.call('GET', gone(session)) or -1)
            if moves <= withdrawn or theirs and other ~= node and moves <= theirs then
              lost[#lost + 1] = session
            else
              if not theirs and now - emptied > length then begun[#begun + 1] = session end
              local record = ARGV[i + 1] .. ' ' .. node .. ' ' .. user
              redis.call('SET', lease(session), record, 'PX', length)
              redis.call('ZREMRANGEBYSCORE', sessionsOf(user), '-inf', now)
              redis.call('ZADD', sessionsOf(user), now + length, session)
              redis.call('HSET', people, user, json)
              if redis.call('ZADD', online, now + length, user) == 1 then
                change(changed, json, state(user))
              end
            end
          end
          return { lost, changed, begun }
          """;

  /**
   * lease ms, node, session, user, moves; answers JSON, state and version of who has gone offline
   * by it, or nothing.
   */
  static final String WITHDRAW =
      COMMON
          + """
          local length, node, session, user, moves =
            ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
          local withdrawn = tonumber(redis.call('GET', gone(session)) or -1)
          redis.call('SET', gone(session), math.max(moves, withdrawn), 'PX', length)
          local theirs, other = holder(session)
          if theirs and other ~= node and theirs > moves then return {} end
          redis.call('DEL', lease(session))
          redis.call('ZREM', sessionsOf(user), session)
          local changed, json = {}, settle(user, clock())
          if json then change(changed, json, 'offline') end
          return changed
          """;

  /**
   * The most users to look at, Redis's time in ms when this was asked, ms after which it is not
   * worth doing: a Redis that was stopped meanwhile has seen nobody renew. Answers JSON, state and
   * version of each who went offline or became free.
   */
  static final String SWEEP =
      COMMON
          + """
          local now, changed = clock(), {}
          if now - ARGV[2] > tonumber(ARGV[3]) then return changed end
          local late = redis.call('ZRANGEBYSCORE', online, '-inf', now, 'LIMIT', 0, ARGV[1])
          for _, user in ipairs(late) do
            local json = settle(user, now)
            if json then change(changed, json, 'offline') end
          end
          for _, user in ipairs(redis.call('ZRANGEBYSCORE', busy, '-inf', now, 'LIMIT', 0, ARGV[1])) do
            redis.call('ZREM', busy, user)
            local json = redis.call('HGET', people, user)
            if json and redis.call('ZSCORE', online, user) then change(changed, json, 'online') end
          end
          return changed
          """;

  /**
   * The most changes, ms; answers JSON, state and version of those that nobody has told for so
   * long: whoever made them has died, or has had no answer.
   */
  static final String UNTOLD =
      COMMON
          + """
          local before, list = text((clock() - ARGV[2]) * 1000), {}
          local late = redis.call('ZRANGEBYSCORE', 'presence:untold', '-inf', before, 'LIMIT', 0,
            ARGV[1])
          for _, change in ipairs(late) do
            local number, state, json = string.match(change, '^(%d+) (%S+) (.*)$')
            list[#list + 1] = json
            list[#list + 1] = state
            list[#list + 1] = number
          end
          return list
          """;

  /** Users; answers JSON, state, then session and node of each session, for each who is online. */
  static final String FIND =
      COMMON
          + """
          local now, found = clock(), {}
          for _, user in ipairs(ARGV) do
            local one = { redis.call('HGET', people, user), state(user) }
            for _, session in ipairs(redis.call('ZRANGEBYSCORE', sessionsOf(user), now, '+inf')) do
              local moves, node = holder(session)
              if moves then
                one[#one + 1] = session
                one[#one + 1] = node
              end
            end
            if one[1] and #one > 2 then found[#found + 1] = one end
          end
          return found
          """;

  /** Sessions; answers those that are alive. */
  static final String ALIVE =
      COMMON
          + """
          local alive = {}
          for _, session in ipairs(ARGV) do
            if redis.call('EXISTS', lease(session)) == 1 then alive[#alive + 1] = session end
          end
          return alive
          """;

  /** Sessions; answers session, node, user and moves of each that is alive. */
  static final String HOLDERS =
      COMMON
          + """
          local list = {}
          for _, session in ipairs(ARGV) do
            local moves, node, user = holder(session)
            if moves then
              for _, item in ipairs({ session, node, user, moves }) do list[#list + 1] = item end
            end
          end
          return list
          """;

  /** The most people; answers the version, then JSON and state of each. */
  static final String EVERYBODY =
      COMMON
          + """
          local now, list = clock(), { text(version()) }
          local users = redis.call('ZREVRANGEBYSCORE', online, '+inf', now, 'LIMIT', 0, ARGV[1])
          for _, user in ipairs(users) do
            local json = redis.call('HGET', people, user)
            if json then
              list[#list + 1] = json
              list[#list + 1] = state(user)
            end
          end
          return list
          """;

  /** Users; answers the version, then JSON (empty when unknown) and state of each, in order. */
  static final String STATES =
      COMMON
          + """
          local now, list = clock(), { text(version()) }
          for _, user in ipairs(ARGV) do
            local ends = tonumber(redis.call('ZSCORE', online, user) or 0)
            list[#list + 1] = redis.call('HGET', people, user) or ''
            list[#list + 1] = ends >= now and state(user) or 'offline'
          end
          return list
          """;

  /**
   * User, 1 or 0, ms; answers JSON, new state and version when that changed something, or nothing.
   */
  static final String BUSY =
      COMMON
          + """
          local user = ARGV[1]
          local json = redis.call('HGET', people, user)
          if not json or not redis.call('ZSCORE', online, user) then return {} end
          local changed
          if ARGV[2] == '1' then
            changed = redis.call('ZADD', busy, clock() + ARGV[3], user)
          else
            changed = redis.call('ZREM', busy, user)
          end
          local list = {}
          if changed ~= 0 then change(list, json, state(user)) end
          return list
          """;

  /** Answers how many people are online. */
  static final String COUNT = COMMON + "return redis.call('ZCOUNT', online, clock(), '+inf')";
}
