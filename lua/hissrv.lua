-- hissrv: aggregates the live values in Redis into true time windows.
--
--   EVALSHA <sha> 0 collect [epoch seconds]             takes one sample of every live channel
--   EVALSHA <sha> 0 aggregate_<window> [epoch seconds]  closes finished windows: 1m, 5m, 15m, 1h, 5s ...
--   EVALSHA <sha> 0 push_json <element>                 pushes one element to archive:pending
--   EVALSHA <sha> 0 refresh [epoch seconds]             looks for new channels now
--
-- Without a time the script uses Redis's own clock. The reply is an integer: 0 = nothing left to do,
-- above 0 = call again at once with the same arguments (each call blocks Redis for about `slice_us`
-- only). push_json returns the length of the list. Needs Redis 6.2 or later, and no Redis Cluster.
-- README.md has the settings (HASH hissrv:aggregation), RATIONALE.md the reasons.
--
-- The script's own keys; <w> is a window's name, <s> a window's start:
--   hissrv:channels      ZSET  channel key -> slot, the registry (slots only grow)
--   hissrv:parts         HASH  channel key -> its part of the archive key, if not the usual one
--   hissrv:state         HASH  channel key -> last sign of life and its digest
--   hissrv:names         HASH  channel key -> field names, packed; positions never change while in use
--   hissrv:acc:<w>:<s>   HASH  channel key -> accumulators of all its points, packed
--   hissrv:todo:<w>:<s>  LIST  channels with accumulators in that window that are not closed yet
--   hissrv:draft:<w>:<s>:<part>  HASH  archive hash that is not complete yet
--   hissrv:open:<w>      ZSET  starts of windows that have accumulators
--   hissrv:closed:<w>    ZSET  intervals that are closed for ever: member = from, score = end
--   hissrv:windows       SET   windows that may have accumulators
--   hissrv:extra         SET   windows beyond the configured ones, requested by aggregate_<window>
--   hissrv:progress      HASH  where scanning, collecting and closing stopped
--   hissrv:round:<t>     progress of the round of second t; expires
--   hissrv:seq           sequence number of the index
--   hissrv:stats         HASH  counters

local call, try = redis.call, redis.pcall
local floor = math.floor
local pack, unpack_struct = struct.pack, struct.unpack
local concat, format, rep = table.concat, string.format, string.rep

-- A larger value could overflow a sum, so it is not a sample, just like an infinity.
local LARGEST = 1e300
-- A hash with more fields is skipped: sampling and closing it would block Redis for too long.
local FIELDS_MAX = 10000
-- Points written to an archive hash in one step: at least POINTS_AT_ONCE, and enough to finish in
-- STEPS steps, because each step decodes the accumulators again; at most POINTS_AT_MOST, which is what
-- one command takes from Lua's stack.
local POINTS_AT_ONCE = 60
local STEPS = 16
local POINTS_AT_MOST = 700
-- Doubles packed or unpacked at once.
local DOUBLES_AT_ONCE = 1000
-- If more finished windows of one length than this are still open, a collect closes some itself.
local OPEN_MAX = 10
local LONGEST_WINDOW = 7 * 24 * 3600
local WINDOWS_MAX = 8
local FORGET_AFTER = 3600
local ROUND_TTL = 10
local INTERVALS_MAX = 1000

local function refuse(...)
  error({ refused = concat({ ... }) }, 0)
end

local function clock_us()
  local now = call('TIME')
  return now[1] * 1000000 + now[2]
end

local started_us = clock_us()
local counters = {}

-- How long a call on this server has taken, by the first of these that moves within a script:
-- os.clock, the processor time of Redis (from 7.4 on; negative where 32 bits are too few for it), TIME
-- (before 7.2), and otherwise what the commands have read and written, by what that takes.
local COMMAND_US, ELEMENT_US = 3, 1.2
local elapsed_us
do
  local os = rawget(_G, 'os')
  local begun = os and os.clock() or -1
  if begun >= 0 then
    elapsed_us = function()
      local now = os.clock()
      return now < begun and math.huge or (now - begun) * 1000000
    end
  elseif (redis.REDIS_VERSION_NUM or 0) < 0x00070200 then
    elapsed_us = function()
      return clock_us() - started_us
    end
  else
    local spent = 0
    local function weighed(command)
      return function(...)
        local reply = command(...)
        local read = type(reply) == 'table' and #reply or 0
        spent = spent + COMMAND_US + ELEMENT_US * (select('#', ...) + read)
        return reply
      end
    end
    call, try = weighed(call), weighed(try)
    elapsed_us = function()
      return spent
    end
  end
end

-- Like call, but returns nil if the key is of another type than the command is for.
local function call_on_type(...)
  local reply = try(...)
  if type(reply) ~= 'table' or not reply.err then
    return reply
  end
  -- Repeated, for the error that call raises.
  return not string.find(reply.err, 'WRONGTYPE', 1, true) and call(...) or nil
end

local function count(name, by)
  counters[name] = (counters[name] or 0) + by
end

local function split(text)
  local parts = {}
  for part in string.gmatch(text, '[^,]+') do
    local trimmed = string.match(part, '^%s*(.-)%s*$')
    if trimmed ~= '' then
      parts[#parts + 1] = trimmed
    end
  end
  return parts
end

---------------------------------------------------------------------------------------------------
-- Settings
---------------------------------------------------------------------------------------------------

local SECONDS = { s = 1, m = 60, h = 3600 }

-- '5m' -> 300; nil if it is not a window.
local function window_seconds(name)
  local number, unit = string.match(name, '^([1-9]%d*)([smh])$')
  local seconds = number and #number <= 6 and tonumber(number) * SECONDS[unit]
  return seconds and seconds <= LONGEST_WINDOW and seconds or nil
end

local function names_of(windows)
  local names = {}
  for i, window in ipairs(windows) do
    names[i] = window.name
  end
  return concat(names, ', ')
end

-- Returns the configured windows and those requested since, sorted by length. `source` of a window is
-- the largest shorter window that divides it, and from which it is merged. The first window is the
-- base and has no source.
local function parse_windows(text)
  local windows, by_length = {}, {}
  local function add(name)
    local seconds = window_seconds(name)
    if not seconds then
      refuse('hissrv:aggregation windows: `', name, '` is not a window; use <n>s, <n>m or <n>h, up to 168h')
    end
    if windows[1] and seconds % windows[1].seconds ~= 0 then
      refuse('hissrv:aggregation windows: ', name, ' is not a multiple of the first, ', windows[1].name)
    end
    if not by_length[seconds] then
      by_length[seconds] = { name = name, seconds = seconds }
      windows[#windows + 1] = by_length[seconds]
    end
  end
  for _, name in ipairs(split(text)) do
    add(name)
  end
  if not windows[1] then
    refuse('hissrv:aggregation windows: empty; name at least one, as in 1m,5m')
  end
  local configured = #windows
  for _, name in ipairs(call('SMEMBERS', 'hissrv:extra')) do
    local seconds = window_seconds(name)
    if seconds and seconds % windows[1].seconds == 0 then
      add(name)
    end
  end
  local requested = #windows - configured
  table.sort(windows, function(a, b)
    return a.seconds < b.seconds
  end)
  if #windows > WINDOWS_MAX then
    refuse('hissrv:aggregation windows: at most ', WINDOWS_MAX, ', not ', names_of(windows),
      requested > 0 and '; those that calls have asked for are kept in the set hissrv:extra' or '')
  end
  for i = 2, #windows do
    for j = 1, i - 1 do
      if windows[i].seconds % windows[j].seconds == 0 then
        windows[i].source = windows[j]
      end
    end
  end
  return windows
end

-- 'voltage:1-99,power:200,power:300' -> { {name=,ranges={ {from=,to=}, ... }}, ... }
local function parse_classes(text)
  local classes, by_name = {}, {}
  for _, entry in ipairs(split(text)) do
    local name, from, to = string.match(entry, '^([%w_]+):(%d+)-(%d+)$')
    if not name then
      name, from = string.match(entry, '^([%w_]+):(%d+)$')
      to = from
    end
    if not name or tonumber(from) > tonumber(to) then
      refuse('hissrv:aggregation classes: `', entry, '` is not a range; use name:from-to, as in voltage:1-99')
    end
    local class = by_name[name]
    if not class then
      class = { name = name, ranges = {} }
      by_name[name] = class
      classes[#classes + 1] = class
    end
    class.ranges[#class.ranges + 1] = { from = tonumber(from), to = tonumber(to) }
  end
  return classes
end

local function settings()
  local read = {
    windows = '1m,5m',
    patterns = 'comsrv:*:[mscaTMSCA],inst:*:[a-zA-Z],modsrv:*:measurement',
    classes = '',
    ttl = '7200',
    interval = '1',
    alive = '60',
    alive_unstamped = '300',
    refresh = '10',
    slice_us = '1000',
    pending_max = '1000000',
  }
  local stored = call('HGETALL', 'hissrv:aggregation')
  for i = 1, #stored, 2 do
    if not read[stored[i]] then
      local known = {}
      for name in pairs(read) do
        known[#known + 1] = name
      end
      table.sort(known)
      refuse('hissrv:aggregation: unknown setting `', stored[i], '`; valid: ', concat(known, ', '))
    end
    read[stored[i]] = stored[i + 1]
  end
  local function whole(name, least)
    local value = string.match(read[name], '^%d+$') and #read[name] <= 12 and tonumber(read[name])
    if not value or value < least then
      refuse('hissrv:aggregation ', name, ': `', read[name], '`; use a whole number from ', least, ' on')
    end
    return value
  end
  local result = {
    windows = parse_windows(read.windows),
    patterns_text = read.patterns,
    patterns = split(read.patterns),
    classes = parse_classes(read.classes),
    ttl = whole('ttl', 1),
    interval = whole('interval', 1),
    alive = whole('alive', 1),
    alive_unstamped = whole('alive_unstamped', 0),
    refresh = whole('refresh', 0),
    slice_us = whole('slice_us', 100),
    pending_max = whole('pending_max', 1),
  }
  if not result.patterns[1] then
    refuse('hissrv:aggregation patterns: empty; name at least one, as in comsrv:*:m')
  end
  if result.windows[1].seconds % result.interval ~= 0 then
    refuse('hissrv:aggregation interval: ', result.windows[1].name, ' is not a multiple of ', result.interval, ' s')
  end
  return result
end

-- Returns the time of this call in whole epoch seconds.
local function moment(text)
  if not text or text == '' then
    return floor(started_us / 1000000)
  end
  local time = string.match(text, '^%d+%.?%d*$') and tonumber(text)
  if not time then
    refuse('time `', string.sub(text, 1, 40), '` is not a number; use epoch seconds, or none for the clock of Redis')
  end
  if time >= 1e11 then
    refuse('time ', string.sub(text, 1, 40), ' is too far ahead; use epoch seconds, not milliseconds')
  end
  return floor(time)
end

local function out_of_time(cfg)
  return elapsed_us() >= cfg.slice_us
end

---------------------------------------------------------------------------------------------------
-- Accumulators: per point sum, its rounding error, min, max, last, and the number of samples
---------------------------------------------------------------------------------------------------

local HEADER = '<I4I4I4d'
local PER_POINT = 5
-- Replaces a number that all points have in common: each point has its own, after the doubles.
local MIXED = 4294967295

local formats = { d = {}, I4 = {} }
local function times(kind, n)
  local text = formats[kind][n]
  if not text then
    text = '<' .. rep(kind, n)
    formats[kind][n] = text
  end
  return text
end

local function read_numbers(blob, kind, n, position)
  if n <= DOUBLES_AT_ONCE then
    local values = { unpack_struct(times(kind, n), blob, position) }
    local after = values[n + 1]
    values[n + 1] = nil
    return values, after
  end
  local values = {}
  while #values < n do
    local lot = math.min(DOUBLES_AT_ONCE, n - #values)
    local some
    some, position = read_numbers(blob, kind, lot, position)
    local base = #values
    for i = 1, lot do
      values[base + i] = some[i]
    end
  end
  return values, position
end

local function write_numbers(values, kind, n)
  if n <= DOUBLES_AT_ONCE then
    return pack(times(kind, n), unpack(values, 1, n))
  end
  local lots = {}
  for from = 1, n, DOUBLES_AT_ONCE do
    local to = math.min(n, from + DOUBLES_AT_ONCE - 1)
    lots[#lots + 1] = pack(times(kind, to - from + 1), unpack(values, from, to))
  end
  return concat(lots)
end

-- Returns { v = doubles, c = samples per point, at = last second sampled, t = the same per point as
-- far as known, or nil if it is `at` for all points }.
local function decode(blob)
  local n, common, timed, at, position = unpack_struct(HEADER, blob)
  local v, c, t
  v, position = read_numbers(blob, 'd', n * PER_POINT, position)
  if common == MIXED then
    c, position = read_numbers(blob, 'I4', n, position)
  else
    c = {}
    for i = 1, n do
      c[i] = common
    end
  end
  if timed == MIXED then
    t = read_numbers(blob, 'd', n, position)
  end
  return { v = v, c = c, t = t, at = at }
end

local function encode(acc)
  local v, c = acc.v, acc.c
  local n = #c
  local common = c[1] or 0
  for i = 2, n do
    if c[i] ~= common then
      common = MIXED
      break
    end
  end
  local blob = pack(HEADER, n, common, acc.t and MIXED or 0, acc.at) .. write_numbers(v, 'd', n * PER_POINT)
  if common == MIXED then
    blob = blob .. write_numbers(c, 'I4', n)
  end
  if acc.t then
    blob = blob .. write_numbers(acc.t, 'd', n)
  end
  return blob
end

local function widen(acc, n)
  local v, c = acc.v, acc.c
  for i = #c + 1, n do
    c[i] = 0
    if acc.t then
      acc.t[i] = 0
    end
    for k = (i - 1) * PER_POINT + 1, i * PER_POINT do
      v[k] = 0
    end
  end
end

local function names_for(key)
  local packed = call('HGET', 'hissrv:names', key)
  return packed and cmsgpack.unpack(packed) or {}
end

---------------------------------------------------------------------------------------------------
-- Windows: open, closed
---------------------------------------------------------------------------------------------------

local function acc_key(window, start)
  return format('hissrv:acc:%s:%d', window.name, start)
end

local function todo_key(window, start)
  return format('hissrv:todo:%s:%d', window.name, start)
end

local function is_closed(window, start)
  local interval = call('ZRANGEBYSCORE', 'hissrv:closed:' .. window.name, format('(%d', start), '+inf', 'LIMIT', 0, 1)[1]
  return interval ~= nil and tonumber(interval) <= start
end

-- Closes [start, start + length) for new samples. Neighbouring intervals become one.
local function mark_closed(window, start)
  if is_closed(window, start) then
    return
  end
  local key, from, stop = 'hissrv:closed:' .. window.name, format('%d', start), start + window.seconds
  local after = call('ZSCORE', key, format('%d', stop))
  if after then
    call('ZREM', key, format('%d', stop))
    stop = after
  end
  local before = call('ZRANGEBYSCORE', key, start, start)[1]
  call('ZADD', key, stop, before or from)
  call('ZREMRANGEBYRANK', key, 0, -INTERVALS_MAX - 1)
end

local opened = {}
local function open(window, start)
  local id = acc_key(window, start)
  if not opened[id] then
    opened[id] = true
    call('ZADD', 'hissrv:open:' .. window.name, start, format('%d', start))
    call('SADD', 'hissrv:windows', window.name)
  end
end

---------------------------------------------------------------------------------------------------
-- Registry of channels
---------------------------------------------------------------------------------------------------

local TYPES = '^comsrv:(%d+):([mscaTMSCA])$'

-- Returns the channel's part of the archive key; nil if the key is not a channel, such as a companion.
local function usual_part(key)
  local channel, kind = string.match(key, TYPES)
  if channel then
    return (kind == 'm' or kind == 'T') and channel or channel .. ':' .. kind
  end
  local model = string.match(key, '^modsrv:(.+):measurement$')
  if model then
    return 'modsrv:' .. model
  end
  if string.match(key, ':ts$') or string.match(key, ':raw$') or string.match(key, '^hissrv:')
    or string.match(key, '^archive:') then
    return nil
  end
  return key
end

-- comsrv:1001:m and comsrv:1001:T share the part 1001: the one found second gets a part of its own.
local function tell_apart(key, slot)
  local channel, kind = string.match(key, TYPES)
  local other = kind == 'm' and 'T' or kind == 'T' and 'm'
  local twin = other and 'comsrv:' .. channel .. ':' .. other
  local first = twin and call('ZSCORE', 'hissrv:channels', twin)
  if first and tonumber(first) < slot and call('HEXISTS', 'hissrv:parts', twin) == 0 then
    local part = channel .. ':' .. kind
    call('HSET', 'hissrv:parts', key, part)
    return part
  end
end

local function part_of(key)
  local part = call('HGET', 'hissrv:parts', key)
  if part then
    return part
  end
  -- The entry in hissrv:parts may have vanished.
  local slot = call('ZSCORE', 'hissrv:channels', key)
  return slot and tell_apart(key, tonumber(slot)) or usual_part(key)
end

local function register(key)
  if call('ZSCORE', 'hissrv:channels', key) or not usual_part(key) then
    return
  end
  if call('TYPE', key).ok ~= 'hash' then
    count('wrong_type', 1)
    return
  end
  -- If the counter has vanished, its numbers are still in use: two channels with one number would hide
  -- one of them.
  local last = tonumber(call('ZRANGE', 'hissrv:channels', -1, -1, 'WITHSCORES')[2] or '0')
  local slot = math.max(last, tonumber(call('HGET', 'hissrv:progress', 'slots') or '0')) + 1
  call('HSET', 'hissrv:progress', 'slots', slot)
  call('ZADD', 'hissrv:channels', slot, key)
  tell_apart(key, slot)
end

-- Returns whether sampling can begin: a search with these patterns has been through the keyspace, and
-- found something or is not due again.
local function has_searched(cfg, time)
  local at = call('HMGET', 'hissrv:progress', 'next', 'patterns')
  return at[1] and at[2] == cfg.patterns_text
    and (time < tonumber(at[1]) or call('EXISTS', 'hissrv:channels') == 1)
end

-- Searches for channels if a search is due, or continues a search, within the time of this call. With
-- `now_wanted` a search begins now, unless a requested one is already running. Returns true if nothing
-- is left to search.
local function refresh(cfg, time, now_wanted)
  local at = call('HMGET', 'hissrv:progress', 'scan', 'next', 'patterns', 'searched')
  local scan, next_time, searched = at[1], tonumber(at[2] or ''), tonumber(at[4] or '')
  if at[3] ~= cfg.patterns_text then
    call('DEL', 'hissrv:channels')
    call('HSET', 'hissrv:progress', 'patterns', cfg.patterns_text)
    call('HDEL', 'hissrv:progress', 'scan', 'next')
    scan, next_time = false, nil
  end
  local pattern, cursor, wanted = string.match(scan or '', '^(%d+) (%d+) (%d)$')
  if now_wanted and wanted ~= '1' then
    pattern, cursor, wanted = 1, '0', '1'
  elseif not pattern then
    local is_due = not next_time or not searched or time >= next_time or time < searched - 60
    if not is_due then
      return true
    end
    pattern, cursor, wanted = 1, '0', '0'
  end
  pattern = tonumber(pattern)
  while cfg.patterns[pattern] do
    local found = call('SCAN', cursor, 'MATCH', cfg.patterns[pattern], 'COUNT', 300)
    cursor = found[1]
    for _, key in ipairs(found[2]) do
      register(key)
    end
    if cursor == '0' then
      pattern = pattern + 1
    end
    if cfg.patterns[pattern] and out_of_time(cfg) then
      call('HSET', 'hissrv:progress', 'scan', concat({ pattern, cursor, wanted }, ' '))
      return false
    end
  end
  -- The larger the keyspace, the rarer the search, so that it takes less than a percent of the time.
  local least = call('EXISTS', 'hissrv:channels') == 1 and cfg.refresh or math.min(cfg.refresh, 1)
  local pause = math.max(least, floor(call('DBSIZE') / 2000))
  call('HSET', 'hissrv:progress', 'next', time + pause, 'searched', time)
  call('HDEL', 'hissrv:progress', 'scan')
  count('refreshes', 1)
  return true
end

local function has_open_window(key)
  for _, name in ipairs(call('SMEMBERS', 'hissrv:windows')) do
    for _, start in ipairs(call('ZRANGE', 'hissrv:open:' .. name, 0, -1)) do
      if call('HEXISTS', 'hissrv:acc:' .. name .. ':' .. start, key) == 1 then
        return true
      end
    end
  end
  return false
end

local function forget(key)
  call('ZREM', 'hissrv:channels', key)
  if not has_open_window(key) then
    call('HDEL', 'hissrv:state', key)
    call('HDEL', 'hissrv:names', key)
    call('HDEL', 'hissrv:parts', key)
  end
end

---------------------------------------------------------------------------------------------------
-- collect
---------------------------------------------------------------------------------------------------

-- A longer text is no number, as in the source connector.
local NUMBER_MAX = 64

-- Returns a number as devices write it, also as value:millis or value:millis:source; nil for every
-- other text. Lua itself would accept more: hexadecimal, surrounding blanks, the text before a zero
-- byte.
local function slow_number(text)
  local value, millis, rest = string.match(text, '^([^:]+):(%d+)(.*)$')
  if not millis or #millis < 9 or #millis > 14 or not (rest == '' or string.sub(rest, 1, 1) == ':') then
    value = text
  end
  if #value > NUMBER_MAX or string.find(value, '[^%d%.eE+-]') then
    return nil
  end
  return tonumber(value)
end

-- Recognises 'nan', 'inf' and similar words, which this Lua may not parse.
local function is_no_finite(text)
  local word = string.match(string.lower(text), '^%s*[+-]?(%a+)')
  return word == 'nan' or word == 'inf' or word == 'infinity'
end

-- Returns whether one of the channel's own time stamps (epoch ms) is close to now.
local function is_fresh(stamps, time, cfg)
  for _, text in ipairs(stamps) do
    local stamp = tonumber(text)
    if stamp and math.abs(stamp / 1000 - time) <= cfg.alive then
      return true
    end
  end
  return false
end

-- Returns whether the channel is alive: its companion :ts, or the hash itself if it has none, has
-- changed within the configured time. Stores what it saw; a negative time means silent. `joined` is
-- the whole hash as one text.
local function is_alive(cfg, key, joined, time)
  local stamps = call_on_type('HVALS', key .. ':ts')
  if not stamps then
    count('wrong_type', 1)
  end
  local stamped = stamps and stamps[1] ~= nil
  local mark = string.sub(redis.sha1hex(stamped and concat(stamps, '\0') or joined), 1, 16)
  local before = call('HGET', 'hissrv:state', key)
  local seen, limit = time, stamped and cfg.alive or cfg.alive_unstamped
  if before then
    local mark_before
    seen, mark_before = unpack_struct('<dc16', before)
    if mark ~= mark_before or seen > time then
      seen = time
    elseif seen > 0 and time - seen > limit and limit > 0 then
      seen = -seen
    end
  elseif stamped and not is_fresh(stamps, time, cfg) then
    seen = -time
  end
  local after = pack('<dc16', seen, mark)
  if after ~= before then
    call('HSET', 'hissrv:state', key, after)
  end
  return seen > 0, seen
end

-- Removes the names of fields that are gone and have no sample in an open window, and renumbers.
local function compact(cfg, key, names, fields)
  local keep, blobs = {}, {}
  for i = 1, #fields, 2 do
    keep[fields[i]] = true
  end
  for _, window in ipairs(call('SMEMBERS', 'hissrv:windows')) do
    for _, start in ipairs(call('ZRANGE', 'hissrv:open:' .. window, 0, -1)) do
      local where = 'hissrv:acc:' .. window .. ':' .. start
      if call('HEXISTS', 'hissrv:progress', 'close:' .. window .. ':' .. start) == 1 then
        return names
      end
      local blob = call('HGET', where, key)
      if blob then
        local acc = decode(blob)
        blobs[#blobs + 1] = { where = where, acc = acc }
        for i, n in ipairs(acc.c) do
          keep[names[i]] = keep[names[i]] or n > 0
        end
      end
    end
  end
  local kept, from = {}, {}
  for i, name in ipairs(names) do
    if keep[name] then
      kept[#kept + 1] = name
      from[#from + 1] = i
    end
  end
  if #kept == #names then
    return names
  end
  for _, blob in ipairs(blobs) do
    local old = blob.acc
    local acc = { v = {}, c = {}, t = old.t and {}, at = old.at }
    for i, j in ipairs(from) do
      if not old.c[j] then
        break
      end
      acc.c[i] = old.c[j]
      if old.t then
        acc.t[i] = old.t[j]
      end
      for k = 1, PER_POINT do
        acc.v[(i - 1) * PER_POINT + k] = old.v[(j - 1) * PER_POINT + k]
      end
    end
    call('HSET', blob.where, key, encode(acc))
  end
  call('HSET', 'hissrv:names', key, cmsgpack.pack(kept))
  return kept
end

local function positions(names)
  local index = {}
  for i = 1, #names do
    index[names[i]] = i
  end
  return index
end

-- Adds the hash's values to the accumulators. Returns whether it found a new name. `joined` is the
-- whole hash as one text.
local function fold(acc, names, fields, joined)
  local v, c = acc.v, acc.c
  local position, index, grown = 0, nil, false
  local sampled = 0
  -- Characters that tonumber would accept in its own way: see slow_number.
  local is_odd = string.find(joined, '[xX%s%z]')
  for i = 1, #fields, 2 do
    local name, text = fields[i], fields[i + 1]
    local at = position + 1
    if names[at] ~= name then
      index = index or positions(names)
      at = index[name]
    end
    local x = tonumber(text)
    if x == nil or is_odd or #text > NUMBER_MAX then
      x = slow_number(text)
    end
    if x and x <= LARGEST and x >= -LARGEST then
      if at == nil and name ~= 'timestamp' and name ~= '' then
        at = #names + 1
        names[at] = name
        index[name] = at
        widen(acc, at)
        grown = true
      end
      if at then
        local k, n = (at - 1) * PER_POINT, c[at]
        if n == 0 then
          v[k + 1], v[k + 2], v[k + 3], v[k + 4], v[k + 5] = x, 0, x, x, x
        else
          local sum = v[k + 1]
          local total = sum + x
          local part = total - sum
          v[k + 1] = total
          v[k + 2] = v[k + 2] + ((sum - (total - part)) + (x - part))
          if x < v[k + 3] then
            v[k + 3] = x
          elseif x > v[k + 4] then
            v[k + 4] = x
          end
          v[k + 5] = x
        end
        c[at] = n + 1
        sampled = sampled + 1
        position = at
      end
    else
      if x or is_no_finite(text) then
        count('not_finite', 1)
      elseif name ~= 'timestamp' then
        count('foreign', 1)
      end
      position = at or position
    end
  end
  count('samples', sampled)
  return grown
end

-- Drops a channel's accumulators if the names of its fields are gone, or never existed: without them
-- it is unknown which accumulator belongs to which field.
local function disown(key)
  for _, window in ipairs(call('SMEMBERS', 'hissrv:windows')) do
    for _, start in ipairs(call('ZRANGE', 'hissrv:open:' .. window, 0, -1)) do
      count('lost', call('HDEL', 'hissrv:acc:' .. window .. ':' .. start, key))
    end
  end
end

-- Returns whether this channel would block Redis for too long.
local function is_too_large(key)
  local size, stamps = call_on_type('HLEN', key), call_on_type('HLEN', key .. ':ts')
  return size and size > FIELDS_MAX or stamps and stamps > FIELDS_MAX
end

local function collect_channel(cfg, key, slot, where, start)
  if is_too_large(key) then
    count('too_large', 1)
    return
  end
  local fields = call_on_type('HGETALL', key)
  if not fields then
    count('wrong_type', 1)
    forget(key)
    return
  end
  local joined = concat(fields, ',')
  local alive, seen = is_alive(cfg, key, joined, slot)
  if fields[1] == nil then
    if slot - math.abs(seen) > FORGET_AFTER then
      forget(key)
    end
    return
  end
  if not alive then
    count('silent', 1)
    return
  end
  local blob = call('HGET', where, key)
  local acc
  if blob then
    local _, _, _, at = unpack_struct(HEADER, blob)
    if slot <= at then
      return
    end
    acc = decode(blob)
  else
    acc = { v = {}, c = {} }
  end
  local names = names_for(key)
  local nameless = #names == 0
  if nameless then
    blob, acc = nil, { v = {}, c = {} }
  elseif #names > #fields + 64 then
    names = compact(cfg, key, names, fields)
    if blob then
      acc = decode(call('HGET', where, key))
    end
  end
  widen(acc, #names)
  local grown = fold(acc, names, fields, joined)
  acc.at = slot
  if #acc.c == 0 then
    return
  end
  if grown then
    -- Once, and not every second: a hash of texts never has names.
    if nameless then
      disown(key)
    end
    call('HSET', 'hissrv:names', key, cmsgpack.pack(names))
  end
  -- These come before the accumulators that they lead to: if Redis refuses one of them, it also
  -- refuses the next call.
  open(cfg.windows[1], start)
  if not blob then
    call('RPUSH', todo_key(cfg.windows[1], start), key)
  end
  call('HSET', where, key, encode(acc))
end

---------------------------------------------------------------------------------------------------
-- Closing windows
---------------------------------------------------------------------------------------------------

-- Returns the shorter of two texts that reads back as the same number.
local function number_text(x)
  local text = format('%.15g', x)
  if tonumber(text) ~= x then
    text = format('%.17g', x)
  end
  return text
end

-- The average is rounded twice, as a sum and as a quotient: that of equal values could be one digit
-- beyond them.
local function add_statistics(values, name, sum, rest, least, most, last, n)
  local k = #values
  local average = math.max(least, math.min(most, (sum + rest) / n))
  values[k + 1], values[k + 2] = name .. '_avg', number_text(average)
  values[k + 3], values[k + 4] = name .. '_min', number_text(least)
  values[k + 5], values[k + 6] = name .. '_max', number_text(most)
  k = k + 6
  if last then
    values[k + 1], values[k + 2] = name .. '_last', number_text(last)
    k = k + 2
  end
  values[k + 1], values[k + 2] = name .. '_count', format('%d', n)
end

-- Adds two sums and keeps the rounding error.
local function add(sum, rest, x, x_rest)
  local total = sum + x
  local part = total - sum
  return total, rest + ((sum - (total - part)) + (x - part)) + x_rest
end

local function is_of(class, id)
  for _, range in ipairs(class.ranges) do
    if id >= range.from and id <= range.to then
      return true
    end
  end
  return false
end

-- Adds the statistics over all points of a class, as voltage_avg, voltage_min, ... A point counts
-- once, even if it is in two ranges.
local function add_classes(cfg, values, names, acc)
  local v, c = acc.v, acc.c
  for _, class in ipairs(cfg.classes) do
    local sum, rest, least, most, n = 0, 0, nil, nil, 0
    for i = 1, #c do
      local id = c[i] > 0 and names[i] and string.match(names[i], '^%d+$') and tonumber(names[i])
      if id and is_of(class, id) then
        local k = (i - 1) * PER_POINT
        sum, rest = add(sum, rest, v[k + 1], v[k + 2])
        least = math.min(least or v[k + 3], v[k + 3])
        most = math.max(most or v[k + 4], v[k + 4])
        n = n + c[i]
      end
    end
    if n > 0 then
      add_statistics(values, class.name, sum, rest, least, most, nil, n)
    end
  end
end

-- Adds a closed window's accumulators to the larger window that is merged from it.
local function merge(cfg, window, start, key, acc)
  if is_closed(window, start) then
    count('late', 1)
    return
  end
  local where = acc_key(window, start)
  local blob = call('HGET', where, key)
  local into = blob and decode(blob) or { v = {}, c = {}, at = acc.at }
  local latest = math.max(into.at, acc.at)
  -- The clock may have gone back: `last` is the value of the latest second, not of the last merge.
  local t, bt = into.t or {}, acc.t
  if not into.t then
    for i = 1, #into.c do
      t[i] = into.at
    end
    into.t = t
  end
  widen(into, #acc.c)
  local a, b, ac, bc = into.v, acc.v, into.c, acc.c
  for i = 1, #bc do
    local k = (i - 1) * PER_POINT
    if bc[i] > 0 then
      local time = bt and bt[i] or acc.at
      if ac[i] == 0 then
        a[k + 1], a[k + 2], a[k + 3], a[k + 4] = b[k + 1], b[k + 2], b[k + 3], b[k + 4]
      else
        a[k + 1], a[k + 2] = add(a[k + 1], a[k + 2], b[k + 1], b[k + 2])
        a[k + 3] = math.min(a[k + 3], b[k + 3])
        a[k + 4] = math.max(a[k + 4], b[k + 4])
      end
      if ac[i] == 0 or time >= t[i] then
        a[k + 5], t[i] = b[k + 5], time
      end
      ac[i] = ac[i] + bc[i]
    end
  end
  into.at = latest
  local is_common = true
  for i = 1, #ac do
    is_common = is_common and (ac[i] == 0 or t[i] == latest)
  end
  if is_common then
    into.t = nil
  end
  open(window, start)
  if not blob then
    call('RPUSH', todo_key(window, start), key)
  end
  call('HSET', where, key, encode(into))
end

-- Returns the next sequence number of the index. It grows with every write, and does not start again
-- in an empty Redis.
local function next_sequence()
  local before = tonumber(call('GET', 'hissrv:seq') or '') or 0
  local sequence = math.max(before + 1, started_us)
  call('SET', 'hissrv:seq', format('%.0f', sequence))
  return format('%.0f', sequence)
end

local function announce(window, archive)
  local index = 'archive:index:' .. window.name
  call('ZADD', index, next_sequence(), archive)
  -- Removes expired hashes from the old end of the index, faster than new ones are added.
  for _, member in ipairs(call('ZRANGE', index, 0, 2)) do
    if call('EXISTS', member) == 1 then
      break
    end
    call('ZREM', index, member)
  end
end

-- Writes the archive hash of one channel, a limited number of points per step (see POINTS_AT_ONCE).
-- Returns true if the hash is complete.
local function close_channel(cfg, window, start, key)
  local where = acc_key(window, start)
  local blob = call('HGET', where, key)
  if not blob then
    return true
  end
  local progress = 'close:' .. window.name .. ':' .. format('%d', start)
  local from = tonumber(call('HGET', 'hissrv:progress', progress) or '1')
  local acc, names = decode(blob), names_for(key)
  if #names == 0 then
    disown(key)
    return true
  end
  local v, c = acc.v, acc.c
  local part = part_of(key)
  local archive = format('archive:%s:%d:%s', window.name, start, part)
  local draft = format('hissrv:draft:%s:%d:%s', window.name, start, part)
  if from > 1 and call('EXISTS', draft) == 0 then
    from = 1
  end
  local step = math.min(POINTS_AT_MOST, math.max(POINTS_AT_ONCE, math.ceil(#c / STEPS)))
  local to = math.min(#c, from + step - 1)
  local values = {}
  for i = from, to do
    if c[i] > 0 and names[i] then
      local k = (i - 1) * PER_POINT
      add_statistics(values, names[i], v[k + 1], v[k + 2], v[k + 3], v[k + 4], v[k + 5], c[i])
    end
  end
  if from == 1 then
    call('DEL', draft)
  end
  if to < #c then
    -- The draft is never empty, so that its loss is noticed.
    values[#values + 1] = 'timestamp'
    values[#values + 1] = format('%d', start)
    call('HSET', draft, unpack(values))
    call('HSET', 'hissrv:progress', progress, to + 1)
    return false
  end
  add_classes(cfg, values, names, acc)
  if values[1] or call('HLEN', draft) > 1 then
    values[#values + 1] = 'timestamp'
    values[#values + 1] = format('%d', start)
    call('HSET', draft, unpack(values))
    call('RENAME', draft, archive)
    call('EXPIRE', archive, cfg.ttl)
    announce(window, archive)
    count('windows', 1)
    for _, larger in ipairs(cfg.windows) do
      if larger.source and larger.source.name == window.name then
        merge(cfg, larger, start - start % larger.seconds, key, acc)
      end
    end
  end
  call('HDEL', where, key)
  call('HDEL', 'hissrv:progress', progress)
  return true
end

-- Returns the next channel of a finished window. If the window's list is gone, the list is created
-- again from the window's accumulators.
local function next_to_close(window, start)
  local todo = todo_key(window, start)
  local key = call('LINDEX', todo, 0)
  if key then
    return key
  end
  for _, left in ipairs(call('HKEYS', acc_key(window, start))) do
    call('RPUSH', todo, left)
  end
  return call('LINDEX', todo, 0)
end

-- Closes the finished windows of one length. Returns how many channels are left when the time of this
-- call is up.
local function close_finished(cfg, window, time)
  local open_key = 'hissrv:open:' .. window.name
  local last = time - window.seconds
  for _, start in ipairs(call('ZRANGEBYSCORE', open_key, '-inf', last)) do
    start = tonumber(start)
    mark_closed(window, start)
    local todo = todo_key(window, start)
    local key = next_to_close(window, start)
    while key do
      if close_channel(cfg, window, start, key) then
        call('LPOP', todo)
        key = next_to_close(window, start)
      end
      if out_of_time(cfg) then
        return 1 + call('LLEN', todo)
      end
    end
    call('UNLINK', acc_key(window, start), todo)
    call('ZREM', open_key, format('%d', start))
  end
  return 0
end

-- Closes finished windows, shorter lengths first: a window is complete once its sources are closed.
local function aggregate(cfg, time, wanted)
  local is_configured = {}
  for _, window in ipairs(cfg.windows) do
    is_configured[window.name] = true
    if window.seconds <= wanted.seconds then
      local left = close_finished(cfg, window, time)
      if left > 0 then
        return left
      end
    end
  end
  -- Windows of an earlier configuration are closed, too, and then removed.
  for _, name in ipairs(call('SMEMBERS', 'hissrv:windows')) do
    if not is_configured[name] then
      local left = close_finished(cfg, { name = name, seconds = window_seconds(name) }, time)
      if left > 0 then
        return left
      end
      if call('ZCARD', 'hissrv:open:' .. name) == 0 then
        call('SREM', 'hissrv:windows', name)
      end
    end
  end
  return 0
end

---------------------------------------------------------------------------------------------------
-- Actions
---------------------------------------------------------------------------------------------------

local function collect(cfg, time)
  local base = cfg.windows[1]
  local slot = time - time % cfg.interval
  local start = slot - slot % base.seconds
  local overdue
  for _, window in ipairs(cfg.windows) do
    if call('ZCOUNT', 'hissrv:open:' .. window.name, '-inf', time - window.seconds) > OPEN_MAX then
      overdue = window
    end
  end
  if overdue then
    aggregate(cfg, time, overdue)
  end
  if not has_searched(cfg, time) and not refresh(cfg, time, false) then
    return 1
  end
  if is_closed(base, start) then
    count('late', 1)
    return 0
  end

  -- A round begins where the last one stopped, so that no channel starves if rounds never finish.
  local round_key = format('hissrv:round:%d', slot)
  local round = call('GET', round_key)
  if round == 'done' then
    return refresh(cfg, time, false) and 0 or 1
  end
  local first, at, wrapped
  if round then
    first, at, wrapped = string.match(round, '^(%d+) (%d+) (%d)$')
    first, at, wrapped = tonumber(first), tonumber(at), wrapped == '1'
  else
    first = tonumber(call('HGET', 'hissrv:progress', 'at') or '0')
    at, wrapped = first, false
  end
  local where = acc_key(base, start)
  while true do
    local lot = call('ZRANGEBYSCORE', 'hissrv:channels', format('(%d', at), wrapped and first or '+inf',
      'WITHSCORES', 'LIMIT', 0, 16)
    for i = 1, #lot, 2 do
      at = tonumber(lot[i + 1])
      collect_channel(cfg, lot[i], slot, where, start)
      if out_of_time(cfg) then
        call('SET', round_key, format('%d %d %d', first, at, wrapped and 1 or 0), 'EX', ROUND_TTL)
        call('HSET', 'hissrv:progress', 'at', at)
        local ahead = call('ZCOUNT', 'hissrv:channels', format('(%d', at), wrapped and first or '+inf')
        return 1 + ahead + (wrapped and 0 or call('ZCOUNT', 'hissrv:channels', '-inf', first))
      end
    end
    if #lot < 32 then
      if wrapped or first == 0 then
        break
      end
      at, wrapped = 0, true
    end
  end
  call('SET', round_key, 'done', 'EX', ROUND_TTL)
  call('HSET', 'hissrv:progress', 'at', first)
  count('rounds', 1)
  -- Samples first: a search never delays them.
  return refresh(cfg, time, false) and 0 or 1
end

local function is_finite(x)
  return x == x and x <= LARGEST and x >= -LARGEST
end

-- Pushes one sample in the format of the pending list. It stores the text itself, so that no digit is
-- lost.
local function push_json(cfg, text)
  local function invalid(...)
    refuse('push_json: ', ...)
  end
  if not text or text == '' then
    invalid('the element is missing; use push_json <json>, as in {"measurement":"m","fields":{"f":1.5}}')
  end
  if #text > 1048576 then
    invalid(#text, ' bytes are too many for one element; at most 1048576')
  end
  -- A separate instance: by default cjson accepts hexadecimal, NaN and Infinity, which no reader of
  -- the list accepts.
  local json = cjson.new()
  json.decode_invalid_numbers(false)
  local ok, element = pcall(json.decode, text)
  if not ok then
    invalid('not JSON: ', tostring(element))
  end
  if type(element) ~= 'table' or not string.match(text, '^%s*{') then
    invalid('an element is a JSON object')
  end
  if type(element.measurement) ~= 'string' or element.measurement == '' then
    invalid('measurement must be a text that is not empty')
  end
  if type(element.fields) ~= 'table' or next(element.fields) == nil then
    invalid('fields must be an object with at least one field')
  end
  for name, value in pairs(element.fields) do
    local kind = type(value)
    if type(name) ~= 'string' then
      invalid('fields must be an object with at least one field')
    end
    if kind ~= 'number' and kind ~= 'boolean' and kind ~= 'string' then
      invalid('field `', name, '` must be a number, a boolean or a text')
    end
    if kind == 'number' and not is_finite(value) then
      invalid('field `', name, '` is not a finite number')
    end
  end
  if element.tags ~= nil and element.tags ~= cjson.null then
    if type(element.tags) ~= 'table' then
      invalid('tags must be an object')
    end
    for name, value in pairs(element.tags) do
      if type(name) ~= 'string' then
        invalid('tags must be an object')
      end
      if type(value) ~= 'string' and type(value) ~= 'number' then
        invalid('tag `', name, '` must be a text or a number')
      end
    end
  end
  local time = element.timestamp
  if time ~= nil and time ~= cjson.null and (type(time) ~= 'number' or not is_finite(time) or time < 0 or time >= 1e11) then
    invalid('timestamp must be epoch seconds')
  end
  if call('LLEN', 'archive:pending') >= cfg.pending_max then
    invalid('archive:pending has ', cfg.pending_max, ' elements already; is its consumer running?')
  end
  count('pushed', 1)
  return call('LPUSH', 'archive:pending', text)
end

-- Returns the window that aggregate_<name> requests; a new one is kept from now on.
local function wanted_window(cfg, name)
  local base = cfg.windows[1]
  local seconds = window_seconds(name)
  if not seconds then
    refuse('`', name, '` is not a window; use aggregate_<n>s, aggregate_<n>m or aggregate_<n>h, up to 168h')
  end
  for _, window in ipairs(cfg.windows) do
    if window.seconds == seconds then
      return window
    end
  end
  if seconds % base.seconds ~= 0 then
    refuse(name, ' is not a multiple of the base window ', base.name, '; the windows are ', names_of(cfg.windows))
  end
  if #cfg.windows >= WINDOWS_MAX then
    refuse('there are ', WINDOWS_MAX, ' windows already: ', names_of(cfg.windows))
  end
  call('SADD', 'hissrv:extra', name)
  return { name = name, seconds = seconds }
end

local function main()
  local action, argument = ARGV[1] or '', ARGV[2]
  if action == 'push_json' then
    return push_json(settings(), argument)
  end
  local window = string.match(action, '^aggregate_(.*)$')
  if not window and action ~= 'collect' and action ~= 'refresh' then
    refuse('unknown action `', string.sub(action, 1, 40), '`; use collect, aggregate_<window> (as aggregate_1m), push_json or refresh')
  end
  local time = moment(argument)
  local cfg = settings()
  if action == 'collect' then
    return collect(cfg, time)
  elseif action == 'refresh' then
    return refresh(cfg, time, true) and 0 or 1
  end
  return aggregate(cfg, time, wanted_window(cfg, window))
end

-- Returns whether Redis has refused a command or a key to the user, does not know the command, or has a
-- key of another type; in the words of Redis 6.2, of later ones, and of Valkey.
local function is_refusal(text)
  for _, words in ipairs({ "The user executing the script can't", 'ACL failure', 'Unknown Redis command', 'Unknown command', 'WRONGTYPE' }) do
    if string.find(text, words, 1, true) then
      return true
    end
  end
  return false
end

-- Like redis.call, but an error names the command and its first argument, which Redis's own does not.
local function named_call(...)
  local reply = redis.pcall(...)
  if type(reply) == 'table' and reply.err then
    local command, argument = ...
    local named = argument and concat({ "('", command, "', '", string.sub(argument, 1, 200), "')" })
    refuse(string.gsub(reply.err, '^ERR ', ''), ': call', named or "('" .. command .. "')")
  end
  return reply
end

local ok, result = pcall(main)
if not ok and type(result) == 'string' and is_refusal(result) then
  opened, call = {}, named_call
  ok, result = pcall(main)
end
for name, by in pairs(counters) do
  redis.call('HINCRBY', 'hissrv:stats', name, by)
end
if ok then
  return result
end
if type(result) == 'table' and result.refused then
  return redis.error_reply('ERR hissrv: ' .. result.refused)
end
error(result, 0)
