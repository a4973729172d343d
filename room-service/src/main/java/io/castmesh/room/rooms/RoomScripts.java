package io.castmesh.room.rooms;

/**
 * The changes of rooms, each one atomic step inside Redis.
 *
 * <pre>
 * rooms                 sorted set: room by the ms in which it was made
 * room:ROOM             hash: json; version (of the json); seq (of the last event); told (up to this
 *                       one all events were sent to gateways); floor (the last event that is forgotten);
 *                       bytes (of the log); base (seq of the copy it was restored from, until the
 *                       next change)
 * room:ROOM:log         list of the last events: "seq ms sent audience method params"
 * room:ROOM:early       sorted set: "first-last", by first, of events that were sent to gateways
 *                       though one before them was not yet: another instance is at that
 * room:ROOM:sent        hash: session:clientId to seq, of the events in the log
 * room:session:SESSION  set of the rooms in which a session is
 * room:user:USER        set of rooms that a user has made or been in
 * room:mark             when it was noticed that Redis had lost everything, in ms; 0: never
 * </pre>
 */
final class RoomScripts {
  private RoomScripts() {}

  private static final String COMMON =
      """
      local rooms = 'rooms'
      local function key(room) return 'room:' .. room end
      local function log(room) return 'room:' .. room .. ':log' end
      local function sent(room) return 'room:' .. room .. ':sent' end
      local function early(room) return 'room:' .. room .. ':early' end
      local function ofSession(session) return 'room:session:' .. session end
      local function ofUser(user) return 'room:user:' .. user end
      local function clock()
        local time = redis.call('TIME')
        return time[1] * 1000 + math.floor(time[2] / 1000)
      end
      local function number(room, field) return tonumber(redis.call('HGET', key(room), field) or 0) end
      local function keep(room, length)
        redis.call('PEXPIRE', key(room), length)
        redis.call('PEXPIRE', log(room), length)
        redis.call('PEXPIRE', sent(room), length)
      end
      local function enter(room, session, user, length)
        if session ~= '-' then
          redis.call('SADD', ofSession(session), room)
          redis.call('PEXPIRE', ofSession(session), length)
        end
        redis.call('SADD', ofUser(user), room)
        redis.call('PEXPIRE', ofUser(user), length)
      end
      """;

  /**
   * Room, version that it must have (- when it must not exist), JSON (empty: as it is), its
   * version, ms to keep, the most entries, bytes and ms of the log, key of who sent it (-: nobody),
   * count of those who come, session and user each, count of those who go, session each, then
   * audience, method and params of each event.
   *
   * <p>Answers 1, seq of the first event, seq of the last; or 0, JSON when the version is another;
   * or 2, seq when it was sent before.
   */
  static final String COMMIT =
      COMMON
          + """
          local room, length, key_ = ARGV[1], ARGV[5], ARGV[9]
          if key_ ~= '-' then
            local before = redis.call('HGET', sent(room), key_)
            if before then return { 2, tonumber(before) } end
          end
          if (redis.call('HGET', key(room), 'version') or '-') ~= ARGV[2] then
            return { 0, redis.call('HGET', key(room), 'json') }
          end
          local now = clock()
          if ARGV[2] == '-' then redis.call('DEL', early(room)) end
          if ARGV[3] ~= '' then
            redis.call('HSET', key(room), 'json', ARGV[3], 'version', ARGV[4])
            redis.call('ZADD', rooms, 'NX', now, room)
          end
          local at = 10
          for i = 1, tonumber(ARGV[at]) do
            enter(room, ARGV[at + 1], ARGV[at + 2], 3600000)
            at = at + 2
          end
          at = at + 1
          for i = 1, tonumber(ARGV[at]) do
            redis.call('SREM', ofSession(ARGV[at + 1]), room)
            at = at + 1
          end
          local seq, bytes = number(room, 'seq'), number(room, 'bytes')
          local first = seq + 1
          for i = at + 1, #ARGV, 3 do
            seq = seq + 1
            local entry = seq .. ' ' .. now .. ' ' .. key_ .. ' ' .. ARGV[i] .. ' ' .. ARGV[i + 1]
              .. ' ' .. ARGV[i + 2]
            redis.call('RPUSH', log(room), entry)
            bytes = bytes + #entry
            if key_ ~= '-' then redis.call('HSET', sent(room), key_, seq) end
          end
          local floor, count = number(room, 'floor'), redis.call('LLEN', log(room))
          while count > 1 do
            local oldest = redis.call('LINDEX', log(room), 0)
            local old, time, by = string.match(oldest, '^(%d+) (%d+) (%S+)')
            if count <= tonumber(ARGV[6]) and bytes <= tonumber(ARGV[7])
                and now - time <= tonumber(ARGV[8]) then break end
            redis.call('LPOP', log(room))
            if by ~= '-' then redis.call('HDEL', sent(room), by) end
            count, bytes, floor = count - 1, bytes - #oldest, old
          end
          redis.call('HSET', key(room), 'seq', seq, 'bytes', bytes, 'floor', floor)
          redis.call('HDEL', key(room), 'base')
          keep(room, length)
          return { 1, first, seq }
          """;

  /** Room; answers JSON, seq, floor, told; JSON is null when there is no such room. */
  static final String READ =
      COMMON + "return redis.call('HMGET', key(ARGV[1]), 'json', 'seq', 'floor', 'told')";

  /**
   * Room, seq, the most entries; answers floor, 1 when there are more of them, else 0, then the
   * first entries of the log after that seq.
   */
  static final String AFTER =
      COMMON
          + """
          local room, after, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
          local list = { number(room, 'floor'), 0 }
          local behind = number(room, 'seq') - after
          if behind <= 0 then return list end
          for _, entry in ipairs(redis.call('LRANGE', log(room), -behind, -1)) do
            if tonumber(string.match(entry, '^%d+')) > after then
              if #list - 2 == most then
                list[2] = 1
                break
              end
              list[#list + 1] = entry
            end
          end
          return list
          """;

  /** Room, first, last: the events from one to the other are told. */
  static final String TOLD =
      COMMON
          + """
          local room, told = ARGV[1], number(ARGV[1], 'told')
          if redis.call('EXISTS', key(room)) == 0 or tonumber(ARGV[3]) <= told then return 1 end
          if tonumber(ARGV[2]) > told + 1 then
            redis.call('ZADD', early(room), ARGV[2], ARGV[2] .. '-' .. ARGV[3])
            redis.call('PEXPIRE', early(room), 60000)
            return 1
          end
          told = tonumber(ARGV[3])
          for _, range in ipairs(redis.call('ZRANGE', early(room), 0, -1)) do
            local first, last = string.match(range, '^(%d+)%-(%d+)$')
            if tonumber(first) > told + 1 then break end
            told = math.max(told, tonumber(last))
            redis.call('ZREM', early(room), range)
          end
          redis.call('HSET', key(room), 'told', told)
          return 1
          """;

  /** Rooms; answers the version, - for one that is not there, and the last number of each. */
  static final String VERSIONS =
      COMMON
          + """
          local list = {}
          for _, room in ipairs(ARGV) do
            list[#list + 1] = redis.call('HGET', key(room), 'version') or '-'
            list[#list + 1] = tostring(number(room, 'seq'))
          end
          return list
          """;

  /**
   * The first and the last of the rooms to look at, ms to keep one with somebody in it; answers how
   * many there are, then for each peer whose session has no lease: room, peer; and for each room
   * with an event that is a second old and was not told: room, -.
   */
  static final String SWEEP =
      COMMON
          + """
          local now, list = clock(), { redis.call('ZCARD', rooms) }
          for _, room in ipairs(redis.call('ZRANGE', rooms, ARGV[1], ARGV[2])) do
            local json = redis.call('HGET', key(room), 'json')
            if not json then
              redis.call('ZREM', rooms, room)
            else
              local members = cjson.decode(json).members
              local renew = #members > 0 and redis.call('PTTL', key(room)) < ARGV[3] / 2
              if renew then keep(room, ARGV[3]) end
              for _, member in ipairs(members) do
                local session = member.session.sessionId
                local old = redis.call('PTTL', ofSession(session)) < ARGV[3] / 2
                  or redis.call('PTTL', ofUser(member.user.id)) < ARGV[3] / 2
                if renew or old then enter(room, session, member.user.id, ARGV[3]) end
                if redis.call('EXISTS', 'presence:session:' .. session) == 0 then
                  list[#list + 1] = room
                  list[#list + 1] = member.id
                end
              end
              local untold = number(room, 'seq') - number(room, 'told')
              if untold > 0 then
                local first = redis.call('LINDEX', log(room), -untold)
                  or redis.call('LINDEX', log(room), 0)
                local time = first and tonumber(string.match(first, '^%d+ (%d+)'))
                if time and now - time > 1000 then
                  list[#list + 1] = room
                  list[#list + 1] = '-'
                end
              end
            end
          end
          return list
          """;

  /**
   * Room, JSON, version, seq, ms to keep, count of members, session and user each, then entries of
   * the log: puts back what Redis has lost; the newer copy wins. Goes on with numbers that nobody
   * has seen: the copy may lack the last events. Answers 1 when it was put.
   */
  static final String RESTORE =
      COMMON
          + """
          local room, version, seq = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4])
          if redis.call('EXISTS', key(room)) == 1 then
            local theirs, base = number(room, 'version'), redis.call('HGET', key(room), 'base')
            if theirs > version then return 0 end
            if theirs == version and not (base and tonumber(base) < seq) then return 0 end
          end
          local next = math.max(number(room, 'seq'), seq) + 1000
          redis.call('DEL', key(room), log(room), sent(room), early(room))
          local at = 6
          for i = 1, tonumber(ARGV[at]) do
            enter(room, ARGV[at + 1], ARGV[at + 2], 3600000)
            at = at + 2
          end
          local floor, bytes = seq, 0
          for i = at + 1, #ARGV do
            local number, by = string.match(ARGV[i], '^(%d+) %d+ (%S+)')
            if i == at + 1 then floor = number - 1 end
            redis.call('RPUSH', log(room), ARGV[i])
            bytes = bytes + #ARGV[i]
            if by ~= '-' then redis.call('HSET', sent(room), by, number) end
          end
          redis.call('HSET', key(room), 'json', ARGV[2], 'version', ARGV[3], 'seq', next,
            'told', next, 'base', seq, 'floor', floor, 'bytes', bytes)
          redis.call('ZADD', rooms, 'NX', clock(), room)
          keep(room, ARGV[5])
          return 1
          """;

  /** ms; answers 1 when Redis has lost everything in that time: what is not there may come back. */
  static final String EMPTIED =
      COMMON
          + """
          redis.call('SET', 'room:mark', clock(), 'NX')
          return clock() - redis.call('GET', 'room:mark') < tonumber(ARGV[1]) and 1 or 0
          """;
}
