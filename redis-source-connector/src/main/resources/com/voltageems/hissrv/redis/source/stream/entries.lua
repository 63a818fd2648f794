-- The entries of a stream behind an id, one by one: how large the next one is is known only when it
-- is there.
-- KEYS: stream. ARGV: id, most entries, then how many fields and how many bytes end the page.
-- Returns {entries as XRANGE gives them, 0 if there are no more, 1 if there may be, 2 if the next
-- one alone has more bytes than a page}: that one is better asked for without a script, which
-- copies and hashes every text.
local LARGEST_ID = '18446744073709551615-18446744073709551615'
local entries, last, fields, room = {}, ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4])
local left = room
for n = 1, tonumber(ARGV[2]) do
  -- Behind the largest id there is nothing, and to ask for it is an error.
  local entry = last ~= LARGEST_ID
    and redis.call('XRANGE', KEYS[1], '(' .. last, '+', 'COUNT', 1)[1]
  if not entry then
    return {entries, 0}
  end
  local pairs, bytes = entry[2], 0
  for i = 1, #pairs do
    bytes = bytes + #pairs[i]
  end
  if bytes > room then
    return {entries, 2}
  end
  entries[n], last = entry, entry[1]
  fields, left = fields - #pairs / 2, left - bytes
  if fields <= 0 or left <= 0 then
    break
  end
end
return {entries, 1}
