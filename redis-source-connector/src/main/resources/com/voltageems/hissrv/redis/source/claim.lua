-- Releases a delivered claim, and takes the next one: at most one claim is in flight for a list.
-- KEYS: list, in-flight list, claim id, rejected list
-- ARGV: id of the claim to release or '', a unique suffix for the next id, most elements, most
--       bytes, length of the rejected list, then the entries to put on it
-- Returns {id, elements oldest first}; id is '' when there is nothing.
local held = redis.call('GET', KEYS[3])
if held and held == ARGV[1] then
  for i = 6, #ARGV do
    redis.call('LPUSH', KEYS[4], ARGV[i])
  end
  if #ARGV >= 6 then
    redis.call('LTRIM', KEYS[4], 0, tonumber(ARGV[5]) - 1)
  end
  redis.call('DEL', KEYS[2], KEYS[3])
  held = false
end
if held then
  return {held, redis.call('LRANGE', KEYS[2], 0, -1)}
end

-- A write that needs no memory comes first: after it Redis lets the others pass at maxmemory. Else a
-- list that has filled Redis could not be drained. There is no such key here: see held.
redis.call('DEL', KEYS[3])
local time = redis.call('TIME')
local id = string.format('%d%03d-%s', time[1], math.floor(time[2] / 1000), ARGV[2])
if redis.call('EXISTS', KEYS[2]) == 1 then
  -- In flight without an id: nobody can have delivered it under ours.
  redis.call('SET', KEYS[3], id)
  return {id, redis.call('LRANGE', KEYS[2], 0, -1)}
end

-- Producers push on the left: the oldest is on the right.
local want, room = tonumber(ARGV[3]), tonumber(ARGV[4])
local taken, chunk = {}, 8
while #taken < want and room > 0 do
  local size = math.min(chunk, want - #taken)
  local part = redis.call('LRANGE', KEYS[1], -(#taken + size), -(#taken + 1))
  if #part == 0 then
    break
  end
  local before = room
  for i = #part, 1, -1 do
    if #taken > 0 and #part[i] > room then
      room = 0
      break
    end
    taken[#taken + 1] = part[i]
    room = room - #part[i]
  end
  if #part < size then
    break
  end
  chunk = math.max(1, math.min(500, math.floor(room * size / math.max(1, before - room))))
end
if #taken == 0 then
  return {'', {}}
end
for i = 1, #taken, 1000 do
  redis.call('RPUSH', KEYS[2], unpack(taken, i, math.min(i + 999, #taken)))
end
redis.call('LTRIM', KEYS[1], 0, -(#taken + 1))
redis.call('SET', KEYS[3], id)
return {id, taken}
