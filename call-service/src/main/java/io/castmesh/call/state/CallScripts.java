package io.castmesh.call.state;

/**
 * The changes of calls, each one atomic step inside Redis.
 *
 * <pre>
 * call:state:CALL  JSON; for a while after the call has ended, too
 * call:user:USER   the call that a user is in
 * call:deadlines   sorted set: ringing call by the ms when it stops
 * call:accepted    set of calls in which people talk
 * call:log         list: JSON of ended calls that MySQL does not have yet
 * call:untold      sorted set: JSON of each change, by ms, that may not have been told to anybody
 * call:releasing   sorted set: call, by the ms when it ended, whose media may still be there
 * </pre>
 */
final class CallScripts {
  private CallScripts() {}

  private static final String COMMON =
      """
      local deadlines, accepted, log = 'call:deadlines', 'call:accepted', 'call:log'
      local function state(call) return 'call:state:' .. call end
      local function of(user) return 'call:user:' .. user end
      local function clock()
        local time = redis.call('TIME')
        return time[1] * 1000 + math.floor(time[2] / 1000)
      end
      local function note(list, entry)
        redis.call('ZADD', list, clock(), entry)
        redis.call('ZREMRANGEBYRANK', list, 0, -10001)
        redis.call('PEXPIRE', list, 600000)
      end
      local function write(json, bound)
        redis.call('RPUSH', log, json)
        redis.call('LTRIM', log, -bound, -1)
      end
      """;

  /**
   * Call, caller, callee, JSON, ms to keep, ms to ring, JSON for the log if the callee is busy,
   * bound of the log, what is to be told; answers ringing, or who is in another call: caller or
   * callee.
   */
  static final String INVITE =
      COMMON
          + """
          local call, caller, callee = ARGV[1], ARGV[2], ARGV[3]
          local function talks(user)
            local other = redis.call('GET', of(user))
            return other and redis.call('EXISTS', state(other)) == 1
          end
          if talks(caller) then return 'caller' end
          if talks(callee) then
            write(ARGV[7], ARGV[8])
            return 'callee'
          end
          redis.call('SET', state(call), ARGV[4], 'PX', ARGV[5])
          redis.call('SET', of(caller), call, 'PX', ARGV[5])
          redis.call('SET', of(callee), call, 'PX', ARGV[5])
          redis.call('ZADD', deadlines, clock() + ARGV[6], call)
          note('call:untold', ARGV[9])
          return 'ringing'
          """;

  /**
   * Call, caller, callee, JSON before, JSON after, phase after, ms to keep, bound of the log, what
   * is to be told (empty: nothing); answers 0 when somebody else has changed the call meanwhile.
   */
  static final String CHANGE =
      COMMON
          + """
          local call, caller, callee, phase = ARGV[1], ARGV[2], ARGV[3], ARGV[6]
          if redis.call('GET', state(call)) ~= ARGV[4] then return 0 end
          redis.call('SET', state(call), ARGV[5], 'PX', ARGV[7])
          if phase == 'accepted' then
            redis.call('ZREM', deadlines, call)
            redis.call('SADD', accepted, call)
          elseif phase == 'ended' then
            redis.call('ZREM', deadlines, call)
            if redis.call('SREM', accepted, call) == 1 then note('call:releasing', call) end
            for _, user in ipairs({ caller, callee }) do
              if redis.call('GET', of(user)) == call then redis.call('DEL', of(user)) end
            end
            write(ARGV[5], ARGV[8])
          end
          if ARGV[9] ~= '' then note('call:untold', ARGV[9]) end
          return 1
          """;

  /** List, ms, the most; answers what has been in it for longer, the oldest first. */
  static final String LATE =
      COMMON
          + """
          return redis.call('ZRANGEBYSCORE', ARGV[1], '-inf', clock() - ARGV[2], 'LIMIT', 0, ARGV[3])
          """;

  /** The most; answers calls that have rung for too long. One without a state is forgotten. */
  static final String OVERDUE =
      COMMON
          + """
          local due = {}
          for _, call in ipairs(redis.call('ZRANGEBYSCORE', deadlines, '-inf', clock(), 'LIMIT', 0,
              ARGV[1])) do
            if redis.call('EXISTS', state(call)) == 1 then
              due[#due + 1] = call
            else
              redis.call('ZREM', deadlines, call)
            end
          end
          return due
          """;

  /**
   * Call, caller, callee, JSON, ms to keep: an accepted call goes on. Puts back what Redis has lost
   * unless the call has ended or changed meanwhile, or one of the two talks to somebody else; then
   * answers 0.
   */
  static final String KEEP =
      COMMON
          + """
          local call, length = ARGV[1], ARGV[5]
          local now = redis.call('GET', state(call))
          if now and now ~= ARGV[4] then return 0 end
          for i = 2, 3 do
            local other = redis.call('GET', of(ARGV[i]))
            if other and other ~= call then return 0 end
          end
          redis.call('SET', state(call), ARGV[4], 'PX', length)
          redis.call('SET', of(ARGV[2]), call, 'PX', length)
          redis.call('SET', of(ARGV[3]), call, 'PX', length)
          redis.call('SADD', accepted, call)
          return 1
          """;

  /**
   * Call, caller, callee, JSON, version, phase, ms to keep, ms when it stops ringing, bound of the
   * log: puts back what Redis has lost. Answers 0 when there is a newer copy, or one of the two is
   * in another call.
   */
  static final String RESTORE =
      COMMON
          + """
          local call, version, phase, length = ARGV[1], tonumber(ARGV[5]), ARGV[6], ARGV[7]
          local now = redis.call('GET', state(call))
          if now and (tonumber(cjson.decode(now).version) or 0) >= version then return 0 end
          local users = { ARGV[2], ARGV[3] }
          if phase == 'ended' then
            redis.call('ZREM', deadlines, call)
            redis.call('SREM', accepted, call)
            for _, user in ipairs(users) do
              if redis.call('GET', of(user)) == call then redis.call('DEL', of(user)) end
            end
            write(ARGV[4], ARGV[9])
          else
            for _, user in ipairs(users) do
              local other = redis.call('GET', of(user))
              if other and other ~= call and redis.call('EXISTS', state(other)) == 1 then
                return 0
              end
            end
            for _, user in ipairs(users) do
              redis.call('SET', of(user), call, 'PX', length)
            end
            if phase == 'accepted' then
              redis.call('ZREM', deadlines, call)
              redis.call('SADD', accepted, call)
            else
              redis.call('ZADD', deadlines, ARGV[8], call)
            end
          end
          redis.call('SET', state(call), ARGV[4], 'PX', length)
          return 1
          """;
}
