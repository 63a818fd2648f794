-- Releases a delivered claim and takes the next one, or reads on in the current claim. At most one claim
-- of a list is in flight.
-- KEYS: list, in-flight list, claim id, rejected list, name of the connector that drains the list, and,
--       unless the user may not have it, the number of elements ever claimed
-- ARGV: the caller's claim id or '', '1' to release it, how many of its elements the caller has, a
--       unique suffix for the next id, most elements (0: the caller goes away), most bytes, length of
--       the rejected list, the caller's connector, for how many milliseconds it owns the list or 0 if
--       ownership was renewed lately, then the entries to put on the rejected list
-- Returns {id, number of elements in the claim, the next elements, oldest first, the number of elements
-- ever claimed, those of the claim included, or '' if they are not counted}. If there is nothing, id
-- is '' and the number is 1 if there may be more at once, otherwise 0. If another connector drains the
-- list, id is '', the number is 2, and the only element is that connector's name.
-- If the id is not the caller's, the elements begin with the first of the claim.
local FIRST_REJECTED = 10
local want, room = tonumber(ARGV[5]), tonumber(ARGV[6])

-- A second connector would send again what the first one has claimed.
local owner = redis.call('GET', KEYS[5])
if owner and owner ~= ARGV[8] then
  return {'', 2, {owner}}
end
if want == 0 then
  redis.call('DEL', KEYS[5])
elseif ARGV[9] ~= '0' then
  -- The DEL is here only because it is a write that needs no memory: see below.
  redis.call('DEL', KEYS[5])
  redis.call('SET', KEYS[5], ARGV[8], 'PX', ARGV[9])
end

-- Returns what is in flight, from element `from` on: up to `want` elements, or until `room` bytes are
-- full.
local function inflight(from)
  -- A few at a time: the size of the next elements is known only after they were read.
  local taken, left, chunk = {}, room, 1
  while #taken < want and left > 0 do
    local first = from + #taken
    local part = redis.call('LRANGE', KEYS[2], first, first + math.min(chunk, want - #taken) - 1)
    if #part == 0 then
      return taken
    end
    for i = 1, #part do
      if #taken > 0 and #part[i] > left then
        return taken
      end
      taken[#taken + 1] = part[i]
      left = left - #part[i]
    end
    chunk = 4
  end
  return taken
end

-- Moves that many elements into flight, one by one: so none is read in vain, and none is copied
-- through the script.
local function take()
  local taken, left = {}, room
  while #taken < want and left > 0 do
    -- Producers push on the left: the oldest element is on the right.
    local element = redis.call('LMOVE', KEYS[1], KEYS[2], 'RIGHT', 'RIGHT')
    if not element then
      return taken
    end
    taken[#taken + 1] = element
    left = left - #element
  end
  return taken
end

-- Counts that many more elements as claimed. Returns how many there are by now, or ''. If the number is
-- not there, it starts with the time: above every number that there was before.
local function counted(more, time)
  local count = KEYS[6] and redis.pcall('GET', KEYS[6])
  if not KEYS[6] or type(count) == 'table' then
    return ''
  end
  if more == 0 then
    return count or ''
  end
  local before = tonumber(count or '') or tonumber(time[1]) * 1000000 + tonumber(time[2])
  local now = string.format('%.0f', before + more)
  redis.call('SET', KEYS[6], now)
  return now
end

local held = redis.call('GET', KEYS[3])
if held == '' then
  -- Not ours, and no id: what is in flight gets a new one.
  held = false
end
local mine = held and held == ARGV[1]
local rejected = 0
if mine and #ARGV >= FIRST_REJECTED then
  -- Changes nothing, but is a write that needs no memory: after it Redis accepts the others at
  -- maxmemory. Otherwise a list that has filled Redis could not be drained.
  redis.call('LTRIM', KEYS[2], 0, -1)
  for i = FIRST_REJECTED, #ARGV do
    redis.call('LPUSH', KEYS[4], ARGV[i])
    rejected = rejected + #ARGV[i]
  end
  redis.call('LTRIM', KEYS[4], 0, tonumber(ARGV[7]) - 1)
end
-- After the rejected entries are written: if writing fails, the claim stays.
if mine and ARGV[2] == '1' then
  redis.call('UNLINK', KEYS[2], KEYS[3])
  held = false
  if rejected > room / 4 then
    -- Enough for one call: the next claim would take the same time again.
    return {'', 1, {}}
  end
end
if held then
  local from = mine and tonumber(ARGV[3]) or 0
  return {held, redis.call('LLEN', KEYS[2]), inflight(from), counted(0)}
end

-- As above, a write that needs no memory comes first. The key does not exist here: see held.
redis.call('DEL', KEYS[3])
local time = redis.call('TIME')
local id = string.format('%d%03d-%s', time[1], math.floor(time[2] / 1000), ARGV[4])
local waiting = redis.call('LLEN', KEYS[2])
if waiting > 0 then
  -- In flight without an id: nobody can have delivered it under an id of ours.
  redis.call('SET', KEYS[3], id)
  return {id, waiting, inflight(0), counted(waiting, time)}
end

local taken = take()
if #taken == 0 then
  return {'', 0, {}}
end
redis.call('SET', KEYS[3], id)
return {id, #taken, taken, counted(#taken, time)}
