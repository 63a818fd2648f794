-- Reads the entries of a stream after an id, one by one: the size of the next entry is known only after
-- it was read.
-- KEYS: stream. ARGV: id, most entries, then the number of fields and the number of bytes that end the
-- page.
-- Returns {entries as XRANGE returns them, 0 if there are no more, 1 if there may be more, 2 if the next
-- entry alone has more bytes than a page}. Such an entry is better read without a script, which copies
-- and hashes every text.
local LARGEST_ID = '18446744073709551615-18446744073709551615'
local entries, last, fields, room = {}, ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4])
local left = room
for n = 1, tonumber(ARGV[2]) do
  -- Nothing comes after the largest id, and asking for it is an error.
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
